/** Starting and stopping: what is built in `parts.ts` comes up in order, takes over what an earlier process left, and ends. */
import type { Config } from './config/load.ts';
import { watchConfig } from './config/watch.ts';
import { recover } from './conversation/recovery.ts';
import type { Platform } from './core/conversation.ts';
import type { Inbox } from './core/ports.ts';
import { type AppOptions, type Parts, partsOf } from './parts.ts';

export interface App {
  /** Where the HTTP server listens, and what it serves beside health. */
  readonly address: { readonly host: string; readonly port: number };
  readonly platforms: readonly Platform[];
  /** Resolves when a platform closed its connection for good; the app then has to be stopped. */
  readonly failed: Promise<void>;
  /** Stops receiving, lets running answers finish for `drainMs` milliseconds, and closes everything. */
  stop(drainMs: number): Promise<void>;
}

/**
 * Starts in the order storage, HTTP server, adapters, recovery; resolves when messages are answered.
 * @throws ConfigError, StorageUnavailable, PlatformUnavailable; what was started before is stopped again.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const parts = await partsOf(options);
  try {
    const address = await begin(parts);
    const platforms = [...parts.adapters.keys()];
    const model = options.config.settings.model.id;
    options.log.info('bot.ready', { platforms: platforms.join(' '), ...address, model });
    return { address, platforms, failed: parts.failed.promise, stop: (drainMs) => end(parts, drainMs) };
  } catch (error) {
    await end(parts, 0);
    throw error;
  }
}

async function begin(parts: Parts): Promise<App['address']> {
  const { options, kept, adapters, engine, server, health, recovered } = parts;
  const { conversation } = options.config.settings;
  const address = await server.start();
  const lapsed = await kept.ledger.lapse();
  if (lapsed > 0) options.log.info('usage.lapsed', { holds: lapsed });
  const inbox = inboxOf(parts);
  await Promise.all([...adapters.values()].map((adapter) => adapter.start(inbox)));
  // Only now are the tokens known to be right: with a wrong one a reply to an old mention would be refused, and lost.
  await recover({
    journal: kept.journal,
    platforms: new Set(adapters.keys()),
    answer: (entry) => engine.answer(entry),
    interrupt: (entry) => engine.interrupt(entry),
    resumeMs: conversation.resumeMs,
    log: options.log,
  });
  recovered.resolve();
  health.begin();
  parts.privacy.start();
  watchRules(parts);
  return address;
}

/** Milliseconds between two looks at the operator's file. */
const WATCH_MS = 2000;

/** Who may ask, and how much, as the operator's file says whenever it changes. */
function watchRules({ options: { reload, log }, guards, privacy, unwatch }: Parts): void {
  if (reload === undefined) return;
  const onChange = ({ settings }: Config): void => {
    guards.follow(settings);
    privacy.retention = settings.privacy;
  };
  unwatch.push(watchConfig({ ...reload, onChange, everyMs: WATCH_MS, log }));
}

async function end(parts: Parts, drainMs: number): Promise<void> {
  parts.health.end();
  parts.recovered.resolve();
  parts.privacy.stop();
  for (const stop of parts.unwatch.splice(0)) stop();
  await Promise.all([...parts.adapters.values()].map((adapter) => adapter.stop()));
  await parts.engine.stop(drainMs);
  await parts.server.stop();
  parts.metrics.stop();
  await parts.client.stop();
  await parts.redirects.stop();
  await parts.downloader.stop();
  await parts.store.close();
  parts.options.log.info('bot.stopped');
}

/** The engine and what goes with it, for what comes after that which an earlier process left. */
function inboxOf({ recovered: { promise: recovered }, engine, changes, desk, privacy }: Parts): Inbox {
  return {
    mention: async (mention) => {
      await recovered;
      return engine.mention(mention);
    },
    edited: async (mention) => {
      await recovered;
      await changes.edited(mention);
    },
    deleted: async (id, conversations) => {
      await recovered;
      await changes.deleted(id, conversations);
    },
    follows: (id, at) => engine.follows(id, at),
    command: async (command) => {
      await recovered;
      return desk.command(command);
    },
    settingsAt: (where) => desk.settingsAt(where),
    complete: (what, typed) => desk.complete(what, typed),
    removed: (platform, workspace) => privacy.removed(platform, workspace),
  };
}

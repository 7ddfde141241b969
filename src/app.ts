/** The composition root: builds every room and joins them; the only file that knows them all. */
import type { Config } from './config/load.ts';
import { Attachments } from './conversation/attachments.ts';
import { Engine } from './conversation/engine.ts';
import { LocalLanes } from './conversation/lanes.ts';
import { recover } from './conversation/recovery.ts';
import type { Platform, Settings } from './core/conversation.ts';
import { PlatformUnavailable } from './core/errors.ts';
import type { Adapter, Inbox, Log } from './core/ports.ts';
import { DiscordAdapter } from './discord/adapter.ts';
import { GeminiClient } from './gemini/client.ts';
import { OpenAccess } from './guard/access.ts';
import { HttpServer } from './ops/server.ts';
import { PlaygroundAdapter } from './playground/adapter.ts';
import { Governor } from './reply/governor.ts';
import { noticesFor } from './notices/notices.ts';
import { KeyvJournal } from './storage/journal.ts';
import { EVERYDAY } from './tools/everyday.ts';
import { CheckedToolbox } from './tools/toolbox.ts';
import { KeyvBlobStore } from './storage/blobs.ts';
import { openStore, type Store } from './storage/open.ts';
import { KeyvSettingsStore } from './storage/settings.ts';
import { KeyvTurnStore } from './storage/turns.ts';
import { WebDownloader } from './web/download.ts';
import { GroundingRedirects } from './web/redirects.ts';

export interface AppOptions {
  readonly config: Config;
  readonly apiKey: string;
  /** Whether a stand-in answers in the model's place; the page says so. */
  readonly standIn: boolean;
  /** Where a stand-in plays the host of the model's links to its sources. */
  readonly redirectOrigin?: string;
  readonly log: Log;
}

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

/** Everything that is built once and ends with the app. */
interface Parts {
  readonly options: AppOptions;
  readonly client: GeminiClient;
  readonly redirects: GroundingRedirects;
  readonly store: Store;
  readonly kept: Kept;
  readonly adapters: ReadonlyMap<Platform, Adapter>;
  readonly engine: Engine;
  readonly server: HttpServer;
  readonly downloader: WebDownloader;
  readonly health: { ready: boolean };
  readonly failed: PromiseWithResolvers<void>;
  /** Resolved when mentions of an earlier process are before new ones. */
  readonly recovered: PromiseWithResolvers<void>;
}

async function partsOf(options: AppOptions): Promise<Parts> {
  const { config, log, redirectOrigin: origin } = options;
  const client = geminiClient(options);
  const redirects = new GroundingRedirects({ ...config.settings.sources, origin, log });
  const store = await openStore(config.settings.store.url, log);
  const kept = keptIn(store, options);
  const adapters = new Map<Platform, Adapter>();
  const engine = engineOf({ options, client, redirects, kept, adapters });
  const health = { ready: false };
  const server = new HttpServer({ ...config.settings.http, ready: () => health.ready, log });
  const failed = Promise.withResolvers<void>();
  const downloader = new WebDownloader({ timeoutMs: config.settings.attachments.downloadMs, log });
  for (const adapter of adaptersOf({ options, kept, server, downloader, onFatal: failed.resolve }))
    adapters.set(adapter.platform, adapter);
  const recovered = Promise.withResolvers<void>();
  const running = { server, downloader, health, failed, recovered };
  return { options, client, redirects, store, kept, adapters, engine, ...running };
}

async function begin({ options, kept, adapters, engine, server, health, recovered }: Parts): Promise<App['address']> {
  const address = await server.start();
  const inbox = inboxAfter(recovered.promise, engine);
  await Promise.all([...adapters.values()].map((adapter) => adapter.start(inbox)));
  // Only now are the tokens known to be right: with a wrong one a reply to an old mention would be refused, and lost.
  await recover({
    journal: kept.journal,
    platforms: new Set(adapters.keys()),
    answer: (entry) => engine.answer(entry),
    surface: (to, standing) => adapterOf(adapters, to.platform).surface(to, standing),
    noticesFor: noticesFor(options.config.settings.conversation.language),
    resumeMs: options.config.settings.conversation.resumeMs,
    log: options.log,
  });
  recovered.resolve();
  health.ready = true;
  return address;
}

async function end(parts: Parts, drainMs: number): Promise<void> {
  parts.health.ready = false;
  parts.recovered.resolve();
  await Promise.all([...parts.adapters.values()].map((adapter) => adapter.stop()));
  await parts.engine.stop(drainMs);
  await parts.server.stop();
  await parts.client.stop();
  await parts.redirects.stop();
  await parts.downloader.stop();
  await parts.store.close();
  parts.options.log.info('bot.stopped');
}

/** The engine, for mentions that come after those an earlier process left. */
function inboxAfter(recovered: Promise<void>, engine: Engine): Inbox {
  return {
    mention: async (mention) => {
      await recovered;
      return engine.mention(mention);
    },
    command: (command) => engine.command(command),
    follows: (id) => engine.follows(id),
  };
}

/** What one store keeps. */
interface Kept {
  readonly journal: KeyvJournal;
  readonly turns: KeyvTurnStore;
  readonly settings: KeyvSettingsStore;
  /** The same turns, read with more of their pictures: the one person at the page scrolls far. */
  readonly pageTurns: KeyvTurnStore;
  readonly uploads: KeyvBlobStore;
}

function keptIn(store: Store, { config }: AppOptions): Kept {
  const { conversation, attachments } = config.settings;
  const kept = { maxTurns: conversation.maxTurns, keepDays: attachments.keepDays };
  return {
    journal: new KeyvJournal(store),
    turns: new KeyvTurnStore(store, kept),
    settings: new KeyvSettingsStore(store),
    pageTurns: new KeyvTurnStore(store, { ...kept, maxReadCharacters: 200_000_000 }),
    uploads: new KeyvBlobStore(store, { keepDays: 1 }),
  };
}

function defaultsOf({ conversation: { thinking, search, maps, code } }: Config['settings']): Settings {
  return { thinking, search, maps, code };
}

function engineOf(parts: {
  readonly options: AppOptions;
  readonly client: GeminiClient;
  readonly redirects: GroundingRedirects;
  readonly kept: Kept;
  readonly adapters: ReadonlyMap<Platform, Adapter>;
}): Engine {
  const { config, log } = parts.options;
  const { conversation, model } = config.settings;
  const on = (platform: Platform): Adapter => adapterOf(parts.adapters, platform);
  return new Engine({
    ...parts.kept,
    guard: new OpenAccess(),
    lanes: new LocalLanes(),
    maxWaiting: conversation.maxWaiting,
    client: parts.client,
    redirects: parts.redirects,
    toolbox: new CheckedToolbox(
      EVERYDAY.filter((tool) => config.settings.tools.some((name) => name === tool.declaration.name)),
      log,
    ),
    attachments: new Attachments({ limits: config.settings.attachments, adapter: on, log }),
    standing: model.request,
    surface: (to, standing) => on(to.platform).surface(to, standing),
    noticesFor: noticesFor(conversation.language),
    defaults: defaultsOf(config.settings),
    model: model.id,
    persona: config.persona,
    historyTokens: conversation.historyTokens,
    log,
  });
}

/** Every platform whose token is set; the page if none is. */
function adaptersOf(parts: {
  readonly options: AppOptions;
  readonly kept: Kept;
  readonly server: HttpServer;
  readonly downloader: WebDownloader;
  readonly onFatal: () => void;
}): readonly Adapter[] {
  const { config, standIn, log } = parts.options;
  const { settings, secrets } = config;
  const spoken = { noticesFor: noticesFor(settings.conversation.language), log };
  if (secrets.discordToken !== undefined) {
    const { discordToken: token, discordApiUrl: apiUrl } = secrets;
    const { downloader, onFatal } = parts;
    const governor = new Governor();
    const discord = { ...settings.discord, ...spoken, token, apiUrl, governor, downloader, onFatal };
    return [new DiscordAdapter(discord)];
  }
  const defaults = defaultsOf(settings);
  const { maxFileBytes } = settings.attachments;
  const kept = { ...parts.kept, turns: parts.kept.pageTurns };
  const page = new PlaygroundAdapter({ ...kept, ...spoken, maxFileBytes, defaults, standIn, model: settings.model.id });
  parts.server.mount('/', (request, response) => page.handle(request, response));
  return [page];
}

function geminiClient({ config, apiKey, log }: AppOptions): GeminiClient {
  const { connectMs, firstByteMs, silenceMs, totalMs, ...rest } = config.settings.model;
  const { auth, attempts, maxRetryWaitMs, maxEventBytes } = rest;
  return new GeminiClient({
    baseUrl: config.secrets.cometapiBaseUrl,
    apiKey,
    models: config.models,
    timeouts: { connectMs, firstByteMs, silenceMs, totalMs },
    auth,
    attempts,
    maxRetryWaitMs,
    maxEventBytes,
    log,
  });
}

function adapterOf(adapters: ReadonlyMap<Platform, Adapter>, on: Platform): Adapter {
  const adapter = adapters.get(on);
  if (adapter === undefined) throw new PlatformUnavailable(`${on} is not connected in this process.`);
  return adapter;
}

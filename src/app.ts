/** The composition root: builds every room and joins them; the only file that knows them all. */
import packageFile from '../package.json' with { type: 'json' };
import type { Config } from './config/load.ts';
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
import { CommandDesk } from './steering/commands.ts';
import { ScopedSettings } from './steering/settings.ts';
import { Steering } from './steering/steering.ts';
import { KeyvJournal } from './storage/journal.ts';
import { KeyvLedger } from './storage/ledger.ts';
import { openStore, type Store } from './storage/open.ts';
import { KeyvSettingsStore } from './storage/settings.ts';
import { KeyvTurnStore } from './storage/turns.ts';
import { EVERYDAY } from './tools/everyday.ts';
import { CheckedToolbox } from './tools/toolbox.ts';

export interface AppOptions {
  readonly config: Config;
  readonly apiKey: string;
  /** Whether a stand-in answers in the model's place; the page says so. */
  readonly standIn: boolean;
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
  readonly store: Store;
  readonly kept: Kept;
  readonly adapters: ReadonlyMap<Platform, Adapter>;
  readonly engine: Engine;
  readonly desk: CommandDesk;
  readonly server: HttpServer;
  readonly health: { ready: boolean };
  readonly failed: PromiseWithResolvers<void>;
  /** Resolved when mentions of an earlier process are before new ones. */
  readonly recovered: PromiseWithResolvers<void>;
}

async function partsOf(options: AppOptions): Promise<Parts> {
  const { config, log } = options;
  const client = geminiClient(options);
  const store = await openStore(config.settings.store.url, log);
  const kept = keptIn(store, options);
  const adapters = new Map<Platform, Adapter>();
  const { engine, desk } = enginesOf({ options, client, kept, adapters });
  const health = { ready: false };
  const server = new HttpServer({ ...config.settings.http, ready: () => health.ready, log });
  const failed = Promise.withResolvers<void>();
  for (const adapter of adaptersOf({ options, kept, desk, server, onFatal: failed.resolve }))
    adapters.set(adapter.platform, adapter);
  return {
    options,
    client,
    store,
    kept,
    adapters,
    engine,
    desk,
    server,
    health,
    failed,
    recovered: Promise.withResolvers(),
  };
}

async function begin({
  options,
  kept,
  adapters,
  engine,
  desk,
  server,
  health,
  recovered,
}: Parts): Promise<App['address']> {
  const address = await server.start();
  const inbox = inboxAfter(recovered.promise, engine, desk);
  await Promise.all([...adapters.values()].map((adapter) => adapter.start(inbox)));
  // Only now are the tokens known to be right: with a wrong one a reply to an old mention would be refused, and lost.
  await recover({
    journal: kept.journal,
    platforms: new Set(adapters.keys()),
    answer: (entry) => engine.answer(entry),
    surface: (to, standing) => adapterOf(adapters, to.platform).surface(to, standing),
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
  await parts.store.close();
  parts.options.log.info('bot.stopped');
}

/** The engine, for mentions that come after those an earlier process left, and the desk for everything else. */
function inboxAfter(recovered: Promise<void>, engine: Engine, desk: CommandDesk): Inbox {
  return {
    mention: async (mention) => {
      await recovered;
      return engine.mention(mention);
    },
    follows: (id) => engine.follows(id),
    command: async (command) => {
      await recovered;
      return desk.command(command);
    },
    settingsAt: (where) => desk.settingsAt(where),
    complete: (what, typed) => desk.complete(what, typed),
  };
}

/** What one store keeps. */
interface Kept {
  readonly journal: KeyvJournal;
  readonly turns: KeyvTurnStore;
  readonly settings: ScopedSettings;
  readonly ledger: KeyvLedger;
}

function keptIn(store: Store, { config }: AppOptions): Kept {
  return {
    journal: new KeyvJournal(store),
    turns: new KeyvTurnStore(store, { maxTurns: config.settings.conversation.maxTurns }),
    settings: new ScopedSettings(new KeyvSettingsStore(store), defaultsOf(config.settings)),
    ledger: new KeyvLedger(store),
  };
}

function defaultsOf({ conversation, model }: Config['settings']): Settings {
  const { thinking, search, maps, code, persona, language, thoughts, replyStyle, freeTalk, footer } = conversation;
  const words = { search, maps, code, language, thoughts, replyStyle, freeTalk, footer };
  return { model: model.id, thinking, persona: { name: persona }, ...words };
}

/** What answers questions, and what does commands. */
function enginesOf(parts: {
  readonly options: AppOptions;
  readonly client: GeminiClient;
  readonly kept: Kept;
  readonly adapters: ReadonlyMap<Platform, Adapter>;
}): { readonly engine: Engine; readonly desk: CommandDesk } {
  const { config, log } = parts.options;
  const { conversation, model, steering, tools } = config.settings;
  const { client, kept } = parts;
  const catalogue = { models: config.models, personas: config.personas, usual: conversation.persona };
  const shared = { ...kept, catalogue, facts: (name: string) => client.facts(name), lanes: new LocalLanes(), log };
  const offered = EVERYDAY.filter((tool) => tools.some((name) => name === tool.declaration.name));
  const engine = new Engine({
    ...shared,
    guard: new OpenAccess(),
    maxWaiting: conversation.maxWaiting,
    client,
    toolbox: new CheckedToolbox(offered, log),
    steering: new Steering(shared),
    standing: model.request,
    surface: (to, standing) => adapterOf(parts.adapters, to.platform).surface(to, standing),
    historyTokens: conversation.historyTokens,
  });
  const ask: Engine['mention'] = (mention, posts) => engine.mention(mention, posts);
  const { maxTurns } = conversation;
  return {
    engine,
    desk: new CommandDesk({ ...shared, rights: steering, ask, version: packageFile.version, maxTurns }),
  };
}

/** Every platform whose token is set; the page if none is. */
function adaptersOf(parts: {
  readonly options: AppOptions;
  readonly kept: Kept;
  readonly desk: CommandDesk;
  readonly server: HttpServer;
  readonly onFatal: () => void;
}): readonly Adapter[] {
  const { config, standIn, log } = parts.options;
  const { settings, secrets } = config;
  if (secrets.discordToken !== undefined) {
    const { discordToken: token, discordApiUrl: apiUrl } = secrets;
    const governor = new Governor();
    return [new DiscordAdapter({ ...settings.discord, token, apiUrl, governor, onFatal: parts.onFatal, log })];
  }
  const { turns, journal } = parts.kept;
  const page = new PlaygroundAdapter({ turns, journal, desk: parts.desk, standIn, log });
  parts.server.mount('/', (request, response) => page.handle(request, response));
  return [page];
}

function geminiClient({ config, apiKey, log }: AppOptions): GeminiClient {
  const { model } = config.settings;
  const baseUrl = config.secrets.cometapiBaseUrl;
  return new GeminiClient({ ...model, timeouts: model, baseUrl, apiKey, models: config.models, log });
}

function adapterOf(adapters: ReadonlyMap<Platform, Adapter>, platform: Platform): Adapter {
  const adapter = adapters.get(platform);
  if (adapter === undefined) throw new PlatformUnavailable(`${platform} is not connected in this process.`);
  return adapter;
}

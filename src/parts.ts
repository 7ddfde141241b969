/** Everything that is built once: every room, made from the configuration and joined to the others. */
import packageFile from '../package.json' with { type: 'json' };
import type { AnswerContext } from './answers/deeds.ts';
import type { Config } from './config/load.ts';
import { Attachments } from './conversation/attachments.ts';
import { Changes } from './conversation/changes.ts';
import { Engine } from './conversation/engine.ts';
import { LocalLanes } from './conversation/lanes.ts';
import type { PlanOptions } from './conversation/plan.ts';
import type { Platform, Settings } from './core/conversation.ts';
import { PlatformUnavailable } from './core/errors.ts';
import type { ReplyAddress } from './core/inbound.ts';
import type { Adapter, Lanes, Log } from './core/ports.ts';
import type { PostRef } from './core/reply.ts';
import { GeminiClient } from './gemini/client.ts';
import { Guards } from './guard/guards.ts';
import { Privacy } from './guard/privacy.ts';
import { dearestOf } from './models/spend.ts';
import { noticesFor } from './notices/notices.ts';
import { Health } from './ops/health.ts';
import { MeasuredLanes, MeasuredLog, measuredSurface } from './ops/measured.ts';
import { PromMetrics } from './ops/metrics.ts';
import { HttpServer } from './ops/server.ts';
import { Places } from './place/places.ts';
import { adaptersOf } from './platforms.ts';
import { type CommandContext, CommandDesk } from './steering/commands.ts';
import { ScopedSettings } from './steering/settings.ts';
import { Steering } from './steering/steering.ts';
import { KeyvBlobStore } from './storage/blobs.ts';
import { Absences, eraseUnreadable, eraseWorkspace } from './storage/erasure.ts';
import { KeyvJournal } from './storage/journal.ts';
import { KeyvLedger } from './storage/ledger.ts';
import { openStore, type Store } from './storage/open.ts';
import { KeyvSettingsStore } from './storage/settings.ts';
import { KeyvTurnStore } from './storage/turns.ts';
import { EVERYDAY } from './tools/everyday.ts';
import { CheckedToolbox } from './tools/toolbox.ts';
import { WebDownloader } from './web/download.ts';
import { GroundingRedirects } from './web/redirects.ts';

export interface AppOptions {
  readonly config: Config;
  readonly apiKey: string;
  /** Whether a stand-in answers in the model's place; the page says so. */
  readonly standIn: boolean;
  /** Where a stand-in plays the host of the model's links to its sources. */
  readonly redirectOrigin?: string;
  /** The operator's file and what reads it again, where one is to be watched. */
  readonly reload?: { readonly file: string; readonly load: () => Promise<Config> };
  readonly log: Log;
}

/** Everything that is built once and ends with the app. */
export interface Parts {
  readonly options: AppOptions;
  readonly client: GeminiClient;
  readonly redirects: GroundingRedirects;
  readonly store: Store;
  readonly kept: Kept;
  readonly guards: Guards;
  readonly metrics: PromMetrics;
  readonly adapters: ReadonlyMap<Platform, Adapter>;
  readonly engine: Engine;
  readonly changes: Changes;
  readonly desk: CommandDesk;
  readonly privacy: Privacy;
  readonly server: HttpServer;
  readonly downloader: WebDownloader;
  readonly health: Health;
  readonly failed: PromiseWithResolvers<void>;
  /** Resolved when mentions of an earlier process are before new ones. */
  readonly recovered: PromiseWithResolvers<void>;
  /** What ends the watching of files. */
  readonly unwatch: (() => void)[];
}

/** Builds everything and starts nothing but the store. @throws StorageUnavailable */
export async function partsOf(given: AppOptions): Promise<Parts> {
  const metrics = new PromMetrics();
  const options = { ...given, log: new MeasuredLog(given.log, metrics) };
  const { config, log, redirectOrigin: origin } = options;
  const client = geminiClient(options);
  const redirects = new GroundingRedirects({ ...config.settings.sources, origin, log });
  const store = await openStore(config.settings.store.url, log);
  const kept = keptIn(store, options);
  const adapters = new Map<Platform, Adapter>();
  const facts = (model: string) => client.facts(model);
  const guards = new Guards(config.settings, { ...kept, facts, dearest: dearestOf(config.models), metrics, log });
  const lanes = new MeasuredLanes(new LocalLanes(), metrics);
  const { engine, changes, desk } = enginesOf({ options, client, redirects, kept, guards, lanes, metrics, adapters });
  const privacy = privacyOf({ options, store, kept, adapters, lanes });
  const health = healthOf(store, adapters, log);
  const server = new HttpServer({ ...config.settings.http, ready: () => health.isReady(), log });
  server.mount('/metrics', metrics.handler(config.settings.http.metrics));
  const failed = Promise.withResolvers<void>();
  const downloader = new WebDownloader({ timeoutMs: config.settings.attachments.downloadMs, log });
  const onFatal = failed.resolve;
  for (const adapter of adaptersOf({ options, kept, store, desk, server, downloader, onFatal }))
    adapters.set(adapter.platform, adapter);
  const recovered = Promise.withResolvers<void>();
  const running = { privacy, server, downloader, health, failed, recovered, unwatch: [] };
  return { options, client, redirects, store, kept, guards, metrics, adapters, engine, changes, desk, ...running };
}

type Laned = { readonly lanes: Lanes };

function privacyOf({
  options,
  store,
  kept,
  adapters,
  lanes,
}: Pick<Parts, 'options' | 'store' | 'kept' | 'adapters'> & Laned): Privacy {
  const erase = (platform: Platform, workspace: string) => eraseWorkspace(store, platform, workspace);
  const scopes = () => new KeyvSettingsStore(store).scopes();
  const absences = new Absences(store);
  const { log, config } = options;
  return new Privacy({ ...kept, scopes, absences, adapters, retention: config.settings.privacy, lanes, erase, log });
}

function healthOf(store: Store, adapters: ReadonlyMap<Platform, Adapter>, log: Log): Health {
  const connected = () => [...adapters.values()].every((adapter) => adapter.isConnected);
  return new Health({ checks: { store: () => store.isWritable(), platforms: connected }, log });
}

/** What one store keeps. */
export interface Kept {
  readonly journal: KeyvJournal;
  readonly turns: KeyvTurnStore;
  readonly settings: ScopedSettings;
  readonly ledger: KeyvLedger;
  /** The same turns, read with more of their pictures: the one person at the page scrolls far. */
  readonly pageTurns: KeyvTurnStore;
  readonly uploads: KeyvBlobStore;
  readonly eraseUnreadable: CommandContext['eraseUnreadable'];
}

function keptIn(store: Store, { config }: AppOptions): Kept {
  const { conversation, attachments } = config.settings;
  const kept = { maxTurns: conversation.maxTurns, keepDays: attachments.keepDays };
  return {
    journal: new KeyvJournal(store),
    turns: new KeyvTurnStore(store, kept),
    settings: new ScopedSettings(new KeyvSettingsStore(store), defaultsOf(config.settings)),
    ledger: new KeyvLedger(store),
    pageTurns: new KeyvTurnStore(store, { ...kept, maxReadCharacters: 200_000_000 }),
    uploads: new KeyvBlobStore(store, { keepDays: 1 }),
    eraseUnreadable: (platform, workspace) => eraseUnreadable(store, platform, workspace),
  };
}

function defaultsOf({ conversation, model }: Config['settings']): Settings {
  const { search, maps, code, language, thoughts, replyStyle, messageStyle, freeTalk, footer } = conversation;
  const words = { search, maps, code, language, thoughts, replyStyle, messageStyle, freeTalk, footer };
  return { model: model.id, thinking: conversation.thinking, persona: { name: conversation.persona }, ...words };
}

/** What answers questions, and what does commands. */
function enginesOf(
  parts: Pick<Parts, 'options' | 'client' | 'redirects' | 'kept' | 'guards' | 'metrics' | 'adapters'> & Laned,
): Pick<Parts, 'engine' | 'changes' | 'desk'> {
  const { config, log } = parts.options;
  const { conversation } = config.settings;
  const { client, redirects, kept, guards, lanes, metrics } = parts;
  const on = (platform: Platform): Adapter => adapterOf(parts.adapters, platform);
  const catalogue = { models: config.models, personas: config.personas, usual: conversation.persona };
  const shared = { ...kept, catalogue, facts: (name: string) => client.facts(name), lanes, log };
  const shown = {
    surface: (to: ReplyAddress, posts: readonly PostRef[]) =>
      measuredSurface(on(to.platform).surface(to, posts), metrics),
    noticesFor: noticesFor(conversation.language),
  };
  const engine = new Engine({
    ...shared,
    guard: guards,
    meter: guards.budget,
    maxWaiting: conversation.maxWaiting,
    redirects,
    ...plannedBy(parts.options, kept, on),
    client,
    steering: new Steering(shared),
    ...shown,
  });
  const changes = new Changes({ ...shared, ...shown, ...conversation, engine });
  return { engine, changes, desk: deskOf(parts.options, { guards, metrics, engine }, shared) };
}

/** What does commands. */
function deskOf(
  { config }: AppOptions,
  { guards, metrics, engine }: Pick<Parts, 'guards' | 'metrics' | 'engine'>,
  shared: Pick<CommandContext, 'settings' | 'catalogue' | 'facts' | 'journal' | 'ledger' | 'eraseUnreadable'> &
    Omit<AnswerContext, 'ask' | 'check' | 'metrics' | 'admins'>,
): CommandDesk {
  const { steering: rights } = config.settings;
  const ask: AnswerContext['ask'] = (mention, posts) => engine.mention(mention, posts);
  const answers = { ...shared, ask, check: guards.check.bind(guards), metrics, admins: rights.admins };
  const about = { version: packageFile.version, maxTurns: config.settings.conversation.maxTurns };
  return new CommandDesk({ ...shared, ...guards.forCommands, ...about, rights, answers });
}

/** What questions are put together of. */
function plannedBy(
  { config, log }: AppOptions,
  { turns }: Kept,
  adapter: (platform: Platform) => Adapter,
): Omit<PlanOptions, 'client'> {
  const { conversation, attachments: limits, model, tools } = config.settings;
  const offered = EVERYDAY.filter((tool) => tools.some((name) => name === tool.declaration.name));
  return {
    toolbox: new CheckedToolbox(offered, log),
    attachments: new Attachments({ limits, adapter, log }),
    places: new Places({ ...conversation, adapter, turns, log }),
    standing: model.request,
    historyTokens: conversation.historyTokens,
  };
}

function geminiClient({ config, apiKey, log }: AppOptions): GeminiClient {
  const { connectMs, firstByteMs, silenceMs, totalMs, ...rest } = config.settings.model;
  const { auth, attempts, maxRetryWaitMs, maxEventBytes } = rest;
  const limits = { attempts, maxRetryWaitMs, maxEventBytes, timeouts: { connectMs, firstByteMs, silenceMs, totalMs } };
  const { models, secrets } = config;
  return new GeminiClient({ baseUrl: secrets.cometapiBaseUrl, apiKey, models, auth, ...limits, log });
}

/** @throws PlatformUnavailable for a platform that this process does not serve. */
export function adapterOf(adapters: ReadonlyMap<Platform, Adapter>, on: Platform): Adapter {
  const adapter = adapters.get(on);
  if (adapter === undefined) throw new PlatformUnavailable(`${on} is not connected in this process.`);
  return adapter;
}

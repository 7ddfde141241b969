/** Every platform that is served, built of what its tokens allow. */
import type { Arrivals, SecretStore } from './core/files.ts';
import type { Adapter } from './core/ports.ts';
import { DiscordAdapter } from './discord/adapter.ts';
import { noticesFor } from './notices/notices.ts';
import type { Parts } from './parts.ts';
import { PlaygroundAdapter } from './playground/adapter.ts';
import { Governor } from './reply/governor.ts';
import { Installs } from './slack-api/installs.ts';
import { SlackAdapter, type SlackOptions } from './slack/adapter.ts';
import { isObject, type Store } from './storage/open.ts';

type PlatformParts = Pick<Parts, 'options' | 'kept' | 'store' | 'desk' | 'server' | 'downloader'> & {
  readonly onFatal: () => void;
};

/** Every platform whose token is set; the page if none is. */
export function adaptersOf(parts: PlatformParts): readonly Adapter[] {
  const { config, standIn, log } = parts.options;
  const { settings, secrets } = config;
  const spoken = { noticesFor: noticesFor(settings.conversation.language), log };
  const shared = { ...spoken, governor: new Governor(), downloader: parts.downloader, onFatal: parts.onFatal };
  const adapters: Adapter[] = [];
  const { discordToken: token, discordApiUrl: apiUrl } = secrets;
  if (token !== undefined) adapters.push(new DiscordAdapter({ ...settings.discord, ...shared, token, apiUrl }));
  const slack = slackOf(parts, shared);
  if (slack !== undefined) adapters.push(slack);
  if (adapters.length > 0) return adapters;
  const { pageTurns: turns, journal, uploads } = parts.kept;
  const { maxFileBytes } = settings.attachments;
  const page = new PlaygroundAdapter({ turns, journal, uploads, desk: parts.desk, ...spoken, maxFileBytes, standIn });
  parts.server.mount('/', (request, response) => page.handle(request, response));
  return [page];
}

type Shared = Pick<SlackOptions, 'noticesFor' | 'log' | 'governor' | 'downloader' | 'onFatal'>;

/** Of one workspace by its token, or of all that install it; undefined where neither is set. */
function slackOf({ options, store, server }: PlatformParts, shared: Shared): SlackAdapter | undefined {
  const { settings, secrets } = options.config;
  const { slackBotToken: botToken, slackAppToken: appToken, slackSigningSecret: signingSecret } = secrets;
  const installs = installsOf({ options, store });
  if (botToken === undefined && installs === undefined) return undefined;
  const arrivals = arrivalsIn(store);
  const tokens = { botToken, installs, arrivals, appToken, signingSecret, apiUrl: secrets.slackApiUrl };
  const slack = new SlackAdapter({ ...settings.slack, ...shared, ...tokens });
  if (appToken === undefined) server.mount('/slack/events', (request, response) => slack.handle(request, response));
  if (installs !== undefined) {
    server.mount('/slack/install', (request, response) => installs.install(request, response));
    server.mount('/slack/oauth_redirect', (request, response) => installs.returned(request, response));
  }
  return slack;
}

function installsOf({ options, store }: Pick<Parts, 'options' | 'store'>): Installs | undefined {
  const { slackClientId: clientId, slackClientSecret: clientSecret, ...secrets } = options.config.secrets;
  const { slackRedirectUrl: redirectUrl, slackSigningSecret: signingSecret, slackApiUrl: apiUrl } = secrets;
  if (clientId === undefined || clientSecret === undefined) return undefined;
  if (redirectUrl === undefined || signingSecret === undefined) return undefined;
  const own = { clientId, clientSecret, redirectUrl, signingSecret, apiUrl };
  return new Installs({ ...own, store: installationsIn(store), log: options.log });
}

/** Kept under the workspace's own name, so that they go with all that is kept of it. */
function installationsIn(store: Store): SecretStore {
  const isData = (data: unknown): data is string => typeof data === 'string';
  const records = store.records<string>('installations', { isData, durable: true });
  const keyOf = (workspace: string): string => `workspace:slack:${encodeURIComponent(workspace)}`;
  return {
    get: (workspace) => records.get(keyOf(workspace)),
    set: (workspace, sealed) => records.set(keyOf(workspace), sealed),
    delete: (workspace) => records.delete([keyOf(workspace)]),
  };
}

/** Slack sends nothing again after so long. */
const ARRIVALS_MS = 24 * 60 * 60_000;

function arrivalsIn(store: Store): Arrivals {
  const records = store.records('arrivals', { isData: isObject, durable: true });
  return {
    keep: (id, payload) => records.set(`slack:${id}`, payload, ARRIVALS_MS),
    done: (id) => records.delete([`slack:${id}`]),
    left: async () => {
      const left: [string, Readonly<Record<string, unknown>>][] = [];
      for await (const entry of records.entries()) left.push([...entry]);
      return left.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, payload]) => payload);
    },
  };
}

/** The workspaces that installed the bot: the page to install it, each one's token, and its end. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTPReceiver, type Installation, type InstallationQuery } from '@slack/bolt';
import { ConfigError, HalleyError, PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { SecretStore } from '../core/files.ts';
import type { Log } from '../core/ports.ts';
import { clientOptionsOf, loggerOf, type Tokens } from './calls.ts';

/** What the bot may do in a workspace; the manifest asks for the same. */
export const BOT_SCOPES = [
  'commands',
  'im:write',
  'app_mentions:read',
  'chat:write',
  'im:history',
  'channels:history',
  'groups:history',
  'mpim:history',
  'files:read',
  'files:write',
  'users:read',
  'assistant:write',
] as const;

/** The bot in one workspace. */
export interface Installed {
  readonly team: string;
  readonly user: string;
  readonly bot: string;
}

export interface InstallsOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  /** Where Slack sends people back to: the address of `/slack/oauth_redirect` as the world sees it. */
  readonly redirectUrl: string;
  readonly apiUrl: string;
  readonly store: SecretStore;
  readonly log: Log;
}

/** Milliseconds for which a token is used without a look at when it expires: the installer renews it two hours before. */
const KEPT_MS = 5 * 60_000;

/** The code of an installation for a whole organisation, which is not served: all that is kept is kept by workspace. */
const FOR_ALL = 'enterprise_install';

const ONE_WORKSPACE =
  'It serves workspaces and not a whole organisation: go back and choose one of its workspaces, then the next.';

interface Known {
  readonly self: Installed;
  readonly token: string;
  readonly until: number;
}

export class Installs implements Tokens {
  readonly #options: InstallsOptions;
  readonly #installer: NonNullable<HTTPReceiver['installer']>;
  /** One look at a time for each workspace: a token that is renewed twice at once is lost. */
  readonly #known = new Map<string, Promise<Known>>();

  constructor(options: InstallsOptions) {
    this.#options = options;
    const { clientId, clientSecret, signingSecret, apiUrl, log } = options;
    const { installer } = new HTTPReceiver({
      signingSecret,
      clientId,
      clientSecret,
      stateSecret: createHash('sha256').update(`state ${clientSecret}`).digest('hex'),
      scopes: [...BOT_SCOPES],
      logger: loggerOf(log),
      installationStore: {
        storeInstallation: (installation) => this.#store(installation),
        fetchInstallation: (query) => this.#fetch(query),
        deleteInstallation: ({ teamId = '' }) => this.forget(teamId),
      },
      installerOptions: {
        directInstall: true,
        authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href,
        clientOptions: clientOptionsOf({ apiUrl, log }),
      },
    });
    if (installer === undefined) throw new ConfigError(['SLACK_CLIENT_ID: the app cannot be installed with it.']);
    this.#installer = installer;
  }

  async tokenOf(team: string): Promise<string> {
    return (await this.#of(team)).token;
  }

  /** @throws PlatformRejected where the bot is not installed, PlatformUnavailable, StorageUnavailable */
  async selfIn(team: string): Promise<Installed> {
    return (await this.#of(team)).self;
  }

  /** The installation is gone, by the wish of its workspace. @throws StorageUnavailable */
  async forget(team: string): Promise<void> {
    this.#known.delete(team);
    await this.#options.store.delete(team);
  }

  /** Sends a person to Slack, where they are asked. */
  install(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.#installer.handleInstallPath(request, response, undefined, this.#asked);
  }

  /** The way back: only whoever was sent to Slack by this bot is let in. */
  returned(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { log } = this.#options;
    const failureAsync = async (error: Error): Promise<void> => {
      log.warn('slack.not-installed', { reason: error.name });
      const inner = innerOf(error);
      const isForAll = inner instanceof PlatformRejected && inner.failure.platformCode === FOR_ALL;
      const why = isForAll ? ` ${ONE_WORKSPACE}` : '';
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end(`Halley was not installed.${why}`);
    };
    return this.#installer.handleCallback(request, response, { failureAsync }, this.#asked);
  }

  get #asked() {
    return { scopes: [...BOT_SCOPES], redirectUri: this.#options.redirectUrl };
  }

  async #of(team: string): Promise<Known> {
    const known = this.#known.get(team);
    if (known !== undefined && (await known).until > performance.now()) return known;
    // Another may have asked meanwhile.
    const now = this.#known.get(team);
    if (now !== undefined && now !== known) return now;
    const asked = this.#authorized(team);
    this.#known.set(team, asked);
    try {
      return await asked;
    } catch (error) {
      if (this.#known.get(team) === asked) this.#known.delete(team);
      throw error;
    }
  }

  async #authorized(team: string): Promise<Known> {
    try {
      const query = { teamId: team, enterpriseId: undefined, isEnterpriseInstall: false };
      const { botToken: token, botId: bot, botUserId: user } = await this.#installer.authorize(query);
      if (token === undefined || bot === undefined || user === undefined)
        throw new PlatformRejected('Halley is not installed there.', { platformCode: 'account_inactive' });
      return { self: { team, bot, user }, token, until: performance.now() + KEPT_MS };
    } catch (cause) {
      const inner = innerOf(cause);
      if (inner instanceof HalleyError) throw inner;
      throw new PlatformUnavailable('Slack did not renew a token.', { cause });
    }
  }

  async #store(installation: Installation): Promise<void> {
    const team = installation.team?.id;
    if (team === undefined || installation.isEnterpriseInstall === true)
      throw new PlatformRejected('Only a workspace can install it.', { platformCode: FOR_ALL });
    this.#known.delete(team);
    await this.#options.store.set(team, this.#sealed(JSON.stringify(installation)));
    this.#options.log.info('slack.installed', { team });
  }

  async #fetch({ teamId = '' }: InstallationQuery<boolean>): Promise<Installation> {
    const kept = await this.#options.store.get(teamId);
    if (kept === undefined)
      throw new PlatformRejected('Halley is not installed there.', { platformCode: 'account_inactive' });
    const text = this.#opened(kept);
    if (text === undefined)
      throw new PlatformRejected('Halley has to be installed there anew.', { platformCode: 'installation_unreadable' });
    // What `#store` wrote: nobody else has the key.
    return JSON.parse(text) as Installation;
  }

  get #key(): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#options.clientSecret, '', 'installations', 32));
  }

  /** Readable only with the app's own secret. */
  #sealed(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** Undefined for what was sealed with another secret: the workspace has to install anew. */
  #opened(kept: string): string | undefined {
    const bytes = Buffer.from(kept, 'base64');
    try {
      const cipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12), { authTagLength: 16 });
      cipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString('utf8');
    } catch {
      this.#options.log.warn('slack.installation-unreadable');
      return undefined;
    }
  }
}

/** The installer wraps what the store threw. */
function innerOf(error: unknown): unknown {
  return error instanceof Error && 'original' in error ? error.original : error;
}

/** Who has installed the app: codes from the page that asks for leave, tokens for them, refresh tokens, farewells. */
import { randomBytes } from 'node:crypto';
import { refuse } from '../api/errors.ts';
import type { Token, Workspace } from './model.ts';
import type { World } from './world.ts';

/** A rotating token's life, and how many may live at once. */
const TOKEN_LIFE_MS = 43_200_000;
const MAX_LIVE = 2;

interface Grant {
  readonly workspace: Workspace;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly isOrganisation: boolean;
  readonly user: string;
  used: boolean;
}

interface Refresh {
  readonly workspace: Workspace;
  readonly scopes: readonly string[];
  used: boolean;
}

export interface Granted {
  readonly workspace: Workspace;
  readonly token: Token;
  readonly scopes: readonly string[];
  /** For all of the organisation that the workspace belongs to. */
  readonly isOrganisation: boolean;
  readonly user?: string;
  readonly refreshToken?: string;
}

export class Installs {
  readonly #world: World;
  readonly #rotates: boolean;
  readonly #grants = new Map<string, Grant>();
  readonly #refreshes = new Map<string, Refresh>();

  constructor(world: World, rotates: boolean) {
    this.#world = world;
    this.#rotates = rotates;
  }

  /** Somebody agrees; the code stands for that once. */
  approve(
    workspace: Workspace,
    asked: { scopes: readonly string[]; redirectUri: string; isOrganisation: boolean },
  ): string {
    const code = randomBytes(12).toString('hex');
    const user = [...workspace.users.values()].find(({ bot }) => !bot)?.id ?? '';
    this.#grants.set(code, { workspace, user, used: false, ...asked });
    return code;
  }

  /** @throws SlackError when the code is unknown, used, or for another address. */
  redeem(code: string, redirectUri: string | undefined): Granted {
    const grant = this.#grants.get(code);
    if (!grant || grant.used) throw refuse('invalid_code');
    if (redirectUri !== undefined && redirectUri !== grant.redirectUri) throw refuse('bad_redirect_uri');
    grant.used = true;
    const { workspace, scopes, user, isOrganisation } = grant;
    workspace.installed = true;
    return { ...this.#issue(workspace, scopes), user, isOrganisation };
  }

  /** @throws SlackError when the refresh token is unknown or was used. */
  refresh(value: string): Granted {
    const refresh = this.#refreshes.get(value);
    if (!refresh || refresh.used) throw refuse('invalid_refresh_token');
    refresh.used = true;
    return this.#issue(refresh.workspace, refresh.scopes);
  }

  #issue(workspace: Workspace, scopes: readonly string[]): Granted {
    const token = this.#world.addToken({
      kind: 'bot',
      team: workspace.id,
      scopes,
      prefix: this.#rotates ? 'xoxe.xoxb-1' : 'xoxb',
    });
    const isOrganisation = false;
    if (!this.#rotates) return { workspace, token, scopes, isOrganisation };
    token.expiresAt = this.#world.clock.now() + TOKEN_LIFE_MS;
    const live = [...this.#world.tokens.values()].filter(
      ({ team, kind, revoked }) => team === workspace.id && kind === 'bot' && !revoked,
    );
    for (const old of live.slice(0, -MAX_LIVE)) old.revoked = true;
    const refreshToken = `xoxe-1-${randomBytes(16).toString('hex')}`;
    this.#refreshes.set(refreshToken, { workspace, scopes, used: false });
    return { workspace, token, scopes, refreshToken, isOrganisation };
  }

  /** The app takes its own token back, which is the end of the installation. */
  revoke(token: Token): void {
    token.revoked = true;
    this.#farewell(this.#world.workspace(token.team), ['tokens_revoked', 'app_uninstalled']);
  }

  /** Somebody removes the app; which of the two events comes first is not promised. */
  uninstall(
    workspace: Workspace,
    order: readonly ('app_uninstalled' | 'tokens_revoked')[] = ['app_uninstalled', 'tokens_revoked'],
  ): void {
    for (const token of this.#world.tokens.values())
      if (token.team === workspace.id && token.kind === 'bot') token.revoked = true;
    this.#farewell(workspace, order);
  }

  #farewell(workspace: Workspace, order: readonly string[]): void {
    workspace.installed = false;
    for (const type of order) {
      const tokens = type === 'tokens_revoked' ? { tokens: { oauth: [], bot: [workspace.bot.id] } } : {};
      const event = { type, ...tokens, event_ts: this.#world.newTs() };
      this.#world.emit({ team: workspace.id, subscription: type, event });
    }
    this.#world.changed();
  }
}

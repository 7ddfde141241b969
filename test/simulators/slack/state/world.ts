/** Everything there is behind the API: the app, its workspaces and tokens, the clock, and who listens to changes. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../discord/clock.ts';
import type { Assumptions } from './assumptions.ts';
import type {
  Channel,
  ChannelKind,
  Happening,
  Message,
  Notification,
  Organisation,
  Token,
  User,
  Workspace,
} from './model.ts';

const BOT_HANDLE = 'halley';

/** The app's own secrets, as its settings pages show them. */
export interface AppFacts {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  readonly verificationToken: string;
}

export class World {
  readonly clock: Clock;
  readonly assumptions: Assumptions;
  readonly app: AppFacts;
  readonly workspaces = new Map<string, Workspace>();
  readonly tokens = new Map<string, Token>();
  readonly notifications: Notification[] = [];
  /** What Slack bears and a bot must not do, such as answering under a reply. */
  readonly misdeeds: string[] = [];
  /** The bot events the app subscribed to. */
  readonly subscribed: ReadonlySet<string>;
  /** Declared as an agent, with a messages tab for agents. */
  readonly isAgent: boolean;
  /** Where the simulator listens, without a slash at the end. */
  address = '';
  readonly #watchers = new Set<() => void>();
  readonly #listeners: ((happening: Happening) => void)[] = [];
  #ids = 0;
  #lastMicros = 0;

  constructor(clock: Clock, assumptions: Assumptions, facts: { subscribed: readonly string[]; isAgent: boolean }) {
    this.clock = clock;
    this.subscribed = new Set(facts.subscribed);
    this.isAgent = facts.isAgent;
    this.assumptions = assumptions;
    this.app = {
      id: this.newId('A'),
      name: 'Halley',
      clientId: `${Date.now()}.${randomBytes(4).readUInt32BE()}`,
      clientSecret: randomBytes(16).toString('hex'),
      signingSecret: randomBytes(16).toString('hex'),
      verificationToken: randomBytes(12).toString('hex'),
    };
  }

  newId(prefix: string): string {
    this.#ids++;
    return `${prefix}0${this.#ids.toString(36).toUpperCase().padStart(4, '0')}${randomBytes(3).toString('hex').toUpperCase()}`;
  }

  /** Seconds and six digits, never twice and never less than one before. */
  newTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, this.clock.now() * 1000);
    return `${Math.floor(this.#lastMicros / 1_000_000)}.${String(this.#lastMicros % 1_000_000).padStart(6, '0')}`;
  }

  addWorkspace(name: string, organisation?: Organisation): Workspace {
    const id = this.newId('T');
    const bot = { id: this.newId('B'), appId: this.app.id };
    const botUser = this.#user(id, { name: BOT_HANDLE, realName: this.app.name, bot });
    const workspace: Workspace = {
      id,
      ...(organisation === undefined ? {} : { organisation }),
      name,
      domain: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      users: new Map([[botUser.id, botUser]]),
      channels: new Map(),
      files: new Map(),
      bot: botUser,
      statuses: new Map(),
      sessions: new Map(),
      titles: new Map(),
      prompts: new Map(),
      modals: new Map(),
      homes: new Map(),
      installed: false,
    };
    this.workspaces.set(id, workspace);
    return workspace;
  }

  addUser(workspace: Workspace, facts: Pick<User, 'name' | 'realName'> & Partial<Pick<User, 'bot' | 'locale'>>): User {
    const user = this.#user(workspace.id, facts);
    workspace.users.set(user.id, user);
    return user;
  }

  #user(team: string, facts: Pick<User, 'name' | 'realName'> & Partial<Pick<User, 'bot' | 'locale'>>): User {
    return { id: this.newId('U'), team, locale: 'en-US', deleted: false, ...facts };
  }

  addChannel(workspace: Workspace, facts: { kind: ChannelKind; name: string; shared?: boolean }): Channel {
    const id = this.newId(facts.kind === 'im' ? 'D' : 'C');
    const channel: Channel = {
      id,
      kind: facts.kind,
      name: facts.name,
      team: workspace.id,
      members: new Set(),
      messages: new Map(),
      shared: facts.shared ?? false,
      archived: false,
      muted: false,
    };
    workspace.channels.set(id, channel);
    return channel;
  }

  addToken(facts: Pick<Token, 'kind' | 'team'> & { scopes: readonly string[]; prefix: string }): Token {
    const { kind, team, scopes, prefix } = facts;
    const value = `${prefix}-${this.newId('A')}-${randomBytes(9).toString('hex')}`;
    const token: Token = { value, kind, team, scopes: new Set(scopes), revoked: false };
    this.tokens.set(value, token);
    return token;
  }

  /** @throws Error when there is no such workspace. */
  workspace(id: string): Workspace {
    const found = this.workspaces.get(id);
    if (!found) throw new Error(`there is no workspace ${id}`);
    return found;
  }

  /** @throws Error when there is no such channel in any workspace. */
  channel(id: string): Channel {
    for (const { channels } of this.workspaces.values()) {
      const found = channels.get(id) ?? [...channels.values()].find((channel) => channel.name === id);
      if (found) return found;
    }
    throw new Error(`there is no channel ${id}`);
  }

  /** The bot's user id in the workspace of a channel. */
  botIn(channel: string): string {
    return this.workspace(this.channel(channel).team).bot.id;
  }

  /** A message that still stands. */
  message(channel: Channel, ts: string): Message | undefined {
    const found = channel.messages.get(ts);
    return found?.deletedAt === undefined ? found : undefined;
  }

  emit(happening: Happening): void {
    for (const listen of this.#listeners) listen(happening);
  }

  onHappening(listen: (happening: Happening) => void): void {
    this.#listeners.push(listen);
  }

  changed(): void {
    for (const watch of this.#watchers) watch();
  }

  onChange(watch: () => void): () => void {
    this.#watchers.add(watch);
    return () => this.#watchers.delete(watch);
  }
}

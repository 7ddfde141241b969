/** A Slack on loopback: Web API and Socket Mode for the real @slack/bolt, and people for a test to act as. */
import { Clock } from '../discord/clock.ts';
import { Description } from './api/description.ts';
import { RateLimiter } from './api/limits.ts';
import type { Services } from './api/method.ts';
import { WebApi } from './api/server.ts';
import { Deliveries } from './events/deliveries.ts';
import { ALL_EVENTS, Events } from './events/events.ts';
import { HttpMode, type Targets } from './events/http-mode.ts';
import { Interactivity } from './events/interactivity.ts';
import { Modals } from './events/modals.ts';
import { Triggers } from './events/triggers.ts';
import { authorizeSite, type Decision } from './sites/authorize.ts';
import { fileSites } from './sites/files.ts';
import { ResponseUrls } from './sites/response-urls.ts';
import { Files } from './state/files.ts';
import { Installs } from './state/installs.ts';
import { SocketMode } from './events/socket-mode.ts';
import { METHODS } from './methods/every.ts';
import { Observation } from './observation.ts';
import { ALL_SCOPES } from './scopes.ts';
import { Person } from './people/person.ts';
import { type Assumptions, ASSUMPTIONS } from './state/assumptions.ts';
import type { Channel, ChannelKind, Organisation, Token, User, Workspace } from './state/model.ts';
import { World } from './state/world.ts';

const MINUTE_MS = 60_000;

export interface ChannelOptions {
  readonly kind?: ChannelKind;
  /** Through Slack Connect. */
  readonly shared?: boolean;
  readonly withoutBot?: boolean;
  readonly workspace?: Workspace;
}

export interface SimulatorOptions {
  readonly scopes?: readonly string[];
  /** The bot events the app subscribed to. */
  readonly events?: readonly string[];
  /** The app's slash commands; any, unless said. */
  readonly commands?: readonly string[];
  /** Whether the app is declared as an agent; it is, unless said otherwise. */
  readonly agent?: boolean;
  /** Whether tokens given by OAuth live twelve hours and are renewed. */
  readonly rotatesTokens?: boolean;
  /** Length of the minute that rate limits count, 60,000 unless said. */
  readonly minuteMs?: number;
  /** Calls a minute of single methods. */
  readonly perMinute?: Readonly<Record<string, number>>;
  readonly assumptions?: Partial<Assumptions>;
  /** Sold and not in the Marketplace: one call a minute and 15 messages of history. */
  readonly commercial?: boolean;
  /** Methods this Slack does not know. */
  readonly without?: readonly string[];
  readonly withoutAs?: 'unknown_method' | 404;
  /** Time every call takes, half of it before and half after it has its effect. */
  readonly latencyMs?: number;
  /** False spares the look at the methods' reference pages. */
  readonly checked?: boolean;
}

export class SlackSimulator extends Observation {
  readonly clock = new Clock();
  readonly world: World;
  readonly sockets: SocketMode;
  readonly events: Events;
  readonly workspace: Workspace;
  protected readonly api: WebApi;
  protected readonly payloads: Deliveries;
  protected readonly description: Description | undefined;
  readonly files: Files;
  readonly installs: Installs;
  readonly #interactivity: Interactivity;
  readonly #responseUrls: ResponseUrls;
  readonly #commands: readonly string[] | undefined;
  #decision: Decision | undefined;
  #http: HttpMode | undefined;
  readonly #bot: Token;
  readonly #app: Token;

  static async start(options: SimulatorOptions = {}): Promise<SlackSimulator> {
    const simulator = new SlackSimulator(options);
    const port = await simulator.api.start();
    simulator.world.address = `http://127.0.0.1:${port}`;
    simulator.sockets.attach(simulator.api.server);
    return simulator;
  }

  private constructor(options: SimulatorOptions) {
    super();
    const { clock } = this;
    const world = new World(
      clock,
      { ...ASSUMPTIONS, ...options.assumptions },
      {
        subscribed: options.events ?? ALL_EVENTS,
        isAgent: options.agent ?? true,
      },
    );
    this.world = world;
    this.#commands = options.commands;
    this.workspace = this.addWorkspace('Acme');
    this.workspace.installed = true;
    const team = this.workspace.id;
    this.#bot = world.addToken({ kind: 'bot', team, scopes: options.scopes ?? ALL_SCOPES, prefix: 'xoxb' });
    this.#app = world.addToken({ kind: 'app', team, scopes: ['connections:write'], prefix: 'xapp-1' });
    this.payloads = new Deliveries(world);
    this.events = new Events(world, this.payloads);
    this.sockets = new SocketMode(world, this.payloads);
    this.payloads.use(this.sockets);
    this.files = new Files(world);
    this.installs = new Installs(world, options.rotatesTokens ?? false);
    this.#responseUrls = new ResponseUrls(world);
    const [triggers, modals] = [new Triggers(world), new Modals(world)];
    this.#interactivity = new Interactivity(world, {
      deliveries: this.payloads,
      responseUrls: this.#responseUrls,
      triggers,
      modals,
    });
    this.description = options.checked === false ? undefined : Description.open(process.env['OPENAPI_DIR']);
    const { files, sockets, installs } = this;
    const commercial = options.commercial ?? false;
    this.api = this.#open({ world, sockets, files, installs, triggers, modals, commercial }, options);
    this.addChannel('general');
  }

  #open(services: Services, options: SimulatorOptions): WebApi {
    const { files, installs, world } = services;
    const sips = { 'conversations.history': 1, 'conversations.replies': 1 };
    const limiter = new RateLimiter(this.clock, {
      minuteMs: options.minuteMs ?? MINUTE_MS,
      postBurst: world.assumptions.postBurst,
      perMinute: { ...(services.commercial ? sips : {}), ...options.perMinute },
    });
    const authorize = authorizeSite(
      world,
      installs,
      () => this.#decision ?? { workspace: this.workspace, agrees: true },
    );
    return new WebApi(services, {
      methods: METHODS,
      sites: [...fileSites(world, files), ...this.#responseUrls.sites, authorize],
      description: this.description,
      limiter,
      without: { methods: options.without ?? [], as: options.withoutAs ?? 'unknown_method' },
      latencyMs: (options.latencyMs ?? 0) / 2,
    });
  }

  /** Bolt: `clientOptions.slackApiUrl`. */
  get apiUrl(): string {
    return `${this.world.address}/api/`;
  }

  get botToken(): string {
    return this.#bot.value;
  }

  get appToken(): string {
    return this.#app.value;
  }

  get signingSecret(): string {
    return this.world.app.signingSecret;
  }

  get bot(): User {
    return this.workspace.bot;
  }

  /** Another workspace, where the app is not installed yet; it may be one of an organisation's. */
  addWorkspace(name: string, organisation?: Organisation): Workspace {
    return this.world.addWorkspace(name, organisation);
  }

  addChannel(name: string, options: ChannelOptions = {}): Channel {
    const { kind = 'channel', shared = false, workspace = this.workspace } = options;
    const channel = this.world.addChannel(workspace, { kind, name, shared });
    for (const user of workspace.users.values())
      if (options.withoutBot !== true || user.id !== workspace.bot.id) channel.members.add(user.id);
    return channel;
  }

  /** By its name or id. */
  channel(name: string): Channel {
    return this.world.channel(name);
  }

  addUser(name: string, options: { readonly locale?: string; readonly workspace?: Workspace } = {}): Person {
    const { workspace = this.workspace, ...facts } = options;
    return this.#add(workspace, name, facts);
  }

  /** Another application's bot. */
  addBot(name: string): Person {
    return this.#add(this.workspace, name, { bot: { id: this.world.newId('B'), appId: this.world.newId('A') } });
  }

  /** Everybody is in every channel but the direct ones. */
  #add(workspace: Workspace, name: string, facts: Partial<Pick<User, 'bot' | 'locale'>>): Person {
    const { world, files } = this;
    const user = world.addUser(workspace, { name: name.toLowerCase().replaceAll(' ', '.'), realName: name, ...facts });
    for (const channel of workspace.channels.values()) if (channel.kind !== 'im') channel.members.add(user.id);
    return new Person(user, { world, workspace, files, interactivity: this.#interactivity, commands: this.#commands });
  }

  /** From now on everything is delivered to these addresses, signed, instead of over sockets. */
  useHttp(targets: string | Targets): HttpMode {
    const all = typeof targets === 'string' ? { events: targets, commands: targets, interactivity: targets } : targets;
    this.#http = new HttpMode(this.world, this.payloads, all);
    this.payloads.use(this.#http);
    this.payloads.flush();
    return this.#http;
  }

  /** `installerOptions.authorizationUrl`: the page that asks for leave to install. */
  get authorizationUrl(): string {
    return `${this.world.address}/oauth/v2/authorize`;
  }

  /** What somebody at that page will do from now on; unless said, they agree for the first workspace. */
  decides(decision: Decision): void {
    this.#decision = decision;
  }

  async close(): Promise<void> {
    this.#http?.stop();
    await this.sockets.stop();
    await this.api.stop();
    this.clock.stop();
  }
}

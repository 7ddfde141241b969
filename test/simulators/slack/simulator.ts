/** A Slack on loopback: Web API and Socket Mode for the real @slack/bolt, and people for a test to act as. */
import { Clock } from '../discord/clock.ts';
import { Description } from './api/description.ts';
import type { Fault } from './api/faults.ts';
import { RateLimiter } from './api/limits.ts';
import type { Method } from './api/method.ts';
import { WebApi } from './api/server.ts';
import { Deliveries } from './events/deliveries.ts';
import { ALL_EVENTS, Events } from './events/events.ts';
import { SocketMode } from './events/socket-mode.ts';
import { authMethods } from './methods/auth.ts';
import { assistantMethods } from './methods/assistant.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationMethods } from './methods/conversations.ts';
import { peopleMethods } from './methods/people.ts';
import { streamMethods } from './methods/streams.ts';
import { Observation } from './observation.ts';
import { Person } from './people/person.ts';
import { type Assumptions, ASSUMPTIONS } from './state/assumptions.ts';
import type { Channel, ChannelKind, Token, User, Workspace } from './state/model.ts';
import { World } from './state/world.ts';

export const METHODS: readonly Method[] = [
  ...authMethods,
  ...chatMethods,
  ...streamMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...assistantMethods,
];

/** What the app of section 8 asks for, and what its optional abilities need. */
export const ALL_SCOPES: readonly string[] = [
  'app_mentions:read',
  'assistant:write',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:write',
  'users:read',
];
const MINUTE_MS = 60_000;

export interface SimulatorOptions {
  readonly scopes?: readonly string[];
  /** The bot events the app subscribed to. */
  readonly events?: readonly string[];
  /** Whether the app is declared as an agent; it is, unless said otherwise. */
  readonly agent?: boolean;
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
  readonly #description: Description | undefined;
  readonly #bot: Token;
  readonly #app: Token;
  #refusalsAllowed = false;

  static async start(options: SimulatorOptions = {}): Promise<SlackSimulator> {
    const simulator = new SlackSimulator(options);
    const port = await simulator.api.start();
    simulator.world.address = `http://127.0.0.1:${port}`;
    simulator.sockets.attach(simulator.api.server);
    return simulator;
  }

  private constructor(options: SimulatorOptions) {
    super();
    const assumptions = { ...ASSUMPTIONS, ...options.assumptions };
    this.world = new World(this.clock, assumptions, {
      subscribed: options.events ?? ALL_EVENTS,
      isAgent: options.agent ?? true,
    });
    this.workspace = this.world.addWorkspace('Acme');
    this.workspace.installed = true;
    this.#bot = this.world.addToken('bot', this.workspace.id, options.scopes ?? ALL_SCOPES);
    this.#app = this.world.addToken('app', this.workspace.id, ['connections:write']);
    this.payloads = new Deliveries(this.world);
    this.events = new Events(this.world, this.payloads);
    this.sockets = new SocketMode(this.world, this.payloads);
    this.payloads.use(this.sockets);
    this.#description = options.checked === false ? undefined : Description.open(process.env['OPENAPI_DIR']);
    this.api = this.#open(options, assumptions);
    this.addChannel('general');
  }

  #open(options: SimulatorOptions, assumptions: Assumptions): WebApi {
    const commercial = options.commercial ?? false;
    const sips = { 'conversations.history': 1, 'conversations.replies': 1 };
    const limiter = new RateLimiter(this.clock, {
      minuteMs: options.minuteMs ?? MINUTE_MS,
      postBurst: assumptions.postBurst,
      perMinute: { ...(commercial ? sips : {}), ...options.perMinute },
    });
    return new WebApi(
      { world: this.world, sockets: this.sockets, commercial },
      {
        methods: METHODS,
        sites: [],
        description: this.#description,
        limiter,
        without: { methods: options.without ?? [], as: options.withoutAs ?? 'unknown_method' },
        latencyMs: (options.latencyMs ?? 0) / 2,
      },
    );
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

  addChannel(name: string, options: { kind?: ChannelKind; shared?: boolean; withoutBot?: boolean } = {}): Channel {
    const { kind = 'channel', shared = false } = options;
    const channel = this.world.addChannel(this.workspace, { kind, name, shared });
    for (const user of this.workspace.users.values())
      if (options.withoutBot !== true || user.id !== this.bot.id) channel.members.add(user.id);
    return channel;
  }

  /** By its name or id. */
  channel(name: string): Channel {
    return this.world.channel(name);
  }

  addUser(name: string, options: { readonly locale?: string } = {}): Person {
    return this.#add(name, options);
  }

  /** Another application's bot. */
  addBot(name: string): Person {
    return this.#add(name, { bot: { id: this.world.newId('B'), appId: this.world.newId('A') } });
  }

  /** Everybody is in every channel but the direct ones. */
  #add(name: string, facts: Partial<Pick<User, 'bot' | 'locale'>>): Person {
    const handle = name.toLowerCase().replaceAll(' ', '.');
    const user = this.world.addUser(this.workspace, { name: handle, realName: name, ...facts });
    for (const channel of this.workspace.channels.values()) if (channel.kind !== 'im') channel.members.add(user.id);
    return new Person(user, this.world, this.workspace);
  }

  /** The next calls of `method` go wrong as `fault` says. */
  fail(method: string, fault: Fault): void {
    this.api.plan(method, fault);
  }

  /** Takes back what is left of a fault. */
  mend(method: string): void {
    this.api.faults.lift(method);
  }

  /** From now on a 429 is no fault of the test. */
  allowRefusals(): void {
    this.#refusalsAllowed = true;
  }

  /** Forgets what should not have happened so far, which a test has looked at. */
  forgive(): void {
    this.api.unknownRoutes.length = 0;
    this.world.misdeeds.length = 0;
    if (this.#description) this.#description.violations.length = 0;
  }

  /** @throws Error with everything that should not have happened. */
  assertClean(): void {
    const refused = this.#refusalsAllowed ? [] : this.refusals.filter(({ planned }) => !planned);
    const faults = [
      ...this.api.unknownRoutes.map((route) => `unknown: ${route}`),
      ...refused.map(({ method }) => `429: ${method}`),
      ...this.api.faults.unused.map((fault) => `unused fault: ${fault}`),
      ...this.world.misdeeds,
      ...(this.#description?.violations ?? []).map((violation) => `against the reference: ${violation}`),
      ...this.api.defects.map((defect) => `simulator: ${defect instanceof Error ? defect.stack : String(defect)}`),
    ];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  async close(): Promise<void> {
    await this.sockets.stop();
    await this.api.stop();
    this.clock.stop();
  }
}

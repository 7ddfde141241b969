/** A Discord of one server on loopback: REST v10, Gateway v10 and CDN for the real discord.js, and people for a test to act as. */
import { Clock } from './clock.ts';
import { Commands } from './commands.ts';
import type { Fault } from './faults.ts';
import { Premises } from './grounds/premises.ts';
import { Gateway } from './gateway/gateway.ts';
import { Interactions } from './interactions.ts';
import { type Limits, RateLimiter } from './limits.ts';
import { Checker } from './openapi.ts';
import { Person } from './people.ts';
import { isTyping } from './places.ts';
import { readsOf, type SeenMessage } from './reader.ts';
import { type Latency, type Recorded, Rest } from './rest.ts';
import { join, settle } from './server.ts';
import type { Notification, ThreadAddition } from './gateway/dispatch.ts';
import { World } from './state.ts';
import { until } from './waiting.ts';

export interface SimulatorOptions {
  /** Whether the portal grants the message content intent. */
  readonly privilegedIntents?: boolean;
  readonly limits?: Partial<Limits>;
  /** Time every HTTP call takes; a number is half of it before and half after the call has its effect. */
  readonly latencyMs?: number | Latency | (() => Latency);
  readonly heartbeatMs?: number;
  /** False spares the look at the official descriptions, which costs more than the call itself. */
  readonly checked?: boolean;
  /** The server's language; en-US by default. */
  readonly locale?: string;
}

const HEARTBEAT_MS = 41_250;
const UNTIL_MS = 5000;

export class DiscordSimulator extends Premises {
  readonly gateway: Gateway;
  readonly #rest: Rest;
  readonly #limiter: RateLimiter;
  readonly #commands: Commands;
  readonly #interactions: Interactions;
  readonly #checker: Checker | undefined;
  #refusalsAllowed = false;

  static async start(options: SimulatorOptions = {}): Promise<DiscordSimulator> {
    const simulator = new DiscordSimulator(options);
    const port = await simulator.#rest.start();
    simulator.world.address = `http://127.0.0.1:${port}`;
    simulator.gateway.attach(simulator.#rest.server);
    return simulator;
  }

  private constructor(options: SimulatorOptions) {
    const messageContent = options.privilegedIntents ?? true;
    super(new World(new Clock(), { messageContent, guildMembers: false, presences: false }));
    const { world } = this;
    world.guild.locale = options.locale ?? world.guild.locale;
    this.#limiter = new RateLimiter(this.clock, options.limits ?? {});
    this.#commands = new Commands(world);
    this.#interactions = new Interactions(world);
    this.#checker = options.checked === false ? undefined : Checker.open(process.env['OPENAPI_DIR']);
    this.gateway = new Gateway(world, this.#limiter, options.heartbeatMs ?? HEARTBEAT_MS);
    const services = {
      world,
      limiter: this.#limiter,
      commands: this.#commands,
      interactions: this.#interactions,
      gatewayUrl: () => this.gateway.url,
      sessionStarts: () => this.gateway.sessionStarts,
      shards: () => this.gateway.shards,
    };
    this.#rest = new Rest(services, { checker: this.#checker, latency: latencyOf(options.latencyMs ?? 0) });
    settle(world);
    this.addChannel('general');
  }

  get clock(): Clock {
    return this.world.clock;
  }

  /** discord.js: `rest.api`. */
  get apiUrl(): string {
    return `${this.world.address}/api`;
  }

  get cdnUrl(): string {
    return `${this.world.address}/cdn`;
  }

  get token(): string {
    return this.world.app.token;
  }

  addUser(name: string): Person {
    return this.#add(name, false);
  }

  /** Another application's bot. */
  addBot(name: string): Person {
    return this.#add(name, true);
  }

  #add(name: string, bot: boolean): Person {
    const user = this.world.addUser(name, { bot, ...(bot ? {} : { globalName: name }) });
    join(this.world, user);
    const { world } = this;
    const until = (condition: () => boolean) => this.until(condition);
    return new Person(user, { world, interactions: this.#interactions, commands: this.#commands, until });
  }

  /** Oldest first; messages only one person sees are not among them. */
  reads(channelId: string): readonly SeenMessage[] {
    return readsOf(this.world, channelId);
  }

  /** The bot's own messages there. */
  readsOfBot(channelId: string): readonly SeenMessage[] {
    return this.reads(channelId).filter((message) => message.authorId === this.bot.id);
  }

  /** The thread that was opened on a message. */
  threadOf(messageId: string): string | undefined {
    return this.world.message(messageId)?.threadId;
  }

  /** Whether the bot is shown as typing. */
  typing(channelId: string): boolean {
    const channel = this.world.channels.get(channelId);
    return channel !== undefined && isTyping(this.world, channel, this.bot);
  }

  get commands(): readonly { readonly name: string; readonly guildId?: string }[] {
    const all = [...this.#commands.in(undefined), ...this.#commands.in(this.guild.id)];
    return all.map((json) => ({
      name: String(json['name']),
      ...(typeof json['guild_id'] === 'string' ? { guildId: json['guild_id'] } : {}),
    }));
  }

  /** Looks again at every change; fails with what happened last. `timeoutMs` is real time, 5,000 unless said. */
  async until(condition: () => boolean, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? UNTIL_MS;
    await until(this.world, condition, { timeoutMs, explain: () => this.#recent() });
  }

  #recent(): string {
    const recent = this.calls.slice(-10);
    return recent.map((call) => `${call.method} ${call.path} → ${call.status}`).join('\n');
  }

  /** Resolves with the id of the thread opened on a message. */
  async waitForThread(messageId: string): Promise<string> {
    await this.until(() => this.threadOf(messageId) !== undefined);
    return this.threadOf(messageId) ?? '';
  }

  get calls(): readonly Recorded[] {
    return this.#rest.calls;
  }

  /** Calls of routes there are not. */
  get unknownRoutes(): readonly string[] {
    return this.#rest.unknownRoutes;
  }

  /** Every 429, asked for or not. */
  get refusals(): readonly Recorded[] {
    return this.calls.filter((call) => call.status === 429);
  }

  /** Answers with 401, 403 or 429 in the last ten minutes, of which Discord bears 10,000. */
  get invalidRequests(): number {
    return this.#rest.invalidRequests;
  }

  /** Who got a push or a badge, by which message. */
  get notified(): readonly Notification[] {
    return this.world.notified;
  }

  /** Whom a mention pulled into a thread. */
  get addedToThread(): readonly ThreadAddition[] {
    return this.world.addedToThread;
  }

  /**
   * The next call of `route` goes wrong as `fault` says.
   *
   * @throws Error when there is no such route.
   */
  fail(route: string, fault: Fault): void {
    this.#rest.faults.plan(route, fault);
  }

  /** Takes back what is left of a fault: the platform is well again. */
  mend(route: string): void {
    this.#rest.faults.lift(route);
  }

  /** From now on a 429 is no fault of the test. */
  allowRefusals(): void {
    this.#refusalsAllowed = true;
  }

  /** @throws Error with everything that should not have happened: unknown routes, 429s, unused faults, a broken contract. */
  assertClean(): void {
    const refused = this.#refusalsAllowed ? [] : this.refusals.filter((call) => !call.planned);
    const faults = [
      ...this.#rest.unknownRoutes.map((route) => `unknown route: ${route}`),
      ...refused.map((call) => `429: ${call.method} ${call.path}`),
      ...this.#rest.faults.unused.map((fault) => `unused fault: ${fault}`),
      ...(this.#checker?.violations ?? []).map((violation) => `against the description: ${violation}`),
      ...this.#rest.defects.map((defect) => `simulator: ${defect instanceof Error ? defect.stack : String(defect)}`),
    ];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.#rest.stop();
    this.clock.stop();
  }
}

function latencyOf(ms: NonNullable<SimulatorOptions['latencyMs']>): () => Latency {
  if (typeof ms === 'function') return ms;
  const constant = typeof ms === 'number' ? { thereMs: ms / 2, backMs: ms / 2 } : ms;
  return () => constant;
}

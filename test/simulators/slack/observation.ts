/** What a test looks at and spoils: what readers see, what was called and delivered, what goes wrong, what should not have happened. */
import type { Description } from './api/description.ts';
import type { Fault } from './api/faults.ts';
import type { Called, WebApi } from './api/server.ts';
import type { Deliveries, Delivery } from './events/deliveries.ts';
import type { SocketMode } from './events/socket-mode.ts';
import type { Person } from './people/person.ts';
import { readsOf, type SeenMessage } from './people/reader.ts';
import type { Notification, Status } from './state/model.ts';
import { placeOf, sessionOf, statusesOf, statusOf } from './state/places.ts';
import type { World } from './state/world.ts';
import { until } from '../discord/waiting.ts';

const UNTIL_MS = 5000;

export abstract class Observation {
  abstract readonly world: World;
  protected abstract readonly api: WebApi;
  protected abstract readonly payloads: Deliveries;
  abstract readonly sockets: SocketMode;
  protected abstract readonly description: Description | undefined;
  #refusalsAllowed = false;

  /** What stands in a channel, or in a thread below one of its messages, for somebody who reads along or for `as`. */
  seenIn(channel: string, thread?: string, as?: Person): readonly SeenMessage[] {
    return this.seenAt(this.world.clock.now(), {
      channel,
      ...(thread === undefined ? {} : { thread }),
      ...(as === undefined ? {} : { as }),
    });
  }

  /** The same at another time on this simulator's clock. */
  seenAt(at: number, place: { channel: string; thread?: string; as?: Person }): readonly SeenMessage[] {
    const { as, ...where } = place;
    return readsOf(this.world, {
      ...where,
      channel: this.world.channel(place.channel),
      at,
      ...(as === undefined ? {} : { as: as.id }),
    });
  }

  /** The bot's own messages there. */
  seenOfBot(channel: string, thread?: string, as?: Person): readonly SeenMessage[] {
    return this.seenIn(channel, thread, as).filter(({ authorId }) => authorId === this.world.botIn(channel));
  }

  /** The status line under a thread, now or at another time; absent where none stands. */
  statusIn(channel: string, thread: string, at = this.world.clock.now()): string | undefined {
    return statusOf(this.world, { channel: this.world.channel(channel), threadTs: thread }, at)?.text;
  }

  /** Every status there was, oldest first; an empty one took the line away. */
  statusesIn(channel: string, thread: string): readonly Status[] {
    return statusesOf(this.world, { channel: this.world.channel(channel), threadTs: thread });
  }

  /** The title of a conversation with the agent. */
  titleIn(channel: string, thread: string): string | undefined {
    const place = this.world.channel(channel);
    const { titles } = this.world.workspace(place.team);
    return titles.get(placeOf(place, thread)) ?? sessionOf(this.world, place, thread)?.title;
  }

  /** The prompts offered in a thread, or at the beginning of a direct message. */
  promptsIn(channel: string, thread = ''): readonly unknown[] {
    const place = this.world.channel(channel);
    return this.world.workspace(place.team).prompts.get(placeOf(place, thread)) ?? [];
  }

  /** What the agent's session in a thread is doing. */
  sessionIn(channel: string, thread: string): string | undefined {
    return sessionOf(this.world, this.world.channel(channel), thread)?.state;
  }

  /** Mentions in the bot's messages that reached somebody. */
  get notifications(): readonly Notification[] {
    return this.world.notifications;
  }

  get calls(): readonly Called[] {
    return this.api.calls;
  }

  callsOf(method: string): readonly Called[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Every payload sent to the app, and how it fared. */
  get deliveries(): readonly Delivery[] {
    return this.payloads.all;
  }

  /** Every 429, asked for or not. */
  get refusals(): readonly Called[] {
    return this.calls.filter(({ status }) => status === 429);
  }

  /** Looks again at every change; fails with what happened last. `timeoutMs` is real time, 5,000 unless said. */
  async until(condition: () => boolean, options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const explain = () =>
      this.calls
        .slice(-10)
        .map(({ method, status, error = 'ok' }) => `${method} → ${status} ${error}`)
        .join('\n');
    await until(this.world, condition, { timeoutMs: options.timeoutMs ?? UNTIL_MS, explain });
  }

  /** The next calls of `method` go wrong as `fault` says. */
  fail(method: string, fault: Fault): void {
    this.api.plan(method, fault);
  }

  /** The event comes once more, with the id that it had. */
  sendAgain({ kind, payload }: Delivery): void {
    this.payloads.offer(kind, payload);
  }

  /** From now on acknowledgements of these get lost on their way, so that they come again. */
  loseAcknowledgements(of: (delivery: Delivery) => boolean): void {
    this.payloads.loseAcknowledgements(of);
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
    if (this.description) this.description.violations.length = 0;
  }

  /** @throws Error with everything that should not have happened. */
  assertClean(): void {
    const refused = this.#refusalsAllowed ? [] : this.refusals.filter(({ planned }) => !planned);
    const faults = [
      ...this.api.unknownRoutes.map((route) => `unknown: ${route}`),
      ...refused.map(({ method }) => `429: ${method}`),
      ...this.api.faults.unused.map((fault) => `unused fault: ${fault}`),
      ...(this.sockets.unusedHellos > 0 ? [`unused hellos: ${this.sockets.unusedHellos}`] : []),
      ...this.world.misdeeds,
      ...(this.description?.violations ?? []).map((violation) => `against the reference: ${violation}`),
      ...this.api.defects.map((defect) => `simulator: ${defect instanceof Error ? defect.stack : String(defect)}`),
    ];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}

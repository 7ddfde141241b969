/** One gateway session: its numbered events, kept for a resume, whatever socket carries them at the moment. */
import type { WebSocket } from 'ws';
import type { Json } from '../json.ts';
import type { Dispatch, Viewer } from './dispatch.ts';
import type { World } from '../state.ts';
import { Intent } from '../intents.ts';
import { may } from '../permissions.ts';

/** Opcodes. @see https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes */
export const Op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voiceState: 4,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

/** How long a session outlives its socket. */
const RESUMABLE_MS = 180_000;

interface Sent {
  readonly seq: number;
  readonly type: string;
  readonly data: Json;
}

export class Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  socket: WebSocket | undefined;
  #seq = 0;
  #leftAt: number | undefined;
  #ended = false;
  #swapped: string | undefined;
  #held: { readonly type: string; readonly data: Json } | undefined;
  readonly #sent: Sent[] = [];
  readonly #world: World;

  constructor(world: World, id: string, identified: { intents: number; shard: readonly [number, number] }) {
    this.#world = world;
    this.id = id;
    this.intents = identified.intents;
    this.shard = identified.shard;
  }

  get seq(): number {
    return this.#seq;
  }

  /** Whether a RESUME still finds it. */
  get resumable(): boolean {
    const gone = this.#leftAt !== undefined && this.#world.clock.now() - this.#leftAt > RESUMABLE_MS;
    return !this.#ended && !gone;
  }

  /** The socket went; the client's own 1000 and 1001 end the session, anything else keeps it a while. */
  left(closeCode: number): void {
    this.socket = undefined;
    this.#leftAt = this.#world.clock.now();
    if (closeCode === 1000 || closeCode === 1001) this.#ended = true;
  }

  end(): void {
    this.#ended = true;
  }

  send(type: string, data: Json): void {
    const event = { seq: ++this.#seq, type, data };
    this.#sent.push(event);
    this.#deliver(event);
  }

  /** Everything after `seq`, in order, on the new socket. */
  resume(socket: WebSocket, seq: number): void {
    this.socket = socket;
    this.#leftAt = undefined;
    for (const event of this.#sent) if (event.seq > seq) this.#deliver(event);
    this.send('RESUMED', {});
  }

  /** Delivers the latest event of this type once more, under its old number, as may happen. */
  repeat(type: string): void {
    const last = this.#sent.findLast((event) => event.type === type);
    if (!last) throw new Error(`no ${type} was sent yet`);
    this.#deliver(last);
  }

  offer(event: Dispatch): void {
    if (!this.#mayHave(event)) return;
    const data = event.data(this.#viewer);
    if (event.type === this.#swapped && !this.#held) {
      this.#held = { type: event.type, data };
      return;
    }
    this.send(event.type, data);
    const held = this.#held;
    this.#held = undefined;
    this.#swapped = held ? undefined : this.#swapped;
    if (held) this.send(held.type, held.data);
  }

  /** The next event of this type waits for the one that follows it. */
  swap(type: string): void {
    this.#swapped = type;
  }

  get #viewer(): Viewer {
    return { seesContent: (this.intents & Intent.messageContent) !== 0 };
  }

  #mayHave(event: Dispatch): boolean {
    if (event.intents !== 0 && (this.intents & event.intents) === 0) return false;
    const [shardId, shards] = this.shard;
    const wanted = event.guildId === undefined ? 0 : Number((BigInt(event.guildId) >> 22n) % BigInt(shards));
    if (wanted !== shardId) return false;
    const channel = event.channelId === undefined ? undefined : this.#world.channels.get(event.channelId);
    return channel === undefined || may(this.#world, this.#world.app.id, channel, 'viewChannel');
  }

  #deliver(event: Sent): void {
    this.socket?.send(JSON.stringify({ op: Op.dispatch, d: event.data, s: event.seq, t: event.type }));
  }
}

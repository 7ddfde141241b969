/** The Gateway: HELLO, IDENTIFY with its checks in order, RESUME, heartbeats, close codes, and the faults a test asks for. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { type Connected, type Connection, Lines, send } from './lines.ts';
import { Op, Session } from './session.ts';
import { identifyFault, knowsToken } from './identify.ts';
import { Intent } from '../intents.ts';
import { sendMembers } from './members.ts';
import { isJson, type Json, jsonOf, listOf, numberOf, textOf } from '../json.ts';
import type { RateLimiter } from '../limits.ts';
import { applicationFlags } from '../routes/basics.ts';
import type { World } from '../state.ts';
import { guildCreateJson, userJson } from '../wire.ts';

const MAX_PAYLOAD_BYTES = 4096;
/** How long a client has to answer the close frame of a simulator that stops. */
const CLOSE_GRACE_MS = 250;
const DAY_MS = 86_400_000;
/** What an opcode the simulator does not act on is still known by. */
const IGNORED_OPS: ReadonlySet<unknown> = new Set([Op.presence, Op.voiceState, 31, 43]);

export class Gateway extends Lines {
  /** How many servers the bot is said to be in; only the sharding rule asks. */
  guildCount = 1;
  /** How many sessions may be begun in a day. */
  startsADay = 1000;
  readonly #world: World;
  readonly #limiter: RateLimiter;
  readonly #heartbeatMs: number;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  readonly #starts: number[] = [];

  constructor(world: World, limiter: RateLimiter, heartbeatMs: number) {
    super();
    this.#world = world;
    this.#limiter = limiter;
    this.#heartbeatMs = heartbeatMs;
    world.onDispatch((event) => {
      if (this.loses(event.type)) return;
      for (const session of this.#sessions.values()) if (session.resumable) session.offer(event);
    });
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith('/gateway') !== true) socket.destroy();
      else this.#server.handleUpgrade(request, socket, head, (opened) => this.#connected(opened, request));
    });
  }

  get url(): string {
    return `${this.#world.address.replace('http', 'ws')}/gateway`;
  }

  /** Where sessions are resumed: another path, so that a client that mixes them up is seen. */
  get resumeUrl(): string {
    return `${this.url}/resume`;
  }

  /** How many connections are recommended. */
  get shards(): number {
    return Math.max(1, Math.ceil(this.guildCount / 2000));
  }

  get sessionStarts(): Json {
    const since = this.#world.clock.now() - DAY_MS;
    const used = this.#starts.filter((at) => at > since).length;
    return {
      total: this.startsADay,
      remaining: Math.max(0, this.startsADay - used),
      reset_after: DAY_MS,
      max_concurrency: 1,
    };
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.close(1001, 'The simulator stops.');
    const impatience = setTimeout(() => this.drop(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(impatience);
  }

  #connected(socket: WebSocket, request: IncomingMessage): void {
    const url = new URL(request.url ?? '/', this.#world.address);
    const id = randomBytes(8).toString('hex');
    const version = url.searchParams.get('v');
    const connection: Connection = { socket, path: url.pathname, version, id, stopWaiting: () => undefined };
    const seen: Connected = { path: url.pathname };
    this.connections.set(connection, seen);
    this.history.push(seen);
    socket.on('message', (data) => this.#received(connection, data));
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      connection.stopWaiting();
      connection.session?.left(code);
      this.connections.delete(connection);
      seen.closeCode = code;
      this.#world.changed();
    });
    send(socket, Op.hello, { heartbeat_interval: this.#heartbeatMs });
    this.#awaitHeartbeat(connection);
  }

  /** A client that misses its beat by half an interval is given up. */
  #awaitHeartbeat(connection: Connection): void {
    connection.stopWaiting();
    const timer = setTimeout(() => connection.socket.close(4009, 'Session timed out.'), this.#heartbeatMs * 1.5);
    connection.stopWaiting = () => clearTimeout(timer);
  }

  #received(connection: Connection, data: RawData): void {
    const { socket } = connection;
    // ws hands text frames over as one Buffer unless binaryType is changed, which it is not.
    const bytes = data as Buffer;
    if (bytes.length > MAX_PAYLOAD_BYTES) return socket.close(4002, 'Error while decoding payload.');
    if (!this.#limiter.hit('gatewaySend', connection.id).allowed) return socket.close(4008, 'Rate limited.');
    const payload = payloadOf(bytes);
    if (!payload) return socket.close(4002, 'Error while decoding payload.');
    const details = jsonOf(payload['d']);
    switch (payload['op']) {
      case Op.heartbeat:
        if (connection.isNumb) return;
        this.#awaitHeartbeat(connection);
        return send(socket, Op.heartbeatAck, null);
      case Op.identify:
        return this.#identify(connection, details);
      case Op.resume:
        return this.#resume(connection, details);
      case Op.requestMembers:
        if (!connection.session) return socket.close(4003, 'Not authenticated.');
        return sendMembers(this.#world, this.#limiter, { session: connection.session, request: details });
      default:
        if (!IGNORED_OPS.has(payload['op'])) return socket.close(4001, 'Unknown opcode.');
        if (!connection.session) return socket.close(4003, 'Not authenticated.');
    }
  }

  #identify(connection: Connection, data: Json): void {
    const { socket } = connection;
    const [shardId = 0, shards = 1] = listOf(data['shard']).map(Number);
    const intents = numberOf(data['intents']) ?? 0;
    const fault = identifyFault(this.#world, data, {
      version: connection.version,
      isIdentified: connection.session !== undefined,
      guildCount: this.guildCount,
    });
    if (fault) return socket.close(...fault);
    this.#note(connection, 'identify');
    if (!this.#limiter.hit('identify', 'key 0').allowed) return send(socket, Op.invalidSession, false);
    const world = this.#world;
    this.#starts.push(world.clock.now());
    const session = new Session(world, randomBytes(16).toString('hex'), { intents, shard: [shardId, shards] });
    this.#sessions.set(session.id, session);
    connection.session = session;
    session.socket = socket;
    const isIn = world.guild.members.has(world.app.bot.id);
    const ownsGuild = isIn && Number((BigInt(world.guild.id) >> 22n) % BigInt(shards)) === shardId;
    session.send('READY', this.#ready(session, ownsGuild));
    if (ownsGuild && (intents & Intent.guilds) !== 0) session.send('GUILD_CREATE', guildCreateJson(world));
    world.changed();
  }

  #resume(connection: Connection, data: Json): void {
    const { socket } = connection;
    const session = this.#sessions.get(textOf(data['session_id']) ?? '');
    const seq = numberOf(data['seq']) ?? 0;
    if (!this.#knowsToken(data)) return socket.close(4004, 'Authentication failed.');
    if (connection.session) return socket.close(4005, 'Already authenticated.');
    this.#note(connection, 'resume');
    if (!session?.resumable) return send(socket, Op.invalidSession, false);
    if (seq > session.seq) return socket.close(4007, 'Invalid seq.');
    connection.session = session;
    session.resume(socket, seq);
    this.#world.changed();
  }

  #knowsToken(data: Json): boolean {
    return knowsToken(this.#world, data);
  }

  #note(connection: Connection, opened: 'identify' | 'resume'): void {
    const seen = this.connections.get(connection);
    if (seen) seen.opened ??= opened;
  }

  #ready(session: Session, ownsGuild: boolean): Json {
    const { app, guild } = this.#world;
    return {
      v: 10,
      user: { ...userJson(app.bot), verified: true, mfa_enabled: false, email: null },
      guilds: ownsGuild ? [{ id: guild.id, unavailable: true }] : [],
      session_id: session.id,
      resume_gateway_url: this.resumeUrl,
      shard: session.shard,
      application: { id: app.id, flags: applicationFlags(this.#world) },
    };
  }
}

function payloadOf(bytes: Buffer): Json | undefined {
  try {
    const payload: unknown = JSON.parse(bytes.toString());
    return isJson(payload) ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** The connections of a gateway, and what a test makes happen on them. */
import type { WebSocket } from 'ws';
import { Op, type Session } from './session.ts';

export interface Connection {
  readonly socket: WebSocket;
  readonly path: string;
  readonly version: string | null;
  readonly id: string;
  session?: Session;
  /** Its heartbeats are no longer answered. */
  isNumb?: boolean;
  stopWaiting: () => void;
}

/** A connection as a test looks at it. */
export interface Connected {
  readonly path: string;
  /** What the client first did on it. */
  opened?: 'identify' | 'resume';
  closeCode?: number;
}

export class Lines {
  /** Every connection there was, in order. */
  readonly history: Connected[] = [];
  protected readonly connections = new Map<Connection, Connected>();
  readonly #lost: string[] = [];

  /** Whether a client is in a session right now. */
  get online(): boolean {
    return [...this.connections.keys()].some(({ session }) => session !== undefined);
  }

  /** Cuts every connection without a word; the sessions can be resumed or not. */
  drop({ resumable = true }: { readonly resumable?: boolean } = {}): void {
    for (const { socket, session } of this.connections.keys()) {
      if (!resumable) session?.end();
      socket.terminate();
    }
  }

  close(code: number, reason = ''): void {
    for (const { socket } of this.connections.keys()) socket.close(code, reason);
  }

  /** Asks every client to reconnect and resume. */
  sendOp7(): void {
    for (const { socket } of this.connections.keys()) send(socket, Op.reconnect, null);
  }

  /** Tells every client that its session is invalid. */
  sendOp9(resumable: boolean): void {
    for (const { socket, session } of this.connections.keys()) {
      if (!resumable) session?.end();
      send(socket, Op.invalidSession, resumable);
    }
  }

  /** Every connection there is goes on, but no heartbeat on it is answered: a zombie, which the client has to notice. */
  numb(): void {
    for (const connection of this.connections.keys()) {
      connection.isNumb = true;
      connection.stopWaiting();
    }
  }

  /** Asks every client for a heartbeat out of turn. */
  askHeartbeat(): void {
    for (const { socket } of this.connections.keys()) send(socket, Op.heartbeat, null);
  }

  /** The next event of a type never comes, and no resume brings it. */
  lose(type: string): void {
    this.#lost.push(type);
  }

  /** The next event of a type comes after the one that follows it. */
  swap(type: string): void {
    for (const { session } of this.connections.keys()) session?.swap(type);
  }

  /** Delivers the latest event of a type a second time. */
  repeat(type: string): void {
    for (const { session } of this.connections.keys()) session?.repeat(type);
  }

  /** Whether an event of this type is to be lost, counted as done. */
  protected loses(type: string): boolean {
    const at = this.#lost.indexOf(type);
    if (at >= 0) this.#lost.splice(at, 1);
    return at >= 0;
  }
}

export function send(socket: WebSocket, op: number, d: unknown): void {
  socket.send(JSON.stringify({ op, d, s: null, t: null }));
}

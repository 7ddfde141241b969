/** Who belongs to the server, and what roles and overwrites let them do. */
import type { User } from '../state.ts';

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly mentionable: boolean;
  /** Set on the managed role a bot brings along. */
  readonly botId?: string;
  permissions: bigint;
}

export interface Overwrite {
  /** A role's or a member's id. */
  readonly id: string;
  readonly kind: 'role' | 'member';
  allow: bigint;
  deny: bigint;
}

export interface Member {
  readonly user: User;
  readonly roles: Set<string>;
  readonly joinedAt: number;
  timedOutUntil?: number;
}

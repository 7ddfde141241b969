/** What a refusal of Discord's means for a reply. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';

export type Meaning =
  /** The message is deleted. */
  | 'gone'
  | 'thread-exists'
  | 'no-history'
  | 'archived'
  | 'locked'
  /** Too many edits of messages that are older than an hour; others may still be edited. */
  | 'too-old'
  /** The text, a link or a file is not let through. */
  | 'rules'
  | 'forbidden'
  /** What only its asker sees cannot be written any more. */
  | 'expired'
  | 'too-large'
  /** A plain text for a message of text displays, which stays one. */
  | 'a-display'
  /** Sent once, and nobody knows what became of it. */
  | 'lost';

/** What Discord calls the fault of a field, whose code is that of every form with a fault. */
export const NOT_IN_DISPLAYS = 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2';

/** What is no word of Discord's: it did not answer what may not be sent twice. */
export const LOST = 'LOST';

/** @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const MEANINGS: ReadonlyMap<unknown, Meaning> = new Map<unknown, Meaning>([
  [10_008, 'gone'],
  [160_004, 'thread-exists'],
  [160_002, 'no-history'],
  [50_083, 'archived'],
  [160_005, 'locked'],
  [30_046, 'too-old'],
  [200_000, 'rules'],
  [200_001, 'rules'],
  [240_000, 'rules'],
  [20_009, 'rules'],
  [10_003, 'forbidden'],
  [50_001, 'forbidden'],
  [50_013, 'forbidden'],
  [50_007, 'forbidden'],
  [50_278, 'forbidden'],
  [50_027, 'expired'],
  [10_015, 'expired'],
  [10_062, 'expired'],
  // Where a person brought the bot along, a command has five messages.
  [40_094, 'expired'],
  [40_005, 'too-large'],
  [NOT_IN_DISPLAYS, 'a-display'],
  [LOST, 'lost'],
]);

/** The error, which says so where nothing more may be written. */
export function asShut(error: unknown): unknown {
  const meaning = meaningOf(error);
  if (!(error instanceof PlatformRejected) || (meaning !== 'forbidden' && meaning !== 'locked')) return error;
  return new PlatformRejected(error.message, { ...error.failure, isShut: true });
}

/** Undefined for what means nothing in particular. */
export function meaningOf(error: unknown): Meaning | undefined {
  const isOfPlatform = error instanceof PlatformRejected || error instanceof PlatformUnavailable;
  return isOfPlatform ? MEANINGS.get(error.failure.platformCode) : undefined;
}

/** What a test may choose when it starts a Slack: the app's settings, its limits, its lacks. */
import type { Assumptions } from './state/assumptions.ts';

/** What the app of the fact sheet's section 8 asks for, and what its optional abilities need. */
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

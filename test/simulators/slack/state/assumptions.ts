/** Every number and choice that no document settles, with what is known of it; a test may set each of them otherwise. */

/** Evidence: D documentation, C source of the packages, M measured, 3P measured by others on live Slack, ? not established. */
export interface Assumptions {
  /** [3P] Cumulative size of one streamed message, in UTF-8 bytes; sources name 10,600 to 11,980. */
  readonly streamBytes: number;
  /** [3P] Total life of one stream; 5.18 to 5.30 minutes measured. */
  readonly streamLifeMs: number;
  /** [?] What other readers see of a channel stream before it stops: the first chunk or an empty bubble. */
  readonly othersSee: 'first-chunk' | 'nothing';
  /** [?] Whether each append raises a `message_changed`; unknown, so only the stop does. */
  readonly appendEvents: boolean;
  /** [D] How long a status line stands unless renewed. */
  readonly statusLifeMs: number;
  /** [D] After which a session that is processing falls back to active. */
  readonly processingLifeMs: number;
  /** [D for HTTP, 3P for sockets] Until when a delivery has to be acknowledged. */
  readonly ackMs: number;
  /** [D for HTTP, 3P for sockets] When a delivery is repeated, after each failure. */
  readonly retriesMs: readonly number[];
  /** [D] Between the warning and the cut of a connection. */
  readonly warningMs: number;
  /** [?] How often the server pings. */
  readonly pingMs: number;
  /** [D] Connections of one app. */
  readonly maxSockets: number;
  /** [D] For how long, and how often, a response URL can be used. */
  readonly responseUrlMs: number;
  readonly responseUrlUses: number;
  /** [D] For how long a trigger opens a view. */
  readonly triggerMs: number;
  /** [?] How many posts a channel takes at once; the documents say "short bursts". */
  readonly postBurst: number;
  /** [?] Whether plain `@channel` becomes a mention where `parse` is `client`, the default of an update. */
  readonly clientParseMentions: boolean;
  /** [D] Until a file that was completed is shared in its channel. */
  readonly sharingMs: number;
}

export const ASSUMPTIONS: Assumptions = {
  streamBytes: 10_600,
  streamLifeMs: 300_000,
  othersSee: 'first-chunk',
  appendEvents: false,
  statusLifeMs: 120_000,
  processingLifeMs: 3_600_000,
  ackMs: 3000,
  retriesMs: [0, 60_000, 300_000],
  warningMs: 10_000,
  pingMs: 10_000,
  maxSockets: 10,
  responseUrlMs: 1_800_000,
  responseUrlUses: 5,
  triggerMs: 3000,
  postBurst: 5,
  clientParseMentions: true,
  sharingMs: 20,
};

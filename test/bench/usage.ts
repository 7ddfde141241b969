/** What is wrong with how a benchmark was called, in one sentence for the person who did. */

export class UsageError extends Error {}

/** Which ways to show a growing answer a workspace and a channel take: what is refused for good is not tried each time. */

/** Codes that say the method is not there, for the workspace. */
const NOT_IN_WORKSPACE: ReadonlySet<string> = new Set([
  'unknown_method',
  'method_deprecated',
  'feature_not_enabled',
  'missing_scope',
  'not_allowed_token_type',
]);

/** Codes that say that it does not work in the channel. */
const NOT_IN_CHANNEL: ReadonlySet<string> = new Set(['channel_type_not_supported', 'invalid_thread_ts']);

/** Milliseconds after which what was refused is tried again, and how many refusals are remembered. */
const LATCHED_MS = 60 * 60_000;
const MAX_LATCHES = 1000;

/** Shared by all replies of a process. */
export class Ladder {
  readonly #latches = new Map<string, number>();

  /** Remembers a refusal that holds for more than one answer. */
  refused(method: string, where: { readonly team: string; readonly channel: string }, code: string): void {
    const key = NOT_IN_WORKSPACE.has(code) ? where.team : NOT_IN_CHANNEL.has(code) ? where.channel : undefined;
    if (key === undefined) return;
    const [oldest] = this.#latches.keys();
    if (this.#latches.size >= MAX_LATCHES && oldest !== undefined) this.#latches.delete(oldest);
    this.#latches.set(`${method} ${key}`, performance.now() + LATCHED_MS);
  }

  mayTry(method: string, { team, channel }: { readonly team: string; readonly channel: string }): boolean {
    const now = performance.now();
    return [team, channel].every((key) => (this.#latches.get(`${method} ${key}`) ?? 0) <= now);
  }
}

/** Discord's ids: milliseconds since 2015 in the upper bits, strictly increasing, 17 to 19 digits, always strings. */

const DISCORD_EPOCH_MS = 1_420_070_400_000;

export class Snowflakes {
  #last = 0n;

  next(nowMs: number): string {
    const ofNow = BigInt(Math.floor(nowMs) - DISCORD_EPOCH_MS) << 22n;
    this.#last = ofNow > this.#last ? ofNow : this.#last + 1n;
    return String(this.#last);
  }
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{17,19}$/.test(value);
}

/** Who people are, asked of Slack and remembered for a while; where it cannot be known, they are called by their id. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Author } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import type { Calls } from '../slack-api/calls.ts';
import { fieldsOf, textIn } from '../slack-api/fields.ts';

/** Milliseconds for which a name is remembered, and how many are. */
const KEPT_MS = 60 * 60_000;
const MAX_KEPT = 5000;

/** Milliseconds that a message waits for names. */
const WAIT_MS = 1500;

interface Known {
  readonly person: Promise<Author>;
  readonly until: number;
}

export class People {
  readonly #calls: Calls;
  readonly #log: Log;
  readonly #known = new Map<string, Known>();

  constructor(calls: Calls, log: Log) {
    this.#calls = calls;
    this.#log = log;
  }

  /** The person, whom the platform may not tell of in time. Never rejects. */
  async of(team: string, user: string): Promise<Author> {
    const late = Promise.withResolvers<Author>();
    const timer = setTimeout(() => late.resolve({ id: user, name: user }), WAIT_MS);
    try {
      return await Promise.race([this.#person(team, user), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Names by id. Never rejects. */
  async names(team: string, users: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const people = await Promise.all(users.map((user) => this.of(team, user)));
    return new Map(people.map(({ id, name }) => [id, name]));
  }

  #person(team: string, user: string): Promise<Author> {
    const key = `${team}/${user}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > performance.now()) return known.person;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KEPT && oldest !== undefined) this.#known.delete(oldest);
    const person = this.#asked(team, user);
    this.#known.set(key, { person, until: performance.now() + KEPT_MS });
    return person;
  }

  async #asked(team: string, user: string): Promise<Author> {
    try {
      const answer = await this.#calls.ask({ method: 'users.info', team, args: { user, include_locale: true } });
      const found = fieldsOf(answer['user']);
      const profile = fieldsOf(found['profile']);
      const name = textIn(profile, 'display_name') ?? textIn(profile, 'real_name') ?? textIn(found, 'name') ?? user;
      const locale = textIn(found, 'locale');
      const manages = found['is_admin'] === true || found['is_owner'] === true;
      return {
        id: user,
        name,
        ...(locale === undefined ? {} : { locale }),
        ...(manages ? { manages: 'workspace' as const } : {}),
      };
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      const { status, platformCode } = error.failure;
      this.#log.debug('slack.person-unknown', { team, status, code: platformCode });
      // Asked again with the next message.
      if (error.retryable) this.#known.delete(`${team}/${user}`);
      return { id: user, name: user };
    }
  }
}

/** Something a person did that the app has to answer: a command, a button, a shortcut, a form. */
import { type SeenMessage, seen } from '../people/reader.ts';
import type { Message } from '../state/model.ts';
import type { World } from '../state/world.ts';

export class Invocation {
  readonly #world: World;
  readonly #user: string;
  /** `failed` is what Slack tells the person after three seconds: the app did not respond. */
  state: 'waiting' | 'acknowledged' | 'failed' = 'waiting';
  /** What a form says about its fields, by block. */
  errors: Readonly<Record<string, string>> = {};
  readonly messages: Message[] = [];
  /** Where the app may answer within half an hour; none for forms. */
  responseUrl = '';

  constructor(world: World, user: string) {
    this.#world = world;
    this.#user = user;
  }

  /** Every message it brought that still stands. */
  reads(): readonly SeenMessage[] {
    const at = this.#world.clock.now();
    return this.messages
      .filter(({ deletedAt }) => deletedAt === undefined)
      .flatMap((message) => seen(this.#world, message, { as: this.#user, at }) ?? []);
  }
}

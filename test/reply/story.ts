/** The events of a turn, sent by the test one by one. */
import type { Turn } from '../../src/core/conversation.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';

export class Story {
  readonly #events: ReplyEvent[] = [];
  #end: (() => Turn) | undefined;
  #more = Promise.withResolvers<void>();

  text(text: string): void {
    this.#events.push({ kind: 'text', text });
    this.#more.resolve();
  }
  thought(text: string): void {
    this.#events.push({ kind: 'thought', text });
    this.#more.resolve();
  }
  end(turn: Turn): void {
    this.#end = () => turn;
    this.#more.resolve();
  }
  fail(error: Error): void {
    this.#end = () => {
      throw error;
    };
    this.#more.resolve();
  }

  async *tell(): AsyncGenerator<ReplyEvent, Turn> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) yield event;
      else if (this.#end !== undefined) return this.#end();
      else {
        await this.#more.promise;
        this.#more = Promise.withResolvers();
      }
    }
  }
}

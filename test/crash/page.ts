/** The page as the bot is killed on it: its threads are what the bot itself keeps and tells. */
import { conversationOf } from '../../src/playground/inbound.ts';
import type { TurnView } from '../../src/playground/surface.ts';
import type { Asked, Kind, Scene } from './scene.ts';

export class PageScene implements Scene {
  readonly kinds = ['opens', 'follows', 'long', 'tool'] as const;
  readonly paceMs = 40;
  readonly caughtUp = /"event":"bot\.ready"/;
  readonly environment = {};
  #address = '';
  #cookie = '';
  #thread = '';
  #turns: readonly TurnView[] = [];

  static async open(): Promise<PageScene> {
    return new PageScene();
  }

  async restarts(): Promise<void> {}

  /** Each start gives those who load the page another cookie. */
  async started(port: number): Promise<void> {
    this.#address = `http://127.0.0.1:${port}`;
    const page = await fetch(this.#address).catch(() => undefined);
    this.#cookie = page?.headers.get('set-cookie')?.split(';')[0] ?? '';
    await page?.text();
  }

  async ask(kind: Kind, question: string): Promise<Asked> {
    if (kind === 'opens' || this.#thread === '') this.#thread = `thread-of-${question}`;
    const conversation = this.#thread;
    const mention = `playground:${conversation}/${question}`;
    const isOwed = await this.#sent({ conversation, id: question, text: question, author: 'Ada' });
    const posts = async (): Promise<readonly string[]> => {
      this.#turns = await this.#read(conversation);
      return this.#turns.filter(({ id }) => id === mention).map(({ text, notice = '' }) => `${text}\n${notice}`);
    };
    return {
      mention,
      conversation: conversationOf(conversation),
      isOwed,
      posts,
      faults: () => this.#turns.flatMap(({ state }) => (state === 'done' ? [] : [`an answer is ${state}`])),
    };
  }

  /** Whether the page was told that it is accepted. */
  async #sent(body: object): Promise<boolean> {
    const headers = { cookie: this.#cookie, 'content-type': 'application/json' };
    const request = fetch(`${this.#address}/api/mentions`, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = await request.catch(() => undefined);
    return answer?.status === 202;
  }

  async #read(thread: string): Promise<readonly TurnView[]> {
    const answer = await fetch(`${this.#address}/api/conversations/${thread}`, { headers: { cookie: this.#cookie } });
    // What this address answers.
    return ((await answer.json()) as { readonly turns: readonly TurnView[] }).turns;
  }

  async stop(): Promise<void> {}
}

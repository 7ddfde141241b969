/** Discord as the bot is killed on it: a server with a thread, and a direct message. */
import { conversationIdOf } from '../../src/core/conversation.ts';
import type { Person } from '../simulators/discord/people.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import type { Asked, Kind, Scene } from './scene.ts';

/** Discord lets a bot identify once in five seconds. */
const IDENTIFY_WAIT_MS = 5000;

export class DiscordScene implements Scene {
  readonly kinds = ['opens', 'follows', 'direct', 'long', 'tool'] as const;
  readonly paceMs = 40;
  readonly caughtUp = /"event":"discord\.caught-up"/;
  readonly #discord: DiscordSimulator;
  readonly #ada: Person;
  #thread: string | undefined;

  static async open(): Promise<DiscordScene> {
    return new DiscordScene(await DiscordSimulator.start({ checked: false }));
  }

  private constructor(discord: DiscordSimulator) {
    this.#discord = discord;
    this.#ada = discord.addUser('Ada');
  }

  get environment() {
    return { DISCORD_TOKEN: this.#discord.token, DISCORD_API_URL: this.#discord.apiUrl };
  }

  async restarts(): Promise<void> {
    this.#discord.clock.advance(IDENTIFY_WAIT_MS);
  }

  async started(): Promise<void> {
    // A thread that never was cannot be gone on in.
    if (this.#thread !== undefined && this.#discord.threadOf(this.#thread) === undefined) this.#thread = undefined;
  }

  async ask(kind: Kind, question: string): Promise<Asked> {
    const thread = kind === 'opens' || kind === 'direct' ? undefined : this.#thread;
    if (kind === 'direct') return this.#asked(this.#ada.dmChannelId, question);
    return thread === undefined ? this.#opened(question) : this.#asked(thread, question);
  }

  #opened(question: string): Asked {
    const discord = this.#discord;
    const general = discord.channel('general').id;
    const { id } = this.#ada.says(general, question, { mention: true });
    this.#thread = id;
    const hasThread = (): boolean => discord.threadOf(id) !== undefined;
    const asked = this.#below({ channel: id, from: 0, mention: `discord:${general}/${id}` });
    return {
      ...asked,
      posts: async () => (hasThread() ? asked.posts() : []),
      faults: () => (hasThread() ? asked.faults() : ['the question has no thread']),
    };
  }

  #asked(channel: string, question: string): Asked {
    const from = this.#discord.readsOfBot(channel).length;
    const { id } = this.#ada.says(channel, question);
    return this.#below({ channel, from, mention: `discord:${channel}/${id}` });
  }

  /** What stands in a place after so many messages of the bot. */
  #below({ channel, from, mention }: { channel: string; from: number; mention: string }): Asked {
    const discord = this.#discord;
    const general = discord.channel('general').id;
    const posts = () => discord.readsOfBot(channel).slice(from);
    /** A sign of typing lasts ten seconds and then ends by itself; nobody may renew it once the answer stands. */
    const typesAfter = (): boolean => {
      const doneAt = Math.max(...posts().map(({ versions }) => versions.at(-1)?.at ?? 0));
      return discord.calls.some(({ path, at }) => path === `/channels/${channel}/typing` && at > doneAt);
    };
    const isDirect = channel === this.#ada.dmChannelId;
    const where = isDirect
      ? { workspace: '@me', channel }
      : { workspace: discord.guild.id, channel: general, thread: channel };
    return {
      mention,
      conversation: conversationIdOf({ platform: 'discord', ...where }),
      // Discord takes no word for it that a message arrived.
      isOwed: false,
      posts: async () => posts().map(({ content }) => content),
      faults: () => [
        ...(typesAfter() ? ['the bot typed on although there was an answer'] : []),
        ...(discord.readsOfBot(general).length > 0 ? ['an answer stands beside its thread'] : []),
      ],
    };
  }

  async stop(): Promise<void> {
    await this.#discord.stop();
  }
}

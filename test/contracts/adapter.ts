/** What every Adapter promises, run for each implementation, and the inbox that such tests deliver to. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Platform, Settings } from '../../src/core/conversation.ts';
import type { Command, Mention, Suggested } from '../../src/core/inbound.ts';
import type { CommandReply, Reply } from '../../src/core/reply.ts';
import type { Adapter, Inbox } from '../../src/core/ports.ts';
import { someSettings } from '../support/builders.ts';

/** Keeps what is delivered; `heldBack` and `fails` make it as slow and as broken as a test wants. */
export class KeptInbox implements Inbox {
  readonly mentions: Mention[] = [];
  readonly commands: Command[] = [];
  readonly edits: Mention[] = [];
  readonly deletions: { readonly id: string; readonly conversations: readonly string[] }[] = [];
  readonly followed = new Set<string>();
  settings: Settings = someSettings;
  /** Awaited before each mention is taken. */
  heldBack: (mention: Mention) => Promise<void> = async () => undefined;
  answer: (command: Command) => Promise<CommandReply> = async () => ({ text: 'Done.' });
  /** Workspaces that the bot was taken out of. */
  readonly removals: string[] = [];
  readonly #arrived = new Set<() => void>();

  async mention(mention: Mention): Promise<boolean> {
    await this.heldBack(mention);
    this.mentions.push(mention);
    for (const arrived of this.#arrived) arrived();
    return true;
  }

  async edited(mention: Mention): Promise<void> {
    this.edits.push(mention);
  }

  async deleted(id: string, conversations: readonly string[]): Promise<void> {
    this.deletions.push({ id, conversations });
  }

  async command(command: Command): Promise<CommandReply> {
    this.commands.push(command);
    return this.answer(command);
  }

  async follows(id: string): Promise<boolean> {
    return this.followed.has(id);
  }

  async settingsAt(): Promise<Settings> {
    return this.settings;
  }

  async removed(platform: Platform, workspace: string): Promise<void> {
    this.removals.push(`${platform} ${workspace}`);
  }

  async complete(what: Suggested, typed: string): Promise<readonly string[]> {
    return [`${what}-${typed}`];
  }

  /** Resolves with the first mentions when there are so many. */
  async first(count: number): Promise<readonly Mention[]> {
    while (this.mentions.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#arrived.add(resolve);
      await promise;
      this.#arrived.delete(resolve);
    }
    return this.mentions;
  }

  async only(): Promise<Mention> {
    const [mention] = await this.first(1);
    if (mention === undefined || this.mentions.length > 1) throw new Error(`${this.mentions.length} mentions`);
    return mention;
  }
}

/** A platform with one person on it, who writes to the bot in one place. */
export interface AdapterStage {
  /** Not started yet. */
  readonly adapter: Adapter;
  /** The person addresses the bot, and may send a file along. */
  asks(text: string, file?: Buffer): void;
  /** The texts of the bot that a reader sees, wherever they stand. */
  reads(): readonly string[];
  close(): Promise<void>;
}

const ANSWER: Reply = { text: 'Because.', sources: [], ending: { kind: 'complete' } };

export function adapterContract(name: string, open: () => Promise<AdapterStage>): void {
  describe(`${name} as an Adapter`, () => {
    let stage: AdapterStage;
    let inbox: KeptInbox;

    beforeEach(async () => {
      stage = await open();
      inbox = new KeptInbox();
    });
    afterEach(async () => {
      await stage.adapter.stop();
      await stage.close();
    });

    it('delivers what is addressed to it as plain data that names its own platform', async () => {
      await stage.adapter.start(inbox);
      stage.asks('why is the sky blue?');
      const mention = await inbox.only();
      expect(mention).toMatchObject({ text: 'why is the sky blue?', place: { platform: stage.adapter.platform } });
      expect(mention.replyTo.platform).toBe(stage.adapter.platform);
      expect(mention.id.startsWith(`${stage.adapter.platform}:`)).toBe(true);
      expect(JSON.parse(JSON.stringify(mention))).toEqual(mention);
    });

    it('delivers messages in the order they were written, one after the other, however slow each is', async () => {
      let busy = 0;
      inbox.heldBack = async () => {
        expect(++busy).toBe(1);
        await new Promise(setImmediate);
        busy--;
      };
      await stage.adapter.start(inbox);
      const texts = ['one', 'two', 'three', 'four', 'five'];
      for (const text of texts) stage.asks(text);
      const mentions = await inbox.first(texts.length);
      expect(mentions.map((mention) => mention.text)).toEqual(texts);
      expect(new Set(mentions.map((mention) => mention.id)).size).toBe(texts.length);
    });

    it('goes on when a delivery fails', async () => {
      inbox.heldBack = async ({ text }) => {
        if (text === 'bad') throw new Error('not stored');
      };
      await stage.adapter.start(inbox);
      stage.asks('bad');
      stage.asks('good');
      expect((await inbox.only()).text).toBe('good');
    });

    it('answers where it was asked, also after it was stopped', async () => {
      await stage.adapter.start(inbox);
      stage.asks('why?');
      const { replyTo } = await inbox.only();
      await stage.adapter.stop();
      await stage.adapter.surface(replyTo, []).finish(ANSWER);
      expect(stage.reads()).toEqual(['Because.']);
    });

    it('fetches a file that came with a message, also after it was stopped, and no more of it than asked', async () => {
      const file = Buffer.from('a file of some bytes');
      const { signal } = new AbortController();
      await stage.adapter.start(inbox);
      stage.asks('what is in it?', file);
      const [attachment = expect.fail('the file did not come')] = (await inbox.only()).attachments;
      expect(attachment.bytes).toBe(file.length);
      await stage.adapter.stop();
      expect(await stage.adapter.download(attachment, file.length, signal)).toEqual({ bytes: file });
      expect(await stage.adapter.download(attachment, file.length - 1, signal)).toEqual({ fault: 'size' });
    });

    it('tells what was said before a mention, oldest first, as plain data, and no more than is asked for', async () => {
      await stage.adapter.start(inbox);
      for (const text of ['one', 'two', 'three']) stage.asks(text);
      const last = (await inbox.first(3)).at(-1);
      if (last?.before === undefined) return expect(await inbox.first(3)).toHaveLength(3);
      const before = { ...last.before, isWhole: true };
      const said = await stage.adapter.recent(before, 100);
      if ('fault' in said) throw new Error(said.fault);
      const texts = said.map(({ text }) => text.replace(/^@\S+ /, ''));
      expect(texts).toEqual(['one', 'two']);
      expect(said.map(({ author }) => author !== 'self' && author.id)).toEqual([last.author.id, last.author.id]);
      expect(JSON.parse(JSON.stringify(said))).toEqual(said);
      expect(await stage.adapter.recent(before, 1)).toEqual(said.slice(-1));
      const reply = { ...before, isWhole: false, repliesTo: said[0]?.id ?? '' };
      expect(await stage.adapter.recent(reply, 100)).toEqual(said.slice(0, 1));
      expect(await stage.adapter.recent({ ...reply, repliesTo: '100000000000000009' }, 100)).toEqual([]);
      expect(await stage.adapter.recent({ ...last.before, isWhole: false }, 100)).toEqual([]);
    });

    it('delivers nothing after it was stopped', async () => {
      await stage.adapter.start(inbox);
      stage.asks('before');
      const { replyTo } = await inbox.only();
      await stage.adapter.stop();
      stage.asks('after');
      await stage.adapter.surface(replyTo, []).finish(ANSWER);
      expect(inbox.mentions).toHaveLength(1);
    });

    it('is connected from its start to its stop', async () => {
      expect(stage.adapter.isConnected).toBe(false);
      await stage.adapter.start(inbox);
      expect(stage.adapter.isConnected).toBe(true);
      await stage.adapter.stop();
      expect(stage.adapter.isConnected).toBe(false);
    });

    it('can be stopped before it was started', async () => {
      await stage.adapter.stop();
      expect(stage.reads()).toEqual([]);
    });
  });
}

/** What stands in an answer's way on Discord after it began: archived and locked threads, rules, old messages, rights taken away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformRejected } from '../../src/core/errors.ts';
import type { ReplyAddress } from '../../src/core/inbound.ts';
import type { ReplySurface } from '../../src/core/ports.ts';
import type { PostRef } from '../../src/core/reply.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import type { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { asked, done, ended, inPlace, type Made, writing } from '../discord/stage.ts';

const HOUR_MS = 3_600_000;

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let question: SeenMessage;
let made: Made;

beforeEach(async () => {
  ({ sim, ada, general, question, made } = await asked());
});
afterEach(() => ended({ sim, made }));

const signal = new AbortController().signal;
const inThread = (): ReplyAddress => ({ ...inPlace(general, question.id), openThread: 'why?', asker: ada.id });
const texts = (channel: string): readonly string[] => sim.readsOfBot(channel).map((message) => message.content);

async function begun(text: string, to = inThread(), standing: readonly PostRef[] = []): Promise<ReplySurface> {
  const surface = made.adapter.surface(to, standing);
  await show(surface, text);
  return surface;
}

async function show(surface: ReplySurface, text: string): Promise<readonly PostRef[]> {
  await surface.leave('text', signal);
  return surface.show(writing(text));
}

describe('a thread that is archived in the middle of an answer', () => {
  it('comes back for the end of it, which takes the place of its beginning', async () => {
    const surface = await begun('Be');
    sim.changeThread(question.id, { archived: true });
    await expect(show(surface, 'Becau')).rejects.toThrow(PlatformRejected);
    expect(sim.world.channels.get(question.id)?.thread?.archived).toBe(true);
    await surface.finish(done('Because.'));
    expect(texts(question.id)).toEqual(['Because.']);
    expect(sim.world.channels.get(question.id)?.thread?.archived).toBe(false);
  });

  it('comes back by a new message where the bot may not bring it back by its name', async () => {
    const thread = ada.opensThread(general, 'mine');
    const asked = ada.says(thread, 'why?', { mention: true });
    const surface = await begun('Be', inPlace(thread, asked.id));
    sim.changeThread(thread, { archived: true });
    await surface.finish(done('Because.'));
    expect(texts(thread)).toEqual(['Because.']);
  });
});

describe('a thread that is locked in the middle of an answer', () => {
  it('is told of in the channel above, as a reply that pings nobody, and the answer counts as refused', async () => {
    const surface = await begun('Be');
    sim.changeThread(question.id, { locked: true, archived: true });
    await expect(surface.finish(done('Because.'))).rejects.toMatchObject({ failure: { platformCode: 160_005 } });
    expect(sim.readsOfBot(general)).toMatchObject([
      { replyTo: question.id, content: expect.stringContaining('was locked while I was writing') },
    ]);
    expect(sim.notified.filter((one) => one.userId === ada.id)).toEqual([]);
  });

  it('is told of in the channel above also where people opened it', async () => {
    const thread = ada.opensThread(general, 'mine');
    const asked = ada.says(thread, 'why?', { mention: true });
    const surface = await begun('Be', { ...inPlace(thread, asked.id), asker: ada.id });
    sim.changeThread(thread, { locked: true, archived: true });
    await expect(surface.finish(done('Because.'))).rejects.toThrow(PlatformRejected);
    expect(texts(general)).toEqual([expect.stringContaining(`<#${thread}>`)]);
  });
});

describe('rights that are taken away in the middle of an answer', () => {
  it('are told of in a direct message where no channel is open', async () => {
    const surface = await begun('Be', { ...inPlace(general, question.id), asker: ada.id });
    sim.deny(general, sim.botRoleId, 'viewChannel');
    await expect(surface.finish(done('Because.'))).rejects.toThrow(PlatformRejected);
    expect(texts(ada.dmChannelId)).toEqual([expect.stringContaining('I may not write where you asked me')]);
  });

  it('are logged where nobody can be told', async () => {
    const surface = await begun('Be', inPlace(general, question.id));
    sim.deny(general, sim.botRoleId, 'viewChannel');
    await expect(surface.finish(done('Because.'))).rejects.toThrow(PlatformRejected);
    expect(made.log.has('discord.untold')).toBe(true);
  });
});

describe('the rules of a server', () => {
  it('that refuse a link among the sources leave the answer without them, and that is said', async () => {
    const surface = await begun('Be');
    sim.world.moderation.harmfulHosts.add('scam.example');
    const sources = [{ number: 1, title: 'Scam', url: 'https://scam.example/x' }];
    await surface.finish(done('Because.', { sources }));
    expect(texts(question.id)).toEqual([
      expect.stringMatching(/^Because\.\n+-# The rules of this server refuse a link/u),
    ]);
  });

  it('that refuse a word leave what was let through, which is said and is no whole answer', async () => {
    const surface = await begun('It is a');
    sim.blockWords('darn');
    await expect(surface.finish(done('It is a darn thing.'))).rejects.toMatchObject({
      failure: { platformCode: 200_000 },
    });
    expect(texts(question.id)).toEqual([
      expect.stringMatching(/^It is a\n+-# The rules of this server did not let me/u),
    ]);
  });

  it('that refuse all of it leave a sentence', async () => {
    sim.blockWords('darn');
    await expect(made.adapter.surface(inThread(), []).finish(done('Darn.'))).rejects.toThrow(PlatformRejected);
    expect(texts(question.id)).toEqual([expect.stringContaining('do not let me show this answer')]);
  });

  it('that begin to refuse what stands already leave a sentence in its place', async () => {
    const surface = await begun('Darn it');
    sim.blockWords('darn');
    await expect(surface.finish(done('Darn it all.'))).rejects.toThrow(PlatformRejected);
    expect(texts(question.id)).toEqual([expect.stringContaining('do not let me show this answer')]);
  });

  it('that refuse the name of a thread leave the answer in the channel', async () => {
    sim.blockWords('why');
    await made.adapter.surface(inThread(), []).finish(done('Because.'));
    expect(texts(general)).toEqual(['Because.']);
  });
});

it('posts anew what stands for too long to be edited so often, and takes the old message away', async () => {
  const surface = await begun('One');
  const standing = await surface.finish(done('One.'));
  sim.clock.advance(2 * HOUR_MS);
  sim.allowRefusals();
  let text = 'Two';
  const again = await begun(text, { ...inThread(), attempt: 2 }, standing);
  for (let edit = 0; edit < 4; edit++) {
    text += ' and more';
    await show(again, text);
  }
  const [post] = await again.finish(done('Two.'));
  expect(texts(question.id)).toEqual(['Two.']);
  expect(post).not.toEqual(standing[0]);
});

describe('what only its asker is to be told', () => {
  it('is told in a direct message, with where it was asked, and the channel sees nothing of it', async () => {
    expect(await made.adapter.surface(inThread(), []).whisper('Not you.')).toBe(true);
    expect(texts(ada.dmChannelId)).toEqual([`<#${general}>: -# Not you.`]);
    expect(texts(general)).toEqual([]);
    expect(sim.threadOf(question.id)).toBeUndefined();
  });

  it('is a sign at the question where they take no direct messages', async () => {
    ada.takesDirectMessages(false);
    expect(await made.adapter.surface(inThread(), []).whisper('Not you.')).toBe(true);
    expect(sim.reads(general).at(-1)?.reactions).toEqual({ '🚫': [sim.bot.id] });
  });

  it('is told where they asked when nobody else reads there', async () => {
    const alone = ada.says(ada.dmChannelId, 'why?');
    const to = { ...inPlace(ada.dmChannelId, alone.id), asker: ada.id };
    expect(await made.adapter.surface(to, []).whisper('Not you.')).toBe(false);
    expect(texts(ada.dmChannelId)).toEqual([]);
  });
});

/** Long answers on a simulated Discord: in so many messages, then as a file, and in messages alone where no file may stand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import type { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { asked, done, ended, inPlace, type Made, writing } from '../discord/stage.ts';

const LONG = Array.from({ length: 2000 }, (_, at) => `word${at}`).join(' ');

let sim: DiscordSimulator;
let general: string;
let question: SeenMessage;
let made: Made;

beforeEach(async () => {
  ({ sim, general, question, made } = await asked('tell me all', { maxPosts: 3 }));
});
afterEach(() => ended({ sim, made }));

const reads = () => sim.readsOfBot(general);
const files = () => reads().flatMap((message) => message.files);

describe('an answer of more messages than it may fill', () => {
  it('fills them while it is written, and ends with a file of all of it', async () => {
    const surface = made.adapter.surface(inPlace(general, question.id), []);
    const never = new AbortController().signal;
    for (const end of [1000, 6000, 12_000]) {
      await surface.leave('text', never);
      await surface.show(writing(LONG.slice(0, end)));
      expect(reads().length).toBeLessThanOrEqual(3);
    }
    const before = reads().map(({ content }) => content);
    await surface.finish(done(LONG));
    expect(reads()).toHaveLength(4);
    expect(
      reads()
        .slice(0, 3)
        .map(({ content }) => content),
    ).toEqual(before);
    expect(files().map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([['answer.md', LONG]]);
  });

  it('comes in messages alone where no file may be posted', async () => {
    sim.deny(general, sim.botRoleId, 'attachFiles');
    await made.adapter.surface(inPlace(general, question.id), []).finish(done(LONG));
    expect(files()).toEqual([]);
    const text = reads().map(({ content }) => content);
    expect(text.length).toBeGreaterThan(3);
    expect(text.join(' ').replace(/\s+/gu, ' ')).toBe(LONG);
    expect(made.log.has('discord.files-refused')).toBe(true);
  });
});

/** Every event may come again, in any order, at any time, also after a restart: each question has one answer. */
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../bench/random.ts';
import { announce } from '../simulators/discord/posts.ts';
import { text } from '../simulators/gemini/answers.ts';
import { questionOf } from '../simulators/gemini/request.ts';
import { DiscordStage } from '../support/discord-stage.ts';

/** How many stories are made up: half of them the same every time. */
const STORIES = Number(process.env['REDELIVERIES'] ?? 6);
const FRESH = String(Date.now());
const seeds = Array.from({ length: STORIES }, (_, at) => (at % 2 === 0 ? `fixed-${at}` : `${FRESH}-${at}`));

const QUESTIONS = 4;

describe('a question that is delivered again', () => {
  it.each(seeds)('is answered once, whatever happens in between (seed %s)', { timeout: 60_000 }, async (seed) => {
    const chance = chanceOf(seed);
    const stage = await DiscordStage.start();
    const { discord, harness } = stage;
    harness.gemini.otherwise(({ understood }) =>
      text(`This answers ${/question \d+/.exec(questionOf(understood))?.[0]}.`, { chunks: 3, chunkDelayMs: 15 }),
    );
    const asked: string[] = [];
    const ask = (): void => {
      const content = `question ${asked.length}`;
      asked.push(stage.person('Ada').says(discord.channel('general').id, content, { mention: true }).id);
    };
    const again = (id: string): void => {
      const message = discord.world.message(id);
      if (message !== undefined) announce(discord.world, 'MESSAGE_CREATE', message);
    };
    const standing = (): readonly string[] =>
      asked.map((id) =>
        discord
          .readsOfBot(discord.threadOf(id) ?? '')
          .map((post) => post.content)
          .join(' | '),
      );
    const wanted = (): readonly string[] => asked.map((_, at) => `This answers question ${at}.`);
    // Discord sends nothing again by itself: what a bot had not heard when it ended is not asked of the next one.
    const heard = async () => {
      await expect.poll(() => asked.every((id) => discord.threadOf(id) !== undefined)).toBe(true);
    };
    const settled = async () => {
      await expect.poll(standing, { timeout: 30_000 }).toEqual(wanted());
    };

    ask();
    for (let step = 0; step < 12; step++) {
      const die = chance.int(1, 10);
      if (die <= 3 && asked.length < QUESTIONS) ask();
      else if (die <= 7) again(asked[chance.int(0, asked.length - 1)] ?? '');
      else if (die === 8) await settled();
      else await heard();
      if (die === 9) await stage.restart(chance.pick([0, 3000]));
    }
    await settled();
    for (const id of asked) again(id);
    await stage.restart();
    for (const id of asked) again(id);
    ask();
    await settled();
    await stage.stop();
  });
});

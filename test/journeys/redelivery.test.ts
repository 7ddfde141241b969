/** Every event may come again, in any order, at any time, also after a restart: each question has one answer. */
import { describe, expect, it } from 'vitest';
import { chanceOf } from '../bench/random.ts';
import { announce } from '../simulators/discord/posts.ts';
import { text } from '../simulators/gemini/answers.ts';
import { questionOf } from '../simulators/gemini/request.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { SlackStage } from '../support/slack-stage.ts';
import type { Stage } from '../support/stage.ts';

/** How many stories are made up: half of them the same every time. */
const STORIES = Number(process.env['REDELIVERIES'] ?? 6);
const FRESH = String(Date.now());
const seeds = Array.from({ length: STORIES }, (_, at) => (at % 2 === 0 ? `fixed-${at}` : `${FRESH}-${at}`));

const QUESTIONS = 4;

/** One platform on which questions are asked, delivered again, and looked at. */
interface World {
  readonly stage: Stage;
  ask(question: string): void;
  /** The nth question comes again. */
  again(nth: number): void;
  /** All that stands under each question. */
  standing(): readonly string[];
  /** Resolves when the bot has heard all. */
  heard(): Promise<void>;
}

async function onDiscord(): Promise<World> {
  const stage = await DiscordStage.start();
  const { discord } = stage;
  const asked: string[] = [];
  return {
    stage,
    ask: (question) =>
      void asked.push(stage.person('Ada').says(discord.channel('general').id, question, { mention: true }).id),
    again: (nth) => {
      const message = discord.world.message(asked[nth] ?? '');
      if (message !== undefined) announce(discord.world, 'MESSAGE_CREATE', message);
    },
    standing: () =>
      asked.map((id) => {
        const posts = discord.readsOfBot(discord.threadOf(id) ?? '');
        return posts.map((post) => post.content).join(' | ');
      }),
    // Discord sends nothing again by itself: what a bot had not heard when it ended is not asked of the next one.
    heard: () => discord.until(() => asked.every((id) => discord.threadOf(id) !== undefined)),
  };
}

async function onSlack(transport: 'socket' | 'http'): Promise<World> {
  const stage = await SlackStage.start({ transport });
  const { slack } = stage;
  const general = slack.channel('general').id;
  const asked: { readonly ts: string; readonly question: string }[] = [];
  const eventsOf = (question: string) =>
    slack.deliveries.filter(({ payload }) => JSON.stringify(payload['event']).includes(`${question}"`));
  return {
    stage,
    ask: (question) => {
      const { ts } = stage.person('Ada').says(general, question, { mention: true });
      asked.push({ ts, question });
    },
    again: (nth) => {
      const known = new Set<unknown>();
      for (const delivery of eventsOf(asked[nth]?.question ?? '')) {
        const { event_id: id } = delivery.payload;
        if (!known.has(id)) slack.sendAgain(delivery);
        known.add(id);
      }
    },
    standing: () =>
      asked.map(({ ts }) =>
        slack
          .seenOfBot(general, ts)
          .map(({ text: shown }) => shown)
          .join(' | '),
      ),
    heard: () =>
      slack.until(() =>
        asked.every(({ question }) => eventsOf(question).every(({ state }) => state === 'acknowledged')),
      ),
  };
}

const WORLDS = [
  ['Discord', onDiscord],
  ['Slack', () => onSlack('socket')],
  ['Slack over HTTP', () => onSlack('http')],
] as const;

describe.each(WORLDS)('a question that is delivered again on %s', (_, begin) => {
  it.each(seeds)('is answered once, whatever happens in between (seed %s)', { timeout: 60_000 }, async (seed) => {
    const chance = chanceOf(seed);
    const world = await begin();
    const { stage } = world;
    stage.harness.gemini.otherwise(({ understood }) =>
      text(`This answers ${/question \d+/.exec(questionOf(understood))?.[0]}.`, { chunks: 3, chunkDelayMs: 15 }),
    );
    let asked = 0;
    const ask = (): void => world.ask(`question ${asked++}`);
    const wanted = (): readonly string[] => Array.from({ length: asked }, (__, at) => `This answers question ${at}.`);
    const settled = async () => {
      await expect.poll(() => world.standing(), { timeout: 30_000 }).toEqual(wanted());
    };
    const allAgain = (): void => wanted().forEach((__, at) => world.again(at));

    ask();
    for (let step = 0; step < 12; step++) {
      const die = chance.int(1, 10);
      if (die <= 3 && asked < QUESTIONS) ask();
      else if (die <= 7) world.again(chance.int(0, asked - 1));
      else if (die === 8) await settled();
      else await world.heard();
      if (die === 9) await stage.restart(chance.pick([0, 3000]));
    }
    await settled();
    allAgain();
    await stage.restart();
    allAgain();
    ask();
    await settled();
    await stage.stop();
  });
});

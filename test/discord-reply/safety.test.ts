/** Whatever a model writes: it pings nobody, fits each message, comes whole, and breaks out of no link and no file's name. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { format, pagesOf } from '../../src/discord-text/format.ts';
import { anAdapter, GENEROUS, type Made, writing } from '../discord/stage.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';

let sim: DiscordSimulator;
let made: Made;
let ada: ReturnType<DiscordSimulator['addUser']>;
const ROOMY = {
  createThread: { limit: 100_000, windowMs: 1000 },
  openThreads: { limit: 100_000, windowMs: 1000 },
  global: { limit: 5000, windowMs: 1000 },
  activeThreads: { limit: 100_000, windowMs: 0 },
};
let asked = 0;
const ODD = ['@everyone', '<@123456789012345678>', '](https://evil.example)', '**', '![x'];
const NEVER = new AbortController().signal;

beforeAll(async () => {
  sim = await DiscordSimulator.start({ limits: { ...GENEROUS, ...ROOMY } });
  made = anAdapter(sim, { maxPosts: 50 });
  ada = sim.addUser('Ada');
});
afterAll(async () => {
  await made.adapter.stop();
  await sim.stop();
});

/** Every way of naming somebody, as it stands in the simulated server. */
const mentions = (): readonly string[] => [
  '@everyone',
  '@here',
  `<@${ada.id}>`,
  `<@!${ada.id}>`,
  `<@&${sim.botRoleId}>`,
  `<@&${sim.guild.id}>`,
  `<#${sim.channel('general').id}>`,
];

/** A block of Markdown of so many words, each of which can be found again; `$` stands where somebody is named. */
type Shape = (words: readonly string[]) => string;
const SHAPES: readonly Shape[] = [
  (words) => words.join(' $ '),
  (words) => `#### ${words.join(' ')} $`,
  (words) => `## $ ${words.join(' ')}`,
  (words) => `**${words.join(' ')} $** and *$*, ~~$~~, ||$||`,
  (words) => words.map((word) => `- [ ] $ ${word}`).join('\n'),
  (words) => words.map((word) => `> $ ${word}`).join('\n'),
  (words) => `\`\`\`ts\n${words.map((word) => `${word}("$")`).join('\n')}\n\`\`\``,
  (words) => `\`${words.join(' ')} $\``,
  (words) => words.map((word) => `[${word} $](https://a.example/${word}?$)`).join(' '),
  (words) => words.map((word) => `[${word} https://$](https://a.example/x)`).join(' '),
  (words) => `| $ | name |\n|---|---|\n${words.map((word) => `| ${word} | $ |`).join('\n')}`,
  (words) => `| name | $ |\n|---|---|\n${words.map((word) => `| ${word} | ${'long '.repeat(12)} $ |`).join('\n')}`,
  (words) => `\\(x_1 = \\text{${words.join(' ')}}\\) $`,
  (words) => `<b>${words.join(' ')}</b><br>$<sub>$</sub>`,
  (words) => `So[^1].\n\n[^1]: ${words.join(' ')} $`,
  (words) => words.join('$'.repeat(3)),
];

const blocks = fc.array(fc.tuple(fc.constantFrom(...SHAPES), fc.integer({ min: 1, max: 60 }), fc.nat()), {
  minLength: 1,
  maxLength: 12,
});

interface Written {
  readonly text: string;
  readonly words: readonly string[];
}

function written(shapes: readonly (readonly [Shape, number, number])[]): Written {
  const words: string[] = [];
  const all = mentions();
  const blocks = shapes.map(([shape, count, named]) => {
    const own = Array.from({ length: count }, (_, at) => `w${words.length + at}w`);
    words.push(...own);
    return shape(own).replace(/\$/gu, () => all[named % all.length] ?? '');
  });
  return { text: blocks.join('\n\n'), words };
}

/** Streams the answer into a thread of its own, ends it, and gives back what stands there. */
async function answered(text: string): Promise<readonly string[]> {
  const { id } = ada.says(sim.channel('general').id, `question ${asked++}`, { mention: true });
  const to = { platform: 'discord', channel: sim.channel('general').id, message: id, openThread: 'Q' } as const;
  const surface = made.adapter.surface(to, []);
  for (const part of [0.2, 0.7]) {
    await surface.leave('text', NEVER);
    await surface.show(writing(text.slice(0, Math.floor(text.length * part)).toWellFormed()));
  }
  await surface.finish({ text, sources: [], ending: { kind: 'complete' } });
  return sim.readsOfBot(id).map(({ content }) => content);
}

describe('any answer', () => {
  it('pings nobody, and nobody joins its thread by being named', async () => {
    await fc.assert(
      fc.asyncProperty(blocks, async (shapes) => {
        const { text } = written(shapes);
        const posts = await answered(text);
        expect(posts.length).toBeGreaterThan(0);
        // The question names the bot.
        expect(sim.notified.filter(({ userId }) => userId !== sim.bot.id)).toEqual([]);
        expect(sim.addedToThread.filter(({ userId }) => userId !== ada.id)).toEqual([]);
        for (const post of posts) expect(Array.from(post).length).toBeLessThanOrEqual(2000);
      }),
      { numRuns: 20 },
    );
    sim.assertClean();
  });

  it('comes whole, word by word, and is formatted once and for all', () => {
    fc.assert(
      fc.property(blocks, (shapes) => {
        const { text, words } = written(shapes);
        const posts = pagesOf(text);
        const apart = posts.join('\n');
        // Where a message of text has no space, it is cut within a word.
        const together = posts.join('');
        expect(words.filter((word) => !apart.includes(word) && !together.includes(word))).toEqual([]);
        expect([...new Set(apart.match(/w\d+w/gu))]).toEqual(words.filter((word) => apart.includes(word)));
        for (const post of posts) expect(format(post)).toBe(post);
      }),
      { numRuns: 200 },
    );
  });

  it('lets no label break out of its link', () => {
    const label = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom(...ODD));
    fc.assert(
      fc.property(label, fc.webUrl({ withQueryParameters: true }), (label, url) => {
        const text = label.replace(/[[\]\n\r()<>`\\$|]/gu, '');
        const shown = format(`See [${text} https://evil.example](${url.replace(/[()<>$]/gu, '')}).`);
        expect(shown).not.toMatch(/\[[^\]]*https?:\/\/[^\]]*\]\(/u);
      }),
      { numRuns: 300 },
    );
  });
});

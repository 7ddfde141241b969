/** Files beside an answer on Slack: tables beyond its limits, and what is said where no file may be posted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplySurface } from '../../src/core/ports.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { done, writing } from '../discord/stage.ts';
import { answerTo, begun, ended, type Made, wholeOf } from '../slack/stage.ts';

const CELLS = Array.from({ length: 22 }, (_, at) => `c${at}`);
const WIDE = [CELLS, CELLS.map(() => '---'), CELLS.map((_, at) => `v${at}`)].map((row) => `| ${row.join(' | ')} |`);
const TEXT = `Before.\n\n${WIDE.join('\n')}\n\nAfter.`;

let sim: SlackSimulator;
let ada: Person;
let made: Made;

beforeEach(async () => {
  ({ sim, ada, made } = await begun());
});
afterEach(() => ended({ sim, made }));

describe.each([
  ['in a direct message', () => ada.dm('why?')],
  ['in a channel', () => ada.says(sim.channel('general').id, 'why?', { mention: true })],
])('a table that is too wide, %s', (_, ask) => {
  async function answered() {
    const { channel, ts } = ask();
    const to = answerTo(sim, { channel, ts });
    const surface: ReplySurface = made.adapter.surface(to, []);
    for (const end of [12, 200, 320]) {
      await surface.leave('first', new AbortController().signal);
      await surface.show(writing(TEXT.slice(0, end)));
    }
    const posts = await surface.finish(done(TEXT));
    return { posts, to, seen: () => sim.seenOfBot(channel, ts, ada) };
  }

  it('is read as a list, and comes as a file', async () => {
    const { seen, posts, to } = await answered();
    const [text, file] = seen();
    expect(text && wholeOf(text)).toMatch(
      /^Before\.\n+\*\*v0\*\*\n- c1: v1\n[^]*- c21: v21\n+After\.\n+To keep.*: table-1\.csv\.$/u,
    );
    expect(file?.files.map(({ name }) => name)).toEqual(['table-1.csv']);
    const [csv] = file?.files ?? [];
    expect(Buffer.from(csv?.bytes ?? []).toString()).toContain('"v0","v1","v2"');
    await made.adapter.surface(to, posts).retract();
    expect(seen()).toEqual([]);
  });

  it('is all that is read where no file may be posted', async () => {
    sim.fail('files.getUploadURLExternal', { error: 'missing_scope', times: 5 });
    const { seen } = await answered();
    sim.mend('files.getUploadURLExternal');
    expect(seen().map(wholeOf)).toEqual([expect.stringMatching(/- c21: v21\n+After\.$/u)]);
  });
});

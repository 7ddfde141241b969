/** Marks of sources go into posts whose text stands; the endings of other answers in the same channel come first. */
import { expect, it, onTestFinished } from 'vitest';
import { anAdapter, bodiesOf, done, ended, GENEROUS, inPlace } from '../discord/stage.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';

it('lets another answer end before marks go into the earlier posts of one that stands', async () => {
  const writes = { limit: 1, windowMs: 200 };
  const sim = await DiscordSimulator.start({ limits: { ...GENEROUS, editMessage: writes } });
  const made = anAdapter(sim, { writes });
  onTestFinished(() => ended({ sim, made }));
  const general = sim.channel('general').id;
  const [ada, bob] = [sim.addUser('Ada'), sim.addUser('Bob')];
  const surfaceFor = (asker: typeof ada) =>
    made.adapter.surface(inPlace(general, asker.says(general, 'why?', { mention: true }).id), []);
  const [long, short] = [surfaceFor(ada), surfaceFor(bob)];
  const paragraphs = Array.from({ length: 3 }, (_, at) => `Paragraph ${at}. ${'Words to read. '.repeat(120)}`.trim());
  const text = paragraphs.join('\n\n');
  await long.finish(done(text));
  await short.finish(done('Begun.'));
  const marks = paragraphs.map((paragraph) => ({ at: text.indexOf(paragraph) + 'Paragraph 0.'.length, sources: [1] }));
  const sources = [{ number: 1, title: 'Sky', url: 'https://sky.example/blue' }];
  await Promise.all([long.finish(done(text, { sources, marks })), short.finish(done('Begun. Ended.'))]);
  const edits = bodiesOf(sim, 'PATCH', '/channels/{channel_id}/messages/{message_id}').map(({ content }) => content);
  expect(edits).toEqual([
    expect.stringContaining('Paragraph 2.'),
    expect.stringContaining('Ended.'),
    expect.stringContaining('Paragraph 1.'),
    expect.stringContaining('Paragraph 0.'),
  ]);
});

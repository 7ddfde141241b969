/** Posts of text displays on Discord: none becomes plain again, and an attempt in the other kind finds its own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplyAddress } from '../../src/core/inbound.ts';
import type { Reply } from '../../src/core/reply.ts';
import type { DiscordAdapter } from '../../src/discord/adapter.ts';
import { anAdapter, GENEROUS } from '../discord/stage.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { BLUE, inline } from '../support/pictures.ts';

const REPLY: Reply = { text: '', sources: [], ending: { kind: 'complete' } };
const IS_COMPONENTS_V2 = 1 << 15;

describe('a post of text displays', () => {
  let sim: DiscordSimulator;
  let adapter: DiscordAdapter;
  let plain: ReplyAddress;
  let display: ReplyAddress;
  beforeEach(async () => {
    sim = await DiscordSimulator.start({ limits: GENEROUS });
    const channel = sim.channel('general').id;
    const message = sim.addUser('Ada').says(channel, 'why?', { mention: true }).id;
    adapter = anAdapter(sim).adapter;
    plain = { platform: 'discord', channel, message };
    display = { ...plain, messageStyle: 'display' };
  });
  afterEach(async () => {
    await adapter.stop();
    await sim.stop();
    sim.assertClean();
  });

  const answers = () => sim.readsOfBot(plain.channel);
  const areDisplays = () => answers().map(({ flags }) => (flags & IS_COMPONENTS_V2) !== 0);

  it('is taken away for a plain one that is to stand in its place', async () => {
    const left = await adapter.surface(display, []).finish({ ...REPLY, text: 'In a display.' });
    const posts = await adapter.surface(plain, left).finish({ ...REPLY, text: 'Plain.' });
    expect(posts).not.toEqual(left);
    expect(answers().map(({ content }) => content)).toEqual(['Plain.']);
    expect(areDisplays()).toEqual([false]);
  });

  it('is taken away for pictures that it would not show', async () => {
    const left = await adapter.surface(display, []).finish({ ...REPLY, text: 'In a display.' });
    await adapter.surface(plain, left).finish({ ...REPLY, images: [inline(BLUE)] });
    expect(answers().map(({ content, files }) => [content, files.length])).toEqual([['', 1]]);
    expect(areDisplays()).toEqual([false]);
  });

  it('comes of a plain one, which gives up its text', async () => {
    const left = await adapter.surface(plain, []).finish({ ...REPLY, text: 'Plain.' });
    const posts = await adapter.surface(display, left).finish({ ...REPLY, text: 'In a display.' });
    expect(posts).toEqual(left);
    expect(answers().map(({ content }) => content)).toEqual(['In a display.']);
    expect(areDisplays()).toEqual([true]);
  });

  it('is made once by its name, which no plain one has', async () => {
    const reply = { ...REPLY, text: 'Made once.' };
    const posts = await adapter.surface(display, []).finish(reply);
    expect(await adapter.surface(display, []).finish(reply)).toEqual(posts);
    await adapter.surface(plain, []).finish(reply);
    expect(areDisplays()).toEqual([true, false]);
  });

  it('that an earlier attempt made with another text shows that of the last', async () => {
    await adapter.surface(display, []).finish({ ...REPLY, text: 'One.', images: [inline(BLUE)] });
    await adapter.surface(display, []).finish({ ...REPLY, text: 'Another.' });
    expect(answers()[0]?.content).toBe('Another.');
  });

  it('holds a notice that stands alone', async () => {
    await adapter.surface(display, []).note('Stopped by Ada.');
    expect(answers().map(({ content }) => content)).toEqual(['-# Stopped by Ada.']);
    expect(areDisplays()).toEqual([true]);
  });
});

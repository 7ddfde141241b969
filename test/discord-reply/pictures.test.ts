/** Pictures on a simulated Discord: what is uploaded, within which limits, and what goes wrong with it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InlineData } from '../../src/core/content.ts';
import type { ReplySurface } from '../../src/core/ports.ts';
import type { PostRef } from '../../src/core/reply.ts';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { BLUE, inline, pngOf, RED } from '../support/pictures.ts';
import { anAdapter, asked, bodiesOf, done, ended, GENEROUS, inPlace, type Made, writing } from '../discord/stage.ts';

const CREATE = 'POST /channels/{channel_id}/messages';
const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';
const MIB = 1024 * 1024;

let sim: DiscordSimulator;
let general: string;
let question: SeenMessage;
let made: Made;

beforeEach(async () => {
  ({ sim, general, question, made } = await asked('draw a dot'));
});
afterEach(() => ended({ sim, made }));

const surface = (standing: readonly PostRef[] = []): ReplySurface =>
  made.adapter.surface(inPlace(general, question.id), standing);
const finish = (text: string, images: readonly InlineData[]) => surface().finish(done(text, { images }));
const stands = () => sim.readsOfBot(general).map(({ content, files }) => [content, files.length]);
const files = () => sim.readsOfBot(general).flatMap((message) => message.files);

describe('pictures', () => {
  it('come in one more message, named and typed for what their bytes say', async () => {
    const jpeg = inline(Buffer.from('ffd8ffe000104a464946', 'hex'));
    const webp = inline(Buffer.from('RIFF\u0010\0\0\0WEBPVP8 '), 'image/jpeg');
    const posts = await finish('Three.', [jpeg, inline(RED, 'application/pdf'), webp]);
    expect(posts).toHaveLength(2);
    expect(stands()).toEqual([
      ['Three.', 0],
      ['', 3],
    ]);
    expect(files().map(({ name, contentType }) => `${name} ${contentType}`)).toEqual([
      'picture-1.jpeg image/jpeg',
      'picture-2.png image/png',
      'picture-3.webp image/webp',
    ]);
    expect(Buffer.from(files()[1]?.bytes ?? [])).toEqual(RED);
  });

  it('are silent, and have a nonce of their own', async () => {
    await finish('Red.', [inline(RED)]);
    const silent = { allowed_mentions: { parse: [], replied_user: false }, flags: 4, enforce_nonce: true };
    expect(bodiesOf(sim, 'POST', '/messages')).toMatchObject([
      { ...silent, nonce: `${question.id}-0` },
      { ...silent, nonce: `${question.id}-1`, content: '' },
    ]);
  });

  it('are the reply to the question where there is no text', async () => {
    await finish('', [inline(RED)]);
    expect(sim.readsOfBot(general)).toMatchObject([{ content: '', replyTo: question.id }]);
  });

  it('come in as many messages as hold them, in order', async () => {
    await finish('', [...Array.from({ length: 11 }, () => inline(RED)), inline(BLUE)]);
    expect(stands()).toEqual([
      ['', 10],
      ['', 2],
    ]);
    expect(Buffer.from(files().at(-1)?.bytes ?? [])).toEqual(BLUE);
  });

  it('of the greatest size are shown, never more in one request than Discord takes', async () => {
    const largest = inline(pngOf(10 * MIB));
    await finish('Large.', [largest, inline(pngOf(10 * MIB + 1)), largest, inline(RED), largest]);
    expect(stands()).toEqual([
      [expect.stringMatching(/^Large\.\n\n-# .*1 picture /u), 0],
      ['', 3],
      ['', 1],
    ]);
  });

  it('are larger where the server has room for more', async () => {
    const large = inline(pngOf(12 * MIB));
    await finish('Large.', [large]);
    expect(files()).toEqual([]);
    sim.boost(2);
    const to = { ...inPlace(general, question.id), maxFileBytes: 50 * MIB };
    await made.adapter.surface(to, []).finish(done('Large.', { images: [large] }));
    expect(files()).toHaveLength(1);
  });

  it('are not sent again when the reply is finished again with another sentence under its text', async () => {
    const reply = done('Red.', { images: [inline(RED)] });
    const one = surface();
    const posts = await one.finish(reply);
    const before = sim.calls.length;
    expect(await one.finish({ ...reply, images: [inline(RED)], notice: 'I may forget it.' })).toEqual(posts);
    expect(sim.calls.slice(before).map(({ method, request }) => [method, JSON.stringify(request)])).toEqual([
      ['PATCH', expect.stringContaining('I may forget it.')],
    ]);
  });

  it('stay within the budget of the channel', async () => {
    const budget = { limit: 2, windowMs: 300 };
    const strict = await DiscordSimulator.start({ limits: { ...GENEROUS, createMessage: budget } });
    const asked = strict.addUser('Ada').says(strict.channel('general').id, 'draw');
    const { adapter } = anAdapter(strict, { writes: budget });
    const images = Array.from({ length: 21 }, () => inline(RED));
    await adapter.surface(inPlace(asked.channelId, asked.id), []).finish(done('Many.', { images }));
    expect(strict.readsOfBot(asked.channelId).flatMap((message) => message.files)).toHaveLength(21);
    await strict.stop();
    strict.assertClean();
  });
});

describe('what goes wrong with pictures', () => {
  it.each([
    ['errors of Discord', { status: 503, times: 3 }],
    ['connections cut', { status: 'reset' as const, times: 3 }],
    ['answers lost', { status: 'reset' as const, afterCommit: true, times: 3 }],
    ['a limit that was met', { status: 429, retryAfterMs: 50 }],
  ])('does not hold them back nor post them twice: %s', async (_, fault) => {
    sim.fail(CREATE, fault);
    await finish('', [inline(RED)]);
    expect(stands()).toEqual([['', 1]]);
  });

  it('lets the newest ones stand when the answer to an earlier post was lost', async () => {
    sim.fail(CREATE, { status: 500, afterCommit: true, times: 5 });
    await expect(finish('', [inline(RED)])).rejects.toMatchObject({ code: 'platform.unavailable' });
    const newer = pngOf(RED.length + 1);
    await finish('', [inline(newer)]);
    expect(stands()).toEqual([['', 1]]);
    expect(Buffer.from(files()[0]?.bytes ?? [])).toEqual(newer);
  });

  it('lets text stand where an earlier attempt, unknown to this one, put pictures', async () => {
    await finish('', [inline(RED)]);
    const text = `${'word '.repeat(700)}end`;
    await finish(text, [inline(BLUE)]);
    const shown = stands();
    expect(shown.map(([, count]) => count)).toEqual([0, 0, 1]);
    expect(
      shown
        .map(([content]) => content)
        .join(' ')
        .trim(),
    ).toBe(text);
    expect(Buffer.from(files()[0]?.bytes ?? [])).toEqual(BLUE);
  });

  it.each(['Red and blue.', ''])('says so where the bot may not post files, and loses no text: %j', async (text) => {
    sim.deny(general, sim.botRoleId, 'attachFiles');
    const posts = await finish(text, [inline(RED), inline(BLUE)]);
    expect(posts).toHaveLength(1);
    const [content] = sim.readsOfBot(general).map((message) => message.content);
    expect(content).toMatch(/2 pictures/);
    expect(content?.replace(/-# .*2 pictures.*$/, '').trim()).toBe(text);
    expect(made.log.lines).toContainEqual(
      expect.objectContaining({ event: 'discord.files-refused', fields: expect.objectContaining({ status: 403 }) }),
    );
  });

  it('goes on with the pictures in their place when a restart comes before they are uploaded again', async () => {
    const left = await finish('Red.', [inline(RED)]);
    const again = surface(left);
    await again.leave('first', new AbortController().signal);
    await again.show(writing('Re'));
    sim.fail(EDIT, { status: 502, times: 2 });
    expect(await again.finish(done('Red.', { images: [inline(RED)] }))).toEqual(left);
    expect(stands()).toEqual([
      ['Red.', 0],
      ['', 1],
    ]);
  });
});

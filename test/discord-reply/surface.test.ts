/** One reply on a simulated Discord, over REST alone: its thread, its typing, its messages, and what goes wrong with them. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformRejected, PlatformUnavailable } from '../../src/core/errors.ts';
import type { ReplyAddress } from '../../src/core/inbound.ts';
import type { ReplySurface, Urgency } from '../../src/core/ports.ts';
import type { PostRef } from '../../src/core/reply.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { anAdapter, asked, bodiesOf, done, ended, GENEROUS, inPlace, type Made, writing } from '../discord/stage.ts';

const THREADS = 'POST /channels/{channel_id}/messages/{message_id}/threads';
const CREATE = 'POST /channels/{channel_id}/messages';
const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';

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
const surfaceTo = (to: ReplyAddress, standing: readonly PostRef[] = []): ReplySurface =>
  made.adapter.surface(to, standing);
const inThread = (): ReplyAddress => ({ ...inPlace(general, question.id), openThread: 'why?' });
const answers = (channel = general): readonly string[] => sim.readsOfBot(channel).map((message) => message.content);

async function show(surface: ReplySurface, text: string, urgency: Urgency = 'text') {
  await surface.leave(urgency, signal);
  return surface.show(writing(text));
}

describe('the place of a reply', () => {
  it('is a thread opened on the question, with the name that was asked for', async () => {
    const surface = surfaceTo(inThread());
    await surface.begin();
    expect(sim.threadOf(question.id)).toBe(question.id);
    const [post] = await surface.finish(done('Because.'));
    expect(post?.channel).toBe(question.id);
    expect(answers(question.id)).toEqual(['Because.']);
    expect(sim.world.channels.get(question.id)?.name).toBe('why?');
  });

  it('is the thread that somebody opened on the question before', async () => {
    ada.opensThread(general, 'mine', question.id);
    await surfaceTo(inThread()).finish(done('Because.'));
    expect(answers(question.id)).toEqual(['Because.']);
  });

  it('is the channel, as a reply, where the bot may not open threads', async () => {
    sim.deny(general, sim.botRoleId, 'createPublicThreads');
    await surfaceTo(inThread()).finish(done('Because.'));
    expect(sim.readsOfBot(general)).toMatchObject([{ content: 'Because.', replyTo: question.id }]);
    expect(made.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        event: 'discord.thread-refused',
        fields: expect.objectContaining({ platformCode: 50_013 }),
      }),
    );
  });

  it('is the channel, at once, where Discord asks to wait minutes for a thread', async () => {
    sim.fail(THREADS, { status: 429, retryAfterMs: 219_000, scope: 'shared' });
    await surfaceTo(inThread()).finish(done('Because.'));
    expect(answers()).toEqual(['Because.']);
  });

  it('is the thread also when Discord failed after opening it', async () => {
    sim.fail(THREADS, { status: 500, afterCommit: true });
    await surfaceTo(inThread()).finish(done('Because.'));
    expect(answers(question.id)).toEqual(['Because.']);
  });

  it('is where an earlier attempt posted, whatever has become possible since', async () => {
    sim.fail(THREADS, { status: 429, retryAfterMs: 219_000, scope: 'shared' });
    const left = await show(surfaceTo(inThread()), 'One', 'first');
    await made.adapter.surface(inThread(), left).finish(done(`${'word '.repeat(700)}end`));
    expect(answers()).toHaveLength(2);
    expect(sim.threadOf(question.id)).toBeUndefined();
  });

  it('is the channel without a reference when the question was deleted', async () => {
    ada.deletes(question.id);
    await surfaceTo(inPlace(general, question.id)).finish(done('Because.'));
    expect(answers()).toEqual(['Because.']);
  });
});

describe('what is sent', () => {
  const LONG = `${'word '.repeat(700)}end`;

  it('pings nobody, shows no previews and says so in every create and every edit', async () => {
    const surface = surfaceTo(inThread());
    await show(surface, `@everyone @here <@${ada.id}>`, 'first');
    await surface.finish(done(`@everyone @here <@${ada.id}> <@&${sim.guild.id}> https://a.example ${LONG}`));
    const bodies = [...bodiesOf(sim, 'POST', '/messages'), ...bodiesOf(sim, 'PATCH', '/{message_id}')];
    expect(bodies.length).toBeGreaterThan(2);
    for (const body of bodies)
      expect(body).toMatchObject({ allowed_mentions: { parse: [], replied_user: false }, flags: 4 });
    expect(sim.notified.filter((one) => one.userId === ada.id)).toEqual([]);
    expect(sim.addedToThread.filter((one) => one.userId === ada.id)).toEqual([]);
  });

  it('gives each message a nonce of its own, made of the question and its place in the reply', async () => {
    await surfaceTo(inThread()).finish(done(LONG));
    expect(bodiesOf(sim, 'POST', '/messages')).toMatchObject([
      { nonce: `${question.id}-0`, enforce_nonce: true },
      { nonce: `${question.id}-1`, enforce_nonce: true },
    ]);
  });

  it('replies to the question with the first message in place, and only with that', async () => {
    await surfaceTo(inPlace(general, question.id)).finish(done(LONG));
    expect(sim.readsOfBot(general).map((message) => message.replyTo)).toEqual([question.id, undefined]);
  });

  it('never passes the limit that Discord enforces, and shows what it shows in Discord’s dialect', async () => {
    const table = `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(300)}`;
    const posts = await surfaceTo(inPlace(general, question.id)).finish(done(`#### Table\n\n${table}`));
    expect(posts.length).toBeGreaterThan(1);
    expect(answers()[0]).toMatch(/^\*\*Table\*\*\n\n```\na {3}\| b\n/u);
    expect(answers().every((text) => text.endsWith('```'))).toBe(true);
  });

  it('stays within the budgets of the channel', async () => {
    const budget = { limit: 4, windowMs: 400 };
    const strict = await DiscordSimulator.start({
      limits: { ...GENEROUS, createMessage: budget, editMessage: budget },
    });
    const asked = strict.addUser('Ada').says(strict.channel('general').id, 'why?');
    const { adapter } = anAdapter(strict, { writes: budget });
    const surface = adapter.surface(inPlace(asked.channelId, asked.id), []);
    let text = 'So:';
    for (const urgency of ['first', 'text', 'text', 'text', 'text', 'text', 'text', 'text'] as const) {
      text += ' word'.repeat(80);
      await surface.leave(urgency, signal);
      await surface.show(writing(text));
    }
    await surface.finish(done(text));
    const stands = strict.readsOfBot(asked.channelId).map((message) => message.content);
    expect(stands.length).toBeGreaterThan(1);
    expect(stands.join(' ')).toBe(text);
    await strict.stop();
    strict.assertClean();
  });

  it('waits with the next text, not with its write, when Discord allows less than was thought', async () => {
    const strict = await DiscordSimulator.start({ limits: { ...GENEROUS, editMessage: { limit: 2, windowMs: 400 } } });
    const asked = strict.addUser('Ada').says(strict.channel('general').id, 'why?');
    const surface = anAdapter(strict).adapter.surface(inPlace(asked.channelId, asked.id), []);
    for (const text of ['a', 'ab', 'abc']) await show(surface, text, 'first');
    const [firstEdit] = strict.calls.filter((call) => call.method === 'PATCH');
    await surface.leave('first', signal);
    expect(strict.clock.now() - (firstEdit?.at ?? Number.NaN)).toBeGreaterThanOrEqual(390);
    await surface.finish(done('abcd'));
    await strict.stop();
    strict.assertClean();
  });
});

describe('the sign of typing', () => {
  const typed = (channel?: string) =>
    sim.calls.filter((call) => call.route.endsWith('/typing') && call.channelId === (channel ?? call.channelId)).length;

  it('is renewed until text stands, and not after', async () => {
    const surface = surfaceTo(inThread());
    await surface.begin();
    await sim.until(() => typed() >= 3);
    await show(surface, 'Be', 'first');
    const before = typed();
    await show(surface, 'Because');
    const other = surfaceTo(inPlace(general, question.id));
    await other.begin();
    await sim.until(() => typed() >= before + 3);
    await other.finish(done('Here.'));
    expect(typed(question.id)).toBeLessThanOrEqual(before);
    await surface.finish(done('Because.'));
  });

  it('ends with a reply that had no text', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    await surface.begin();
    await surface.finish(done('', { notice: 'Sorry.' }));
    const before = typed();
    const other = surfaceTo(inThread());
    await other.begin();
    await sim.until(() => typed() >= before + 3);
    await other.finish(done('x'));
    expect(typed(general)).toBeLessThanOrEqual(before);
  });

  it('ends when the reply is abandoned, and what stands is left', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    await surface.begin();
    await sim.until(() => typed(general) === 1);
    surface.abandon();
    const other = surfaceTo(inThread());
    await other.begin();
    const more = async (): Promise<void> => {
      const before = typed();
      await sim.until(() => typed() >= before + 3);
    };
    // A sign that was on its way when the reply was abandoned arrives among the first of these.
    await more();
    const arrived = typed(general);
    await more();
    await other.finish(done('x'));
    expect(typed(general)).toBe(arrived);
  });

  it('harms nothing where it is refused, and is not tried again', async () => {
    const route = 'POST /channels/{channel_id}/typing';
    sim.fail(route, { status: 403, body: { message: 'Missing Permissions', code: 50_013 } });
    const surface = surfaceTo(inPlace(general, question.id));
    await surface.begin();
    await sim.until(() => typed() === 1);
    const other = surfaceTo(inThread());
    await other.begin();
    await sim.until(() => typed() >= 5);
    expect(typed(general)).toBe(1);
    await other.finish(done('There.'));
    await surface.finish(done('Still here.'));
    expect(answers()).toEqual(['Still here.']);
  });
});

describe('what goes wrong', () => {
  it('fails a show once and shows everything with the next', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    await show(surface, 'One', 'first');
    sim.fail(EDIT, { status: 502 });
    await expect(show(surface, 'One two')).rejects.toThrow(PlatformUnavailable);
    await show(surface, 'One two three');
    expect(answers()).toEqual(['One two three']);
    expect(sim.calls.filter((call) => call.method === 'PATCH')).toHaveLength(2);
  });

  it.each([
    ['errors of Discord', { status: 503, times: 3 }],
    ['connections cut', { status: 'reset' as const, times: 2 }],
    ['a limit that was met', { status: 429, retryAfterMs: 200 }],
  ])('brings the finished reply through %s', async (_, fault) => {
    const surface = surfaceTo(inPlace(general, question.id));
    await show(surface, 'One', 'first');
    sim.fail(EDIT, fault);
    await surface.finish(done('One two three.'));
    expect(answers()).toEqual(['One two three.']);
  });

  it('does not post twice when the answer to a post was lost, and lets the newest text stand', async () => {
    sim.fail(CREATE, { status: 'reset', afterCommit: true, times: 2 });
    const surface = surfaceTo(inPlace(general, question.id));
    await expect(show(surface, 'One', 'first')).rejects.toThrow(PlatformUnavailable);
    await surface.finish(done('One two three.'));
    expect(answers()).toEqual(['One two three.']);
  });

  it('does not fail a show for a connection that was cut once', async () => {
    sim.fail(CREATE, { status: 'reset', afterCommit: true });
    await show(surfaceTo(inPlace(general, question.id)), 'One', 'first');
    expect(answers()).toEqual(['One']);
  });

  it.each([
    ['a server filters words', 200_000],
    ['Discord filters links', 240_000],
  ])('lets the text stand without its sources where %s', async (_, code) => {
    const surface = surfaceTo(inPlace(general, question.id));
    await show(surface, 'One', 'first');
    sim.fail(EDIT, { status: 400, body: { message: 'Blocked', code } });
    const sources = [{ number: 1, title: 'A page', url: 'https://shady.example/a' }];
    const marks = [{ at: 8, sources: [1] }];
    await surface.finish(done('One two.', { sources, marks, notice: 'Cut.' }));
    expect(answers()).toEqual([expect.stringMatching(/^One two\.\n\n-# The rules .* left out\.\n-# Cut\.$/u)]);
  });

  it('gives up when Discord fails for good', async () => {
    sim.fail(CREATE, { status: 500, times: 5 });
    await expect(surfaceTo(inPlace(general, question.id)).finish(done('x'))).rejects.toThrow(PlatformUnavailable);
  });

  it('gives up at once when Discord asks to wait for minutes', async () => {
    sim.fail(CREATE, { status: 429, retryAfterMs: 300_000 });
    const finished = surfaceTo(inPlace(general, question.id)).finish(done('x'));
    await expect(finished).rejects.toMatchObject({ code: 'platform.unavailable', failure: { status: 429 } });
  });

  it('goes on without a message that was deleted under the answer', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    const [post] = await show(surface, 'One', 'first');
    sim.deleteMessage(post?.message ?? '');
    expect(await show(surface, 'One two')).toEqual([]);
    expect(await surface.finish(done('One two.'))).toEqual([]);
    expect(answers()).toEqual([]);
  });

  it('posts anew what an earlier attempt left and somebody deleted', async () => {
    const [post] = await show(surfaceTo(inPlace(general, question.id)), 'Half', 'first');
    sim.deleteMessage(post?.message ?? '');
    await surfaceTo(inPlace(general, question.id), post === undefined ? [] : [post]).finish(done('Whole.'));
    expect(answers()).toEqual(['Whole.']);
  });

  it('puts a note after what stands, once, and leaves that as it is', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    await show(surface, 'Half', 'first');
    await surface.note('Interrupted.');
    await surfaceTo(inPlace(general, question.id)).note('Interrupted.');
    expect(answers()).toEqual(['Half', '-# Interrupted.']);
  });

  it('does not mind that a message to be removed is gone already', async () => {
    const surface = surfaceTo(inPlace(general, question.id));
    const posts = await show(surface, 'word '.repeat(700), 'first');
    sim.deleteMessage(posts[1]?.message ?? '');
    expect(await surface.finish(done('Short.'))).toEqual(posts.slice(0, 1));
  });

  it('keeps the text and the token out of every error', async () => {
    sim.deny(general, sim.botRoleId, 'sendMessages');
    const error = await surfaceTo(inPlace(general, question.id))
      .finish(done('a secret'))
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(PlatformRejected);
    expect(inspect(error, { depth: 9 })).not.toMatch(/a secret/u);
    expect(inspect(error, { depth: 9 })).not.toContain(sim.token);
  });
});

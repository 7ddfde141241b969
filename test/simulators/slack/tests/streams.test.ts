/** Streamed messages: their states, caps and age, the two views in a channel, the stop button, and what gives way to them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../discord/json.ts';
import type { Person } from '../people/person.ts';
import { eachTest } from './fixture.ts';

const fixture = eachTest({ minuteMs: 100 });

let dm: string;
let thread: string;

beforeEach(() => {
  const { ada } = fixture();
  dm = ada.dmChannelId;
  thread = ada.dm('why?').ts;
});

async function started(markdown_text = 'Be'): Promise<string> {
  const answer = await fixture().api('chat.startStream', { channel: dm, thread_ts: thread, markdown_text });
  expect(answer).toMatchObject({ ok: true });
  return String(answer['ts']);
}

function append(ts: string, markdown_text: string) {
  return fixture().api('chat.appendStream', { channel: dm, ts, markdown_text });
}

function stop(ts: string, rest: Json = {}) {
  return fixture().api('chat.stopStream', { channel: dm, ts, ...rest });
}

function seen(as?: Person) {
  return fixture().sim.seenIn(dm, thread, as).at(-1);
}

describe('a stream in a direct message', () => {
  it('grows for the reader, ends once, and is a message then', async () => {
    const { sim, api } = fixture();
    const ts = await started();
    await append(ts, 'cau');
    await stop(ts, { markdown_text: 'se.', blocks: [{ type: 'context', elements: [{ type: 'mrkdwn', text: 'x' }] }] });
    expect(seen()).toMatchObject({ text: 'Because.', context: ['x'], stream: 'completed', edited: false });
    expect(seen()?.versions.map(({ text }) => text)).toEqual(['Be', 'Becau', 'Because.']);
    expect(await append(ts, '!')).toMatchObject({ error: 'message_not_in_streaming_state' });
    expect(await stop(ts)).toMatchObject({ error: 'message_not_in_streaming_state' });
    const blocks = [{ type: 'markdown', text: 'Otherwise.' }];
    expect(await api('chat.update', { channel: dm, ts, text: 'o', blocks })).toMatchObject({ ok: true });
    expect(seen()?.text).toBe('Otherwise.');
    const events = sim.deliveries
      .map(({ payload }) => payload['event'] as Json)
      .filter((event) => event['subtype'] === 'message_changed');
    expect(events[0]).toMatchObject({ message: { streaming_state: 'completed' } });
  });

  it('is driven by the real client, chunk by chunk', async () => {
    const { app } = fixture();
    const { client } = await app();
    const stream = client.chatStream({ channel: dm, thread_ts: thread, buffer_size: 4 });
    await stream.append({ markdown_text: 'Because ' });
    await stream.append({ markdown_text: 'it ' });
    await stream.append({ chunks: [{ type: 'task_update', id: '1', title: 'Looking', status: 'in_progress' }] });
    await stream.stop({ markdown_text: 'is.' });
    expect(seen()).toMatchObject({ text: 'Because it is.', tasks: ['Looking: in_progress'] });
  });

  it('cannot be updated while it lives', async () => {
    const { api } = fixture();
    const ts = await started();
    expect(await api('chat.update', { channel: dm, ts, text: 'x' })).toMatchObject({
      error: 'streaming_state_conflict',
    });
    expect(seen()?.text).toBe('Be');
  });

  it('takes so many bytes in all, and none more', async () => {
    const ts = await started('é'.repeat(5299));
    expect(await append(ts, 'éé')).toMatchObject({ error: 'msg_too_long' });
    expect(await append(ts, 'é')).toMatchObject({ ok: true });
    expect(await stop(ts, { markdown_text: 'x' })).toMatchObject({ error: 'msg_too_long' });
    expect(await stop(ts)).toMatchObject({ ok: true });
  });

  it('lives five minutes, whatever is appended, and then only an update helps', async () => {
    const { sim, api } = fixture();
    const ts = await started();
    sim.clock.advance(299_000);
    expect(await append(ts, 'cause')).toMatchObject({ ok: true });
    sim.clock.advance(1000);
    expect(await append(ts, '!')).toMatchObject({ error: 'message_not_in_streaming_state' });
    expect(await stop(ts)).toMatchObject({ error: 'message_not_in_streaming_state' });
    expect(seen()?.stream).toBe('expired');
    const blocks = [{ type: 'markdown', text: 'Because.' }];
    expect(await api('chat.update', { channel: dm, ts, text: 'Because.', blocks })).toMatchObject({ ok: true });
  });

  it.each([
    ['no thread', {}, 'invalid_thread_ts'],
    ['an empty thread', { thread_ts: '' }, 'invalid_thread_ts'],
    ['the bot as recipient', { recipient_user_id: 'bot' }, 'user_not_found'],
    ['too much at once', { markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
    ['an unknown chunk', { chunks: [{ type: 'song' }] }, 'invalid_chunks'],
    [
      'a long task title',
      { chunks: [{ type: 'task_update', id: '1', title: 'x'.repeat(257), status: 'error' }] },
      'invalid_chunks',
    ],
    ['a file block', { chunks: [{ type: 'blocks', blocks: [{ type: 'file' }] }] }, 'internal_error'],
  ])('is refused with %s', async (_what, args: Json, error) => {
    const { api, sim } = fixture();
    const named = args['recipient_user_id'] === 'bot' ? { recipient_user_id: sim.bot.id } : {};
    const place = error === 'invalid_thread_ts' ? {} : { thread_ts: thread };
    const answer = await api('chat.startStream', { channel: dm, ...place, ...args, ...named });
    expect(answer).toMatchObject({ ok: false, error });
    if (error === 'internal_error') sim.forgive();
  });

  it('stops at the press of a button', async () => {
    const { sim, ada, api } = fixture();
    const ts = await started();
    ada.stops(dm, thread);
    const event = sim.deliveries.at(-1)?.payload['event'];
    expect(event).toMatchObject({
      type: 'agent_session_stopped',
      user: ada.id,
      thread_ts: thread,
      streaming_message_ts: [ts],
    });
    expect(await append(ts, '!')).toMatchObject({ error: 'stopped_by_user' });
    expect(seen()).toMatchObject({ text: 'Be', stream: 'stopped' });
    await api('agents.sessions.setStatus', { channel_id: dm, thread_ts: thread, status: 'active' });
    expect(() => ada.stops(dm, thread)).toThrow('nothing is under way');
  });
});

describe('a stream in a channel', () => {
  async function startedIn(rest: Json) {
    const { api, ada, general } = fixture();
    const { ts } = ada.says(general, 'why?', { mention: true });
    return { root: ts, answer: await api('chat.startStream', { channel: general, thread_ts: ts, ...rest }) };
  }

  it('needs to know for whom', async () => {
    const { sim, ada } = fixture();
    const outsider = sim.addUser('Ola');
    sim.channel('general').members.delete(outsider.id);
    const team = { recipient_team_id: sim.workspace.id };
    expect((await startedIn({})).answer).toMatchObject({ error: 'missing_recipient_user_id' });
    expect((await startedIn({ recipient_user_id: ada.id })).answer).toMatchObject({
      error: 'missing_recipient_team_id',
    });
    expect((await startedIn({ recipient_user_id: outsider.id, ...team })).answer).toMatchObject({
      error: 'user_not_found',
    });
  });

  it('moves for its recipient alone; others see its first chunk until it stops', async () => {
    const { sim, ada, api, general } = fixture();
    const ben = sim.addUser('Ben');
    const recipient = { recipient_user_id: ada.id, recipient_team_id: sim.workspace.id };
    const { root, answer } = await startedIn({ ...recipient, markdown_text: 'Be' });
    const { ts } = answer;
    await api('chat.appendStream', { channel: general, ts, markdown_text: 'cause' });
    expect(sim.seenIn(general, root, ada).at(-1)?.text).toBe('Because');
    expect(sim.seenIn(general, root, ben).at(-1)?.text).toBe('Be');
    expect(sim.seenIn(general, root).at(-1)?.text).toBe('Be');
    await api('chat.stopStream', { channel: general, ts });
    expect(
      sim
        .seenIn(general, root, ben)
        .at(-1)
        ?.versions.map(({ text }) => text),
    ).toEqual(['Be', 'Because']);
  });
});

describe('the status line', () => {
  function say(status: string, rest: Json = {}) {
    return fixture().api('assistant.threads.setStatus', { channel_id: dm, thread_ts: thread, status, ...rest });
  }

  it('stands two minutes, or until it is emptied', async () => {
    const { sim } = fixture();
    await say('is thinking…', { loading_messages: ['Looking around'] });
    expect(sim.statusIn(dm, thread)).toBe('is thinking…');
    expect(sim.statusesIn(dm, thread)).toMatchObject([{ text: 'is thinking…', loading: ['Looking around'] }]);
    const then = sim.clock.now();
    expect(sim.sessionIn(dm, thread)).toBe('processing');
    sim.clock.advance(120_000);
    expect(sim.statusIn(dm, thread)).toBeUndefined();
    expect(sim.statusIn(dm, thread, then)).toBe('is thinking…');
    await say('again');
    await say('');
    expect(sim.statusIn(dm, thread)).toBeUndefined();
  });

  it.each([
    ['a reply', () => fixture().api('chat.postMessage', { channel: dm, thread_ts: thread, text: 'x' })],
    ['a stream', () => started()],
  ])('gives way to %s', async (_what, act) => {
    await say('is thinking…');
    await act();
    expect(fixture().sim.statusIn(dm, thread)).toBeUndefined();
  });

  it('is refused with loading messages that are too many or too long, and outside a thread', async () => {
    expect(await say('x', { loading_messages: ['x'.repeat(51)] })).toMatchObject({ error: 'invalid_arguments' });
    expect(await say('x', { thread_ts: '1.000000' })).toMatchObject({ error: 'invalid_thread_ts' });
  });
});

describe('an agent', () => {
  it('has titles, prompts and a session that falls back by itself', async () => {
    const { sim, api, ada } = fixture();
    await api('assistant.threads.setTitle', { channel_id: dm, thread_ts: thread, title: 'Sky' });
    expect(sim.titleIn(dm, thread)).toBe('Sky');
    const prompts = [{ title: 'Ask', message: 'Ask me' }];
    await api('assistant.threads.setSuggestedPrompts', { channel_id: dm, prompts });
    expect(sim.promptsIn(dm)).toEqual(prompts);
    const place = { channel_id: dm, thread_ts: thread };
    const answer = await api('agents.sessions.setStatus', { ...place, status: 'processing', title: 'New' });
    expect(answer).toMatchObject({ ok: true, agent_status: 'processing', title: 'New' });
    sim.clock.advance(3_600_000);
    expect(sim.sessionIn(dm, thread)).toBe('active');
    expect(await api('agents.sessions.rename', { ...place, title: 'Newer' })).toMatchObject({ ok: true });
    ada.renames(dm, thread, 'Newest');
    expect(sim.deliveries.at(-1)?.payload['event']).toMatchObject({ title: 'Newest', previous_title: 'Newer' });
    expect(await api('agents.sessions.setStatus', { channel_id: dm, status: 'active' })).toMatchObject({
      error: 'thread_ts_required',
    });
  });
});

describe('an app that is no agent', () => {
  const plain = eachTest({ agent: false });

  it('has neither prompts nor sessions', async () => {
    const { api, ada } = plain();
    const { ts } = ada.dm('hello');
    const place = { channel_id: ada.dmChannelId, thread_ts: ts };
    expect(await api('assistant.threads.setSuggestedPrompts', { ...place, prompts: [] })).toMatchObject({
      error: 'not_agent_app',
    });
    expect(await api('agents.sessions.setStatus', { ...place, status: 'active' })).toMatchObject({
      error: 'feature_disabled',
    });
  });
});

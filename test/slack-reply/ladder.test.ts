/** What Slack refuses, at every stage of an answer: the text in the end is exact, with no character lost or repeated. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformRejected } from '../../src/core/errors.ts';
import type { ReplySurface, Urgency } from '../../src/core/ports.ts';
import type { DraftView, Reply } from '../../src/core/reply.ts';
import type { Fault } from '../simulators/slack/api/faults.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, answerTo, begun, ended, generousSlack, type Made, type Question, wholeOf } from '../slack/stage.ts';

const SENTENCES = ['One sentence. ', 'Two sentences, größer. ', 'Three of them 🙂. ', 'And the last.'];
const TEXT = SENTENCES.join('');
const SOURCE = { number: 1, title: 'Sky', url: 'https://sky.example/blue' };
const NEVER = new AbortController().signal;

let sim: SlackSimulator;
let ada: Person;
let made: Made;

beforeEach(async () => {
  ({ sim, ada, made } = await begun());
});
afterEach(() => ended({ sim, made }));

const directly = (): Question => ada.dm('why?');
const inChannel = (): Question => ada.says(sim.channel('general').id, 'why?', { mention: true });

function surfaceFor(question: Question): ReplySurface {
  return made.adapter.surface(answerTo(sim, question), []);
}

function view(text: string): DraftView {
  return { text, exact: text, settled: text, status: 'writing' };
}

/** One view for each sentence so far; what fails is followed by a complete one. */
async function grows(surface: ReplySurface, from = 0, to = SENTENCES.length - 1): Promise<void> {
  for (let count = from + 1; count <= to; count++) {
    const urgency: Urgency = count === 1 ? 'first' : 'text';
    await surface.leave(urgency, NEVER);
    await surface.show(view(SENTENCES.slice(0, count).join(''))).catch(() => undefined);
  }
}

function finishes(surface: ReplySurface, change: Partial<Reply> = {}) {
  return surface.finish({ text: TEXT, sources: [], ending: { kind: 'complete' }, ...change });
}

function reads({ channel, ts }: Question): readonly string[] {
  return sim.seenOfBot(channel, ts, ada).map(wholeOf);
}

describe.each([
  ['in a direct message', directly],
  ['in a channel', inChannel],
])('an answer %s is exact', (_, ask) => {
  const refused: readonly (readonly [string, Fault])[] = [
    ['too many calls', { status: 429, retryAfterS: 0 }],
    ['an error of the server', { status: 500 }],
    ['an error that passes', { error: 'internal_error' }],
  ];
  const methods = ['chat.startStream', 'chat.appendStream', 'chat.stopStream', 'chat.postMessage', 'chat.update'];
  const cases = methods.flatMap((method) =>
    refused.flatMap(([name, fault]) => [0, 1].map((after) => [method, name, { ...fault, after }] as const)),
  );

  it.each(cases)('when %s meets %s', async (method, _name, fault) => {
    sim.fail(method, fault);
    const asked = ask();
    const surface = surfaceFor(asked);
    await surface.begin();
    await grows(surface);
    await finishes(surface);
    sim.mend(method);
    expect(reads(asked)).toEqual([TEXT]);
  });

  it.each(['chat.appendStream', 'chat.stopStream', 'chat.update'])('when the answer to %s is lost', async (method) => {
    sim.fail(method, { status: 'reset', afterCommit: true });
    const asked = ask();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface, { sources: [SOURCE] });
    sim.mend(method);
    expect(reads(asked).join()).toMatch(new RegExp(`^${TEXT}\\s+.*sky\\.example/blue\\)$`, 'su'));
  });

  it.each(['chat.startStream', 'chat.postMessage'])(
    'when the answer to %s is lost, at its first words and its last',
    async (method) => {
      for (const after of [0, 1]) {
        sim.fail(method, { status: 'reset', afterCommit: true, after });
        const asked = ask();
        const surface = surfaceFor(asked);
        await grows(surface);
        await finishes(surface, { sources: [SOURCE] });
        sim.mend(method);
        expect(reads(asked)).toEqual([expect.stringMatching(new RegExp(`^${TEXT}\\s+.*sky\\.example/blue\\)$`, 'su'))]);
      }
    },
  );

  it('when its pages are refused as Markdown', async () => {
    sim.fail('chat.update', { error: 'invalid_blocks', times: 1 });
    sim.fail('chat.postMessage', { error: 'msg_too_long', times: 1 });
    sim.fail('chat.startStream', { error: 'feature_not_enabled', times: 1 });
    const asked = ask();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface);
    for (const method of ['chat.update', 'chat.postMessage', 'chat.startStream']) sim.mend(method);
    expect(reads(asked)).toEqual([TEXT]);
  });

  it.each(['cant_update_message', 'edit_window_closed'])('when it may not be edited: %s', async (error) => {
    sim.fail('chat.startStream', { error: 'channel_type_not_supported' });
    sim.fail('chat.update', { error, times: 10 });
    const asked = ask();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface);
    for (const method of ['chat.startStream', 'chat.update']) sim.mend(method);
    expect(reads(asked)).toEqual([TEXT]);
  });
});

describe('a stream', () => {
  it('that ended by itself goes on as a message that is edited', async () => {
    const asked = directly();
    const surface = surfaceFor(asked);
    await grows(surface, 0, 2);
    sim.clock.advance(310_000);
    await grows(surface, 2, 3);
    await finishes(surface);
    expect(reads(asked)).toEqual([TEXT]);
    expect(sim.seenOfBot(asked.channel, asked.ts)).toHaveLength(1);
  });

  it('that grows old is ended before Slack ends it', async () => {
    made = anAdapter(sim, { streamMs: 0 });
    const asked = directly();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface);
    expect(reads(asked)).toEqual([TEXT]);
    expect(sim.callsOf('chat.appendStream')).toEqual([]);
  });

  it('that is found too long goes on as a message that is edited', async () => {
    sim.fail('chat.appendStream', { error: 'msg_too_long' });
    const asked = directly();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface);
    expect(reads(asked)).toEqual([TEXT]);
  });

  it('that a person stops is left alone until the reply is finished', async () => {
    const asked = directly();
    const surface = surfaceFor(asked);
    await grows(surface, 0, 2);
    ada.stops(asked.channel, asked.ts);
    await grows(surface, 2, 3);
    await grows(surface, 2, 3);
    expect(sim.callsOf('chat.appendStream').filter(({ error }) => error === undefined)).toHaveLength(1);
    expect(sim.callsOf('chat.update')).toEqual([]);
    await finishes(surface, { text: 'One sentence. Two', ending: { kind: 'stopped' }, notice: 'Stopped.' });
    expect(reads(asked)).toEqual(['One sentence. Two\n\nStopped.']);
  });

  it('ends with what stands under the answer, in one call', async () => {
    const asked = directly();
    const surface = surfaceFor(asked);
    await grows(surface);
    await finishes(surface, { sources: [SOURCE], notice: 'Cut.' });
    expect(reads(asked)).toEqual([`${TEXT}\n\n*Sources*\n1. [Sky · sky.example](${SOURCE.url})\n\nCut.`]);
    expect(sim.callsOf('chat.stopStream')).toHaveLength(1);
    expect(sim.callsOf('chat.update')).toEqual([]);
  });

  it('is not tried again where Slack does not have it, and is where it was only too much', async () => {
    sim.fail('chat.startStream', { status: 429, retryAfterS: 0 });
    const answer = async () => {
      const surface = surfaceFor(directly());
      await grows(surface, 0, 1);
      await finishes(surface);
      return sim.callsOf('chat.startStream').length;
    };
    expect([await answer(), await answer()]).toEqual([1, 2]);
    sim.fail('chat.startStream', { error: 'unknown_method' });
    expect([await answer(), await answer()]).toEqual([3, 3]);
  });

  it('is not waited for where a message can be posted at once', async () => {
    made = anAdapter(sim, { perMinute: { 'chat.startStream': 1, 'chat.update': 500 } });
    for (const _ of [1, 2, 3]) {
      const asked = directly();
      const surface = surfaceFor(asked);
      await grows(surface, 0, 1);
      await finishes(surface);
      expect(reads(asked)).toEqual([TEXT]);
    }
    expect(sim.callsOf('chat.startStream')).toHaveLength(1);
  });
});

describe('a Slack that knows neither streams nor a status', () => {
  it.each(['unknown_method', 404] as const)('is answered on all the same: %s', async (withoutAs) => {
    await sim.close();
    const without = ['chat.startStream', 'assistant.threads.setStatus', 'assistant.threads.setTitle'];
    sim = await generousSlack({ without, withoutAs });
    ada = sim.addUser('Ada');
    made = anAdapter(sim);
    const asked = directly();
    const surface = surfaceFor(asked);
    await surface.begin();
    await grows(surface);
    await finishes(surface);
    expect(reads(asked)).toEqual([TEXT]);
    expect(sim.callsOf('chat.update').length).toBeGreaterThan(0);
  });
});

describe('what cannot be said', () => {
  it.each(['is_archived', 'not_in_channel', 'restricted_action'])('is told to whoever finishes: %s', async (error) => {
    sim.fail('chat.startStream', { error, times: 5 });
    sim.fail('chat.postMessage', { error, times: 5 });
    const surface = surfaceFor(directly());
    await grows(surface, 0, 1);
    await expect(finishes(surface)).rejects.toThrow(PlatformRejected);
    for (const method of ['chat.startStream', 'chat.postMessage']) sim.mend(method);
  });

  it('is told in mid-answer too: the channel is archived', async () => {
    const asked = inChannel();
    const surface = surfaceFor(asked);
    await grows(surface, 0, 1);
    sim.channel('general').archived = true;
    await expect(finishes(surface)).rejects.toThrow(PlatformRejected);
    expect(reads(asked)).toEqual(['One sentence.']);
  });
});

describe('the status', () => {
  it('stands until text does, and is renewed', async () => {
    made = anAdapter(sim, { statusMs: 20 });
    const asked = directly();
    const surface = surfaceFor(asked);
    await surface.begin();
    await sim.until(() => sim.callsOf('assistant.threads.setStatus').length >= 3);
    expect(sim.statusIn(asked.channel, asked.ts)).toBe('is thinking…');
    await grows(surface, 0, 1);
    await expect.poll(() => sim.statusIn(asked.channel, asked.ts)).toBeUndefined();
    await finishes(surface);
  });

  it('is taken away when nothing could be answered', async () => {
    sim.fail('chat.startStream', { error: 'is_archived', times: 5 });
    sim.fail('chat.postMessage', { error: 'is_archived', times: 5 });
    const asked = directly();
    const surface = surfaceFor(asked);
    await surface.begin();
    await sim.until(() => sim.statusIn(asked.channel, asked.ts) !== undefined);
    await expect(finishes(surface)).rejects.toThrow(PlatformRejected);
    await expect.poll(() => sim.statusIn(asked.channel, asked.ts)).toBeUndefined();
    for (const method of ['chat.startStream', 'chat.postMessage']) sim.mend(method);
  });

  it('tells what the model is thinking about, as text', async () => {
    const asked = directly();
    const surface = surfaceFor(asked);
    await surface.begin();
    await surface.leave('first', NEVER);
    const nothing = { text: '', exact: '', settled: '', status: 'thinking' } as const;
    await surface.show({ ...nothing, headline: 'Reading <!here>' });
    await expect.poll(() => sim.statusIn(asked.channel, asked.ts)).toBe('💭 Reading &lt;!here&gt;');
    await finishes(surface);
  });
});

/** What an earlier process posted and did not come to note: its messages are filled or taken away, and nobody else's. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DraftView } from '../../src/core/reply.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { answerTo, begun, ended, type Made, type Question, wholeOf } from '../slack/stage.ts';

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

function view({ channel, ts }: Question, text: string): DraftView {
  const turn = `slack:${sim.workspace.id}/${channel}/${ts}`;
  const offer = { turn, conversation: `slack:x/${channel}/${ts}`, actions: [{ name: 'stop', label: 'Stop' }] };
  // The id of a conversation, as a test writes it.
  return { text, exact: text, settled: text, status: 'writing', offer: offer as DraftView['offer'] & object };
}

/** A process showed this much of an answer, and died before it could note where. */
async function diedWriting(asked: Question, text: string): Promise<void> {
  const surface = made.adapter.surface(answerTo(sim, asked), []);
  await surface.leave('first', NEVER);
  await surface.show(view(asked, text));
  surface.abandon();
}

const reads = ({ channel, ts }: Question): readonly string[] => sim.seenOfBot(channel, ts, ada).map(wholeOf);

it.each([
  ['in a direct message', directly],
  ['in a channel', inChannel],
])('an answer %s is finished in the message that was made for it', async (_, ask) => {
  const asked = ask();
  await diedWriting(asked, 'An old beginning');
  const again = made.adapter.surface({ ...answerTo(sim, asked), isResumed: true }, []);
  await again.leave('first', NEVER);
  await again.show(view(asked, 'Anew.'));
  await again.finish({ text: 'Anew. And whole.', sources: [], ending: { kind: 'complete' } });
  expect(reads(asked)).toEqual(['Anew. And whole.']);
});

it('an answer that is not given any more leaves one message, which says so', async () => {
  const asked = inChannel();
  await diedWriting(asked, 'An old beginning');
  const again = made.adapter.surface({ ...answerTo(sim, asked), isResumed: true }, []);
  await again.finish({ text: '', notice: 'Interrupted.', sources: [], ending: { kind: 'interrupted' } });
  expect(reads(asked)).toEqual(['Interrupted.']);
});

it('the answers to other questions in the same thread stay', async () => {
  const first = inChannel();
  const second = { ...first, ts: ada.says(first.channel, 'and how?', { thread: first.ts }).ts };
  const other = { ...answerTo(sim, second), thread: first.ts };
  const written = made.adapter.surface(other, []);
  await written.leave('first', NEVER);
  await written.show(view(second, 'How it is.'));
  written.abandon();
  const again = made.adapter.surface({ ...answerTo(sim, first), isResumed: true }, []);
  await again.finish({ text: 'Why it is.', sources: [], ending: { kind: 'complete' } });
  expect(reads(first)).toEqual(['How it is.', 'Why it is.']);
});

/** The stand-in model of `npm run demo`: it says what it is, remembers the conversation, and takes its time like a model. */
import { text } from './answers.ts';
import { type Topic, topics } from './demo-topics.ts';
import { questionsOf, type RecordedRequest } from './request.ts';
import type { Answer } from './script.ts';

/** How long the stand-in is silent before it begins, by depth of thought, in milliseconds. */
const SILENCE_MS: Readonly<Record<string, number>> = { MINIMAL: 150, LOW: 300, MEDIUM: 700, HIGH: 1600 };

export function demoAnswer(request: RecordedRequest): Answer {
  const questions = questionsOf(request.understood);
  const topic = topicOf(questions);
  const depth = depthOf(request);
  const said = [greeting(questions), topic.text, ...(depth === 'HIGH' ? [topic.deeper] : []), closing(depth)].join(
    '\n\n',
  );
  const random = randomOf(`${questions.length}/${questions.at(-1)}`);
  const answer = text(said, {
    thoughts: topic.thoughts,
    chunks: unevenPieces(said, random),
    chunkDelayMs: Array.from({ length: 61 }, () => 30 + Math.floor(random() * 91)),
    grounding: {
      sources: topic.sources,
      supports: topic.passages.map((passage, index) => ({ passage, sources: [index] })),
      queries: topic.queries,
    },
  });
  const silence = { kind: 'delay', ms: SILENCE_MS[depth ?? 'MEDIUM'] ?? 700 } as const;
  return { ...answer, steps: [silence, ...answer.steps] };
}

/** What most words of the question are about, or the topic whose turn it is: the same question gets the same answer. */
function topicOf(questions: readonly string[]): Topic {
  const question = questions.at(-1) ?? '';
  const hits = (topic: Topic): number => question.match(new RegExp(topic.about, 'gi'))?.length ?? 0;
  const asked = topics.toSorted((a, b) => hits(b) - hits(a)).find((topic) => hits(topic) > 0);
  return asked ?? at(topics, Math.floor(randomOf(question)() * topics.length));
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`There is no item ${index}.`);
  return item;
}

/** Says what it is, in its first words, and shows that it remembers. */
function greeting(questions: readonly string[]): string {
  const standIn = '**Stand-in model:** no key is set, so this answer comes from a small collection on this machine.';
  const before = questions.length - 1;
  const previous = questions.at(-2);
  if (previous === undefined) return `${standIn} This is the first question of our conversation.`;
  const count = before === 1 ? 'one question' : `${before} questions`;
  return `${standIn} You asked ${count} before this one; the last was:\n\n> ${quotable(previous)}`;
}

/** One line, without what Markdown would take for its own. */
function quotable(question: string): string {
  const line = question.replace(/\s+/g, ' ').trim();
  const short = Array.from(line).slice(0, 120).join('');
  return `${short.replace(/[\\`*_[\]<>#|~]/g, '\\$&')}${short.length < line.length ? ' …' : ''}`;
}

/** The level that was asked for; a budget of the 2.5 models is told as one. */
function depthOf(request: RecordedRequest): string | undefined {
  const { thinkingLevel, thinkingBudget } = request.understood.generationConfig?.thinkingConfig ?? {};
  if (thinkingLevel !== undefined) return thinkingLevel.toUpperCase();
  if (thinkingBudget === undefined || thinkingBudget < 0) return undefined;
  return thinkingBudget === 0 ? 'MINIMAL' : thinkingBudget > 8192 ? 'HIGH' : 'LOW';
}

function closing(depth: string | undefined): string {
  const words: Readonly<Record<string, string>> = {
    MINIMAL: 'Thinking was set to *minimal*: this came straight away.',
    LOW: 'Thinking was set to *low*: this is the short version.',
    MEDIUM: 'Thinking was set to *medium*.',
    HIGH: 'Thinking was set to *high*: hence the pause at the start and the last section.',
  };
  return `---\n\n${words[depth ?? ''] ?? 'Thinking was left to the model.'}`;
}

/** Twenty to sixty pieces of uneven size, as a model sends them, cut between code points. */
function unevenPieces(said: string, random: () => number): readonly string[] {
  const characters = Array.from(said);
  const count = Math.min(60, Math.max(20, Math.round(characters.length / 50)));
  const cuts = new Set(Array.from({ length: count - 1 }, () => 1 + Math.floor(random() * (characters.length - 1))));
  const offsets = [0, ...[...cuts].sort((a, b) => a - b), characters.length];
  return offsets.slice(1).map((end, index) => characters.slice(offsets[index], end).join(''));
}

/** Numbers from 0 to 1, always the same for the same seed (mulberry32). */
function randomOf(seed: string): () => number {
  let state = Array.from(seed).reduce(
    (hash, char) => Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619),
    2_166_136_261,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Polls: what one asks, who voted, when it ends. @see https://discord.com/developers/docs/resources/poll */
import { badLength, invalidForm, required } from '../errors.ts';
import { isJson, type Json, jsonOf, lengthOf, listOf, numberOf, textOf } from '../json.ts';
import type { World } from '../state.ts';
import { isoOf } from '../wire.ts';

export interface PollState {
  readonly question: string;
  readonly answers: readonly string[];
  readonly multiselect: boolean;
  readonly endsAt: number;
  /** Who voted, by the number of the answer, from 1. */
  readonly votes: Map<number, Set<string>>;
  finalised: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_H = 24;
const MAX_HOURS = 768;
const MAX_ANSWERS = 10;
const MAX_QUESTION = 300;
const MAX_ANSWER = 55;

/** @throws ApiError 50035 */
export function pollOf(world: World, given: unknown): PollState | undefined {
  if (!isJson(given)) return undefined;
  const question = textOf(jsonOf(given['question'])['text'])?.trim() ?? '';
  const answers = listOf(given['answers']).map((each) => textOf(jsonOf(jsonOf(each)['poll_media'])['text']) ?? '');
  const hours = numberOf(given['duration']) ?? DAY_H;
  const isBetween = (text: string, max: number) => lengthOf(text) >= 1 && lengthOf(text) <= max;
  if (answers.length === 0) throw invalidForm(required('poll.answers'));
  if (answers.length > MAX_ANSWERS) throw invalidForm(badLength('poll.answers', 1, MAX_ANSWERS));
  if (!isBetween(question, MAX_QUESTION)) throw invalidForm(badLength('poll.question.text', 1, MAX_QUESTION));
  if (!answers.every((text) => isBetween(text, MAX_ANSWER)))
    throw invalidForm(badLength('poll.answers.text', 1, MAX_ANSWER));
  if (hours < 1 || hours > MAX_HOURS) throw invalidForm(badLength('poll.duration', 1, MAX_HOURS));
  return newPoll(world, { question, answers, multiselect: given['allow_multiselect'] === true, hours });
}

export interface PollRequest {
  readonly question: string;
  readonly answers: readonly string[];
  readonly multiselect?: boolean;
  readonly hours?: number;
}

export function newPoll(world: World, request: PollRequest): PollState {
  const { question, answers, multiselect = false, hours = DAY_H } = request;
  const endsAt = world.clock.now() + hours * HOUR_MS;
  return { question, answers, multiselect, endsAt, votes: new Map(), finalised: false };
}

export function pollJson(world: World, poll: PollState): Json {
  const counts = [...poll.votes].filter(([, voters]) => voters.size > 0);
  return {
    question: { text: poll.question },
    answers: poll.answers.map((text, index) => ({ answer_id: index + 1, poll_media: { text } })),
    expiry: isoOf(poll.endsAt),
    allow_multiselect: poll.multiselect,
    layout_type: 1,
    results: {
      is_finalized: poll.finalised,
      answer_counts: counts.map(([id, voters]) => ({ id, count: voters.size, me_voted: voters.has(world.app.id) })),
    },
  };
}

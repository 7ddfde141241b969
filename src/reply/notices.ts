/**
 * Every sentence the bot says about itself, by code. A language is one column: a value of `Sentences`, which does not
 * compile until it has a sentence for every code, refusal, ending and command.
 */
import type { BlockReason, FinishReason } from '../core/content.ts';
import {
  codeOf,
  type Ending,
  type ErrorCode,
  ModelQuota,
  ModelRejected,
  ModelUnavailable,
  PlatformUnavailable,
  type Refusal,
  type RejectionReason,
} from '../core/errors.ts';

/** The values of an open set that are known by name. */
type Known<T extends string> = T extends unknown ? (string extends T ? never : T) : never;
type CutReason = Exclude<Known<FinishReason | BlockReason>, 'STOP'>;

interface Sentences {
  readonly refused: Readonly<Record<Exclude<Refusal['kind'], 'busy'>, string>>;
  readonly busy: (waiting: number) => string;
  readonly cut: Readonly<Record<CutReason, string>>;
  readonly cutOtherwise: string;
  readonly thoughtTooLong: string;
  readonly ended: Readonly<Record<Exclude<Ending['kind'], 'complete' | 'cut' | 'broken'>, string>>;
  readonly brokenOff: string;
  readonly error: Readonly<Record<ErrorCode, string>>;
  readonly rejection: Readonly<Record<RejectionReason, string>>;
  readonly successor: (model: string) => string;
  readonly reference: (reference: string) => string;
  readonly tryAgainIn: (seconds: number) => string;
  readonly interrupted: string;
  readonly nothingAsked: string;
  readonly unreadFiles: (names: readonly string[]) => string;
  readonly unshownPictures: (count: number) => string;
}

const FILTERED = 'The model’s safety filter stopped this answer. Asking in other words may help.';
const NO_PICTURE = 'The model did not make this picture. Describing it in other words may help.';
const NOT_THIS_PICTURE = 'The model’s safety filter stopped this picture. Describing it in other words may help.';
const MODEL_SLIP = 'The model made a mistake of its own and could not go on. Please ask again.';

const ENGLISH: Sentences = {
  refused: { 'not-allowed': 'I may not answer you here.' },
  busy: (waiting) =>
    `I am still answering here, and ${waiting === 1 ? 'one more question waits' : `${waiting} more questions wait`}. Please ask again when I am done.`,
  cut: {
    MAX_TOKENS: 'This answer reached its length limit and is not complete. Ask me to continue for the rest.',
    CONTINUATION: 'This answer is not complete. Ask me to continue for the rest.',
    SAFETY: FILTERED,
    JAILBREAK: FILTERED,
    MODEL_ARMOR: FILTERED,
    PROHIBITED_CONTENT: 'The model may not write about this, so it stopped here.',
    BLOCKLIST: 'The model stopped here because of a word that it may not use. Asking in other words may help.',
    SPII: 'The model stopped here to protect somebody’s personal data.',
    RECITATION: 'The model stopped here because it was repeating a published text. Ask for a summary instead.',
    LANGUAGE: 'The model does not speak this language well enough to go on. Please try another one.',
    OTHER: 'The model stopped here and did not say why. Please ask again, or in other words.',
    MALFORMED_FUNCTION_CALL: MODEL_SLIP,
    UNEXPECTED_TOOL_CALL: MODEL_SLIP,
    TOO_MANY_TOOL_CALLS:
      'The model looked things up too many times without coming to an answer. Try a narrower question.',
    MISSING_THOUGHT_SIGNATURE: MODEL_SLIP,
    MALFORMED_RESPONSE: MODEL_SLIP,
    IMAGE_SAFETY: NOT_THIS_PICTURE,
    IMAGE_PROHIBITED_CONTENT: NOT_THIS_PICTURE,
    IMAGE_RECITATION: 'The model stopped because the picture came too close to a published one.',
    IMAGE_OTHER: NO_PICTURE,
    NO_IMAGE: NO_PICTURE,
  },
  thoughtTooLong:
    'Thinking used up the whole length limit, so there is no answer. Try a lower thinking depth, or a narrower question.',
  cutOtherwise: 'The model stopped here for a reason that I do not know. Please ask again, or in other words.',
  ended: { stopped: 'Stopped.' },
  brokenOff: 'This answer is not complete.',
  error: {
    'config.invalid': 'I am not set up correctly. Please tell the person who runs me.',
    'model.unavailable': 'The model cannot be reached at the moment. Please ask again in a minute.',
    'model.quota': 'I have used up what I may ask the model for.',
    'model.rejected': 'The model does not accept this question. Please ask it in another way.',
    'model.key': 'The model does not accept my key. Please tell the person who runs me.',
    'model.empty': 'The model gave an empty answer, twice. Please ask in other words.',
    'stream.broken': 'The connection to the model broke off. Please ask again.',
    'platform.unavailable': 'I could not post here at the moment. Please try again in a minute.',
    'platform.rejected': 'I am not allowed to post this here. Please tell the person who runs me.',
    'storage.unavailable':
      'My memory cannot be reached at the moment, so I may forget what is said now. Please try again in a minute.',
    'storage.corrupt': 'My memory of this conversation cannot be read. Please tell the person who runs me.',
    'tool.failed': 'Something that I looked up failed. Please ask again.',
    defect: 'Something went wrong inside me. Please try again.',
  },
  rejection: {
    request: 'The model does not accept this question. Please ask it in another way.',
    'too-long': 'This conversation is too long for the model. Please start a new one.',
    'too-large': 'This is too large for the model. Please send less at once.',
    media: 'The model cannot read a file or an address in this question.',
    'model-gone': 'The model that I use is no longer offered. Please tell the person who runs me.',
    region: 'The model is not offered where I run. Please tell the person who runs me.',
    'wrong-address': 'There is no model at the address that I was given. Please tell the person who runs me.',
    'blocked-network': 'The network that I run in does not let me reach the model. Please tell the person who runs me.',
  },
  successor: (model) => `Its successor is ${model}.`,
  reference: (reference) => `If it happens again, tell the person who runs me this reference: ${reference}.`,
  tryAgainIn: (seconds) =>
    `Please try again in ${seconds < 90 ? countOf(seconds, 'second') : countOf(seconds / 60, 'minute')}.`,
  interrupted: 'I was restarted before I could answer this. Please ask again.',
  nothingAsked: 'What would you like to know? Write your question in the same message as my name.',
  unreadFiles: (names) => `I cannot read attachments yet: ${names.join(', ')}.`,
  unshownPictures: (count) =>
    `I could not show ${countOf(count, 'picture')} here: too large, not PNG, JPEG or WebP, or files are not allowed.`,
};

/** Plain sentences, for what needs no more than saying. */
export const NOTICES: Pick<Sentences, 'interrupted' | 'nothingAsked'> = ENGLISH;

/** Why a mention is not answered. */
export function noticeOfRefusal(refusal: Refusal): string {
  return refusal.kind === 'busy' ? ENGLISH.busy(refusal.waiting) : ENGLISH.refused[refusal.kind];
}

/** What is put after an answer that ended so, or in its place where there is none; nothing when all went well. */
export function noticeOfEnding(ending: Ending, hasText = true): string | undefined {
  if (ending.kind === 'cut' && ending.reason === 'MAX_TOKENS' && !hasText) return ENGLISH.thoughtTooLong;
  if (ending.kind === 'complete') return undefined;
  if (ending.kind === 'cut') return isCutReason(ending.reason) ? ENGLISH.cut[ending.reason] : ENGLISH.cutOtherwise;
  if (ending.kind === 'broken') return `${ENGLISH.brokenOff} ${ENGLISH.error[ending.code]}`;
  return ENGLISH.ended[ending.kind];
}

/** What a reader is told of anything thrown. `reference` finds the log line of what nobody foresaw. */
export function noticeOfError(error: unknown, reference?: string): string {
  const code = codeOf(error);
  if (code === 'defect' && reference !== undefined) return `${ENGLISH.error.defect} ${ENGLISH.reference(reference)}`;
  if (error instanceof ModelRejected) {
    const { successor } = error.failure;
    return ENGLISH.rejection[error.reason] + (successor === undefined ? '' : ` ${ENGLISH.successor(successor)}`);
  }
  const waits =
    error instanceof ModelQuota || error instanceof ModelUnavailable || error instanceof PlatformUnavailable;
  const waitMs = waits ? error.failure.retryAfterMs : undefined;
  if (waitMs === undefined) return ENGLISH.error[code];
  const [why] = ENGLISH.error[code].split(/(?<=\.) Please/u, 1);
  return `${why} ${ENGLISH.tryAgainIn(Math.max(1, Math.ceil(waitMs / 1000)))}`;
}

/** Told beside the answer when files came with the question. */
export function noticeOfFiles(names: readonly string[]): string {
  return ENGLISH.unreadFiles(names.map(shortOf));
}

/** Told under an answer of which so many pictures, 1 or more, cannot be shown where it stands. */
export function noticeOfPictures(count: number): string {
  return ENGLISH.unshownPictures(count);
}

function isCutReason(reason: string): reason is CutReason {
  return Object.hasOwn(ENGLISH.cut, reason);
}

function countOf(count: number, unit: string): string {
  const whole = Math.ceil(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

/** What people wrote, fit to stand inside a sentence. */
function shortOf(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  return Array.from(line).length > 60 ? `${Array.from(line).slice(0, 60).join('')}…` : line;
}

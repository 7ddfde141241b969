/** Every sentence the bot says about itself, in English, and what each other language has to say as well. */
import type { BlockReason, FinishReason } from '../core/content.ts';
import type { ThinkingDepth } from '../core/conversation.ts';
import type { ErrorCode, RejectionReason } from '../core/errors.ts';
import type { FileFault } from '../core/files.ts';
import type { ActionName } from '../core/inbound.ts';
import type { Status } from '../core/reply.ts';

/** The values of an open set that are known by name. */
type Known<T extends string> = T extends unknown ? (string extends T ? never : T) : never;
export type CutReason = Exclude<Known<FinishReason | BlockReason>, 'STOP'>;

/** What happened, and what the reader can do about it: two sentences. */
export interface Trouble {
  readonly why: string;
  readonly remedy: string;
}

/** What needs no more than saying. */
export interface Plain {
  readonly stopped: string;
  readonly nothingAsked: string;
  /** To a command given where nothing can be said to the bot. */
  readonly elsewhere: string;
  readonly stopping: string;
  /** Beside an answer that was to be JSON and is not; and where only its end is missing. */
  readonly invalidJson: string;
  /** Beside an answer for which the model had to think otherwise than it was told. */
  readonly noDepth: string;
  readonly adjustedDepth: (wanted: ThinkingDepth, used: ThinkingDepth) => string;
  /** Headings of the lists under an answer; no sentences. */
  readonly headings: { readonly sources: string; readonly searches: string; readonly quotes: string };
  /** Ends a list that leaves out so many, 1 or more; no sentence. */
  readonly more: (count: number) => string;
  /** Told with a file that holds an answer of which messages show only a part, or what messages show as well. */
  readonly wholeInFile: (file: string) => string;
  readonly alsoAsFiles: (files: string) => string;
  /** After the bot's name, while no text stands; no sentences. */
  readonly isDoing: Readonly<Record<Exclude<Status, 'reading'>, string>>;
  readonly isReading: (files: number) => string;
  /** What can be asked, offered where nothing was asked yet: a heading of a few words, and the question. */
  readonly examples: readonly { readonly title: string; readonly message: string }[];
  /** Names a thread whose question has no words; no sentence. */
  readonly questionFrom: (name: string) => string;
  /** Of the buttons under an answer, at most 80 characters each. */
  readonly actions: Readonly<Record<ActionName, string>>;
  /** What is going on before text stands; no sentences. */
  readonly doing: Readonly<Record<Exclude<Status, 'reading'>, string>>;
  readonly reading: (files: number) => string;
  /** Beside the first answer in a place where it is not known what was said before. */
  readonly untold: Readonly<Record<'forbidden' | 'unavailable', string>>;
  /** Beside an answer to a conversation of which the model was given only so many messages, 1 or more. */
  readonly onlyLast: (count: number) => string;
}

/** One language: it does not compile until it has a sentence for every code, refusal, ending, command and fault. */
export interface Sentences {
  readonly plain: Plain;
  readonly notAllowed: string;
  readonly busy: (waiting: number) => string;
  /** @param wait As `inTime` says it; so it is wherever a `wait` is asked for. */
  readonly overBudget: (wait: string) => string;
  readonly cut: Readonly<Record<CutReason, string>>;
  readonly cutOtherwise: string;
  readonly thoughtTooLong: string;
  readonly stoppedBy: (name: string) => string;
  readonly brokenOff: string;
  /** A restart came before the answer, and in the middle of it. */
  readonly interrupted: string;
  readonly interruptedWithin: string;
  readonly error: Readonly<Record<ErrorCode, Trouble>>;
  readonly rejection: Readonly<Record<RejectionReason, string>>;
  readonly successor: (model: string) => string;
  readonly reference: (reference: string) => string;
  readonly tryAgain: (wait: string) => string;
  readonly inTime: Readonly<Record<'second' | 'minute' | 'hour' | 'day', (count: number) => string>>;
  /** `names` is a list of `count` files, written out. */
  readonly files: Readonly<Record<FileFault['why'], (names: string, count: number) => string>>;
  readonly unshownPictures: (count: number) => string;
}

const FILTERED = 'The model’s safety filter stopped this answer. Asking in other words may help.';
const NO_PICTURE = 'The model did not make this picture. Describing it in other words may help.';
const NOT_THIS_PICTURE = 'The model’s safety filter stopped this picture. Describing it in other words may help.';
const MODEL_SLIP = 'The model made a mistake of its own and could not go on. Please ask again.';
const ASK_AGAIN = 'Please ask again.';
const TELL = 'Please tell the person who runs me.';

export const ENGLISH: Sentences = {
  plain: {
    stopped: 'Stopped.',
    nothingAsked: 'What would you like to know? Write your question in the same message as my name.',
    elsewhere: 'This does not work here.',
    stopping: 'I am stopping and take no more messages.',
    invalidJson: 'The model did not answer in valid JSON.',
    noDepth: 'This model decides by itself how deeply it thinks.',
    adjustedDepth: (wanted, used) => `This model does not have thinking depth ${wanted}; I use ${used}.`,
    headings: { sources: 'Sources', searches: 'Google Search', quotes: 'Quotes' },
    more: (count) => `and ${count} more`,
    wholeInFile: (file) => `This answer is too long for messages. All of it is in ${file}.`,
    alsoAsFiles: (files) => `To keep or to use elsewhere: ${files}.`,
    isDoing: {
      thinking: 'is thinking…',
      searching: 'is searching the web…',
      running: 'is running code…',
      writing: 'is writing…',
    },
    isReading: (files) => `is reading ${countOf(files, 'file')}…`,
    examples: [
      { title: 'Explain something', message: 'Explain how rainbows form, in five sentences.' },
      { title: 'Search the web', message: 'What happened in science this week? --search' },
      { title: 'Write something', message: 'Write a short, friendly note that thanks a colleague for their help.' },
    ],
    questionFrom: (name) => `Question from ${name}`,
    actions: {
      stop: 'Stop',
      retry: 'Retry',
      continue: 'Continue',
      sources: 'Sources',
      thoughts: 'Thoughts',
      good: '👍',
      bad: '👎',
    },
    doing: {
      thinking: 'Thinking',
      searching: 'Searching the web',
      running: 'Running code',
      writing: 'Writing',
    },
    reading: (files) => `Reading ${countOf(files, 'file')}`,
    untold: {
      forbidden: 'I may not read what was said here before, so I answer your message alone.',
      unavailable: 'What was said here before could not be read just now, so I answer your message alone.',
    },
    onlyLast: (count) =>
      `This conversation is longer than I can read at once: only the last ${countOf(count, 'message')} ${count === 1 ? 'fits' : 'fit'}.`,
  },
  notAllowed: 'I may not answer you here.',
  busy: (waiting) =>
    `I am still answering here${waiting === 0 ? '' : `, and ${countOf(waiting, 'more question')} ${waiting === 1 ? 'waits' : 'wait'}`}. Please ask again when I am done.`,
  overBudget: (wait) => `The budget for questions is used up. You can ask again ${wait}.`,
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
  cutOtherwise: 'The model stopped here for a reason that I do not know. Please ask again, or in other words.',
  thoughtTooLong:
    'Thinking used up the whole length limit, so there is no answer. Try a lower thinking depth, or a narrower question.',
  stoppedBy: (name) => `Stopped by ${name}.`,
  brokenOff: 'This answer is not complete.',
  interrupted: 'I was restarted before I could answer this. Please ask again.',
  interruptedWithin: 'A restart interrupted this answer. Ask for it again with /retry.',
  error: {
    'config.invalid': { why: 'I am not set up correctly.', remedy: TELL },
    'model.unavailable': {
      why: 'The model cannot be reached at the moment.',
      remedy: 'Please ask again in a minute.',
    },
    'model.quota': {
      why: 'I have used up what I may ask the model for.',
      remedy: 'Please try again later, or tell the person who runs me.',
    },
    'model.rejected': { why: 'The model does not accept this question.', remedy: 'Please ask it in another way.' },
    'model.key': { why: 'The model does not accept my key.', remedy: TELL },
    'model.empty': { why: 'The model gave an empty answer, twice.', remedy: 'Please ask in other words.' },
    'stream.broken': { why: 'The connection to the model broke off.', remedy: ASK_AGAIN },
    'platform.unavailable': {
      why: 'I could not post here at the moment.',
      remedy: 'Please try again in a minute.',
    },
    'platform.rejected': { why: 'I am not allowed to post this here.', remedy: TELL },
    'storage.unavailable': {
      why: 'My memory cannot be reached at the moment, so I may forget what is said now.',
      remedy: 'Please try again in a minute.',
    },
    'storage.corrupt': {
      why: 'A part of what I remember here cannot be read.',
      remedy: 'Please ask again. If this comes again, please tell the person who runs me.',
    },
    'budget.spent': { why: 'The budget for questions is used up.', remedy: 'Ask again later.' },
    'tool.failed': { why: 'Something that I looked up failed.', remedy: ASK_AGAIN },
    defect: { why: 'Something went wrong inside me.', remedy: 'Please try again.' },
  },
  rejection: {
    request: 'The model does not accept this question. Please ask it in another way.',
    'too-long': 'This conversation is too long for the model. Please start a new one.',
    'question-too-long': 'This question is too long for the model. Please shorten it or what comes with it.',
    'too-large': 'This is too large for the model. Please send less at once.',
    media: 'The model cannot read a file or an address in this question. Please ask without it.',
    'model-gone': `The model that I use is no longer offered. ${TELL}`,
    region: `The model is not offered where I run. ${TELL}`,
    'wrong-address': `There is no model at the address that I was given. ${TELL}`,
    'blocked-network': `The network that I run in does not let me reach the model. ${TELL}`,
  },
  successor: (model) => `Its successor is ${model}.`,
  reference: (reference) => `If it happens again, tell the person who runs me this reference: ${reference}.`,
  tryAgain: (wait) => `Please try again ${wait}.`,
  inTime: {
    second: (count) => `in ${countOf(count, 'second')}`,
    minute: (count) => `in ${countOf(count, 'minute')}`,
    hour: (count) => `in ${countOf(count, 'hour')}`,
    day: (count) => `in ${countOf(count, 'day')}`,
  },
  files: {
    kind: (names) =>
      `I cannot read ${names}. Send pictures as PNG, JPEG or WebP; other files as PDF, audio, video or text.`,
    size: (names, count) => `Too large for me: ${names}. Send ${count === 1 ? 'a smaller file' : 'smaller files'}.`,
    count: (names) => `More files than I take at once; I left out ${names}. Send the rest in another message.`,
    download: (names, count) => `I could not download ${names}. Send ${count === 1 ? 'it' : 'them'} again.`,
    page: (names, count) =>
      `A web page, perhaps a login, came instead of ${names}. Upload the ${count === 1 ? 'file itself' : 'files themselves'}.`,
  },
  unshownPictures: (count) =>
    `I could not show ${countOf(count, 'picture')} here: too large, not PNG, JPEG or WebP, or files are not allowed.`,
};

function countOf(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

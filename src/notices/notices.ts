/** What the bot says about itself: the sentence of each ending, error, refusal and command, in the reader's language. */
import type { Language, LanguageChoice, ThinkingDepth } from '../core/conversation.ts';
import {
  BudgetSpent,
  codeOf,
  type Ending,
  ModelQuota,
  ModelRejected,
  ModelUnavailable,
  PlatformUnavailable,
  type Refusal,
} from '../core/errors.ts';
import type { FileFault } from '../core/files.ts';
import { type CutReason, ENGLISH, type Plain, type Sentences } from './english.ts';
import { POLISH } from './polish.ts';

/**
 * All that the bot says, in one language. Each is plain text of 200 characters at most, unless said otherwise, in which
 * what people wrote is shortened to one line; it is the platform's to show it as plain text.
 */
export interface Notices extends Plain {
  readonly language: Language;
  /** Why a mention is not answered. `now` is in epoch milliseconds. */
  ofRefusal(refusal: Refusal, now?: number): string;
  /** What is put after an answer that ended so, or in its place where there is none; nothing when all went well. */
  ofEnding(ending: Ending, hasText?: boolean, now?: number): string | undefined;
  /** What a reader is told of anything thrown. `reference` finds the log line of what nobody foresaw. */
  ofError(error: unknown, reference?: string): string;
  /** Told where a wanted thinking depth comes to another one on the model; nothing where it is the same. */
  ofDepth(wanted: ThinkingDepth, used: ThinkingDepth): string | undefined;
  /** Why files, 1 or more, are not given to the model and what to send instead: one line for each reason. */
  ofFiles(faults: readonly FileFault[]): string;
  /** Told under an answer of which so many pictures, 1 or more, cannot be shown where it stands. */
  ofPictures(count: number): string;
}

const SENTENCES: Readonly<Record<Language, Sentences>> = { en: ENGLISH, pl: POLISH };

/** @param language Default: English. */
export function noticesIn(language: Language = 'en'): Notices {
  const said = SENTENCES[language];
  return {
    ...said.plain,
    language,
    ofRefusal: (refusal, now = Date.now()) => refusalIn(said, refusal, now),
    ofEnding: (ending, hasText = true, now = Date.now()) => endingIn(said, ending, { hasText, now }),
    ofError: (error, reference) => errorIn(said, error, reference),
    ofDepth: (wanted, used) => (used === wanted ? undefined : depthIn(said, wanted, used)),
    ofFiles: (faults) => filesIn(said, faults),
    ofPictures: (count) => said.unshownPictures(count),
  };
}

function depthIn({ plain }: Sentences, wanted: ThinkingDepth, used: ThinkingDepth): string {
  return used === 'auto' ? plain.noDepth : plain.adjustedDepth(wanted, used);
}

/** The notices for a person of this locale, as BCP 47 writes it. */
export type NoticesFor = (locale: string | undefined) => Notices;

/** In one language for everybody or, with `auto`, in each person's own where the bot speaks it and in English elsewhere. */
export function noticesFor(choice: LanguageChoice): NoticesFor {
  return (locale) => noticesIn(languageOf(choice, locale));
}

/** The language to speak to a person of this locale: as chosen or, with `auto`, the person's own if the bot speaks it. */
export function languageOf(choice: LanguageChoice, locale = ''): Language {
  if (choice !== 'auto') return choice;
  const [primary = ''] = locale.toLowerCase().split(/[-_]/u, 1);
  return isLanguage(primary) ? primary : 'en';
}

function isLanguage(primary: string): primary is Language {
  return Object.hasOwn(SENTENCES, primary);
}

function refusalIn(said: Sentences, refusal: Refusal, now: number): string {
  switch (refusal.kind) {
    case 'not-allowed':
      return said.notAllowed;
    case 'over-budget':
      return said.overBudget(waitIn(said, refusal.resetsAt - now));
    case 'busy':
      return said.busy(refusal.waiting);
  }
}

function endingIn(
  said: Sentences,
  ending: Ending,
  { hasText, now }: { readonly hasText: boolean; readonly now: number },
): string | undefined {
  switch (ending.kind) {
    case 'complete':
      return undefined;
    case 'cut':
      if (ending.reason === 'MAX_TOKENS' && !hasText) return said.thoughtTooLong;
      return isCutReason(ending.reason) ? said.cut[ending.reason] : said.cutOtherwise;
    case 'malformed':
      return said.plain.invalidJson;
    case 'stopped': {
      const by = lineOf(ending.by ?? '');
      return by === '' ? said.plain.stopped : said.stoppedBy(by);
    }
    case 'broken': {
      const { code, againAt } = ending;
      const { why, remedy } = said.error[code];
      return `${said.brokenOff} ${why} ${againAt === undefined ? remedy : said.tryAgain(waitIn(said, againAt - now))}`;
    }
    case 'interrupted':
      return hasText ? said.interruptedWithin : said.interrupted;
  }
}

function errorIn(said: Sentences, error: unknown, reference?: string): string {
  if (error instanceof BudgetSpent) return said.overBudget(waitIn(said, error.resetsAt - Date.now()));
  const code = codeOf(error);
  const { why, remedy } = said.error[code];
  if (code === 'defect' && reference !== undefined) return `${why} ${remedy} ${said.reference(reference)}`;
  if (error instanceof ModelRejected) {
    const { successor } = error.failure;
    return said.rejection[error.reason] + (successor === undefined ? '' : ` ${said.successor(successor)}`);
  }
  const waits =
    error instanceof ModelQuota || error instanceof ModelUnavailable || error instanceof PlatformUnavailable;
  const waitMs = waits ? error.failure.retryAfterMs : undefined;
  return `${why} ${waitMs === undefined ? remedy : said.tryAgain(waitIn(said, waitMs))}`;
}

/** In whole units, rounded up, the largest of which there is more than about one. */
function waitIn({ inTime }: Sentences, ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 90) return inTime.second(seconds);
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return inTime.minute(minutes);
  const hours = Math.ceil(minutes / 60);
  return hours < 36 ? inTime.hour(hours) : inTime.day(Math.ceil(hours / 24));
}

function filesIn(said: Sentences, faults: readonly FileFault[]): string {
  const byReason = Map.groupBy(faults, ({ why }) => why);
  const lines = Array.from(byReason, ([why, files]) => {
    const names = files.map(({ name }) => name);
    return said.files[why](listIn(said, names), names.length);
  });
  return lines.join('\n');
}

function isCutReason(reason: string): reason is CutReason {
  return Object.hasOwn(ENGLISH.cut, reason);
}

const MAX_CHARACTERS = 60;

/** What a list of names shows, so that its sentence is not too long. */
const MAX_NAMES = 3;
const MAX_LIST_CHARACTERS = 72;

function listIn({ plain }: Sentences, names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES);
  const lines = shown.map((name) => lineOf(name, Math.floor(MAX_LIST_CHARACTERS / shown.length)));
  const rest = names.length - shown.length;
  return lines.join(', ') + (rest === 0 ? '' : ` ${plain.more(rest)}`);
}

/** What people wrote, fit to stand inside a sentence: one line, which turns nothing around that stands after it. */
export function lineOf(text: string, max = MAX_CHARACTERS): string {
  const line = Array.from(
    text
      .toWellFormed()
      .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
      .trim(),
  );
  return line.length > max ? `${line.slice(0, max).join('')}…` : line.join('');
}

/** What the bot says about itself: something for everything that can happen, in words, in each language. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/core/conversation.ts';
import {
  BudgetSpent,
  ConfigError,
  type Ending,
  type ErrorCode,
  ModelEmpty,
  ModelKeyRejected,
  ModelQuota,
  ModelRejected,
  ModelUnavailable,
  PlatformRejected,
  PlatformUnavailable,
  type Refusal,
  type RejectionReason,
  StorageCorrupt,
  StorageUnavailable,
  StreamBroken,
  ToolFailed,
} from '../../src/core/errors.ts';
import type { FileFault } from '../../src/core/files.ts';
import { type CutReason, ENGLISH } from '../../src/notices/english.ts';
import { type Notices, noticesFor, noticesIn } from '../../src/notices/notices.ts';

const SECRET = 'key sk-123 {"error":{"code":400}}';
const LANGUAGES: readonly Language[] = ['en', 'pl'];
const NOW = 1_780_000_000_000;
const WAITS = [1, 999, 1000, 12_000, 89_001, 90_001, 3_600_000, 7_200_000, 90_000_000, 200_000_000, 9_000_000_000];

/** One thrown thing for each code; it does not compile while one is missing. */
const ERRORS: Readonly<Record<ErrorCode, Error>> = {
  'config.invalid': new ConfigError([SECRET]),
  'model.unavailable': new ModelUnavailable(SECRET),
  'model.quota': new ModelQuota(SECRET),
  'model.rejected': new ModelRejected(SECRET, 'request'),
  'model.key': new ModelKeyRejected(SECRET),
  'model.empty': new ModelEmpty(SECRET),
  'stream.broken': new StreamBroken(SECRET),
  'platform.unavailable': new PlatformUnavailable(SECRET),
  'platform.rejected': new PlatformRejected(SECRET),
  'storage.unavailable': new StorageUnavailable(SECRET),
  'storage.corrupt': new StorageCorrupt('turns:1', SECRET),
  'tool.failed': new ToolFailed(SECRET),
  'budget.spent': new BudgetSpent(NOW),
  defect: new TypeError(SECRET),
};
// Object.keys of a record gives its keys.
const CODES = Object.keys(ERRORS) as ErrorCode[];
const CUTS = Object.keys(ENGLISH.cut) as CutReason[];
const REJECTIONS = Object.keys(ENGLISH.rejection) as RejectionReason[];
const FAULTS = Object.keys(ENGLISH.files) as FileFault['why'][];

const endings: readonly Ending[] = [
  { kind: 'stopped' },
  { kind: 'stopped', by: 'Ada' },
  { kind: 'interrupted' },
  ...CODES.map((code): Ending => ({ kind: 'broken', code })),
  ...WAITS.map((ms): Ending => ({ kind: 'broken', code: 'model.quota', againAt: Date.now() + ms })),
  ...[...CUTS, 'SOMETHING_NEW'].map((reason): Ending => ({ kind: 'cut', reason })),
];
const refusals: readonly Refusal[] = [
  { kind: 'not-allowed' },
  ...[0, 1, 2, 5, 22, 100].map((waiting): Refusal => ({ kind: 'busy', waiting })),
  ...[-1, ...WAITS].map((ms): Refusal => ({ kind: 'over-budget', resetsAt: NOW + ms })),
];
const errors: readonly Error[] = [
  ...Object.values(ERRORS),
  ...REJECTIONS.map((reason) => new ModelRejected(SECRET, reason)),
  new ModelRejected(SECRET, 'model-gone', { successor: 'gemini-9' }),
  ...WAITS.flatMap((retryAfterMs) => [
    new ModelUnavailable(SECRET, { retryAfterMs }),
    new ModelQuota(SECRET, { retryAfterMs }),
    new PlatformUnavailable(SECRET, { retryAfterMs }),
  ]),
];
const names = ['Zażółć gęślą jaźń, a potem jeszcze raz.pages', 'x'.repeat(300), 'b.gif', 'c.zip', 'd.exe'];

/** Every sentence there is, in all its forms. */
function everything(notices: Notices): readonly string[] {
  // Words beside the sentences.
  const { headings: _, more: __, questionFrom: ___, language: ____, ...others } = notices;
  const { adjustedDepth, ...rest } = others;
  return [
    ...Object.values(rest).filter((sentence) => typeof sentence === 'string'),
    adjustedDepth('minimal', 'low'),
    ...endings.map((ending) => notices.ofEnding(ending) ?? ''),
    notices.ofEnding({ kind: 'cut', reason: 'MAX_TOKENS' }, false) ?? '',
    notices.ofEnding({ kind: 'interrupted' }, false) ?? '',
    ...refusals.map((refusal) => notices.ofRefusal(refusal, NOW)),
    ...errors.map((error) => notices.ofError(error)),
    notices.ofError(new TypeError(SECRET), 'a1b2c3d4'),
    ...FAULTS.flatMap((why) => [1, 2, 5].map((count) => notices.ofFiles(faultsOf(why, names.slice(0, count))))),
    ...[1, 2, 5, 22].map((count) => notices.ofPictures(count)),
    ...[1, 2, 5, 22, 31].map((count) => notices.onlyLast(count)),
    ...Object.values(notices.untold),
  ];
}

function faultsOf(why: FileFault['why'], names: readonly string[]): readonly FileFault[] {
  return names.map((name) => ({ name, why }));
}

describe.each(LANGUAGES)('every notice in %s', (language) => {
  it.each(everything(noticesIn(language)))('is one or two sentences in words: %s', (notice) => {
    expect(notice).toMatch(/^[\p{Lu}/-].{6,198}\.$/u);
    expect(notice).not.toMatch(/undefined|null|NaN|Infinity|\[object|[{}[\]<>$]|_|\bsk-|\.\.|\s\s|turns:1/u);
  });

  it('has what lists and names need beside sentences', () => {
    const { headings, more, questionFrom, isDoing, isReading, examples } = noticesIn(language);
    const words = [...Object.values(headings), more(3), questionFrom('Ada')];
    for (const doing of [...Object.values(isDoing), isReading(2)]) expect(doing).toMatch(/^\p{Ll}[\p{L}\d ]+…$/u);
    for (const { title, message } of examples) expect([title, message].join()).toMatch(/^\p{Lu}.{5,40},\p{Lu}.+$/u);
    expect(new Set(words).size).toBe(5);
    for (const word of words) expect(word).toMatch(/^\p{L}[\p{L}\d :]+[\p{L}\d]$/u);
    expect(more(3)).toContain('3');
    expect(questionFrom('Ada')).toContain('Ada');
  });

  it('tells apart why the model stopped, and has a sentence for reasons that do not exist yet', () => {
    const { ofEnding } = noticesIn(language);
    const told = (reason: string) => ofEnding({ kind: 'cut', reason });
    const apart = ['MAX_TOKENS', 'SAFETY', 'RECITATION', 'SPII', 'BLOCKLIST', 'LANGUAGE', 'NO_IMAGE', 'NEW'];
    expect(new Set(apart.map(told)).size).toBe(apart.length);
    expect(told('toString')).toBe(told('NEW'));
    expect(ofEnding({ kind: 'complete' })).toBeUndefined();
  });

  it('tells apart every code, in an ending as in an error', () => {
    const { ofEnding, ofError } = noticesIn(language);
    expect(new Set(CODES.map((code) => ofError(ERRORS[code]))).size).toBe(CODES.length);
    expect(new Set(CODES.map((code) => ofEnding({ kind: 'broken', code }))).size).toBe(CODES.length);
  });
});

it('no notice is the same in both languages', () => {
  const [english, polish] = [everything(noticesIn('en')), everything(noticesIn('pl'))];
  expect(english).toHaveLength(polish.length);
  expect(english.filter((notice, at) => notice === polish[at])).toEqual([]);
});

it('no notice in Polish has English words or quotation marks', () => {
  const words =
    /(?<!\p{L})(?:the|and|or|is|are|was|has|have|please|ask|again|answer|this|that|it|you|your|my|not|of|for|could|cannot|send|stopped|more|question|second|minute|hour|day)s?(?!\p{L})/iu;
  for (const notice of everything(noticesIn('pl'))) {
    expect(notice).not.toMatch(words);
    expect(notice).not.toMatch(/[“‘’"']/u);
  }
});

describe('the language', () => {
  it.each([
    ['pl', 'pl'],
    ['pl-PL', 'pl'],
    ['PL_pl', 'pl'],
    ['en-US', 'en'],
    ['en', 'en'],
    ['de', 'en'],
    ['plt-MG', 'en'],
    ['', 'en'],
    ['-', 'en'],
    ['constructor', 'en'],
    ['\u0000pl', 'en'],
    [undefined, 'en'],
  ])('of a person who reads %j is %s', (locale, language) => {
    expect(noticesFor('auto')(locale).language).toBe(language);
  });

  it('is the operator’s where one is set', () => {
    expect(noticesFor('pl')('en-GB').stopped).toBe('Zatrzymano.');
    expect(noticesFor('en')('pl').stopped).toBe('Stopped.');
  });
});

describe('a number in Polish', () => {
  const { ofRefusal, ofError } = noticesIn('pl');
  const wait = (retryAfterMs: number) => ofError(new ModelUnavailable('', { retryAfterMs }));

  it.each([
    [1000, 'za 1 sekundę'],
    [2000, 'za 2 sekundy'],
    [4000, 'za 4 sekundy'],
    [5000, 'za 5 sekund'],
    [12_000, 'za 12 sekund'],
    [22_000, 'za 22 sekundy'],
    [25_000, 'za 25 sekund'],
    [5 * 60_000, 'za 5 minut'],
    [32 * 60_000, 'za 32 minuty'],
    [2 * 3_600_000, 'za 2 godziny'],
    [14 * 3_600_000, 'za 14 godzin'],
    [48 * 3_600_000, 'za 2 dni'],
  ])('of %i ms is put as %s', (ms, words) => {
    expect(wait(ms)).toBe(`Model jest teraz nieosiągalny. Spróbuj ponownie ${words}.`);
  });

  it.each([
    [1, 'czeka jeszcze 1 pytanie.'],
    [3, 'czekają jeszcze 3 pytania.'],
    [5, 'czeka jeszcze 5 pytań.'],
    [24, 'czekają jeszcze 24 pytania.'],
  ])('of %i questions goes with its verb and noun', (waiting, words) => {
    expect(ofRefusal({ kind: 'busy', waiting })).toContain(words);
  });

  it('takes the form that its last digits ask for', () => {
    const form = (count: number): string => {
      if (count === 1) return 'pytanie';
      const [tens, ones] = [count % 100, count % 10];
      return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? 'pytania' : 'pytań';
    };
    const told = (waiting: number): void => {
      expect(ofRefusal({ kind: 'busy', waiting })).toContain(` ${waiting} ${form(waiting)}.`);
    };
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), told));
  });
});

describe('a wait', () => {
  const { ofError, ofRefusal } = noticesIn('en');

  it('is the one that the service asks for, in the largest unit that says enough', () => {
    const wait = (retryAfterMs: number): string => ofError(new ModelQuota('', { retryAfterMs }));
    expect(wait(1)).toMatch(/in 1 second\.$/u);
    expect(wait(29_001)).toMatch(/in 30 seconds\.$/u);
    expect(wait(90_000)).toMatch(/in 2 minutes\.$/u);
    expect(wait(3_600_000)).toMatch(/in 60 minutes\.$/u);
    expect(wait(7_200_000)).toMatch(/in 2 hours\.$/u);
    expect(wait(86_400_000)).toMatch(/in 24 hours\.$/u);
    expect(wait(172_800_000)).toMatch(/in 2 days\.$/u);
  });

  it('is asked for once', () => {
    const notice = ofError(new ModelUnavailable('', { retryAfterMs: 5000 }));
    expect(notice).toBe('The model cannot be reached at the moment. Please try again in 5 seconds.');
  });

  it('is said of an answer that broke off as well', () => {
    const { ofEnding } = noticesIn('en');
    const told = (code: ErrorCode) => ofEnding({ kind: 'broken', code, againAt: NOW + 7_200_000 }, true, NOW);
    expect(told('model.quota')).toMatch(/not complete\. .+ask the model for\. Please try again in 2 hours\.$/u);
    expect(told('budget.spent')).toMatch(/not complete\. .+used up\. Please try again in 2 hours\.$/u);
  });

  it('says when a budget is there again', () => {
    const told = (ms: number) => ofRefusal({ kind: 'over-budget', resetsAt: NOW + ms }, NOW);
    expect(told(7_200_000)).toBe('The budget for questions is used up. You can ask again in 2 hours.');
    expect(told(-5)).toContain('in 1 second.');
  });
});

describe('an error', () => {
  const { ofError } = noticesIn('en');

  it('names the reference of what nobody foresaw, and of nothing else', () => {
    expect(ofError(new TypeError('x'), 'a1b2')).toContain('a1b2');
    expect(ofError('thrown text', 'a1b2')).toContain('a1b2');
    expect(ofError(new StreamBroken('x'), 'a1b2')).not.toContain('a1b2');
  });

  it('names the successor of a model that is gone', () => {
    expect(ofError(new ModelRejected('', 'model-gone', { successor: 'gemini-9-flash' }))).toContain('gemini-9-flash');
  });
});

describe('files', () => {
  const { ofFiles } = noticesIn('en');

  it('are told by name, a line for each reason, with what to send instead', () => {
    const faults: readonly FileFault[] = [
      { name: 'a.gif', why: 'kind' },
      { name: 'b.mov', why: 'size' },
      { name: 'c.zip', why: 'kind' },
    ];
    expect(ofFiles(faults)).toBe(
      'I cannot read a.gif, c.zip. Send pictures as PNG, JPEG or WebP; other files as PDF, audio, video or text.\n' +
        'Too large for me: b.mov. Send a smaller file.',
    );
  });

  it('beyond three are counted', () => {
    expect(ofFiles(faultsOf('download', ['1', '2', '3', '4', '5']))).toBe(
      'I could not download 1, 2, 3 and 2 more. Send them again.',
    );
  });
});

describe.each(LANGUAGES)('what people wrote, in %s,', (language) => {
  it('leaves a notice short, well formed and on one line', () => {
    const { ofEnding, ofFiles } = noticesIn(language);
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 50 }));
    const written = fc.array(anything, { minLength: 1, maxLength: 6 });
    const holds = (texts: readonly string[], why: FileFault['why']): void => {
      const [text = ''] = texts;
      for (const notice of [ofEnding({ kind: 'stopped', by: text }) ?? '', ofFiles(faultsOf(why, texts))]) {
        expect(notice).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(notice.isWellFormed()).toBe(true);
        expect(Array.from(notice).length).toBeLessThanOrEqual(200);
      }
    };
    fc.assert(fc.property(written, fc.constantFrom(...FAULTS), holds));
  });

  it('is a name, or nothing where it shows nothing', () => {
    const { ofEnding, stopped } = noticesIn(language);
    expect(ofEnding({ kind: 'stopped', by: 'Ada' })).toMatch(/Ada\.$/u);
    expect(ofEnding({ kind: 'stopped', by: ' \n\u202e' })).toBe(stopped);
  });
});

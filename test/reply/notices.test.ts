/** What the bot says about itself: something for everything that can happen, in words. */
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  type Ending,
  ModelEmpty,
  ModelKeyRejected,
  ModelQuota,
  ModelRejected,
  ModelUnavailable,
  PlatformRejected,
  PlatformUnavailable,
  type RejectionReason,
  StorageCorrupt,
  StorageUnavailable,
  StreamBroken,
} from '../../src/core/errors.ts';
import {
  noticeOfEnding,
  noticeOfError,
  noticeOfFiles,
  noticeOfPictures,
  noticeOfRefusal,
  NOTICES,
} from '../../src/reply/notices.ts';

const SECRET = 'key sk-123 {"error":{"code":400}}';
const REJECTIONS: readonly RejectionReason[] = [
  'request',
  'too-long',
  'too-large',
  'media',
  'model-gone',
  'region',
  'wrong-address',
  'blocked-network',
];
const errors: readonly Error[] = [
  new ConfigError([SECRET]),
  new ModelUnavailable(SECRET),
  new ModelUnavailable(SECRET, { retryAfterMs: 12_000 }),
  new ModelQuota(SECRET),
  new ModelQuota(SECRET, { retryAfterMs: 1 }),
  ...REJECTIONS.map((reason) => new ModelRejected(SECRET, reason)),
  new ModelRejected(SECRET, 'model-gone', { successor: 'gemini-9' }),
  new ModelKeyRejected(SECRET),
  new ModelEmpty(SECRET),
  new StreamBroken(SECRET),
  new PlatformUnavailable(SECRET, { retryAfterMs: 3_600_000 }),
  new PlatformRejected(SECRET),
  new StorageUnavailable(SECRET),
  new StorageCorrupt('turns:1', SECRET),
  new TypeError(SECRET),
];
const endings: readonly Ending[] = [
  { kind: 'stopped' },
  ...['stream.broken', 'model.unavailable', 'defect'].map((code) => ({ kind: 'broken', code }) as Ending),
  ...['MAX_TOKENS', 'SAFETY', 'RECITATION', 'JAILBREAK', 'NO_IMAGE', 'MALFORMED_FUNCTION_CALL', 'SOMETHING_NEW'].map(
    (reason): Ending => ({ kind: 'cut', reason }),
  ),
];
const notices: readonly string[] = [
  ...errors.map((error) => noticeOfError(error)),
  noticeOfError(new TypeError(SECRET), 'a1b2c3d4'),
  ...endings.map((ending) => noticeOfEnding(ending) ?? ''),
  noticeOfRefusal({ kind: 'not-allowed' }),
  noticeOfRefusal({ kind: 'busy', waiting: 1 }),
  noticeOfRefusal({ kind: 'busy', waiting: 3 }),
  noticeOfFiles(['a.pdf', 'b.png']),
  noticeOfPictures(1),
  noticeOfPictures(3),
  ...Object.values(NOTICES).filter((notice) => typeof notice === 'string'),
];

describe('every notice', () => {
  it.each(notices)('is a sentence in words: %s', (notice) => {
    expect(notice).toMatch(/^[A-Z-].{6,200}\.?[.?]$/u);
    expect(notice).not.toMatch(/undefined|NaN|[{}[\]<>]|_|\bsk-/u);
  });
});

describe('noticeOfEnding', () => {
  it('says nothing when all went well', () => {
    expect(noticeOfEnding({ kind: 'complete' })).toBeUndefined();
  });

  it('tells apart why the model stopped, and has a sentence for reasons that do not exist yet', () => {
    const said = endings.map((ending) => noticeOfEnding(ending));
    expect(new Set(said).size).toBe(said.length - 1);
    expect(noticeOfEnding({ kind: 'cut', reason: 'toString' })).toBe(noticeOfEnding({ kind: 'cut', reason: 'NEW' }));
  });
});

describe('noticeOfError', () => {
  it('names the wait that the service asks for', () => {
    const wait = (retryAfterMs: number): string => noticeOfError(new ModelQuota('', { retryAfterMs }));
    expect(wait(1)).toMatch(/in 1 second\.$/u);
    expect(wait(29_001)).toMatch(/in 30 seconds\.$/u);
    expect(wait(90_000)).toMatch(/in 2 minutes\.$/u);
    expect(wait(3_600_000)).toMatch(/in 60 minutes\.$/u);
  });

  it('asks once for patience', () => {
    const notice = noticeOfError(new ModelUnavailable('', { retryAfterMs: 5000 }));
    expect(notice).toBe('The model cannot be reached at the moment. Please try again in 5 seconds.');
  });

  it('names the reference of what nobody foresaw, and of nothing else', () => {
    expect(noticeOfError(new TypeError('x'), 'a1b2')).toContain('a1b2');
    expect(noticeOfError('thrown text', 'a1b2')).toContain('a1b2');
    expect(noticeOfError(new StreamBroken('x'), 'a1b2')).not.toContain('a1b2');
  });

  it('names the successor of a model that is gone', () => {
    const gone = new ModelRejected('', 'model-gone', { successor: 'gemini-9-flash' });
    expect(noticeOfError(gone)).toContain('gemini-9-flash');
  });
});

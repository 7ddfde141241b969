import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, ModelQuota, StorageUnavailable } from '../../src/core/errors.ts';
import { type LogOptions, PinoLog } from '../../src/ops/log.ts';

const SECRET = 'sk-planted-0123456789';

function aLog(level: LogOptions['level'] = 'debug'): { log: PinoLog; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: new PinoLog({ level, destination: { write: (line) => void lines.push(line) } }) };
}

/** The only line that logging `cause` writes. */
function lineOf(cause: unknown): string {
  const { log, lines } = aLog();
  log.error('test.failed', cause);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

const errorIn = (line: string): Record<string, unknown> => JSON.parse(line).error;

/** An error whose stack was made when its message was `before`. */
function changedLater(before: string, message: string): Error {
  return Object.assign(new Error(message), { stack: `Error: ${before}\n    at run (/app/src/x.ts:1:2)` });
}

describe('a line', () => {
  test.each(['debug', 'info', 'warn'] as const)('of level %s is one JSON object with its event and fields', (level) => {
    const { log, lines } = aLog();
    log[level]('turn.done', { conversation: 'discord:1/2/3', tookMs: 12, cached: true, none: undefined });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      event: 'turn.done',
      conversation: 'discord:1/2/3',
      tookMs: 12,
      cached: true,
    });
  });

  test('stays one line whatever its fields hold', () => {
    const { log, lines } = aLog();
    log.info('test', { name: 'two\nlines\u2028"}' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '').name).toBe('two\nlines\u2028"}');
  });

  test('below the level is not written', () => {
    const { log, lines } = aLog('warn');
    log.info('quiet');
    log.warn('loud');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['loud']);
  });

  test.each(['token', 'apiKey', 'authorization', 'password', 'secret', 'signature', 'text', 'content', 'prompt'])(
    'leaves out the value of a field called %s, at the top and nested',
    (name) => {
      const { log, lines } = aLog();
      const nested: unknown = { [name]: SECRET, deeper: { [name]: SECRET } };
      // LogFields holds no objects; this is what a slip past the compiler would hand in.
      log.info('test', { [name]: SECRET, nested } as Record<string, string>);
      log.error('test', new Error('x'), { [name]: SECRET });
      expect(lines).toHaveLength(2);
      expect(lines.join('')).not.toContain(SECRET);
    },
  );
});

describe('an error', () => {
  test('of ours is written with its class, code, message and the places in the code', () => {
    expect(errorIn(lineOf(new StorageUnavailable('The store is locked.')))).toEqual({
      class: 'StorageUnavailable',
      code: 'storage.unavailable',
      message: 'The store is locked.',
      stack: expect.arrayContaining([expect.stringMatching(/^at .*log\.test\.ts:\d+:\d+\)?$/)]),
    });
  });

  test('without a message still tells the places in the code', () => {
    // As Node writes it; vitest writes a colon after the class.
    const error = Object.assign(new Error(''), { stack: 'Error\n    at run (/app/src/x.ts:1:2)' });
    expect(errorIn(lineOf(error)).stack).toEqual(['at run (/app/src/x.ts:1:2)']);
  });

  test('of others is written without its message', () => {
    const cause = Object.assign(new RangeError(`${SECRET} in https://host/?key=${SECRET}`), { code: 'ERR_BAD' });
    const line = lineOf(cause);
    expect(errorIn(line)).toMatchObject({ class: 'RangeError', code: 'ERR_BAD' });
    expect(errorIn(line).stack).not.toEqual([]);
    expect(line).not.toContain(SECRET);
  });

  test('brings its causes along, each by the same rule', () => {
    const refused = Object.assign(new TypeError(`connect ${SECRET}`), { code: 'ECONNREFUSED' });
    const line = lineOf(new ModelQuota('No balance is left.', { cause: new Error(SECRET, { cause: refused }) }));
    expect(errorIn(line)).toMatchObject({
      code: 'model.quota',
      message: 'No balance is left.',
      cause: { class: 'Error', cause: { class: 'TypeError', code: 'ECONNREFUSED' } },
    });
    expect(line).not.toContain(SECRET);
  });

  test('that is its own cause ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(lineOf(error).length).toBeLessThan(20_000);
  });

  test.each<[string, unknown]>([
    ['a string', SECRET],
    ['an object', { message: SECRET, code: SECRET, stack: SECRET }],
    ['undefined', undefined],
    ['a message with lines like places', new Error(`a\n    at ${SECRET} (/x.ts:1:1)\n    at /${SECRET}.ts:1:1`)],
    ['a message changed later', changedLater(`a b\n    at /${SECRET}:1:1`, 'b')],
    ['a message that something was put before', changedLater(`a: b\n    at /${SECRET}:1:1`, 'b')],
    ['a message cut later', changedLater(`a\n${SECRET}\n    at ${SECRET} (/x.ts:1:1)`, 'a')],
    ['a message taken away later', changedLater(`a\n    at /${SECRET}:1:1`, '')],
    ['a name that is a sentence', Object.assign(new Error('x'), { name: `Error: ${SECRET}` })],
    ['a code that is an address', Object.assign(new Error('x'), { code: `https://host/?key=${SECRET}` })],
    ['fields of a request', Object.assign(new Error('x'), { request: { headers: { 'x-goog-api-key': SECRET } } })],
    ['a stack that is no text', Object.assign(new Error('x'), { stack: { text: SECRET } })],
    ['several errors', new AggregateError([new Error(SECRET)], SECRET)],
    ['a foreign cause of ours', new ModelQuota('None left.', { cause: { body: SECRET } })],
  ])('leaks nothing private: %s', (_, cause) => {
    expect(lineOf(cause)).not.toContain(SECRET);
  });

  test('of others leaks its message in no shape', () => {
    const shapes = fc.constantFrom('', '\n', '\n    at ', '    at x (', ':1:1)', '/', 'Error: ', 'file://', ' ');
    fc.assert(
      fc.property(fc.array(fc.oneof(shapes, fc.constant(SECRET)), { maxLength: 12 }), (pieces) => {
        expect(lineOf(new Error(pieces.join('')))).not.toContain(SECRET);
      }),
      { numRuns: 300 },
    );
  });

  test('with several faults names each', () => {
    expect(errorIn(lineOf(new ConfigError(['a: wrong', 'b: wrong']))).message).toBe('a: wrong\nb: wrong');
  });
});

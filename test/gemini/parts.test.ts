/** Calls that come in fragments are handed out whole, images that come as text as images; all else passes as it is. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk, Part } from '../../src/core/content.ts';
import { PartAssembler } from '../../src/gemini/parts.ts';

/** Runs parts through to the end, one chunk each; a string is the finish reason of a last chunk without parts. */
function assembled(...pieces: readonly (object | string)[]): readonly Part[] {
  const calls = new PartAssembler();
  const chunks = pieces.map((piece): Chunk => {
    if (typeof piece === 'string') return { candidates: [{ finishReason: piece }] };
    return { candidates: [{ content: { role: 'model', parts: [piece] } }] };
  });
  return [...chunks.flatMap((chunk) => calls.take(chunk).candidates?.[0]?.content?.parts ?? []), ...calls.end()];
}

const open = (name = 'write', extra = {}) => ({ functionCall: { name, willContinue: true }, ...extra });
const fragment = (jsonPath: unknown, value: object, willContinue = true) => ({
  functionCall: { partialArgs: [{ jsonPath, ...value }], ...(willContinue ? { willContinue } : {}) },
});
const close = { functionCall: {} };
const argsOf = (...pieces: readonly object[]) => assembled(open(), ...pieces, close)[0]?.functionCall?.args;

describe('fragments of a call', () => {
  it('become one call with the signature and the id of the first', () => {
    const parts = assembled(
      { functionCall: { name: 'write', id: 'c1', willContinue: true }, thoughtSignature: 's' },
      fragment('$.text', { stringValue: 'Hel', willContinue: true }),
      fragment('$.text', { stringValue: 'lo' }),
      close,
      'STOP',
    );
    expect(parts).toEqual([
      { functionCall: { name: 'write', id: 'c1', args: { text: 'Hello' } }, thoughtSignature: 's' },
    ]);
  });

  it('may be but one, which is whole', () => {
    const functionCall = { name: 'write', partialArgs: [{ jsonPath: '$.a', numberValue: 1 }] };
    expect(assembled({ functionCall })).toEqual([{ functionCall: { name: 'write', args: { a: 1 } } }]);
  });

  it('are whole at the last fragment, at the next call, or at the finish reason, whichever comes', () => {
    const args = { a: 1 };
    const one = fragment('$.a', { numberValue: 1 });
    expect(assembled(open(), fragment('$.a', { numberValue: 1 }, false))).toEqual([
      { functionCall: { name: 'write', args } },
    ]);
    expect(assembled(open(), one, 'STOP')).toEqual([{ functionCall: { name: 'write', args } }]);
    expect(assembled(open(), one, open('read'), close)).toEqual([
      { functionCall: { name: 'write', args } },
      { functionCall: { name: 'read', args: {} } },
    ]);
    expect(assembled(open(), one)).toEqual([]);
  });

  it.each([
    [
      'nested objects and lists',
      [
        ['$.a[0].b', 1],
        ['$.a[0].c', 2],
        ['$.a[1]', 3],
      ],
      { a: [{ b: 1, c: 2 }, 3] },
    ],
    ['quoted names', [['$[\'a.b\']["c d"]', 1]], { 'a.b': { 'c d': 1 } }],
    [
      'a path that is not understood',
      [
        ['$..a', 1],
        ['a', 2],
        [7, 3],
        ['$', 4],
        ['$.b', 5],
      ],
      { b: 5 },
    ],
    [
      'an index far out',
      [
        ['$.a[0]', 1],
        ['$.a[999999999]', 2],
      ],
      { a: [1] },
    ],
    [
      'a name among numbers',
      [
        ['$.a[0]', 1],
        ['$.a.b', 2],
      ],
      { a: [1] },
    ],
    [
      'the prototype',
      [
        ['$.__proto__.polluted', 1],
        ['$.a.__proto__', 2],
      ],
      { a: {} },
    ],
  ] as const)('set %s', (_what, steps, args) => {
    const set = argsOf(...steps.map(([path, numberValue]) => fragment(path, { numberValue })));
    expect(set).toEqual(args);
    expect(Object.getPrototypeOf(set)).toBe(Object.prototype);
  });

  it('carry strings, numbers, truth and nothing', () => {
    const values = [{ stringValue: 's' }, { numberValue: 0 }, { boolValue: false }, { nullValue: 'NULL_VALUE' }];
    const args = argsOf(...values.map((value, at) => fragment(`$.v${at}`, value)));
    expect(args).toEqual({ v0: 's', v1: 0, v2: false, v3: null });
  });
});

describe('a whole call', () => {
  it('passes as it came, with or without arguments', () => {
    const whole = [
      { functionCall: { name: 'a' } },
      { functionCall: { name: 'b', args: { x: null } }, thoughtSignature: 's' },
    ];
    expect(assembled(...whole, 'STOP')).toEqual(whole);
  });

  it('is not made of nothing', () => {
    expect(assembled(close, fragment('$.a', { numberValue: 1 }, false), 'STOP')).toEqual([]);
  });

  it('leaves a chunk without calls the same object', () => {
    const chunk: Chunk = { candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] }, finishReason: 'STOP' }] };
    expect(new PartAssembler().take(chunk)).toBe(chunk);
  });
});

it('whatever the fragments hold, nothing is thrown and arguments stay JSON', () => {
  const path = fc.oneof(fc.string(), fc.stringMatching(/^\$(\.[ab]|\[[0-2]\]|\['c'\]){1,4}$/));
  const value = fc.oneof(
    fc.record({ stringValue: fc.string() }),
    fc.record({ numberValue: fc.anything() }),
    fc.constant({}),
  );
  const piece = fc.oneof(
    fc.tuple(path, value, fc.boolean()).map(([jsonPath, one, more]) => fragment(jsonPath, one, more)),
    fc.constantFrom<object>(open(), close, { functionCall: 7 }, { functionCall: { partialArgs: [null, 1] } }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      for (const { functionCall } of assembled(...pieces, 'STOP'))
        expect(() => JSON.stringify(functionCall)).not.toThrow();
    }),
  );
});

/** The smallest GIF, which is the shortest image a text can spell out. */
const GIF = 'R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=';
const PNG = Buffer.alloc(90, 'png').toString('base64');
const url = (mimeType: string, data: string) => `data:${mimeType};base64,${data}`;
const image = (mimeType: string, data: string) => ({ inlineData: { mimeType, data } });

describe('an image in a text', () => {
  it.each([
    ['as Markdown', `![a cat](${url('image/png', PNG)})`, [image('image/png', PNG)]],
    ['as Markdown without words', `![](${url('image/gif', GIF)})`, [image('image/gif', GIF)]],
    ['as nothing but its data', url('image/webp', PNG), [image('image/webp', PNG)]],
    ['as its data among white space', `\n ${url('image/svg+xml', PNG)}\n`, [image('image/svg+xml', PNG)]],
    [
      'among words, which keep their places',
      `Here:\n![1](${url('image/png', PNG)})\n![2](${url('image/gif', GIF)}) Done.`,
      [{ text: 'Here:\n' }, image('image/png', PNG), { text: '\n' }, image('image/gif', GIF), { text: ' Done.' }],
    ],
  ])('becomes one: %s', (_what, text, parts) => {
    expect(assembled({ text })).toEqual(parts);
  });

  it.each([
    ['that is not whole', `![a](${url('image/png', PNG)}`],
    ['that is cut within four letters', `![a](${url('image/png', PNG.slice(0, -1))})`],
    ['that is not base64', `![a](${url('image/png', `${PNG}*`)})`],
    ['without data', `![${'a'.repeat(50)}](${url('image/png', '')})`],
    ['that is no image', `![a](${url('text/html', PNG)})`],
    ['that is a link', `[a](${url('image/png', PNG)})`],
    ['in a sentence without Markdown', `Write ${url('image/png', PNG)} there.`],
  ])('stays text: one %s', (_what, text) => {
    expect(assembled({ text })).toEqual([{ text }]);
  });

  it('leaves the signature on the last part, and every part a thought where the text was one', () => {
    const text = `![a](${url('image/png', PNG)})`;
    expect(assembled({ text, thoughtSignature: 's' })).toEqual([{ ...image('image/png', PNG), thoughtSignature: 's' }]);
    expect(assembled({ text: `Look: ${text}`, thought: true })).toEqual([
      { text: 'Look: ', thought: true },
      { ...image('image/png', PNG), thought: true },
    ]);
  });

  it('can be many megabytes', () => {
    const data = 'A'.repeat(8_000_000);
    expect(assembled({ text: `![a](${url('image/png', data)})` })).toEqual([image('image/png', data)]);
  });

  it('is cut out exactly: the pieces, spelled out again, are the text', () => {
    const words = fc.oneof(
      fc.string({ maxLength: 90 }),
      fc.constantFrom('![', '](', ')', 'data:image/', url('image/png', 'AA'), `![x](${url('image/png', PNG)} "t")`),
    );
    const drawn = fc.uint8Array({ minLength: 30, maxLength: 90 }).map((bytes) => {
      return `![](${url('image/png', Buffer.from(bytes).toString('base64'))})`;
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(words, drawn), { maxLength: 8 }), (pieces) => {
        // Behind a full stop nothing is alone.
        const text = `.${pieces.join('')}`;
        expect(joined(assembled({ text })).replaceAll('![x](', '![](')).toBe(text.replaceAll('![x](', '![]('));
      }),
      { numRuns: 500 },
    );
  });

  it('is looked for in vain in any other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const chunk: Chunk = { candidates: [{ content: { role: 'model', parts: [{ text }] } }] };
        const isBegun = /!(\[[^[\]]*(\]\(?)?)?$/.test(text) || (text !== '' && 'data:image/'.startsWith(text));
        if (isBegun) expect(joined(assembled({ text }))).toBe(text);
        else expect(new PartAssembler().take(chunk)).toBe(chunk);
      }),
      { numRuns: 500 },
    );
  });
});

/** The text of parts, with every image spelled out again as Markdown. */
function joined(parts: readonly Part[]): string {
  return parts.map(({ text, inlineData }) => text ?? `![](${url('image/png', inlineData?.data ?? '')})`).join('');
}

/** Neighbouring texts as one, which is what a reader sees of them. */
function seen(parts: readonly Part[]): readonly unknown[] {
  return parts.reduce<unknown[]>((before, { text, inlineData }) => {
    const last = before.at(-1);
    if (inlineData !== undefined) return [...before, inlineData];
    return typeof last === 'string' ? [...before.slice(0, -1), last + text] : [...before, text];
  }, []);
}

describe('an image in a text that comes in pieces', () => {
  const markdown = `Look![a (small) cat](${url('image/png', PNG)}) Done.`;

  it('becomes one, wherever the text is cut', () => {
    for (let at = 1; at < markdown.length; at++) {
      const parts = assembled({ text: markdown.slice(0, at) }, { text: markdown.slice(at) }, 'STOP');
      expect(seen(parts)).toEqual(['Look', { mimeType: 'image/png', data: PNG }, ' Done.']);
    }
  });

  it('becomes one, letter by letter, and so does one that is nothing but its data', () => {
    const letters = (text: string) => assembled(...Array.from(text, (letter) => ({ text: letter })), 'STOP');
    expect(seen(letters(markdown))).toEqual(['Look', { mimeType: 'image/png', data: PNG }, ' Done.']);
    const alone = url('image/webp', PNG);
    expect(seen(letters(alone))).toEqual([{ mimeType: 'image/webp', data: PNG }]);
    for (let at = 1; at < alone.length; at++)
      expect(seen(assembled({ text: alone.slice(0, at) }, { text: alone.slice(at) }, 'STOP'))).toEqual([
        { mimeType: 'image/webp', data: PNG },
      ]);
  });

  it('that is nothing but its data ends where space follows, and the text goes on', () => {
    const alone = url('image/webp', PNG);
    const parts = assembled(
      { text: alone.slice(0, 40) },
      { text: `${alone.slice(40)}\n\nA cat` },
      { text: '.' },
      'STOP',
    );
    expect(seen(parts)).toEqual([{ mimeType: 'image/webp', data: PNG }, '\n\nA cat.']);
  });

  it('is no image alone behind other words: there it is what somebody asked for', () => {
    const alone = url('image/gif', GIF);
    for (const pieces of [
      ['```\n', alone, '\n```'],
      ['```\n', 'data', ':image', alone.slice(10), '\n```'],
      ['Write ', alone],
    ])
      expect(seen(assembled(...pieces.map((text) => ({ text })), 'STOP'))).toEqual([pieces.join('')]);
    expect(seen(assembled({ text: 'Hm', thought: true }, { text: '\n' }, { text: alone }, 'STOP'))).toContainEqual({
      mimeType: 'image/gif',
      data: GIF,
    });
  });

  it('stays text where it never ends, where it turns out to be none, or where something else follows', () => {
    const begun = markdown.slice(0, 60);
    const call = { functionCall: { name: 'now' } };
    expect(joined(assembled({ text: begun }, { text: '*' }, 'STOP'))).toBe(`${begun}*`);
    expect(seen(assembled({ text: begun }))).toEqual([begun]);
    expect(assembled({ text: begun }, call, 'STOP').at(-1)).toEqual(call);
    expect(joined(assembled({ text: begun }, call, 'STOP').slice(0, -1))).toBe(begun);
  });

  it('is not made of a thought and the answer behind it', () => {
    const parts = assembled({ text: '![a](data:image/', thought: true }, { text: `png;base64,${PNG})` }, 'STOP');
    expect(parts).toEqual([{ text: '![a](data:image/', thought: true }, { text: `png;base64,${PNG})` }]);
  });

  it('leaves a signature on the last part that it came with', () => {
    const parts = assembled(
      { text: markdown.slice(0, 60) },
      { text: markdown.slice(60), thoughtSignature: 's' },
      'STOP',
    );
    expect(parts.at(-1)).toEqual({ text: ' Done.', thoughtSignature: 's' });
  });

  it('is never made of signed text, which stays as it came', () => {
    for (const text of ['', 'There.']) {
      const parts = [{ text: 'Hello!' }, { text, thoughtSignature: 's' }];
      expect(assembled(...parts, 'STOP')).toEqual([{ text: 'Hello' }, { text: '!' }, parts[1]]);
    }
  });

  it('can be many megabytes in thousands of pieces, in time that grows as they do', () => {
    const data = 'A'.repeat(8_000_000);
    const text = `![a](${url('image/png', data)})`;
    const pieces = Array.from({ length: 1000 }, (_, at) => ({ text: text.slice(at * 8001, at * 8001 + 8001) }));
    expect(seen(assembled(...pieces, 'STOP'))).toEqual([{ mimeType: 'image/png', data }]);
  });

  it('changes nothing of what is seen: whole or in pieces, it is the same, and no letter is lost', () => {
    const words = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        '!',
        '![',
        '![a](',
        '](',
        ')',
        'data:',
        'data:image/png;base64,',
        `![x](${url('image/png', PNG)})`,
      ),
    );
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 8 }), cuts, (pieces, places) => {
        const text = `.${pieces.join('')}`;
        const sorted = [0, ...places.map((place) => place % text.length).toSorted((a, b) => a - b), text.length];
        const cut = sorted.slice(1).map((end, at) => ({ text: text.slice(sorted[at], end) }));
        const parts = assembled(...cut, 'STOP');
        expect(seen(parts)).toEqual(seen(assembled({ text }, 'STOP')));
        expect(joined(parts)).toBe(text.replaceAll(`![x](${url('image/png', PNG)})`, `![](${url('image/png', PNG)})`));
      }),
      { numRuns: 1000 },
    );
  });
});

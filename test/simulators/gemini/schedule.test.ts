import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, delivered, text } from './answers.ts';
import { arrayEvent, bareError, brokenEvent, comment, done, emptyEvent, errorEvent } from './interruptions.ts';
import { overloaded } from './faults.ts';
import { ask } from './plain-client.ts';
import { type Beat, cutBeats, cutsOf } from './schedule.ts';
import type { Cuts } from './script.ts';
import { GeminiSimulator } from './simulator.ts';

const anyCuts: fc.Arbitrary<Cuts> = fc.oneof(
  fc.record({ sizes: fc.array(fc.nat(9)) }),
  fc.record({ atBytes: fc.array(fc.integer({ min: -2, max: 200 })) }),
  fc.record({ inside: fc.array(fc.constantFrom('é', '🌍', '\r\n', '\\n', 'data', 'x')) }),
);
const anyBeats: fc.Arbitrary<readonly Beat[]> = fc.array(
  fc.oneof(
    fc
      .constantFrom('data: é\r\n\r\n', '🌍', '', 'data: "a\\nb"\r\n')
      .map((said): Beat => ({ kind: 'bytes', bytes: Buffer.from(said) })),
    fc.constant<Beat>({ kind: 'delay', ms: 1 }),
  ),
);

function bodyOf(beats: readonly Beat[]): Buffer {
  return Buffer.concat(beats.flatMap((beat) => (beat.kind === 'bytes' ? [beat.bytes] : [])));
}

describe('cutting', () => {
  it('changes no byte and no pause, whatever the cuts', () => {
    fc.assert(
      fc.property(anyBeats, anyCuts, (beats, cuts) => {
        const pieces = cutBeats(beats, cuts);
        expect(bodyOf(pieces)).toEqual(bodyOf(beats));
        expect(pieces.filter((beat) => beat.kind === 'delay')).toEqual(beats.filter((beat) => beat.kind === 'delay'));
      }),
    );
  });

  it('makes no piece that spans a cut', () => {
    fc.assert(
      fc.property(anyBeats, anyCuts, (beats, cuts) => {
        const offsets = new Set(cutsOf(bodyOf(beats), cuts));
        let at = 0;
        for (const piece of cutBeats(beats, cuts)) {
          if (piece.kind !== 'bytes') continue;
          for (let inner = at + 1; inner < at + piece.bytes.length; inner++) expect(offsets).not.toContain(inner);
          at += piece.bytes.length;
        }
      }),
    );
  });

  it('finds the middle of a character and of a line end', () => {
    expect(cutsOf(Buffer.from('aéb\r\n'), { inside: ['é', '\r\n'] })).toEqual([2, 5]);
  });

  it('arrives at the client as pieces of their own', async () => {
    const gemini = await GeminiSimulator.start();
    gemini.next(text('Grüße', { chunks: 1, delivery: { cuts: { inside: ['ü'] }, pieceDelayMs: 5 } }));
    const response = await fetch(
      `${gemini.baseUrl}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse&key=test-key`,
      {
        method: 'POST',
        body: '{"contents":[{"role":"user","parts":[{"text":"x"}]}]}',
      },
    );
    const pieces: Buffer[] = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece));
    await gemini.stop();
    expect(pieces[0]?.at(-1)).toBe(0xc3);
    expect(pieces[1]?.at(0)).toBe(0xbc);
  });
});

describe('the bytes of a stream', () => {
  const cases: readonly [name: string, answer: ReturnType<typeof text>, found: RegExp][] = [
    ['end in a blank line at Google', text('x'), /\}\r\n\r\n$/],
    ['may lack the blank line', text('x', { delivery: { ending: 'line-end' } }), /\}\r\n$/],
    ['may lack any end', text('x', { delivery: { ending: 'nothing' } }), /\}$/],
    ['may have line feeds alone', text('x', { delivery: { lineEnd: '\n' } }), /^data: [^\r]*\n\n[^\r]*\n\n$/],
    ['may have carriage returns alone', text('x', { delivery: { lineEnd: '\r' } }), /^data: [^\n]*\r\r[^\n]*\r\r$/],
    ['may begin with a byte order mark', text('x', { delivery: { byteOrderMark: true } }), /^\uFEFFdata: /],
    ['may hold a comment', after(text('x'), 1, comment()), /\r\n\r\n: PING\n\ndata: /],
    ['may hold the end mark of another API', after(text('x'), 1, done()), /data: \[DONE\]\n\n/],
    ['may hold an error as an event', after(text('x'), 1, errorEvent(overloaded())), /data: \{"error":\{"code":503/],
    ['may hold an error outside any event', after(text('x'), 1, bareError(overloaded())), /\r\n\{\n {2}"error": \{\n/],
    ['may hold an event that is no JSON', after(text('x'), 1, brokenEvent()), /"half a\r\n\r\n/],
    ['may hold an event without data', after(text('x'), 1, emptyEvent()), /data:\n\n/],
    ['may hold an event in an array', after(text('x'), 1, arrayEvent('y')), /data: \[\{"candidates"/],
  ];

  it.each(cases)('%s', async (_, answer, found) => {
    const gemini = await GeminiSimulator.start();
    gemini.next(answer, delivered(answer, { cuts: { sizes: [1, 5] } }));
    const url = `${gemini.baseUrl}/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse&key=test-key`;
    const init = { method: 'POST', body: '{"contents":[{"role":"user","parts":[{"text":"x"}]}]}' };
    const decode = async (response: Response) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
    const [whole, cut] = [await decode(await fetch(url, init)), await decode(await fetch(url, init))];
    await gemini.stop();
    expect(whole).toMatch(found);
    expect(cut.length).toBe(whole.length);
  });
});

it.each([6, 20])('sends one event of %i MB as one line', async (megabytes) => {
  const gemini = await GeminiSimulator.start();
  const words = 'ä'.repeat((megabytes / 2) * 1024 * 1024);
  gemini.next(text(words, { chunks: 1 }));
  const answer = await ask(gemini);
  await gemini.stop();
  expect(answer.chunks).toHaveLength(2);
  // Compared as a whole: a difference of megabytes is nothing to print.
  expect(answer.text === words).toBe(true);
});

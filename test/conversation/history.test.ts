import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimatedTokens, type HistoryLimit, historyOf } from '../../src/conversation/history.ts';
import type { Turn } from '../../src/core/conversation.ts';
import type { Part } from '../../src/core/content.ts';
import { aTurn } from '../support/builders.ts';

const contentsOf = (turns: readonly Turn[], limit: HistoryLimit) => historyOf(turns, limit).contents;

const model = 'gemini-3.8-flash';
const turn = (id: string, question: string, answer: string) =>
  aTurn({
    id,
    contents: [
      { role: 'user', parts: [{ text: question }] },
      { role: 'model', parts: [{ text: answer }] },
    ],
  });

describe('historyOf', () => {
  it('gives past turns back in order, exactly as they were', () => {
    const turns = [turn('1', 'a', 'b'), turn('2', 'c', 'd')];
    expect(contentsOf(turns, { model, budgetTokens: 1000 })).toEqual(turns.flatMap((past) => past.contents));
  });

  it('drops whole turns, oldest first, beyond the budget', () => {
    const turns = [turn('1', 'a', 'x'.repeat(400)), turn('2', 'b', 'y'.repeat(400)), turn('3', 'c', 'z'.repeat(400))];
    expect(contentsOf(turns, { model, budgetTokens: 250 })).toEqual(turns.slice(1).flatMap((past) => past.contents));
    expect(contentsOf(turns, { model, budgetTokens: 0 })).toEqual([]);
  });

  it('leaves half of what the model reads to the question, however much may be sent', () => {
    const turns = [turn('1', 'a', 'x'.repeat(400)), turn('2', 'b', 'y'.repeat(400))];
    const sent = (windowTokens: number) => contentsOf(turns, { model, budgetTokens: 64_000, windowTokens });
    expect(sent(1000)).toHaveLength(4);
    expect(sent(300)).toEqual(turns.slice(1).flatMap((past) => past.contents));
  });

  it('puts its estimate right by what the service counted last, within reason', () => {
    const turns = [turn('1', 'a', 'x'.repeat(400)), turn('2', 'b', 'y'.repeat(400))];
    const counted = (countedTokens: number, by = model) =>
      contentsOf([...turns, { ...turn('3', 'c', 'z'), model: by, measured: { estimatedTokens: 100, countedTokens } }], {
        model,
        budgetTokens: 250,
      }).length;
    expect(counted(100)).toBe(6);
    expect(counted(200)).toBe(4);
    expect(counted(100_000)).toBe(2);
    expect(counted(200, 'another')).toBe(6);
    expect(counted(0)).toBe(6);
  });

  it('parts no call from its response, keeps each turn whole and the limit, for any turns', () => {
    const callPart = (id: string): Part => ({
      functionCall: { id, name: 'current_time', args: {} },
      thoughtSignature: 's',
    });
    const round = (id: string): Turn['contents'][number][] => [
      { role: 'model', parts: [{ text: 'hm', thought: true }, callPart(id)] },
      { role: 'user', parts: [{ functionResponse: { id, name: 'current_time', response: { now: 1 } } }] },
    ];
    const made = fc.record({ rounds: fc.nat(3), length: fc.nat(300), by: fc.constantFrom(model, 'another') });
    fc.assert(
      fc.property(fc.array(made), fc.nat(800), fc.nat(20_000), (all, budgetTokens, maxBytes) => {
        const turns = all.map(({ rounds, length, by }, at) =>
          aTurn({
            id: String(at),
            model: by,
            contents: [
              { role: 'user', parts: [{ text: `q${at}` }] },
              ...Array.from({ length: rounds }, (_, each) => round(`${at}.${each}`)).flat(),
              { role: 'model', parts: [{ text: 'x'.repeat(length), thoughtSignature: 's' }] },
            ],
          }),
        );
        const { contents, turns: kept } = historyOf(turns, { model, budgetTokens, maxBytes });
        const newest = turns.slice(turns.length - kept);
        expect(contents.filter(({ parts }) => parts.some(({ text = '' }) => /^q\d+$/.test(text)))).toHaveLength(kept);
        expect(contents).toHaveLength(newest.flatMap((each) => each.contents).length);
        if (contents[0] !== undefined) expect(contents[0]).toEqual(newest[0]?.contents[0]);
        const idsOf = (key: 'functionCall' | 'functionResponse') =>
          contents.flatMap(({ parts }) => parts.flatMap((part) => part[key]?.id ?? []));
        expect(idsOf('functionResponse')).toEqual(idsOf('functionCall'));
        for (const [at, { parts }] of contents.entries())
          if (parts.some(({ functionCall }) => functionCall !== undefined))
            expect(contents[at + 1]?.parts[0]?.functionResponse).toBeDefined();
        expect(estimatedTokens(contents)).toBeLessThanOrEqual(budgetTokens);
        const signed = newest.filter((each) => each.model === model).length;
        const answers = contents.filter(({ role, parts }) => role === 'model' && parts.at(-1)?.text !== undefined);
        expect(answers.filter(({ parts }) => parts.at(-1)?.thoughtSignature !== undefined)).toHaveLength(signed);
      }),
    );
  });

  it('never sends thoughts back, and signatures only to the model that made them', () => {
    const signed = aTurn({
      contents: [
        { role: 'user', parts: [{ text: 'a' }] },
        {
          role: 'model',
          parts: [
            { text: 'hm', thought: true },
            { text: 'b', thoughtSignature: 'c2ln' },
          ],
        },
      ],
    });
    expect(contentsOf([signed], { model, budgetTokens: 1000 })[1]?.parts).toEqual([
      { text: 'b', thoughtSignature: 'c2ln' },
    ]);
    expect(contentsOf([signed], { model: 'another', budgetTokens: 1000 })[1]?.parts).toEqual([{ text: 'b' }]);
  });

  it('keeps the newest turns, without a gap, for any lengths and budget', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300)), fc.nat(500), (lengths, budgetTokens) => {
        const turns = lengths.map((length, i) => turn(String(i), 'q', 'x'.repeat(length)));
        const kept = contentsOf(turns, { model, budgetTokens });
        const expected = turns.slice(turns.length - kept.length / 2).flatMap((past) => past.contents);
        expect(kept).toEqual(expected);
      }),
    );
  });

  it('sends back the newest three pictures, and a note in place of each older one', () => {
    const picture = (id: string) =>
      aTurn({
        id,
        contents: [
          { role: 'user', parts: [{ text: 'draw' }] },
          { role: 'model', parts: [{ inlineData: { mimeType: 'image/png', data: id } }] },
        ],
      });
    const sent = contentsOf(['1', '2', '3', '4'].map(picture), { model, budgetTokens: 100_000 });
    expect(sent.filter((content) => content.role === 'model').map((content) => content.parts)).toEqual([
      [{ text: '[A picture or file stood here.]' }],
      ...['2', '3', '4'].map((data) => [{ inlineData: { mimeType: 'image/png', data } }]),
    ]);
  });

  it('sends back as many media as it is told, videos at their addresses among them', () => {
    const video: Part = { fileData: { mimeType: 'video/mp4', fileUri: 'https://video.test/1' } };
    const watched = aTurn({ contents: [{ role: 'user', parts: [video, { text: 'what happens?' }] }] });
    const sent = (maxMedia: number) => contentsOf([watched], { model, budgetTokens: 100_000, maxMedia })[0]?.parts;
    expect(sent(1)).toEqual([video, { text: 'what happens?' }]);
    expect(sent(0)).toEqual([{ text: '[A picture or file stood here.]' }, { text: 'what happens?' }]);
  });

  it('takes no more of a request than it may, and keeps turns whole', () => {
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => ({ text })),
      fc.nat(400).map((length) => ({ inlineData: { mimeType: 'image/png', data: 'A'.repeat(length) } })),
    );
    const questions = fc.array(fc.array(part, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(questions, fc.nat(3000), fc.nat(5), (asked, maxBytes, maxMedia) => {
        const turns = asked.map((parts, at) =>
          aTurn({
            id: String(at),
            contents: [
              { role: 'user', parts },
              { role: 'model', parts: [{ text: 'x' }] },
            ],
          }),
        );
        const sent = contentsOf(turns, { model, budgetTokens: 1_000_000, maxMedia, maxBytes });
        expect(Buffer.byteLength(JSON.stringify(sent.flatMap(({ parts }) => parts)))).toBeLessThanOrEqual(maxBytes + 2);
        const media = sent.flatMap(({ parts }) => parts).filter(({ inlineData }) => inlineData !== undefined);
        expect(media.length).toBeLessThanOrEqual(maxMedia);
        const lengths = turns
          .slice(turns.length - sent.length / 2)
          .flatMap(({ contents }) => contents.map(({ parts }) => parts.length));
        expect(sent.map(({ parts }) => parts.length)).toEqual(lengths);
      }),
      { numRuns: 600 },
    );
  });

  it('bounds what goes back in bytes: huge pictures and huge signatures stay behind', () => {
    const huge = aTurn({
      contents: [
        { role: 'user', parts: [{ text: 'draw' }] },
        {
          role: 'model',
          parts: [
            { inlineData: { mimeType: 'image/png', data: 'A'.repeat(19_100_000) } },
            { text: 'there', thoughtSignature: 'A'.repeat(300_000) },
          ],
        },
      ],
    });
    expect(JSON.stringify(contentsOf([huge], { model, budgetTokens: 100_000 })).length).toBeLessThan(1000);
  });
});

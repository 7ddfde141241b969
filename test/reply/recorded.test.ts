/** Marks on what the real services answered: each stands right behind the words that the service says it is for. */
import { describe, expect, it } from 'vitest';
import { Answer } from '../../src/core/answer.ts';
import type { GroundingSupport } from '../../src/core/content.ts';
import { markdownOf } from '../../src/core/conversation.ts';
import { ChunkReader } from '../../src/gemini/stream.ts';
import { sourcedOf } from '../../src/reply/sources.ts';
import { type GeminiRecording, geminiRecordings, recordedDir } from '../support/recordings.ts';

function answerOf({ body }: GeminiRecording): Answer {
  const reader = new ChunkReader(64_000_000);
  const answer = new Answer();
  for (const chunk of [...reader.push(body), ...reader.end()]) answer.add(chunk);
  return answer;
}

/** Where the words of a segment end in the shown text: in the place that is nearest to where they should be. */
function endOfWords(shown: string, { segment }: GroundingSupport): number {
  const said = segment?.text ?? '';
  const expected = Buffer.from(shown).subarray(0, segment?.startIndex).toString().length;
  const found: number[] = [];
  for (let at = shown.indexOf(said); at !== -1; at = shown.indexOf(said, at + 1)) found.push(at);
  const [nearest = -1] = found.toSorted((a, b) => Math.abs(a - expected) - Math.abs(b - expected));
  expect(nearest).toBeGreaterThanOrEqual(0);
  return nearest + said.trimEnd().length;
}

const answers = geminiRecordings()
  .filter(({ operation, httpStatus }) => operation !== 'countTokens' && httpStatus === 200)
  .map((recording) => ({ id: recording.id, answer: answerOf(recording), expect: recording.expect }));
const grounded = answers.filter(({ answer }) => (answer.grounding?.groundingSupports ?? []).length > 0);

describe.skipIf(recordedDir === undefined)('recorded answers', () => {
  it('hold supports to be right on', () => {
    const supports = grounded.flatMap(({ answer }) => answer.grounding?.groundingSupports ?? []);
    expect(supports.length).toBeGreaterThan(80);
  });

  it.each(grounded)('$id has every mark behind its words, naming its sources', ({ answer }) => {
    const shown = answer.parts.map(markdownOf).join('');
    const { sources, marks = [] } = sourcedOf([answer]);
    const { groundingChunks = [], groundingSupports = [] } = answer.grounding ?? {};
    let marked = 0;
    for (const support of groundingSupports) {
      const pages = (support.groundingChunkIndices ?? []).flatMap((at) => groundingChunks[at] ?? []);
      const urls = pages.flatMap(({ web, maps }) => URL.parse(web?.uri ?? maps?.uri ?? '')?.href ?? []);
      if (urls.length === 0) continue;
      const words = endOfWords(shown, support);
      const closing = /^[^\s\p{L}\p{N}]*/u.exec(shown.slice(words))?.[0].length ?? 0;
      const mark = marks.find(({ at }) => at === words + closing);
      const named = sources.filter(({ number }) => mark?.sources.includes(number)).map(({ url }) => url);
      expect(named).toEqual(expect.arrayContaining(urls));
      marked++;
    }
    expect(marks.length).toBeLessThanOrEqual(marked);
    expect(marks.map(({ at }) => at)).toEqual(marks.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it.each(answers.filter(({ expect: said }) => said.citationsWithUri !== undefined))(
    '$id has its quotes apart from its sources, each address once',
    ({ answer }) => {
      const { sources, quotes = [] } = sourcedOf([answer], answer.citations);
      const urls = new Set(answer.citations.map(({ uri }) => URL.parse(uri ?? '')?.href));
      expect(new Set(quotes.map(({ url }) => url))).toEqual(urls);
      expect(quotes).toHaveLength(urls.size);
      expect(sources).toEqual([]);
    },
  );

  it.each(answers.filter(({ expect: said }) => (said.searchQueries ?? []).length > 0))(
    '$id has a link for each of its searches',
    ({ answer, expect: said }) => {
      const queries = new Set((said.searchQueries ?? []).filter((query) => query !== ''));
      expect(sourcedOf([answer]).searches?.map(({ query }) => query)).toEqual([...queries]);
    },
  );
});

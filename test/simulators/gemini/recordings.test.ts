/** Recorded answers of the real services, served again: byte for byte, and read as their expectations say. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeminiRecording, geminiRecordings } from '../../support/recordings.ts';
import { replayed } from './answers.ts';
import { chunksOf, textOf } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';

const cases = geminiRecordings();

describe.skipIf(cases.length === 0)('a recorded answer', () => {
  let gemini: GeminiSimulator;
  beforeAll(async () => {
    gemini = await GeminiSimulator.start({ validate: false, countTokens: true });
  });
  afterAll(() => gemini.stop());

  async function served(recorded: GeminiRecording, sizes: readonly number[]): Promise<Response> {
    gemini.next(replayed(recorded, { cuts: { sizes } }));
    const url = `${gemini.baseUrl}/v1beta/models/${recorded.model ?? 'gemini-3.8-flash'}:${recorded.operation}?alt=sse&key=test-key`;
    return fetch(url, { method: 'POST', body: '{}' });
  }

  it('is one of a hundred at least', () => expect(cases.length).toBeGreaterThan(100));

  it.each(cases.filter((each) => each.operation !== 'countTokens'))('$id arrives byte for byte', async (recorded) => {
    const response = await served(recorded, [64, 1024, 7]);
    expect(response.status).toBe(recorded.httpStatus);
    if (recorded.contentType !== null) expect(response.headers.get('content-type')).toBe(recorded.contentType);
    expect(Buffer.from(await response.arrayBuffer()).equals(recorded.body)).toBe(true);
  });

  const readable = cases.filter(
    (each) => each.httpStatus === 200 && !['count', 'malformed', 'partial_then_error'].includes(each.expect.outcome),
  );
  it.each(readable)('$id says what its expectation says', async (recorded) => {
    const body = await (await served(recorded, [65_536])).text();
    const array = body.startsWith('[') || body.startsWith('{');
    const said = textOf(chunksOf(body, array ? 'application/json' : 'text/event-stream'));
    expect(createHash('sha256').update(said).digest('hex')).toBe(recorded.expect.text_sha256);
  });
});

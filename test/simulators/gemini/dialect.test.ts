import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, text } from './answers.ts';
import * as faults from './faults.ts';
import { outcomes } from './outcomes.ts';
import { badGateway, firewall, originTimeout } from './pages.ts';
import { ask, QUESTION } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';

let google: GeminiSimulator;
let comet: GeminiSimulator;
beforeAll(async () => {
  google = await GeminiSimulator.start();
  comet = await GeminiSimulator.start({ dialect: 'comet' });
});
afterAll(async () => {
  await google.stop();
  await comet.stop();
});

describe('keys', () => {
  it.each([
    ['in its own header', { 'x-goog-api-key': 'test-key' }, ''],
    ['as a bearer token', { authorization: 'Bearer test-key' }, ''],
    ['in the address', {}, '?key=test-key'],
  ])('are taken %s', async (_, headers, query) => {
    google.next(text('in'));
    const url = `${google.baseUrl}/v1beta/models/gemini-3.8-flash:generateContent${query}`;
    const response = await fetch(url, {
      method: 'POST',
      headers: new Headers(headers),
      body: JSON.stringify(QUESTION),
    });
    expect(response.status).toBe(200);
  });

  it.each([
    { of: 'a wrong key', key: 'wrong', google: [400, 'API key not valid'], comet: [401, 'invalid token'] },
    { of: 'no key', key: '', google: [400, 'API key not valid'], comet: [401, 'invalid token'] },
    {
      of: 'an empty account',
      key: 'test-key-of-an-empty-account',
      google: [429, 'limit: 0'],
      comet: [403, 'insufficient_user_quota'],
    },
  ])('$of is refused', async ({ key, ...expected }) => {
    for (const [name, service] of Object.entries({ google, comet })) {
      const [status, words] = expected[name === 'google' ? 'google' : 'comet'];
      const answer = await ask(service, QUESTION, { headers: { 'x-goog-api-key': key } });
      expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(String(words))]);
    }
  });

  it('that are missing altogether are refused', async () => {
    const statuses = [google, comet].map(async (service) => {
      const url = `${service.baseUrl}/v1beta/models/gemini-3.8-flash:generateContent`;
      return (await fetch(url, { method: 'POST', body: '{}' })).status;
    });
    expect(await Promise.all(statuses)).toEqual([403, 401]);
  });
});

describe('refusals', () => {
  it.each([
    faults.overloaded(),
    faults.internal(),
    faults.deadlineExceeded(),
    faults.cancelled(),
    faults.regionRefused(),
    faults.permissionDenied(),
    faults.quotaExceeded({ retryMs: 2000 }),
    faults.tooLong(5, 4),
    faults.accountEmpty(),
  ])('of $code have the shape of their dialect', async (fault) => {
    google.next(refusal(fault));
    const own = JSON.parse((await ask(google)).body);
    expect(own.error).toMatchObject({ code: fault.status, status: fault.code, message: fault.message });
    comet.next(refusal(fault));
    const answer = await ask(comet);
    const wrapped = JSON.parse(answer.body).error;
    expect(answer.status).toBe(fault.comet?.status ?? fault.status);
    expect(wrapped.message).toMatch(/ \(request id: \d+\)$/);
    expect(wrapped.type).toBe(fault.comet ? 'comet_api_error' : 'upstream_error');
  });

  it('are labelled as the stream that was asked for, at Google', async () => {
    google.next(refusal(faults.overloaded()));
    comet.next(refusal(faults.overloaded()));
    expect([(await ask(google)).type, (await ask(comet)).type]).toEqual([
      'text/event-stream',
      'application/json; charset=UTF-8',
    ]);
  });

  it.each([
    [403, firewall()],
    [502, badGateway()],
    [524, originTimeout()],
  ])('with status %i may be a web page', async (status, page) => {
    comet.next(page);
    const answer = await ask(comet);
    expect([answer.status, answer.type]).toEqual([status, 'text/html; charset=UTF-8']);
    expect(answer.body).toMatch(/^<!DOCTYPE html>/);
  });
});

describe('answers', () => {
  it('of Google end their lines in CR LF and escape what HTML would mind', async () => {
    google.next(text('<b> & "c"', { chunks: 1 }));
    expect((await ask(google)).body).toMatch(/^data: \{"candidates": \[.*\\u003cb\\u003e \\u0026 \\"c\\".*\}\r\n\r\n/);
  });

  it('of the relay are those of Vertex, in LF', async () => {
    comet.next(outcomes.cited());
    const { body, chunks } = await ask(comet);
    expect(body).not.toContain('\r');
    expect(chunks.at(-1)).toMatchObject({
      createTime: expect.any(String),
      usageMetadata: { trafficType: 'ON_DEMAND' },
    });
    const candidate = chunks.at(-1)?.candidates?.[0];
    expect(candidate).toMatchObject({
      avgLogprobs: expect.any(Number),
      citationMetadata: { citations: expect.any(Array) },
    });
    expect(candidate?.citationMetadata?.citationSources).toBeUndefined();
  });
});

describe('the relay', () => {
  it('passes on only what it knows, in camelCase', async () => {
    comet.next(text('ok'));
    const call = { functionCall: { id: 'x1', name: 'clock' }, thoughtSignature: 'skip_thought_signature_validator' };
    await ask(comet, {
      contents: [
        { role: 'user', parts: [{ text: 'a', partMetadata: { b: 1 } }] },
        { role: 'model', parts: [call, { text: '', thoughtSignature: 'skip_thought_signature_validator' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'clock', response: { time: 'noon' } } }] },
      ],
      store: false,
      generation_config: { seed: 1 },
      tools: [{ google_search: {} }],
    });
    const understood = comet.requests.at(-1)?.understood;
    expect(Object.keys(understood ?? {}).sort()).toEqual(['contents', 'tools']);
    expect(understood?.tools).toEqual([{ googleSearch: {} }]);
    const parts = understood?.contents?.flatMap((content) => content.parts);
    expect(parts?.map((part) => Object.keys(part))).toEqual([
      ['text'],
      ['functionCall', 'thoughtSignature'],
      ['thoughtSignature'],
      ['functionResponse'],
    ]);
    expect(parts?.[1]?.functionCall).toEqual({ name: 'clock' });
  });
});

describe('other addresses', () => {
  it('redirect a double slash, at the relay', async () => {
    const response = await fetch(`${comet.baseUrl}//v1beta/models/m:generateContent`, {
      method: 'POST',
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([301, '/v1beta/models/m:generateContent']);
  });

  it('show the web page of the relay with status 200, and 404 at Google', async () => {
    const answers = await Promise.all([comet, google].map((service) => fetch(`${service.baseUrl}/v1/v1beta/x`)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 404]);
    for (const answer of answers) expect(await answer.text()).toMatch(/^<!doctype html>/i);
  });

  it('count tokens at Google, and not at the relay unless told so', async () => {
    const counting = { operation: 'countTokens' };
    expect(JSON.parse((await ask(google, QUESTION, counting)).body).totalTokens).toBe(7);
    expect(JSON.parse((await ask(google, { generateContentRequest: QUESTION }, counting)).body).totalTokens).toBe(7);
    expect((await ask(comet, QUESTION, counting)).status).toBe(404);
  });

  it('tell one model', async () => {
    const response = await fetch(`${google.baseUrl}/v1beta/models/gemini-3.8-flash?key=test-key`);
    expect(await response.json()).toMatchObject({ name: 'models/gemini-3.8-flash', inputTokenLimit: 1_048_576 });
  });
});

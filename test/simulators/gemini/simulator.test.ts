import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { after, delivered, dropped, failure, heldAfter, refusal, text, times } from './answers.ts';
import { overloaded, quotaExceeded } from './faults.ts';
import { reset } from './interruptions.ts';
import { ask, QUESTION } from './plain-client.ts';
import { gate } from './script.ts';
import { GeminiSimulator } from './simulator.ts';

let gemini: GeminiSimulator;
beforeEach(async () => {
  gemini = await GeminiSimulator.start();
});
afterEach(() => gemini.stop());

describe('scripts', () => {
  it('are used in the order they were queued', async () => {
    gemini.next(text('first'), text('second'));
    expect([(await ask(gemini)).text, (await ask(gemini)).text]).toEqual(['first', 'second']);
    gemini.assertUsed();
  });

  it('may look at the request and leave it to the next', async () => {
    gemini.next((request) => (request.model === 'gemini-3.6-flash' ? text('for 3.6') : undefined), text('for anyone'));
    expect((await ask(gemini)).text).toBe('for anyone');
    expect((await ask(gemini, QUESTION, { model: 'gemini-3.6-flash' })).text).toBe('for 3.6');
    gemini.assertUsed();
  });

  it('fail so often and then succeed', async () => {
    gemini.next(...times(2, refusal(overloaded())), text('at last'));
    const statuses = [(await ask(gemini)).status, (await ask(gemini)).status, (await ask(gemini)).status];
    expect(statuses).toEqual([503, 503, 200]);
  });

  it('give way to the usual answer when none is left', async () => {
    gemini.otherwise((request) => text(`you sent ${request.bytes.length} bytes`));
    expect((await ask(gemini)).text).toBe(`you sent ${JSON.stringify(QUESTION).length} bytes`);
    gemini.assertUsed();
  });

  it('are not used up by a call the service refuses', async () => {
    gemini.next(text('kept'));
    expect((await ask(gemini, { contents: [] })).status).toBe(400);
    expect((await ask(gemini)).text).toBe('kept');
  });
});

describe('assertUsed', () => {
  it('fails when an answer was not asked for', () => {
    gemini.next(text('never'));
    expect(() => gemini.assertUsed()).toThrow('1 scripted answers were not asked for');
  });

  it('fails when a call had no answer, and the call is told at once', async () => {
    expect((await ask(gemini)).status).toBe(501);
    expect(() => gemini.assertUsed()).toThrow('call 1 had no answer');
  });

  it('fails when an unknown address was asked', async () => {
    expect((await fetch(`${gemini.baseUrl}/v1/chat/completions`, { method: 'POST' })).status).toBe(404);
    expect(() => gemini.assertUsed()).toThrow('POST /v1/chat/completions is no address of the service');
  });
});

describe('a recording', () => {
  it('keeps the very bytes, the headers, and what they mean', async () => {
    gemini.next(text('ok'));
    const sent = '{ "contents" : [{"role":"user","parts":[{"text":"h\\u00e9llo"}]}], "generation_config":{"seed":7} }';
    await ask(gemini, sent, { headers: { 'x-trace': 'abc' } });
    const [request] = gemini.requests;
    expect(Buffer.from(request?.bytes ?? []).toString()).toBe(sent);
    expect(request?.headers['x-trace']).toBe('abc');
    expect(request).toMatchObject({
      model: 'gemini-3.8-flash',
      operation: 'streamGenerateContent',
      sse: true,
      status: 200,
    });
    expect(request?.body['generation_config']).toEqual({ seed: 7 });
    expect(request?.understood).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'héllo' }] }],
      generationConfig: { seed: 7 },
    });
  });

  it('can be waited for', async () => {
    gemini.next(text('one'), text('two'));
    const second = gemini.received(1);
    await ask(gemini);
    await ask(gemini, QUESTION, { model: 'gemini-3.6-flash' });
    expect((await second).model).toBe('gemini-3.6-flash');
    expect((await gemini.received(0)).model).toBe('gemini-3.8-flash');
  });

  it('says when the client went away before the end', async () => {
    const stall = gate();
    gemini.next(heldAfter(text('never finished', { chunks: 3 }), 1, stall));
    const client = new AbortController();
    const asked = ask(gemini, QUESTION, { signal: client.signal });
    await stall.reached;
    expect(gemini.requests[0]?.closedEarlyAt).toBeUndefined();
    client.abort();
    await expect(asked).rejects.toThrow('aborted');
    await gemini.requests[0]?.closed;
    expect(gemini.requests[0]?.closedEarlyAt).toBeGreaterThan(0);
  });
});

describe('a gate', () => {
  it('holds a stream after an event until the test opens it', async () => {
    const middle = gate();
    gemini.next(heldAfter(text('one two', { chunks: ['one ', 'two'] }), 1, middle));
    const response = await fetch(
      `${gemini.baseUrl}/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse&key=test-key`,
      {
        method: 'POST',
        body: JSON.stringify(QUESTION),
      },
    );
    const reader = response.body?.getReader();
    await middle.reached;
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('"text": "one "');
    middle.open();
    let rest = '';
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
      rest += Buffer.from(read.value);
    expect(rest).toContain('"text": "two"');
  });

  it('before the first event holds the headers back', async () => {
    const start = gate();
    gemini.next(heldAfter(text('late'), 0, start));
    let answered = false;
    const asked = ask(gemini).then((answer) => {
      answered = true;
      return answer;
    });
    await start.reached;
    expect(answered).toBe(false);
    start.open();
    expect((await asked).text).toBe('late');
  });
});

describe('failures of the connection', () => {
  it('reset it before any answer', async () => {
    gemini.next(dropped());
    await expect(ask(gemini)).rejects.toThrow('fetch failed');
    expect(gemini.requests[0]?.closedEarlyAt).toBeUndefined();
  });

  it('reset it after so many bytes of the body', async () => {
    gemini.next(delivered(text('cut in the middle'), { resetAfterBytes: 40 }));
    await expect(ask(gemini)).rejects.toThrow('terminated');
  });

  it('reset it between two events', async () => {
    gemini.next(after(text('one two', { chunks: 2 }), 1, reset()));
    await expect(ask(gemini)).rejects.toThrow('terminated');
  });

  it('send a body as it stands, slowly when asked', async () => {
    gemini.next(
      failure(500, { error: 'huge '.repeat(100) }, { delivery: { cuts: { sizes: [100] }, pieceDelayMs: 1 } }),
    );
    const answer = await ask(gemini);
    expect([answer.status, answer.body.length]).toEqual([500, 512]);
  });
});

describe('keep-alive comments', () => {
  it('come from the relay while the model is silent, also before the first event', async () => {
    const relay = await GeminiSimulator.start({ dialect: 'comet', keepAliveMs: 1 });
    const thinking = gate();
    relay.next(heldAfter(text('thought about it'), 0, thinking));
    const response = await fetch(
      `${relay.baseUrl}/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse&key=test-key`,
      {
        method: 'POST',
        body: JSON.stringify(QUESTION),
      },
    );
    thinking.open();
    const body = await response.text();
    await relay.stop();
    expect(body).toMatch(/^(: PING\n\n)+data: \{/);
  });

  it('never come from Google', async () => {
    const quiet = await GeminiSimulator.start({ keepAliveMs: 1 });
    quiet.next(after(text('calm'), 0, { kind: 'delay', ms: 10 }));
    const answer = await ask(quiet);
    await quiet.stop();
    expect(answer.body).not.toContain('PING');
  });
});

it('sends Retry-After where the refusal has one', async () => {
  gemini.next(refusal(quotaExceeded({ retryMs: 48_900, retryAfterS: 49 })));
  const answer = await ask(gemini);
  expect(answer.headers.get('retry-after')).toBe('49');
  expect(answer.body).toContain('Please retry in 48.9s.');
});

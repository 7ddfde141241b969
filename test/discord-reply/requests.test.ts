/** Requests to Discord whose answers are not what Discord sends. */
import { RequestMethod } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { PlatformRejected, PlatformUnavailable } from '../../src/core/errors.ts';
import { Requests } from '../../src/discord-reply/requests.ts';
import { Governor } from '../../src/reply/governor.ts';
import { KeptLog } from '../discord/stage.ts';

const EDIT = { kind: 'edit', channel: 'c', method: RequestMethod.Patch, route: '/channels/c/messages/m' } as const;
const { signal } = new AbortController();

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests that are all answered so. */
function answeredWith({ status = 200, headers = {}, body = '{}' }: Answer): Requests {
  return new Requests({
    token: 'token',
    governor: new Governor(),
    writes: { limit: 5, windowMs: 5000 },
    requests: { limit: 50, windowMs: 1000 },
    retryMs: 1,
    log: new KeptLog(),
    transport: async () => ({ statusCode: status, headers, body: { json: async () => ({}), text: async () => body } }),
  });
}

function limits(limit: string, remaining: string, resetAfter: string) {
  return { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset-after': resetAfter };
}

describe('an answer', () => {
  it.each([
    ['no room at all', limits('0', '0', '5')],
    ['less than nothing left', limits('5', '-1000000000', '5')],
    ['more left than there is', limits('5', '9', '5')],
    ['a limit beyond memory', limits('1e12', '0', '5')],
    ['a window without end', limits('5', '0', 'Infinity')],
    ['a window of years', limits('5', '0', '1e9')],
    ['words', limits('five', 'none', 'soon')],
  ])('that tells of %s is not believed: the next write may be made at once', async (_, headers) => {
    const requests = answeredWith({ headers });
    await requests.send(EDIT, await requests.leave(EDIT, 'ending', signal));
    await requests.send(EDIT, await requests.leave(EDIT, 'ending', signal));
    expect(requests.isFree({ kind: 'create', channel: 'c' })).toBe(true);
  });

  it.each([
    ['cut JSON', '{"retry_after": 0.'],
    ['a list', '[]'],
    ['nothing', 'null'],
  ])('that refuses with %s is understood by its status', async (_, body) => {
    const refused = answeredWith({ status: 403, body });
    await expect(refused.leave(EDIT, 'text', signal).then((leave) => refused.send(EDIT, leave))).rejects.toThrow(
      PlatformRejected,
    );
    const limited = answeredWith({ status: 429, body, headers: { 'retry-after': '3' } });
    const sent = limited.leave(EDIT, 'text', signal).then((leave) => limited.send(EDIT, leave));
    await expect(sent).rejects.toMatchObject({ failure: { status: 429, retryAfterMs: 3000 } });
  });

  it('that names a date to wait for asks for a second', async () => {
    const limited = answeredWith({ status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } });
    const sent = limited.leave(EDIT, 'text', signal).then((leave) => limited.send(EDIT, leave));
    await expect(sent).rejects.toBeInstanceOf(PlatformUnavailable);
    await expect(sent).rejects.toMatchObject({ failure: { retryAfterMs: 1000 } });
  });
});

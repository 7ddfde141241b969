/** What the service's refusals mean: every recorded and every documented body, in both dialects. */
import { describe, expect, it } from 'vitest';
import { ModelQuota, ModelRejected } from '../../src/core/errors.ts';
import { type Verdict, verdictOf } from '../../src/gemini/failures.ts';
import { geminiRecordings, recordedDir } from '../support/recordings.ts';

type Google = [code: number, status: string, message: string, details?: readonly unknown[]];
const google = (...[code, status, message, details = []]: Google) =>
  JSON.stringify({ error: { code, message, status, details } });
const comet = (message: string, code: string | number | null = '', type = 'comet_api_error') =>
  JSON.stringify({ error: { message: `${message} (request id: 20261122ABC)`, type, param: '', code } });
const page = '<!DOCTYPE html><html><head><title>Attention Required!</title></head></html>';
const invalid = 'INVALID_ARGUMENT';

/** Who says it, HTTP status, the code or status word | the text | what it means | whether to try again, or what to change. */
const TABLE = `
google 400 INVALID_ARGUMENT | API key not valid. Please pass a valid API key. | model.key | never
google 403 PERMISSION_DENIED | Generative Language API has not been used in project 1 before or it is disabled. | model.key | never
google 401 UNAUTHENTICATED | Request is missing required authentication credential. | model.key | never
relay 401 | Invalid token | model.key | never
relay 401 | token not provided | model.key | never
google 400 INVALID_ARGUMENT | API key expired. Please renew the API key. | model.key | never
relay 500 invalid_api_key | Incorrect API key provided | model.key | never
relay 500 | This token is expired | model.key | never
relay 403 | You have no access to this group | model.key | never
google 429 RESOURCE_EXHAUSTED | You exceeded your current quota. Please retry in 48.9s. | model.quota after 48900 | again
google 429 RESOURCE_EXHAUSTED | Quota exceeded for metric: x, limit: 0, model: y. Please retry in 5s. | model.quota | never
relay 429 | Rate limit reached, please slow down | model.quota | again
upstream 429 | You exceeded your current quota. Please retry in 1.5s. | model.quota after 1500 | again
relay 403 insufficient_user_quota | user quota is not enough | model.quota | never
relay 403 pre_consume_token_quota_failed | pre-consume failed | model.quota | never
page 429 | | model.quota | again
page 402 | | model.quota | never
relay 402 | Payment required | model.quota | never
google 404 NOT_FOUND | models/gemini-9 is not found for API version v1beta, or is not supported for generateContent. | model-gone | never
relay 503 model_not_found | no available channel for group default and model gemini-2.5-flash (distributor) | model-gone | never
google 404 NOT_FOUND | Publisher Model projects/p/models/gemini-9 was not found or your project does not have access to it. | model-gone | never
relay 404 model_not_found | The model does not exist | model-gone | never
google 404 NOT_FOUND | Requested entity was not found. | request | never
relay 404 | Invalid URL (POST /gemini/v1beta/models) | wrong-address | never
relay 405 | Method Not Allowed | wrong-address | never
google 400 FAILED_PRECONDITION | User location is not supported for the API use. | region | never
page 404 | | wrong-address | never
page 301 | | wrong-address | never
page 200 | | wrong-address | never
page 403 | | blocked-network | never
page 502 | | model.unavailable | again
page 524 | | model.unavailable | again
page 413 | | too-large | never
google 400 INVALID_ARGUMENT | The input token count (1250074) exceeds the maximum number of tokens allowed (1048576). | too-long | never
upstream 500 | The input token count (1250074) exceeds the maximum number of tokens allowed (1048576). | too-long | never
google 400 INVALID_ARGUMENT | Request payload size exceeds the limit: 20971520 bytes. | too-large | never
relay 413 | Request body too large | too-large | never
google 400 INVALID_ARGUMENT | Cannot fetch content from the provided URL. Status: URL_ROBOTED-ROBOTED_DENIED | media | never
google 400 INVALID_ARGUMENT | Unsupported MIME type: image/gif | media | never
google 400 INVALID_ARGUMENT | Thinking level is not supported for this model. | request | no-thinking
google 400 INVALID_ARGUMENT | Thinking level MINIMAL is not supported for this model. Please retry with other thinking level. | request | no-thinking
google 400 INVALID_ARGUMENT | Budget 0 is invalid. This model only works in thinking mode. | request | no-thinking
google 400 INVALID_ARGUMENT | You can only set only one of thinking budget and thinking level. | request | no-thinking
upstream 500 | Thinking level is not supported for this model. | request | no-thinking
google 400 INVALID_ARGUMENT | Function call is missing a thought_signature in functionCall parts, function call \`default_api:now\`, position 2. | request | no-signatures
google 400 INVALID_ARGUMENT | Corrupted thought signature. | request | no-signatures
google 400 INVALID_ARGUMENT | Invalid thought signature. | request | no-signatures
google 400 INVALID_ARGUMENT | temperature is deprecated and not supported by this model. | request | no-sampling
google 400 INVALID_ARGUMENT | Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling. | request | with-tool-flag
google 400 INVALID_ARGUMENT | Tool call context circulation is not enabled for models/gemini-2.5-flash | request | no-tool-flag
google 400 INVALID_ARGUMENT | Invalid JSON payload received. Unknown name "foo" | request | without foo
google 400 INVALID_ARGUMENT | Invalid JSON payload received. Unknown name "id" at 'contents[1].parts[0].function_call': Cannot find field. | request | without id
google 400 INVALID_ARGUMENT | Invalid JSON payload received. Unknown name "thinkingLevel" at 'generation_config.thinking_config': Cannot find field. | request | no-thinking without thinkingLevel
google 400 INVALID_ARGUMENT | Page token is invalid. | request | never
relay 400 | The token is invalid at position 7 of the schema | request | never
google 400 INVALID_ARGUMENT | Tool use with function calling is unsupported | request | never
google 400 INVALID_ARGUMENT | Tool use with a response mime type: 'application/json' is unsupported | request | never
google 400 INVALID_ARGUMENT | Please use a valid role: user, model. | request | never
google 400 INVALID_ARGUMENT | Cached content model does not match the model in the request. | request | never
relay 500 invalid_request | field model is required | request | never
relay 400 | model name is required | request | never
google 503 UNAVAILABLE | The model is overloaded. Please try again later. | model.unavailable | again
google 500 INTERNAL | An internal error has occurred. | model.unavailable | again 2
upstream 500 | Internal error encountered. | model.unavailable | again 2
google 504 DEADLINE_EXCEEDED | Deadline expired before operation could complete. | model.unavailable | again
google 499 CANCELLED | The operation was cancelled. | model.unavailable | again
relay 500 | upstream error | model.unavailable | again
`;

/** Bodies of a form the table cannot write. */
const FORMS: readonly (readonly [what: string, status: number, body: string, meaning: string, then: string])[] = [
  ['a reason in the details', 400, google(400, invalid, 'Bad.', [{ reason: 'API_KEY_INVALID' }]), 'model.key', 'never'],
  [
    'a field in the details',
    400,
    google(400, invalid, 'Bad.', [{ fieldViolations: [{ field: 'generation_config.thinking_config' }] }]),
    'request',
    'no-thinking',
  ],
  [
    'an error quoted in an error',
    500,
    comet(`bad response status code 429, body: ${google(429, 'RESOURCE_EXHAUSTED', 'Please retry in 250ms.')}`),
    'model.quota after 250',
    'again',
  ],
  ['a number as code', 503, comet('try later', 503), 'model.unavailable', 'again'],
  ['null as code', 502, comet('try later', null), 'model.unavailable', 'again'],
  ['an array around the error', 400, `[${google(400, invalid, 'API key not valid.')}]`, 'model.key', 'never'],
  ['an error that is a sentence', 429, '{"error":"Too many requests"}', 'model.quota', 'again'],
  ['a sentence without an error', 503, '{"message":"no healthy upstream"}', 'model.unavailable', 'again'],
  ['an error without words', 503, '{"error":{"code":503,"status":"UNAVAILABLE"}}', 'model.unavailable', 'again'],
  ['an error without words, in a stream', 200, '{"error":{"code":503}}', 'model.unavailable', 'again'],
  ['an error that is only said to be one, in a stream', 200, '{"error":true}', 'model.unavailable', 'again'],
  ['a number that is a text, in a stream', 200, '{"error":{"code":"429","message":"slow"}}', 'model.quota', 'again'],
  ['a number that is not of HTTP', 429, '{"error":{"code":1302,"message":"slow"}}', 'model.quota', 'again'],
  ['a redirect, in JSON', 302, '{"error":{"message":"moved"}}', 'wrong-address', 'never'],
  ['JSON that says nothing', 500, '{"ok":false}', 'model.unavailable', 'again'],
  ['JSON that is cut', 503, '{"error":{"code":503,"mess', 'model.unavailable', 'again'],
  ['a word', 524, 'error code: 524', 'model.unavailable', 'again'],
  ['nothing', 500, '', 'model.unavailable', 'again'],
];

function bodyFor(head: string, text: string): string {
  const [who = '', status = '', code = ''] = head.split(' ');
  if (who === 'page') return page;
  if (who === 'google') return google(Number(status), code, text);
  return who === 'upstream' ? comet(text, 'bad_response_status_code', 'upstream_error') : comet(text, code);
}

/** The rows of the table as those of FORMS. */
const SAID = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [head = '', text = '', meaning = '', then = ''] = line.split('|').map((cell) => cell.trim());
    return [`${head}: ${text}`, Number(head.split(' ')[1]), bodyFor(head, text), meaning, then] as const;
  });

/** A verdict in a word: the reason of a rejection, else the code with its wait. */
function meaningOf({ error }: Verdict): string {
  if (error instanceof ModelRejected) return error.reason;
  const wait = error.failure.retryAfterMs;
  return wait === undefined ? error.code : `${error.code} after ${wait}`;
}

describe('a refusal', () => {
  it.each([...SAID, ...FORMS])('%s', (_what, ...row) => {
    const [status, body, meaning, then] = row;
    const verdict = verdictOf({ status, body });
    const again = [verdict.again ? 'again' : 'never', verdict.retries].filter((word) => word !== undefined).join(' ');
    expect([meaningOf(verdict), verdict.changes?.join(' ') || again]).toEqual([meaning, then]);
    expect(verdict.error.failure.status).toBe(status);
  });

  it('keeps the id that support asks for, from the header or else from the text', () => {
    expect(verdictOf({ status: 500, body: comet('x') }).error.failure.requestId).toBe('20261122ABC');
    expect(verdictOf({ status: 500, body: comet('x'), requestId: 'h1' }).error.failure.requestId).toBe('h1');
    expect(verdictOf({ status: 500, body: page, requestId: 'h1' }).error.failure.requestId).toBe('h1');
  });

  it('keeps what was said short and on one line', () => {
    const { message } = verdictOf({ status: 400, body: google(400, invalid, `line\n${'long '.repeat(1000)}`) }).error;
    expect(message.length).toBeLessThan(450);
    expect(message).not.toContain('\n');
  });

  it('says nothing of the words of a page', () => {
    expect(verdictOf({ status: 403, body: page }).error.message).not.toContain('Attention');
  });
});

describe('the wait a service asks for', () => {
  const quota = google(429, 'RESOURCE_EXHAUSTED', 'Slow down.');
  const waitOf = (body: string, retryAfter?: string) =>
    verdictOf({ status: 429, body, retryAfter }).error.failure.retryAfterMs;

  const waits: readonly (readonly [
    what: string,
    body: string,
    header: string | undefined,
    expectedMs: number | undefined,
  ])[] = [
    ['seconds of the header', quota, '7', 7000],
    ['parts of a second', quota, '0.25', 250],
    ['a date that is over', quota, 'Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['RetryInfo before the header', google(429, 'RESOURCE_EXHAUSTED', 'x', [{ retryDelay: '3.2s' }]), '7', 3200],
    ['the header before the text', google(429, 'RESOURCE_EXHAUSTED', 'Please retry in 9s.'), '7', 7000],
    ['minutes in the text', google(429, 'RESOURCE_EXHAUSTED', 'retry after 2 m'), undefined, 120_000],
    ['no number', quota, 'soon', undefined],
    ['nothing', quota, undefined, undefined],
  ];
  it.each(waits)('%s', (_what, ...row) => {
    const [body, header, expectedMs] = row;
    expect(waitOf(body, header)).toBe(expectedMs);
  });

  it('a date to come', () => {
    const waitMs = waitOf(quota, new Date(Date.now() + 60_000).toUTCString());
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
  });

  it('makes a quota worth another try, and only a wait does', () => {
    const errors = [quota, google(429, 'RESOURCE_EXHAUSTED', 'Please retry in 2s.')].map(
      (body) => verdictOf({ status: 429, body }).error,
    );
    expect(errors.map((error) => error instanceof ModelQuota && error.retryable)).toEqual([false, true]);
  });
});

describe.skipIf(recordedDir === undefined)('recorded refusals', () => {
  const meanings: Readonly<Record<string, string>> = {
    'cassette-count-002': 'model-gone',
    'cassette-unary-015': 'model.quota after 48000',
    'cassette-unary-049': 'too-long',
    'cassette-unary-054': 'media',
    'cassette-stream-012': 'model.key',
    'firebase-001': 'request',
    'firebase-011': 'model.key',
    'firebase-013': 'model.key',
    'firebase-015': 'model-gone',
    'firebase-035': 'request',
    'firebase-037': 'model.key',
    'firebase-038': 'wrong-address',
    'firebase-040': 'model.quota',
    'firebase-043': 'region',
  };
  const refused = geminiRecordings().filter((each) => each.httpStatus >= 400);

  it.each(refused)('$id', ({ id, httpStatus, body }) => {
    expect(meaningOf(verdictOf({ status: httpStatus, body: body.toString('utf8') }))).toBe(meanings[id]);
  });
});

describe('a wait in the service’s words', () => {
  it.each([
    ['Please retry in 48.9s.', 48_900],
    ['Please retry in 250ms.', 250],
    ['Please retry in 1m2.5s.', 62_500],
    ['Please retry in 17h32m5s.', 63_125_000],
    ['Please retry in 2m.', 120_000],
    ['Please retry in 5', 5000],
    ['Please retry later.', undefined],
  ])('is read from %j', (message, waitMs) => {
    const refused = { status: 429, body: google(429, 'RESOURCE_EXHAUSTED', message) };
    expect(verdictOf(refused).error.failure.retryAfterMs).toBe(waitMs);
  });
});

it('keeps what the service repeats of a question out of every error, which is logged', () => {
  for (const message of [
    'user sensitive words detected: swordfish',
    'Invalid value at contents[0].parts[0].text, "swordfish"',
    'Cannot fetch content from the provided URL. url: https://a.example/?token=swordfish',
  ])
    for (const status of [400, 403, 429, 500]) {
      const { error } = verdictOf({ status, body: google(status, invalid, message) });
      expect(`${error.message} ${JSON.stringify(error.failure)}`).not.toContain('swordfish');
    }
});

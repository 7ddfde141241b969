/** The two ways the native API is spoken: by Google itself, and by a relay of CometAPI's kind in front of Vertex. */
import type { Fault } from './faults.ts';
import type { WireChunk } from './script.ts';

export type DialectName = 'google' | 'comet';

export interface Dialect {
  readonly name: DialectName;
  readonly lineEnd: '\r\n' | '\n';
  /** What is sent between events while the model is silent. */
  readonly keepAlive?: string;
  /** A value on one line, with the spaces and escapes of the service's own writer. */
  json(value: unknown): string;
  /** The body of a refusal, with the status it is sent with. */
  refusal(fault: Fault, requestId: string): { readonly status: number; readonly body: string };
  /** What the service adds to a finished chunk. */
  dress(chunk: WireChunk, last: boolean): WireChunk;
}

/** The characters Google's writer escapes. They mean the same to a parser, and split differently. */
function escaped(json: string, characters: RegExp): string {
  return json.replace(characters, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const google: Dialect = {
  name: 'google',
  lineEnd: '\r\n',
  json: (value) => escaped(JSON.stringify(value, null, 1), /[<>&='\u2028\u2029]/g).replace(/\n */g, ''),
  refusal(fault) {
    const { status, code, message, details } = fault;
    const error = { code: status, message, status: code, ...(details && { details }) };
    return { status, body: `${JSON.stringify({ error }, null, 2)}\n` };
  },
  dress: (chunk) => chunk,
};

const comet: Dialect = {
  name: 'comet',
  lineEnd: '\n',
  keepAlive: ': PING\n\n',
  json: (value) => escaped(JSON.stringify(value), /[<>&\u2028\u2029]/g),
  refusal(fault, requestId) {
    const message = `${fault.comet?.message ?? fault.message} (request id: ${requestId})`;
    const error = fault.comet
      ? { message, type: 'comet_api_error', param: '', code: fault.comet.code ?? '' }
      : { message, type: 'upstream_error', param: '', code: 'bad_response_status_code' };
    return { status: fault.comet?.status ?? fault.status, body: JSON.stringify({ error }) };
  },
  dress(chunk, last) {
    const usageMetadata = chunk.usageMetadata && { ...chunk.usageMetadata, trafficType: 'ON_DEMAND' };
    const candidates = chunk.candidates?.map((each) => {
      const { citationMetadata, ...candidate } = each;
      return {
        ...candidate,
        ...(citationMetadata?.citationSources && { citationMetadata: { citations: citationMetadata.citationSources } }),
        ...(last && { avgLogprobs: -0.25 }),
      };
    });
    return {
      ...chunk,
      ...(candidates && { candidates }),
      ...(usageMetadata && { usageMetadata }),
      createTime: '2026-11-22T09:30:00.000000Z',
    };
  },
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { google, comet };

/** The refusals of the Web API: a code, and what stands beside it in the answer. */
import type { Json } from '../../discord/json.ts';

export class SlackError extends Error {
  readonly code: string;
  readonly beside: Json;

  constructor(code: string, beside: Json) {
    super(code);
    this.code = code;
    this.beside = beside;
  }
}

export function refuse(code: string, beside: Json = {}): SlackError {
  return new SlackError(code, beside);
}

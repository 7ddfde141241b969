/** What the services say when they do not answer: one Fault each, put into a dialect's words by `dialect.ts`. */

/** A refusal of Google's, and what CometAPI says instead where the relay itself refuses. */
export interface Fault {
  readonly status: number;
  /** Google's canonical code, such as INVALID_ARGUMENT. */
  readonly code: string;
  readonly message: string;
  readonly details?: readonly object[];
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterS?: number;
  /** The relay's own refusal. Without it the relay wraps Google's. */
  readonly comet?: { readonly status?: number; readonly code?: string; readonly message: string };
}

const TYPE = 'type.googleapis.com/google.rpc.';

export function invalidArgument(message: string, details?: readonly object[]): Fault {
  return { status: 400, code: 'INVALID_ARGUMENT', message, ...(details && { details }) };
}

/** Several unknown names come in one message, a line each. */
export function unknownNames(violations: readonly { readonly field: string; readonly description: string }[]): Fault {
  const message = violations.map((each) => each.description).join('\n');
  return invalidArgument(message, [{ '@type': `${TYPE}BadRequest`, fieldViolations: violations }]);
}

/** The relay answers 500 where a field is missing. */
export function missingField(message: string, field: string): Fault {
  const comet = { status: 500, code: 'invalid_request', message: `field ${field} is required` };
  return { ...invalidArgument(message), comet };
}

export function keyMissing(): Fault {
  return {
    status: 403,
    code: 'PERMISSION_DENIED',
    message:
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    comet: { status: 401, message: 'token not provided' },
  };
}

export function keyInvalid(): Fault {
  const message = 'API key not valid. Please pass a valid API key.';
  const reason = { reason: 'API_KEY_INVALID', domain: 'googleapis.com' };
  const service = { metadata: { service: 'generativelanguage.googleapis.com' } };
  return {
    ...invalidArgument(message, [
      { '@type': `${TYPE}ErrorInfo`, ...reason, ...service },
      { '@type': `${TYPE}LocalizedMessage`, locale: 'en-US', message },
    ]),
    comet: { status: 401, message: 'invalid token' },
  };
}

/** The account has nothing left: a quota of zero at Google, an empty balance at the relay. */
export function accountEmpty(): Fault {
  return {
    ...quotaExceeded({ limit: 0 }),
    comet: { status: 403, code: 'insufficient_user_quota', message: 'user quota is not enough, remaining: $0.00' },
  };
}

/** `retryMs` is what the service asks to wait; a limit of 0 means waiting will not help. */
export function quotaExceeded(options: { retryMs?: number; limit?: number; retryAfterS?: number } = {}): Fault {
  const limit = options.limit ?? 1_000_000;
  const wait = options.retryMs === undefined ? '' : `\nPlease retry in ${options.retryMs / 1000}s.`;
  const retryInfo = { '@type': `${TYPE}RetryInfo`, retryDelay: `${Math.ceil((options.retryMs ?? 0) / 1000)}s` };
  const metric = 'generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count';
  return {
    status: 429,
    code: 'RESOURCE_EXHAUSTED',
    message: `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. \n* Quota exceeded for metric: ${metric}, limit: ${limit}, model: gemini-3.8-flash${wait}`,
    details: [
      { '@type': `${TYPE}QuotaFailure`, violations: [{ quotaMetric: metric }] },
      ...(options.retryMs === undefined ? [] : [retryInfo]),
    ],
    ...(options.retryAfterS !== undefined && { retryAfterS: options.retryAfterS }),
  };
}

export function modelUnknown(id: string, operation: string): Fault {
  return {
    status: 404,
    code: 'NOT_FOUND',
    message: `models/${id} is not found for API version v1beta, or is not supported for ${operation}. Call ListModels to see the list of available models and their supported methods.`,
    comet: {
      status: 503,
      code: 'model_not_found',
      message: `no available channel for group default and model ${id} (distributor)`,
    },
  };
}

export function overloaded(): Fault {
  return { status: 503, code: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' };
}

export function internal(): Fault {
  const message =
    'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting';
  return { status: 500, code: 'INTERNAL', message };
}

export function deadlineExceeded(): Fault {
  return { status: 504, code: 'DEADLINE_EXCEEDED', message: 'Deadline expired before operation could complete.' };
}

export function cancelled(): Fault {
  return { status: 499, code: 'CANCELLED', message: 'The operation was cancelled.' };
}

export function regionRefused(): Fault {
  return { status: 400, code: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' };
}

export function permissionDenied(): Fault {
  const message =
    'Generative Language API has not been used in project 12345678 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=12345678 then retry.';
  const reason = { '@type': `${TYPE}ErrorInfo`, reason: 'SERVICE_DISABLED', domain: 'googleapis.com' };
  return { status: 403, code: 'PERMISSION_DENIED', message, details: [reason] };
}

export function tooLong(tokens: number, limit: number): Fault {
  return invalidArgument(`The input token count (${tokens}) exceeds the maximum number of tokens allowed (${limit}).`);
}

export function bodyTooLarge(limitBytes: number): Fault {
  const message = `Request payload size exceeds the limit: ${limitBytes} bytes.`;
  return { ...invalidArgument(message), comet: { status: 413, message: 'request body too large' } };
}

/**
 * What is said no to beforehand (Refusal), how a turn ended (Ending) and what could not be done (the error family).
 *
 * Errors are told apart by class or `code`, never by their text. The text is for the log and for developers; what a
 * reader is told stands in `notices/notices.ts`, keyed by the same codes.
 */
import type { BlockReason, FinishReason } from './content.ts';

/** Every foreseeable failure, by the name that log lines, notices and stored turns use. */
export type ErrorCode =
  | 'config.invalid'
  | 'model.unavailable'
  | 'model.quota'
  | 'model.rejected'
  | 'model.key'
  | 'model.empty'
  | 'stream.broken'
  | 'platform.unavailable'
  | 'platform.rejected'
  | 'storage.unavailable'
  | 'storage.corrupt'
  | 'tool.failed'
  | 'budget.spent'
  | 'defect';

/** A value from a guard or a lane: this mention is not answered, and why. */
export type Refusal =
  /** `isSilent`: nobody is told. */
  | { readonly kind: 'not-allowed'; readonly isSilent?: true }
  /** `resetsAt`, in epoch milliseconds, is when the period ends whose budget is used up. */
  | { readonly kind: 'over-budget'; readonly resetsAt: number }
  /** `waiting` is how many mentions already wait in this conversation. */
  | { readonly kind: 'busy'; readonly waiting: number };

/** How a turn ended. A `stopped` or `broken` turn keeps what the reader saw. */
export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cut'; readonly reason: FinishReason | BlockReason }
  /** All of it came, and it is not the JSON that was asked for. */
  | { readonly kind: 'malformed' }
  /** `by` is the name of whoever stopped it, as others see it; absent where it is not known or goes without saying. */
  | { readonly kind: 'stopped'; readonly by?: string }
  /** `againAt`, in epoch milliseconds, is when it is worth another try; absent where that is not known. */
  | { readonly kind: 'broken'; readonly code: ErrorCode; readonly againAt?: number }
  /** The process ended in the middle of it, too long ago to go on. */
  | { readonly kind: 'interrupted' };

/** The base of the family: a foreseeable failure with what is needed to act on it. Only subclasses are thrown. */
export abstract class HalleyError extends Error {
  abstract readonly code: ErrorCode;
  /** Whether the same call may succeed later, unchanged. */
  abstract readonly retryable: boolean;

  override get name(): string {
    return this.constructor.name;
  }
}

/** Settings that cannot be used. `faults` names each one: file, path, what is wrong, what is allowed. */
export class ConfigError extends HalleyError {
  readonly code = 'config.invalid';
  readonly retryable = false;
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** What is known of an HTTP answer of the model service that was not an answer of the model. */
export interface ModelFailure {
  /** HTTP status, when there was an answer at all. */
  readonly status?: number;
  /** The service's own id of the request, for its support. */
  readonly requestId?: string;
  /** How long the service asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The model to use instead, when the one asked for is gone and `config/models.yaml` names a successor. */
  readonly successor?: string;
  readonly cause?: unknown;
}

/** What went wrong between here and an answer of the model. Only subclasses are thrown. */
export abstract class ModelError extends HalleyError {
  readonly failure: ModelFailure;

  constructor(message: string, failure: ModelFailure = {}) {
    super(message, { cause: failure.cause });
    this.failure = failure;
  }
}

/** The service could not be reached, was overloaded, or did not answer in time. */
export class ModelUnavailable extends ModelError {
  readonly code = 'model.unavailable';
  readonly retryable = true;
}

/** The account has no quota or no balance left. Retryable only when the service names a wait. */
export class ModelQuota extends ModelError {
  readonly code = 'model.quota';
  get retryable(): boolean {
    return this.failure.retryAfterMs !== undefined;
  }
}

/** Why the service will not answer this request, whoever asks it. */
export type RejectionReason =
  | 'request'
  | 'too-long'
  /** Without anything of the conversation before it. */
  | 'question-too-long'
  | 'too-large'
  /** A file or an address in the question that the service cannot read. */
  | 'media'
  | 'model-gone'
  | 'region'
  | 'wrong-address'
  | 'blocked-network';

/** The service will not answer this request however often it is sent. */
export class ModelRejected extends ModelError {
  readonly code = 'model.rejected';
  readonly retryable = false;
  readonly reason: RejectionReason;

  constructor(message: string, reason: RejectionReason, failure: ModelFailure = {}) {
    super(message, failure);
    this.reason = reason;
  }
}

/** The key is missing, wrong or not allowed to use the service. */
export class ModelKeyRejected extends ModelError {
  readonly code = 'model.key';
  readonly retryable = false;
}

/** The model answered, successfully and with nothing to show. */
export class ModelEmpty extends ModelError {
  readonly code = 'model.empty';
  readonly retryable = true;
}

/** An answer began and did not end: the body stopped, fell silent, or carried an error. */
export class StreamBroken extends ModelError {
  readonly code = 'stream.broken';
  readonly retryable = true;
}

/** What is known of a platform's refusal. */
export interface PlatformFailure {
  readonly status?: number;
  /** The platform's own error code. */
  readonly platformCode?: string | number;
  readonly retryAfterMs?: number;
  /** Nothing may be written there any more, so no more of the answer is wanted. */
  readonly isShut?: true;
  readonly cause?: unknown;
}

abstract class PlatformError extends HalleyError {
  readonly failure: PlatformFailure;

  constructor(message: string, failure: PlatformFailure = {}) {
    super(message, { cause: failure.cause });
    this.failure = failure;
  }
}

/** The platform could not be reached, or asks to come back later. */
export class PlatformUnavailable extends PlatformError {
  readonly code = 'platform.unavailable';
  readonly retryable = true;
}

/** The platform will not do it: permission, a message that is gone, a token that is dead. */
export class PlatformRejected extends PlatformError {
  readonly code = 'platform.rejected';
  readonly retryable = false;
}

/** The store did not do what it was asked. Never to be read as an empty memory. */
export class StorageUnavailable extends HalleyError {
  readonly code = 'storage.unavailable';
  readonly retryable = true;
}

/** A record exists and cannot be read. `key` names it; it is left as it is. */
export class StorageCorrupt extends HalleyError {
  readonly code = 'storage.corrupt';
  readonly retryable = false;
  readonly key: string;

  constructor(key: string, cause?: unknown) {
    super(`The stored record ${key} cannot be read.`, { cause });
    this.key = key;
  }
}

/** A tool could not do what the model asked. The message is for the model, which may try otherwise. */
export class ToolFailed extends HalleyError {
  readonly code = 'tool.failed';
  readonly retryable = false;
}

/** Too little is left of a budget for another request. `resetsAt` is when there is more, in epoch milliseconds. */
export class BudgetSpent extends HalleyError {
  readonly code = 'budget.spent';
  readonly retryable = false;
  readonly resetsAt: number;

  constructor(resetsAt: number) {
    super('Too little is left of the budget.');
    this.resetsAt = resetsAt;
  }
}

/** The code of anything thrown: the family's own, or `defect` for what nobody foresaw. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof HalleyError ? error.code : 'defect';
}

/** How a turn ends that this broke off. */
export function brokenBy(error: unknown): Ending {
  const waitMs = error instanceof ModelError ? error.failure.retryAfterMs : undefined;
  const againAt =
    error instanceof BudgetSpent ? error.resetsAt : waitMs === undefined ? undefined : Date.now() + waitMs;
  return { kind: 'broken', code: codeOf(error), ...(againAt === undefined ? {} : { againAt }) };
}

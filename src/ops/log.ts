/** Log lines through pino: one JSON object per event, without secrets and without what people or the model wrote. */
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import { HalleyError } from '../core/errors.ts';
import type { Log, LogFields } from '../core/ports.ts';

export interface LogOptions {
  /** The least level that is written. */
  readonly level: Level | 'silent';
  /** Where the lines go, each ending in a newline. Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Field names whose values are never written, wherever a line nests them. */
const SECRET_FIELDS = [
  'apiKey',
  'authorization',
  'content',
  'cookie',
  'password',
  'prompt',
  'secret',
  'signature',
  'text',
  'token',
];

/** Causes followed below an error; a longer chain is cut. */
const MAX_CAUSES = 4;

const MAX_FRAMES = 20;

/** A frame as V8 writes it, in a file of this machine or of Node; never an address with a query. */
const FRAME = /^ {4}at (?:[\w.$<>[\]*# ]{1,200} \()?(?:file:\/\/|node:|\/|[A-Za-z]:\\)[^\s?#]+:\d+:\d+\)?$/;

/** What names a class or a code: one short word. */
const WORD = /^[\w.:$[\]-]{1,64}$/;

/** What a line says of an error. `message` is there for our own errors only. */
interface ErrorFacts {
  readonly class: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack?: readonly string[];
  readonly cause?: ErrorFacts;
}

export class PinoLog implements Log {
  readonly #pino: Logger;

  constructor(options: LogOptions) {
    const settings = {
      level: options.level,
      // Neither the machine's name nor the process id: whoever collects the lines knows them.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      // A path of one name does not reach into objects, and a starred one does not reach the top.
      redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    };
    this.#pino = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  }

  debug(event: string, fields?: LogFields): void {
    this.#pino.debug({ event, ...fields });
  }

  info(event: string, fields?: LogFields): void {
    this.#pino.info({ event, ...fields });
  }

  warn(event: string, fields?: LogFields): void {
    this.#pino.warn({ event, ...fields });
  }

  /**
   * Of an error of ours the message is written. The message of any other may quote a request, an address with a key or
   * what someone wrote, so of those only the class, the code and the places in the code are.
   */
  error(event: string, cause: unknown, fields?: LogFields): void {
    this.#pino.error({ event, ...fields, error: factsOf(cause, MAX_CAUSES) });
  }
}

function factsOf(cause: unknown, causesLeft: number): ErrorFacts {
  if (!(cause instanceof Error)) return { class: typeof cause };
  const code = 'code' in cause ? codeOf(cause.code) : undefined;
  const stack = framesOf(cause);
  return {
    class: WORD.test(cause.name) ? cause.name : 'Error',
    ...(code === undefined ? {} : { code }),
    ...(cause instanceof HalleyError ? { message: cause.message } : {}),
    ...(stack.length === 0 ? {} : { stack }),
    ...(cause.cause === undefined || causesLeft === 0 ? {} : { cause: factsOf(cause.cause, causesLeft - 1) }),
  };
}

function codeOf(code: unknown): string | number | undefined {
  if (typeof code === 'number') return code;
  return typeof code === 'string' && WORD.test(code) ? code : undefined;
}

/**
 * The places in the code. A stack begins with the class and the message, which may hold lines made up to look like
 * places, so both are cut off; a stack that begins otherwise had its message changed later, and nothing is taken.
 */
function framesOf(error: Error): readonly string[] {
  if (typeof error.stack !== 'string') return [];
  const message = error.message === '' ? '\n' : `: ${error.message}\n`;
  const messageAt = error.stack.indexOf(message);
  if (messageAt < 0 || /[\n:]/.test(error.stack.slice(0, messageAt))) return [];
  return error.stack
    .slice(messageAt + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}

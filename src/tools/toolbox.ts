/** Every tool by name: declarations for the model, its calls checked, run within their time, and answered. */
import type { FunctionCall, FunctionDeclaration, FunctionResponse, JsonObject, JsonValue } from '../core/content.ts';
import { ToolFailed } from '../core/errors.ts';
import type { Log, Tool, ToolContext, Toolbox } from '../core/ports.ts';

/** What the model is told when a tool broke in a way that nobody foresaw: its details are for the log. */
const BROKEN = 'The tool failed.';

export class CheckedToolbox implements Toolbox {
  readonly declarations: readonly FunctionDeclaration[];
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #log: Log;

  constructor(tools: readonly Tool[], log: Log) {
    this.declarations = tools.map((tool) => tool.declaration);
    this.#tools = new Map(tools.map((tool) => [tool.declaration.name, tool]));
    this.#log = log;
  }

  async answer(
    calls: readonly FunctionCall[],
    where: ToolContext,
    signal: AbortSignal,
  ): Promise<readonly FunctionResponse[]> {
    const responses = await Promise.all(calls.map((call) => this.#respond(call, where, signal)));
    signal.throwIfAborted();
    return responses;
  }

  async #respond(call: FunctionCall, where: ToolContext, signal: AbortSignal): Promise<FunctionResponse> {
    const { id, name } = call;
    return { ...(id === undefined ? {} : { id }), name, response: await this.#run(call, where, signal) };
  }

  async #run({ name, args = {} }: FunctionCall, where: ToolContext, signal: AbortSignal): Promise<JsonObject> {
    const tool = this.#tools.get(name);
    if (tool === undefined) return { error: `There is no tool ${name}.` };
    const fault = faultOf(args, tool.declaration.parametersJsonSchema);
    if (fault !== undefined) return { error: fault };
    const late = AbortSignal.timeout(tool.timeoutMs);
    try {
      return await until(tool.run(args, where, AbortSignal.any([signal, late])), AbortSignal.any([signal, late]));
    } catch (error) {
      if (late.aborted) return { error: `The tool did not answer within ${tool.timeoutMs} ms.` };
      if (error instanceof ToolFailed) return { error: error.message };
      if (!signal.aborted) this.#log.error('tool.failed', error, { tool: name });
      return { error: BROKEN };
    }
  }
}

/** The promise, or the signal's reason if that comes first: a tool that ignores its signal holds up nobody. */
async function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What is wrong with the arguments, as far as a flat schema says: names, presence, types and choices. */
function faultOf(args: JsonObject, schema: JsonObject | undefined): string | undefined {
  const properties = objectOf(schema?.['properties']);
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  const missing = required.find((name) => typeof name === 'string' && (args[name] ?? null) === null);
  if (typeof missing === 'string') return `The argument ${missing} is missing.`;
  for (const [name, value] of Object.entries(args)) {
    const rule = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (rule === undefined) return `There is no argument ${name}.`;
    if (value !== null && !fits(value, objectOf(rule))) return `The argument ${name} must be ${JSON.stringify(rule)}.`;
  }
  return undefined;
}

function fits(value: JsonValue, rule: JsonObject): boolean {
  if (Array.isArray(rule['enum']) && !rule['enum'].includes(value)) return false;
  switch (rule['type']) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === rule['type'];
    default:
      return true;
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  // An array is the only other object JSON has, and Array.isArray does not narrow a readonly one.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

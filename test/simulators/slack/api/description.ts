/** Holds calls and answers against the methods' own reference pages in machine-readable form, where OPENAPI_DIR has them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, jsonOf, listOf } from '../../discord/json.ts';

/** Arguments of every call, or of a method's prose alone. */
const TOLERATED: Readonly<Record<string, readonly string[]>> = {
  // Every client adds them to what listeners call.
  '*': ['token', 'team_id'],
  // "session_status" stands in the method's page and not in its copy.
  'chat.stopStream': ['session_status'],
};

/** Codes of every method, https://docs.slack.dev/apis/web-api/#errors. */
const COMMON_ERRORS = new Set([
  'not_authed',
  'invalid_auth',
  'not_allowed_token_type',
  'missing_scope',
  'missing_argument',
  'account_inactive',
  'token_expired',
  'token_revoked',
  'invalid_arguments',
  'invalid_json',
  'json_not_object',
  'unknown_method',
]);

/** Seen on live Slack and in no page. */
const UNDOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  'chat.startStream': ['invalid_thread_ts', 'msg_too_long', 'not_authorized'],
  'chat.appendStream': ['msg_too_long', 'stopped_by_user'],
  'chat.stopStream': ['msg_too_long', 'message_not_in_streaming_state'],
  'chat.postMessage': ['msg_too_long', 'thread_not_found'],
  'chat.postEphemeral': [
    'msg_too_long',
    'markdown_text_conflict',
    'invalid_blocks',
    'invalid_blocks_format',
    'not_in_channel',
  ],
  'chat.delete': ['cant_delete_message'],
  'views.open': ['invalid_arguments'],
};

/** One reading of the file serves a process. */
const read = new Map<string, Json>();

export class Description {
  readonly violations: string[] = [];
  readonly #methods: Json;

  /** Nothing where the description is not at hand. */
  static open(directory: string | undefined): Description | undefined {
    const file = directory === undefined ? undefined : join(directory, 'slack-methods.json');
    if (file === undefined || !existsSync(file)) return undefined;
    const methods = read.get(file) ?? jsonOf(JSON.parse(readFileSync(file, 'utf8')));
    read.set(file, methods);
    return new Description(methods);
  }

  private constructor(methods: Json) {
    this.#methods = methods;
  }

  knows(method: string): boolean {
    return this.#methods[method] !== undefined;
  }

  methodOf(name: string): Json {
    return jsonOf(this.#methods[name]);
  }

  /** Arguments that Slack would ignore, which is how a slip of the pen goes unseen. */
  unknownArguments(method: string, args: Json): readonly string[] {
    if (!this.knows(method)) return [];
    const described = Object.keys(jsonOf(jsonOf(this.methodOf(method)['args'])['properties']));
    const known = new Set([...described, ...(TOLERATED['*'] ?? []), ...(TOLERATED[method] ?? [])]);
    return Object.keys(args).filter((name) => !known.has(name));
  }

  request(method: string, args: Json): void {
    const unknown = this.unknownArguments(method, args);
    if (unknown.length > 0) this.violations.push(`${method}: unknown argument ${unknown.join(', ')}`);
    const properties = jsonOf(jsonOf(this.methodOf(method)['args'])['properties']);
    for (const [name, value] of Object.entries(args)) {
      const choice = listOf(jsonOf(properties[name])['enum']);
      if (choice.length > 0 && !choice.includes(value)) this.violations.push(`${method}: ${name} is ${String(value)}`);
    }
  }

  response(method: string, answer: Json): void {
    if (!this.knows(method)) return;
    if (answer['ok'] === true) this.#success(method, answer);
    else if (!this.#mayFail(method, String(answer['error'])))
      this.violations.push(`${method}: answers ${String(answer['error'])}, which no page names`);
  }

  #success(method: string, answer: Json): void {
    const output = jsonOf(this.methodOf(method)['output']);
    for (const name of listOf(output['required']))
      if (!(String(name) in answer)) this.violations.push(`${method}: the answer lacks ${String(name)}`);
    for (const [name, schema] of Object.entries(jsonOf(output['properties']))) {
      const wanted = jsonOf(schema)['type'];
      const value = answer[name];
      if (value === undefined || value === null || typeof wanted !== 'string') continue;
      if (!isOf(wanted, value)) this.violations.push(`${method}: ${name} of the answer is no ${wanted}`);
    }
  }

  #mayFail(method: string, code: string): boolean {
    if (COMMON_ERRORS.has(code) || (UNDOCUMENTED[method] ?? []).includes(code)) return true;
    return code in jsonOf(this.methodOf(method)['errors']);
  }
}

function isOf(wanted: string, value: unknown): boolean {
  switch (wanted) {
    case 'array':
      return Array.isArray(value);
    case 'integer':
    case 'number':
      return typeof value === 'number';
    case 'string':
    case 'boolean':
    case 'object':
      return typeof value === wanted;
    default:
      return true;
  }
}

/** Holds both directions of the HTTP API against Discord's own OpenAPI description, where OPENAPI_DIR has it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJson, type Json, jsonOf, listOf } from './json.ts';
import type { Answer, Route } from './route.ts';
import { ChannelType } from './state.ts';

/** What the description gets wrong or leaves out, said once: the documentation has a string here. */
const STRING_PERMISSIONS = { type: ['string', 'integer', 'null'] };
/** Sent by discord.js where the description does not list them; Discord ignores them. */
const TOLERATED =
  /^\/((data|message)\/)?(nonce|enforce_nonce|tts|type)$|^\/((data|message)\/)?attachments\/\d+\/(title|waveform|duration_secs)$/;

/** Compiling takes longer than any test that uses it, so the description of a folder is compiled once a process. */
const descriptions = new Map<string, Description>();

/** Discord's description, compiled piece by piece as it is asked for. */
class Description {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #spec: Json;

  constructor(spec: Json) {
    // The types of ajv-formats describe its CommonJS form, where the plugin stands under `default`.
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addFormat('snowflake', /^\d{1,20}$/);
    this.#ajv.addFormat('nonce', true);
    this.#spec = spec;
    patchPermissions(jsonOf(jsonOf(spec['components'])['schemas']));
    patchReferenceTypes(jsonOf(jsonOf(spec['components'])['schemas']));
    patchChannelTypes(jsonOf(jsonOf(spec['components'])['schemas']));
    this.#ajv.addSchema({ ...spec, $id: 'discord' });
  }

  /** What stands at these keys below `paths`. */
  at(pointer: readonly string[]): unknown {
    let at: unknown = this.#spec['paths'];
    for (const key of pointer) at = isJson(at) ? at[key] : undefined;
    return at;
  }

  validatorAt(pointer: readonly string[]): ValidateFunction {
    const key = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const $ref = `discord#/paths/${key.split('/').map(encodeURIComponent).join('/')}`;
    const validate = this.#compiled.get(key) ?? this.#ajv.compile({ $ref });
    this.#compiled.set(key, validate);
    return validate;
  }

  /** Where a value has a property that no branch of its schema names, at any depth. */
  unknownIn(schemas: readonly unknown[], value: unknown, path = ''): string[] {
    const open = schemas.flatMap((schema) => this.#branchesOf(schema));
    if (Array.isArray(value)) {
      const items = open.flatMap(({ items: item }) => (item === undefined ? [] : [item]));
      return value.flatMap((each, index) => this.unknownIn(items, each, `${path}/${index}`));
    }
    const named = open.filter(({ properties }) => properties !== undefined);
    // A schema without properties is a map of anything.
    if (!isJson(value) || named.length === 0) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      const below = named.flatMap(({ properties }) => jsonOf(properties)[key] ?? []);
      return below.length === 0 ? [`${path}/${key}`] : this.unknownIn(below, inner, `${path}/${key}`);
    });
  }

  /** The schemas a value may be of, references and unions resolved. */
  #branchesOf(schema: unknown): Json[] {
    const own = jsonOf(schema);
    const { $ref, anyOf, oneOf, allOf } = own;
    if (typeof $ref === 'string') {
      const name = $ref.split('/').pop() ?? '';
      return this.#branchesOf(jsonOf(jsonOf(this.#spec['components'])['schemas'])[name]);
    }
    return [own, ...[anyOf, oneOf, allOf].flatMap(listOf).flatMap((part) => this.#branchesOf(part))];
  }
}

export class Checker {
  readonly violations: string[] = [];
  readonly #description: Description;

  /** Nothing where the description is not at hand. */
  static open(directory: string | undefined): Checker | undefined {
    const file = directory === undefined ? undefined : join(directory, 'discord.json');
    if (file === undefined || !existsSync(file)) return undefined;
    const description = descriptions.get(file) ?? new Description(jsonOf(JSON.parse(readFileSync(file, 'utf8'))));
    descriptions.set(file, description);
    return new Checker(description);
  }

  private constructor(description: Description) {
    this.#description = description;
  }

  /** What the simulator accepted, Discord's description must accept too, and it must know every property: typos slip past it. */
  request(route: Route, body: unknown): void {
    if (body === undefined) return;
    const pointer = [route.path, route.method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'];
    const schema = this.#description.at(pointer);
    if (schema === undefined) return;
    this.#check(`request ${route.method} ${route.path}`, pointer, body);
    const unknown = this.#description.unknownIn([schema], body).filter((path) => !TOLERATED.test(path));
    if (unknown.length > 0) this.violations.push(`request ${route.path}: unknown ${unknown.join(', ')}`);
  }

  response(route: Route, answer: Answer): void {
    const responses = [route.path, route.method.toLowerCase(), 'responses'];
    if (this.#description.at(responses) === undefined) return;
    const status = String(answer.status);
    if (this.#description.at([...responses, status]) === undefined) {
      this.violations.push(`response ${route.method} ${route.path}: status ${status} is not described`);
      return;
    }
    const pointer = [...responses, status, 'content', 'application/json', 'schema'];
    if (this.#description.at(pointer) !== undefined)
      this.#check(`response ${route.method} ${route.path}`, pointer, answer.body);
  }

  #check(what: string, pointer: readonly string[], value: unknown): void {
    const validate = this.#description.validatorAt(pointer);
    // A round trip leaves what goes over the wire: no undefined, no prototypes.
    if (validate(JSON.parse(JSON.stringify(value)))) return;
    const reasons = (validate.errors ?? []).slice(-3).map((error) => `${error.instancePath} ${error.message ?? ''}`);
    this.violations.push(`${what}: ${reasons.join('; ')}`);
  }
}

function patchPermissions(schemas: Json): void {
  for (const schema of Object.values(schemas)) {
    const properties = jsonOf(jsonOf(schema)['properties']);
    if ('default_member_permissions' in properties) properties['default_member_permissions'] = STRING_PERMISSIONS;
  }
}

/** Media channels stand only in the preview of the description. */
function patchChannelTypes(schemas: Json): void {
  const type = jsonOf(jsonOf(jsonOf(schemas['GuildChannelResponse'])['properties'])['type']);
  type['enum'] = [...listOf(type['enum']), ChannelType.media];
  const all = jsonOf(schemas['ChannelTypes']);
  all['oneOf'] = [...listOf(all['oneOf']), { const: ChannelType.media }];
}

/** Forwards are documented, and missing here. @see https://discord.com/developers/docs/resources/message#message-reference-types */
function patchReferenceTypes(schemas: Json): void {
  const type = jsonOf(schemas['MessageReferenceType']);
  type['oneOf'] = [...listOf(type['oneOf']), { title: 'FORWARD', const: 1 }];
}

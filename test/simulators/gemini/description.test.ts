/** Holds the simulator against Google's own description of the API, where OPENAPI_DIR has it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/content.ts';
import { isList, REQUEST, type Shape } from './fields.ts';
import { outcomes } from './outcomes.ts';
import { ask, QUESTION } from './plain-client.ts';
import { GeminiSimulator } from './simulator.ts';

const file = join(process.env['OPENAPI_DIR'] ?? '', 'gemini-v1beta.json');
const atHand = process.env['OPENAPI_DIR'] !== undefined && existsSync(file);

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
}
interface Description {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

function read(): Description {
  return JSON.parse(readFileSync(file, 'utf8')); // Google's own file
}

/** Names that the description does not have become errors. */
function closed(description: Description): Description {
  for (const schema of Object.values(description.components.schemas))
    if (schema.properties) schema.additionalProperties = false;
  return description;
}

/** Follows references and lists down to the schema that has properties. */
function resolved(schema: Schema, description: Description): Schema {
  const inner = schema.allOf?.[0] ?? schema.items;
  if (schema.$ref)
    return resolved(description.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, description);
  return inner ? resolved(inner, description) : schema;
}

/** Every name our table has and the description lacks, and the other way round. */
function differences(
  shape: Shape,
  schema: Schema,
  at: { readonly description: Description; readonly path: string },
): readonly string[] {
  if (typeof shape === 'string') return [];
  if (isList(shape)) return differences(shape[0], schema, at);
  const { description, path } = at;
  const { properties = {} } = resolved(schema, description);
  const missing = Object.keys(properties).filter((name) => !Object.hasOwn(shape, name));
  return [
    ...missing.map((name) => `${path}.${name} is not in our table`),
    ...Object.entries(shape).flatMap(([name, field]) => {
      const inner = properties[name];
      if (!inner) return [`${path}.${name} is not in the description`];
      return typeof field === 'function' ? [] : differences(field, inner, { description, path: `${path}.${name}` });
    }),
  ];
}

/** Vertex alone streams arguments in pieces. */
const { partialArguments: _closed, partialArgumentsLeftOpen: _open, ...described } = outcomes;

describe.skipIf(!atHand)("Google's own description", () => {
  let gemini: GeminiSimulator;
  const ajv = new Ajv({ strict: false, validateFormats: false });
  beforeAll(async () => {
    gemini = await GeminiSimulator.start();
    ajv.addSchema(closed(read()), 'gemini');
  });
  afterAll(() => gemini.stop());

  it('has the names our table has, and no others', () => {
    const description = read();
    const request = description.components.schemas['GenerateContentRequest'] ?? {};
    expect(differences(REQUEST, request, { description, path: 'request' })).toEqual([]);
  });

  it.each(['gemini-3.8-flash', 'gemini-2.5-flash'])('allows every event of every outcome on %s', async (model) => {
    const request: JsonObject = {
      ...QUESTION,
      tools: [{ googleSearch: {} }],
      generationConfig: { thinkingConfig: { includeThoughts: true } },
    };
    for (const [name, answer] of Object.entries(described)) {
      gemini.next(answer());
      const { chunks } = await ask(gemini, request, { model });
      expect(chunks.length).toBeGreaterThan(0);
      for (const chunk of chunks) {
        ajv.validate('gemini#/components/schemas/GenerateContentResponse', chunk);
        expect({ name, errors: ajv.errors }).toEqual({ name, errors: null });
      }
    }
  });
});

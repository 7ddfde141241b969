/**
 * Google's own description of the API (revision 2026-04-13), where `OPENAPI_DIR` has it: which faults it finds in a body.
 * The client sends no name that is newer; one that is would be listed here.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import * as formats from 'ajv-formats';

type Schema = Record<string, unknown>;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Closes every object that lists its properties, so that an unknown name is a fault, as it is for the service. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (!isObject(schema)) return schema;
  const closed: Schema = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, close(value)]));
  return isObject(closed['properties']) ? { ...closed, additionalProperties: false } : closed;
}

const directory = process.env['OPENAPI_DIR'];

/** Whether the description is here to hold a body against. */
export const isDescribed = directory !== undefined;

/** The faults that the description finds in a request body. */
export function faultsOf(body: object): readonly string[] {
  const description: unknown = JSON.parse(readFileSync(path.join(directory ?? '', 'gemini-v1beta.json'), 'utf8'));
  const components = isObject(description) && isObject(description['components']) ? description['components'] : {};
  const schemas = isObject(components['schemas']) ? components['schemas'] : {};
  const closed = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema)]));
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  formats.default.default(ajv);
  const validate = ajv.compile({
    $ref: '#/components/schemas/GenerateContentRequest',
    components: { schemas: closed },
  });
  // The model is a field of the message that travels in the path.
  if (validate({ model: 'models/x', ...body })) return [];
  return (validate.errors ?? []).map((each) => `${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`);
}

/**
 * What a relay of the new-api family passes on: it reads a request into a typed struct and writes it anew, so that names it
 * does not know, names in snake_case and empty texts are gone without a word. Only `tools` go through as they are.
 */
import type { JsonObject, JsonValue } from '../../../src/core/content.ts';
import { isList, isObject, REQUEST, type Shape } from './fields.ts';

const DROPPED = new Set([
  'serviceTier',
  'store',
  'toolCall',
  'toolResponse',
  'partMetadata',
  'includeServerSideToolInvocations',
]);

export function relayed(body: JsonObject): JsonObject {
  const kept = pruned(body, REQUEST);
  const tools = body['tools'];
  return { ...(isObject(kept) ? kept : {}), ...(tools !== undefined && { tools }) };
}

function pruned(value: JsonValue, shape: Shape): JsonValue {
  if (shape === 'free' || shape === 'scalar') return value;
  if (isList(shape)) return Array.isArray(value) ? value.map((each: JsonValue) => pruned(each, shape[0])) : value;
  if (!isObject(value)) return value;
  const call = 'args' in shape && 'name' in shape;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, JsonValue][] => {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (field === undefined || DROPPED.has(name) || (call && name === 'id') || (name === 'text' && inner === ''))
      return [];
    return [[name, pruned(inner, typeof field === 'function' ? field() : field)]];
  });
  return Object.fromEntries(entries);
}

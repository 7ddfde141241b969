/** Data that was well-formed and has been changed: what a fuzz test hands to every edge. */
import * as fc from 'fast-check';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -1,
    1e308,
    '',
    ' ',
    '\u0000',
    '\u202e',
    '__proto__',
    '9'.repeat(400),
    [],
    {},
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  // What comes out of it is JSON, whatever its type says.
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

/** One place of the value is replaced, left out or doubled, up to four times. */
export function mutated(value: unknown): fc.Arbitrary<Json> {
  // Recordings and records are JSON.
  const json = JSON.parse(JSON.stringify(value)) as Json;
  const change = fc.record({ path: fc.array(fc.nat(30), { maxLength: 6 }), how: fc.nat(2), by: odd });
  return fc.array(change, { maxLength: 4 }).map((changes) => changes.reduce(changed, json));
}

interface Change {
  readonly path: readonly number[];
  readonly how: number;
  readonly by: Json;
}

function changed(value: Json, { path, how, by }: Change): Json {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return by;
  if (isList(value)) {
    if (value.length === 0) return [by];
    const at = step % value.length;
    if (rest.length === 0 && how === 0) return value.filter((_, index) => index !== at);
    if (rest.length === 0 && how === 1) return [...value, ...value];
    return value.map((each, index) => (index === at ? changed(each, { path: rest, how, by }) : each));
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return { odd: by };
  const key = keys[step % keys.length] ?? '';
  if (rest.length === 0 && how === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: changed(value[key] ?? null, { path: rest, how, by }) };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

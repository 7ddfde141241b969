/** Objects as Slack sends them: nothing in them is known before it is checked. */

/** A JSON object as it came; each field is checked before it is used. */
export type Fields = Readonly<Record<string, unknown>>;

/** What came as an object; nothing where it is none. */
export function fieldsOf(value: unknown): Fields {
  // An object's fields are checked one by one when they are used.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** What came as a list of objects. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A field that is a text with something in it. */
export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

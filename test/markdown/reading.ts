/** Counts the work that code does on strings: the characters that string methods and patterns are given to look at. */

type Method = (this: unknown, ...args: readonly unknown[]) => unknown;

/** What a method looks at, or the most it may: everything from where it begins to where it could end. */
const LOOKS_AT: Readonly<Record<string, (text: string, args: readonly unknown[]) => number>> = {
  charAt: () => 1,
  charCodeAt: () => 1,
  codePointAt: () => 1,
  indexOf: (text, [, from = 0]) => text.length - Number(from),
  lastIndexOf: (text, [, from = text.length]) => Number(from),
  includes: (text, [, from = 0]) => text.length - Number(from),
  startsWith: (_, [start]) => String(start).length,
  endsWith: (_, [end]) => String(end).length,
  trim: (text) => text.length,
  split: (text) => text.length,
  search: (text) => text.length,
  replace: (text) => text.length,
};

/**
 * How many characters the work looks at. Patterns count all the text from where they begin, though one that must stand there
 * stops early; an index in brackets cannot be watched and counts nothing.
 */
export function charactersReadBy(work: () => void): number {
  let count = 0;
  const restore = Object.entries(LOOKS_AT).map(([name, looksAt]) =>
    watch(String.prototype, name, (text, args) => {
      count += looksAt(String(text), args);
    }),
  );
  const restoreExec = watch(RegExp.prototype, 'exec', (pattern, [text]) => {
    // `exec` is called on patterns alone.
    const { global, sticky, lastIndex } = pattern as RegExp;
    count += String(text).length - (global || sticky ? lastIndex : 0);
  });
  try {
    work();
  } finally {
    for (const end of [...restore, restoreExec]) end();
  }
  return count;
}

/** Tells each call of a method until the returned function is called. */
function watch(on: object, name: string, tell: (self: unknown, args: readonly unknown[]) => void): () => void {
  // Every name is that of a method.
  const original = Reflect.get(on, name) as Method;
  const define = (value: Method): boolean =>
    Reflect.defineProperty(on, name, { value, configurable: true, writable: true });
  define(function (this: unknown, ...args: readonly unknown[]) {
    tell(this, args);
    return Reflect.apply(original, this, args);
  });
  return () => define(original);
}

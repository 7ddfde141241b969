/** A file that is too large for where it is shown, as several that are not. */
import type { CommandFile } from '../core/reply.ts';

/** Cut between lines or, where one is too long by itself, between characters; together they are the file. */
export function partsOf(file: CommandFile, maxBytes: number): readonly CommandFile[] {
  if (Buffer.byteLength(file.text) <= maxBytes) return [file];
  const texts: string[] = [];
  let text = '';
  let bytes = 0;
  for (const piece of piecesOf(file.text, maxBytes)) {
    const more = Buffer.byteLength(piece);
    if (bytes + more > maxBytes) {
      texts.push(text);
      text = '';
      bytes = 0;
    }
    text += piece;
    bytes += more;
  }
  texts.push(text);
  const [, stem = file.name, ending = ''] = /^(.*?)(\.[^.]*)?$/su.exec(file.name) ?? [];
  return texts.map((each, at) => ({ ...file, name: `${stem}-${at + 1}${ending}`, text: each }));
}

/** Lines, and of longer ones runs of characters; a character has four bytes at most. */
function* piecesOf(text: string, maxBytes: number): Generator<string> {
  for (const [line] of text.matchAll(/[^\n]*\n|[^\n]+$/gu)) {
    if (Buffer.byteLength(line) <= maxBytes) yield line;
    else {
      const signs = Array.from(line);
      const step = Math.max(1, Math.floor(maxBytes / 4));
      for (let at = 0; at < signs.length; at += step) yield signs.slice(at, at + step).join('');
    }
  }
}

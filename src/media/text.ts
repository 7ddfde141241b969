/** Text files: read in their encoding, told from what is no text, and quoted for the model as data. */
import { fenced } from '../core/conversation.ts';

/** Tab, line ends, form feed, and the escape that colours a terminal's output. No text has other characters below a space. */
const CONTROLS_OF_TEXT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

/** Of a page of the web only the beginning is looked at. */
const PAGE_HEAD_CHARACTERS = 1024;
const PAGE = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*){0,4}<(?:!doctype\s+html|html|head|body)\b/i;

/** The text of these bytes: UTF-16 where a byte order mark says so, else UTF-8, else Latin-1. Undefined when they are no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : '';
  if (wide !== '') {
    const text = decoded(bytes, wide);
    return text?.includes('\0') === true ? undefined : text;
  }
  if (bytes.some((byte) => byte < 0x20 && !CONTROLS_OF_TEXT.has(byte))) return undefined;
  return decoded(bytes, 'utf-8') ?? decoded(bytes, 'latin1');
}

/** Whether it begins as a page of the web does. */
export function isPage(text: string): boolean {
  return PAGE.test(text.slice(0, PAGE_HEAD_CHARACTERS));
}

/**
 * A text file as the model reads it: its name, and its text in a fence that nothing within can close.
 * @param maxCharacters UTF-16 units; what is beyond is cut off, and said to be.
 */
export function quoted(name: string, text: string, maxCharacters: number): string {
  const isCut = text.length > maxCharacters;
  const shown = isCut ? wellCut(text, maxCharacters) : text;
  const language = /\.(\w{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const note = isCut ? `[The file goes on: only its first ${shown.length} of ${text.length} characters are here.]` : '';
  return `File ${name}:${fenced(shown, language)}${note}`.trimEnd();
}

/** Cut so that no character is left in halves. */
function wellCut(text: string, end: number): string {
  const isBetween = /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(end - 1, end + 1));
  return text.slice(0, isBetween ? end - 1 : end);
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

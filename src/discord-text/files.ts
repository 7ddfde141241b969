/** What comes as files beside an answer: its pictures, long code and large tables, and an answer too long for messages. */
import type { InlineData } from '../core/content.ts';
import { pictureKindOf } from '../core/reply.ts';
import { codePoints, csvOf, isRule, tableOf } from '../markdown/tables.ts';
import { blocksOf } from './blocks.ts';
import { PAGE } from './format.ts';
import { cellShown } from './line.ts';
import { isWide } from './records.ts';

export interface PostFile {
  readonly name: string;
  readonly contentType: string;
  readonly data: Buffer;
}

/**
 * Files of one message, bytes of one file on a server without boosts, and bytes of one request.
 * @see https://docs.discord.com/developers/reference#uploading-files
 */
const MAX_FILES = 10;
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_REQUEST_BYTES = 25 * 1024 * 1024;

/** What a request holds beside the files, generously. */
const REST_OF_REQUEST_BYTES = 64 * 1024;

/** Code that fills more messages than these also comes as a file. */
const MAX_CODE_POSTS = 3;
/** Rows of a wide table, which is shown as records; one with more also comes as a file. */
const MAX_RECORDS = 20;

/** Endings of files by the names that models give languages; no other name gets into a file's. */
const ENDINGS: ReadonlyMap<string, string> = new Map(
  `py py python py js js javascript js mjs mjs ts ts typescript ts tsx tsx jsx jsx html html css css scss scss json json
  yaml yaml yml yaml toml toml xml xml svg svg sql sql sh sh bash sh shell sh zsh sh fish fish powershell ps1 ps1 ps1 bat bat
  c c h h cpp cpp c++ cpp cc cpp hpp hpp cs cs csharp cs c# cs java java kotlin kt kt kt scala scala swift swift go go
  golang go rust rs rs rs ruby rb rb rb php php perl pl lua lua r r julia jl haskell hs hs hs elixir ex ex ex erlang erl
  clojure clj dart dart zig zig nim nim ocaml ml fsharp fs f# fs vb vb pascal pas fortran f90 matlab m asm asm latex tex
  tex tex markdown md md md csv csv diff diff patch diff ini ini dockerfile dockerfile makefile mk make mk vue vue
  svelte svelte graphql graphql proto proto terraform tf hcl hcl solidity sol groovy groovy`
    .split(/\s+/u)
    .flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1] ?? ''] as const] : [])),
);

/** The answer as the model wrote it. */
export function wholeAnswer(text: string): PostFile {
  return textFile('answer.md', 'text/markdown', text);
}

/** Code and tables of the text that are too long to be used out of messages, as files of their own. */
export function filesWithin(text: string): readonly PostFile[] {
  const codes: PostFile[] = [];
  const tables: PostFile[] = [];
  for (const { kind, lines } of blocksOf(text, isRule)) {
    const code = kind === 'code' ? codeIn(lines) : undefined;
    if (code !== undefined) codes.push(textFile(`code-${codes.length + 1}.${code.ending}`, 'text/plain', code.text));
    const table = kind === 'table' ? spreadsheetOf(lines) : undefined;
    if (table !== undefined) tables.push(textFile(`table-${tables.length + 1}.csv`, 'text/csv', table));
  }
  return [...codes, ...tables].slice(0, MAX_FILES - 1);
}

function codeIn([first = '', ...rest]: readonly string[]):
  | { readonly ending: string; readonly text: string }
  | undefined {
  const {
    indent = '',
    marks = '',
    info = '',
  } = /^(?<indent>\s*)(?<marks>`+|~+)(?<info>.*)$/u.exec(first)?.groups ?? {};
  const isClosed = rest.at(-1)?.trim().startsWith(marks) === true;
  const lines = isClosed ? rest.slice(0, -1) : rest;
  const text = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('\n');
  if (codePoints(text) <= MAX_CODE_POSTS * PAGE.max) return undefined;
  const [language = ''] = info
    .trim()
    .toLowerCase()
    .split(/[\s{:,]/u, 1);
  return { ending: ENDINGS.get(language) ?? 'txt', text: `${text}\n` };
}

/** A long table that is too wide to be shown aligned, in the form that spreadsheets read. */
function spreadsheetOf(lines: readonly string[]): string | undefined {
  const table = tableOf(lines);
  if (table.rows.length - 1 <= MAX_RECORDS || !isWide(table)) return undefined;
  return csvOf(table.rows.map((row) => row.map((cell) => cellShown(cell.replaceAll('\\|', '|')))));
}

function textFile(name: string, type: string, text: string): PostFile {
  return { name, contentType: `${type}; charset=utf-8`, data: Buffer.from(text) };
}

/** The pictures of a reply that Discord takes. */
/** @param maxFileBytes Of one file; those that are larger are left out. */
export function picturesOf(images: readonly InlineData[], maxFileBytes = MAX_FILE_BYTES): readonly PostFile[] {
  const most = Math.min(maxFileBytes, MAX_REQUEST_BYTES - REST_OF_REQUEST_BYTES);
  const shown = images.flatMap((image) => {
    const kind = pictureKindOf(image);
    const data = Buffer.from(image.data, 'base64');
    return kind === undefined || data.length > most ? [] : [{ kind, data }];
  });
  return shown.map(({ kind, data }, at) => ({ name: `picture-${at + 1}.${kind}`, contentType: `image/${kind}`, data }));
}

/** As few messages as hold the files, in order. */
export function filePagesOf(files: readonly PostFile[]): readonly (readonly PostFile[])[] {
  const pages: PostFile[][] = [];
  let room = 0;
  for (const file of files) {
    const page = pages.at(-1);
    room -= file.data.length;
    if (page !== undefined && page.length < MAX_FILES && room >= 0) page.push(file);
    else {
      pages.push([file]);
      room = MAX_REQUEST_BYTES - REST_OF_REQUEST_BYTES - file.data.length;
    }
  }
  return pages;
}

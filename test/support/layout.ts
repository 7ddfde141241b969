/** Makes docs/layout.md from the first sentence of every source file's header; `npm run layout` writes it, a test compares it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const LAYOUT = join(ROOT, 'docs/layout.md');

export interface SourceFile {
  /** Below the project, with slashes. */
  readonly path: string;
  /** Below src: `core`, `reply`, …; `.` for main.ts and app.ts. */
  readonly room: string;
  readonly text: string;
}

/** Every TypeScript file below a folder of the project, sorted by path. */
export function filesBelow(folder: string): readonly SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => ({
      path,
      room: path.split('/').slice(1, -1).join('/') || '.',
      text: readFileSync(join(ROOT, path), 'utf8'),
    }));
}

/** The first sentence of a file's opening comment, or nothing when it has none. */
export function headerOf(text: string): string | undefined {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
  const words = comment
    ?.replace(/^\s*\* ?/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words === undefined ? undefined : (/^.*?\.(?=\s|$)/.exec(words)?.[0] ?? words);
}

export function layout(): string {
  const rooms = Map.groupBy(filesBelow('src'), (file) => file.room);
  const lines = ['# Layout', '', 'Made by `npm run layout` from the first sentence of each file. Do not edit.', ''];
  for (const room of [...rooms.keys()].sort()) {
    lines.push(`## ${room === '.' ? 'src' : `src/${room}`}`, '', '| file | what it is |', '| --- | --- |');
    for (const file of rooms.get(room) ?? [])
      lines.push(`| ${file.path.split('/').at(-1)} | ${(headerOf(file.text) ?? '').replaceAll('|', '\\|')} |`);
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(LAYOUT, layout());

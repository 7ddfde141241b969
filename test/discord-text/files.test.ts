/** What comes as files beside an answer: the whole of a long one, long code, large tables. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/reply.ts';
import { filesWithin } from '../../src/discord-text/files.ts';
import { pagesOf } from '../../src/discord-text/format.ts';
import { replyPagesOf, viewPages, withoutFiles } from '../../src/discord-text/pages.ts';
import { writing } from '../discord/stage.ts';
import { anyText } from '../markdown/documents.ts';

const DONE: Reply = { text: '', sources: [], ending: { kind: 'complete' } };
const LONG = Array.from({ length: 2000 }, (_, at) => `word${at}`).join(' ');
const sources = [{ number: 1, title: 'Sky', url: 'https://sky.example/' }];
const filesOf = (text: string) => filesWithin(text).map(({ name, data }) => [name, data.toString()] as const);
const code = (lines: number) => Array.from({ length: lines }, (_, at) => `print(${at}) # some code to read`).join('\n');

describe('an answer of more messages than it may fill', () => {
  const shown = replyPagesOf({ ...DONE, text: LONG, sources }, 3);

  it('shows its first messages, its sources, and all of it as a file', () => {
    expect(shown.slice(0, 3).map(({ content }) => content)).toEqual(pagesOf(LONG).slice(0, 3));
    expect(shown[3]).toEqual({
      content: '**Sources**\n1. [Sky · sky.example](<https://sky.example/>)',
      files: [],
      buttons: [],
    });
    expect(shown[4]?.content).toBe('-# This answer is too long for messages. All of it is in answer.md.');
    expect(shown[4]?.files.map(({ name, data }) => [name, data.toString()])).toEqual([['answer.md', LONG]]);
    expect(shown).toHaveLength(5);
  });

  it('says so in the reader’s language', () => {
    expect(replyPagesOf({ ...DONE, text: LONG, language: 'pl' }, 3).at(-1)?.content).toBe(
      '-# Ta odpowiedź jest za długa na wiadomości. Całość jest w pliku answer.md.',
    );
  });

  it('shows no more messages while it is written than in the end', () => {
    const pages = viewPages(3);
    for (let end = 100; end <= LONG.length; end += 500)
      expect(pages(writing(LONG.slice(0, end))).length).toBeLessThanOrEqual(3);
    expect(pages(writing(LONG))).toEqual(shown.slice(0, 3));
  });

  it('has all of it in messages where no file may be posted', () => {
    const pages = withoutFiles({ ...DONE, text: LONG });
    expect(pages.map(({ content }) => content)).toEqual(pagesOf(LONG));
    expect(pages.every(({ files }) => files.length === 0)).toBe(true);
  });

  it('has no file where it fits', () => {
    expect(replyPagesOf({ ...DONE, text: LONG }, pagesOf(LONG).length)).toHaveLength(pagesOf(LONG).length);
  });
});

describe('code', () => {
  it.each([
    ['python', 'code-1.py'],
    ['c++ title="x"', 'code-1.cpp'],
    ['TS', 'code-1.ts'],
    ['', 'code-1.txt'],
    ['../../etc/passwd', 'code-1.txt'],
    ['js\\"; filename=x', 'code-1.txt'],
  ])('of more than three messages comes as a file, named by its language: %s', (info, name) => {
    expect(filesOf(`Here:\n\n~~~${info}\n${code(300)}\n~~~\nDone.`)).toEqual([[name, `${code(300)}\n`]]);
  });

  it('stays in messages alone where it is short', () => {
    expect(filesOf(`\`\`\`py\n${code(100)}\n\`\`\``)).toEqual([]);
  });

  it('loses the indentation of its item, and may be cut off', () => {
    const indented = code(300).replace(/^/gmu, '  ');
    expect(filesOf(`- Here:\n  \`\`\`py\n${indented}`)).toEqual([['code-1.py', `${code(300)}\n`]]);
  });

  it('and tables are told of in one sentence, after the text and with the pictures', () => {
    const text = `\`\`\`py\n${code(300)}\n\`\`\``;
    const last = replyPagesOf({ ...DONE, text: `${text}\n\n${text}`, sources }, 24).at(-1);
    expect(last?.content).toBe('-# To keep or to use elsewhere: code-1.py, code-2.py.');
    expect(last?.files).toHaveLength(2);
  });
});

describe('a table of many wide rows', () => {
  const row = (cell: string) => `| ${cell} | ${'wide '.repeat(15)} |\n`;
  const table = (...cells: readonly string[]) =>
    `| a | b |\n|---|---|\n${[...cells, ...Array(20).fill('x')].map(row).join('')}`;

  it('comes as a file for spreadsheets, in which no cell is a formula or breaks out of its quotes', () => {
    const [[name, text] = ['', '']] = filesOf(table('**1**, "2"', '=1+1', '-3.5', '+cmd\\|x', '@a', '`x\\|y`'));
    expect(name).toBe('table-1.csv');
    expect(text.startsWith('\ufeff"a","b"\r\n')).toBe(true);
    const cells = text.split('\r\n').map((line) => line.split(',"wide')[0]);
    expect(cells.slice(1, 7)).toEqual(['"1, ""2"""', '"\'=1+1"', '"-3.5"', '"\'+cmd|x"', '"\'@a"', '"x|y"']);
  });

  it('stays in messages alone where it has few rows, or narrow ones', () => {
    expect(filesOf(table().split('\n').slice(0, 20).join('\n'))).toEqual([]);
    expect(filesOf(`| a | b |\n|---|---|\n${'| c | d |\n'.repeat(100)}`)).toEqual([]);
  });
});

describe('the file of any answer', () => {
  it('has a name of letters, digits and one dot, whatever the model wrote', () => {
    const info = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('py', 'c#', 'sh/../x', 'ts\\', '"a"'),
    );
    fc.assert(
      fc.property(anyText, info, (text, info) => {
        const names = filesOf(`${text}\n\n~~~~~${info.replaceAll('\n', '')}\n${code(300)}\n~~~~~`).map(
          ([name]) => name,
        );
        for (const name of names) expect(name).toMatch(/^(?:code|table)-\d+\.[a-z0-9]+$/u);
      }),
      { numRuns: 100 },
    );
  });
});

/** Tables beyond what Slack draws come as files for spreadsheets as well. */
import { describe, expect, it } from 'vitest';
import { tableFilesOf } from '../../src/slack-text/tables.ts';

const filesOf = (text: string) => tableFilesOf(text).map(({ name, data }) => [name, data.toString()] as const);
const table = (rows: number, cells = 2, cell = 'x'): string =>
  ['| a ', '|---', ...Array.from({ length: rows }, () => `| ${cell} `)]
    .map((each) => `${each.repeat(cells)}|`)
    .join('\n');

describe('a table', () => {
  it.each([
    ['of as many rows and columns as Slack draws', table(99, 20), 0],
    ['of one row more', table(100), 1],
    ['of one column more', table(1, 21), 1],
    ['of more characters', table(90, 2, 'x'.repeat(60)), 1],
    ['in code', `\`\`\`\n${table(200)}\n\`\`\``, 0],
    ['beside others', `${table(100)}\n\nand\n\n${table(3)}\n\nand\n\n${table(2, 30)}`, 2],
  ])('%s', (_, text, files) => {
    expect(filesOf(text).map(([name]) => name)).toEqual(['table-1.csv', 'table-2.csv'].slice(0, files));
  });

  it('is the whole of it, in which no cell is a formula or breaks out of its quotes', () => {
    const rows = ['| **1**, "2" | `x` |', '| =1+1 | -3.5 |', '| +cmd\\|x | @a |', ...Array(100).fill('| b | c |')];
    const [[, text] = ['', '']] = filesOf(`First:\n\n| a | b |\n|---|---|\n${rows.join('\n')}\n\nEnd.`);
    expect(text.split('\r\n').slice(0, 5)).toEqual([
      '\ufeff"a","b"',
      '"1, ""2""","x"',
      '"\'=1+1","-3.5"',
      '"\'+cmd|x","\'@a"',
      '"b","c"',
    ]);
    expect(text.trim().split('\r\n')).toHaveLength(104);
  });
});

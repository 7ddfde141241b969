/** The messages of a reply: pages with what stands under them, marks of sources, and texts for notifications. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply, Source } from '../../src/core/reply.ts';
import { Draft } from '../../src/reply/draft.ts';
import { answerOf, formOf, sentenceOf } from '../../src/slack-text/answers.ts';
import { PAGE, STREAMED_PAGE } from '../../src/slack-text/format.ts';
import {
  contentOf,
  finalPagesOf,
  noticePage,
  plainContentOf,
  settledPages,
  viewPages,
} from '../../src/slack-text/pages.ts';
import { document, piecesOf } from '../markdown/documents.ts';
import { faultOf } from '../simulators/slack/markup/blocks.ts';
import { mentionsIn } from '../simulators/slack/markup/mentions.ts';
import { ASSUMPTIONS } from '../simulators/slack/state/assumptions.ts';
import { hostile, tokensIn } from './tokens.ts';

const SKY: Source = { number: 1, title: 'Sky', url: 'https://sky.example/blue' };
const reply = (change: Partial<Reply>): Reply => ({ text: '', sources: [], ending: { kind: 'complete' }, ...change });

describe('the pages of a finished reply', () => {
  it('are the text with the foot under the last one', () => {
    const pages = finalPagesOf(reply({ text: 'Blue.', sources: [SKY], notice: 'Cut.' }), PAGE);
    expect(pages).toEqual([
      { markdown: 'Blue.', foot: ['*Sources*\n1. <https://sky.example/blue|Sky · sky.example>', 'Cut.'] },
    ]);
  });

  it('have marks that link to their sources', () => {
    const marks = [{ at: 5, sources: [1] }];
    const [page] = finalPagesOf(reply({ text: 'Blue. Mostly.', sources: [SKY], marks }), PAGE);
    expect(page?.markdown).toBe('Blue. [1](https://sky.example/blue) Mostly.');
  });

  it('have numbers for marks where links would not fit, and none where those would not either', () => {
    const far = { ...SKY, url: `https://sky.example/${'a'.repeat(1400)}` };
    const text = 'b'.repeat(10_900);
    const pages = finalPagesOf(reply({ text, sources: [far], marks: [{ at: 10_900, sources: [1] }] }), PAGE);
    expect(pages[0]?.markdown).toBe(`${text} [1]`);
  });

  it('are none for nothing, and one for a notice alone', () => {
    expect(finalPagesOf(reply({}), PAGE)).toEqual([]);
    expect(finalPagesOf(reply({ notice: 'Nothing came.' }), PAGE)).toEqual([noticePage('Nothing came.')]);
  });

  it('hold no more than Slack takes, and nothing that it reads', () => {
    const source = fc.record({ title: hostile, url: fc.oneof(fc.webUrl(), hostile) });
    const any = fc.record({ text: hostile, sources: fc.array(source, { maxLength: 60 }), notice: hostile });
    fc.assert(
      fc.property(any, ({ text, sources, notice }) => {
        const numbered = sources.map((each, at) => ({ ...each, number: at + 1 }));
        for (const page of finalPagesOf(reply({ text, sources: numbered, notice }), PAGE)) {
          const content = contentOf(page);
          expect(content.text.length).toBeLessThanOrEqual(4000);
          expect(page.markdown.length).toBeLessThanOrEqual(12_000);
          for (const line of page.foot) expect(line.length).toBeLessThanOrEqual(3000);
          expect(tokensIn(page.markdown)).toEqual([]);
          // Links of our own are the only ones.
          const own = page.foot.join('\n').replace(/<https?:\/\/[^<>|]*\|[^<>|]*>/gu, '');
          expect(tokensIn(own)).toEqual([]);
          if (page.markdown !== '') expect(tokensIn(content.text)).toEqual([]);
        }
      }),
    );
  });
});

describe('tables', () => {
  it('are within what Slack takes of them, whatever their size and what stands around', () => {
    const cell = fc.oneof(fc.constantFrom('x', '', '`a', '**b**', '\\\\|'), fc.string({ maxLength: 6 }));
    const size = fc.record({ rows: fc.integer({ min: 0, max: 130 }), columns: fc.integer({ min: 1, max: 24 }), cell });
    const around = fc.constantFrom('', 'text\n', 'a | b\n', '- item\n', '> quote\n', '\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(around, size), { maxLength: 3 }), (parts) => {
        const tables = parts.map(([before, { rows, columns, cell }]) => {
          const row = `| ${cell.replaceAll('\n', ' ')} `.repeat(columns);
          return `${before}${row}|\n${'|---'.repeat(columns)}|\n${`${row}|\n`.repeat(rows)}`;
        });
        for (const page of finalPagesOf(reply({ text: tables.join('\n') }), PAGE))
          expect(faultOf(contentOf(page).blocks)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});

describe('whatever the model writes', () => {
  const reading = { parsing: 'none', users: [], assumptions: ASSUMPTIONS } as const;
  const named = ({ text, blocks }: ReturnType<typeof contentOf>) =>
    mentionsIn({ text, blocks: blocks.map((block) => ({ ...block })), attachments: [] }, reading);

  it('names nobody: not in Markdown, in what a stream is sent, in small print, in text, nor as it is written', () => {
    const any = fc.record({ text: hostile, title: hostile, notice: hostile });
    fc.assert(
      fc.property(any, ({ text, title, notice }) => {
        const sources = [{ ...SKY, title }];
        const view = { text, exact: text, settled: text, status: 'writing' } as const;
        const final = finalPagesOf(reply({ text, sources, notice, footer: notice }), PAGE, { unshown: 1 });
        for (const page of [...final, ...viewPages(PAGE)(view), ...settledPages(view, STREAMED_PAGE)])
          expect([...named(contentOf(page)), ...named(plainContentOf(page))]).toEqual([]);
      }),
    );
  });

  it('names nobody at any step of a stream, nor where pages part in the middle of it', () => {
    const max = fc.integer({ min: 100, max: 300 });
    fc.assert(
      fc.property(piecesOf(hostile), max, (pieces, length) => {
        const limit = { ...PAGE, max: length };
        const [draft, viewed] = [new Draft(), viewPages(limit)];
        for (const piece of pieces) {
          draft.add({ kind: 'text', text: piece });
          const view = draft.view();
          // What is appended to a stream is read together with all that it shows already.
          for (const page of [...viewed(view), ...settledPages(view, limit), ...finalPagesOf(reply(view), limit)])
            expect([...named(contentOf(page)), ...named(plainContentOf(page))]).toEqual([]);
        }
      }),
    );
  });

  it('names nobody in the words of others that a command answers with, nor in what a form or a tab shows', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, label) => {
        const menus = (['list', 'buttons'] as const).map((style) => ({
          style,
          label,
          items: [{ label, values: { value: text } }],
        }));
        const shown = answerOf('settings', { text, menus });
        expect([...named(shown), ...named(sentenceOf(text))]).toEqual([]);
        expect(named({ text: '', blocks: [formOf(shown, { title: label, metadata: '' })] })).toEqual([]);
      }),
    );
  });
});

describe('the pages of a view', () => {
  it('are those of the finished reply, but for the last', () => {
    const text = Array.from({ length: 4000 }, (_, at) => `w${at}`).join(' ');
    const pages = viewPages(PAGE)({ text, exact: text, settled: text, status: 'writing' });
    expect(pages.length).toBeGreaterThan(1);
    expect(finalPagesOf(reply({ text }), PAGE)).toEqual(pages);
  });

  it('that are settled begin each as those of every later view do', () => {
    fc.assert(
      fc.property(piecesOf(document), (pieces) => {
        const draft = new Draft();
        let before: readonly string[] = [];
        for (const piece of pieces) {
          draft.add({ kind: 'text', text: piece });
          const now = settledPages(draft.view(), STREAMED_PAGE).map(({ markdown }) => markdown);
          // What was sent of a page that then turned out to be full may be more than the page.
          const open = now.length === before.length ? before : before.slice(0, -1);
          for (const [at, page] of open.entries()) expect(now[at]?.startsWith(page.trimEnd())).toBe(true);
          before = now;
        }
      }),
      { numRuns: 120 },
    );
  });
});

describe('the text beside the blocks', () => {
  it('is escaped once and holds at most what an edit takes', () => {
    expect(contentOf({ markdown: 'a &lt; b & c', foot: [] }).text).toBe('a &lt; b &amp; c');
    const { text } = contentOf({ markdown: '&lt;'.repeat(2500), foot: [] });
    expect(text.length).toBeLessThanOrEqual(3900);
    expect(text).toMatch(/^(?:&lt;)+$/u);
  });
});

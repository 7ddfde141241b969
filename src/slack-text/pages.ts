/** What each message of a reply holds: a page of its text, what stands under it, and the blocks that Slack is given for both. */
import type { DraftView, Offer, Reply } from '../core/reply.ts';
import { type PageLimit, Pager, pagesOf } from '../markdown/paginate.ts';
import { formsOfMarks, marksByPage, withMarks } from '../sources/marks.ts';
import { offerBlocks } from './answers.ts';
import { escaped, hrefOf } from './escape.ts';
import { type Beside, footOf, noticeOf } from './foot.ts';
import { format, steady } from './format.ts';

/** All that one message shows. */
export interface Page {
  /** As the markdown block has it; empty where only the foot stands. */
  readonly markdown: string;
  /** Texts of a context block, in mrkdwn. */
  readonly foot: readonly string[];
  /** What can be done with the answer: buttons, under its last message alone. */
  readonly offer?: Offer;
}

/** Characters of Markdown that Slack takes in one message. @see https://docs.slack.dev/reference/block-kit/blocks/markdown-block */
const MAX_MARKDOWN = 12_000;

/** Characters of the text beside the blocks, which notifications show: an edit takes 4000. @see https://docs.slack.dev/reference/methods/chat.update */
const MAX_TEXT = 3900;

/** The pages of an answer while it is written, made of its views in the order in which they come: each with nothing left open. */
export function viewPages(limit: PageLimit): (view: DraftView) => readonly Page[] {
  const pager = new Pager(limit, (markdown) => {
    const shown = shownOf(markdown);
    return shown === '' ? undefined : { markdown: shown, foot: [] };
  });
  return ({ exact }) => pager.pages(exact);
}

/** The pages of an answer that can be sent for good: those of later views begin with them. The last one may have code open. */
export function settledPages({ settled }: DraftView, limit: PageLimit): readonly Page[] {
  const pages = pagesOf(settled, limit);
  return pages
    .map(({ before, body, after }, at) =>
      at === pages.length - 1 ? steady(before + body).trimEnd() : shownOf(before + body + after),
    )
    .filter((markdown) => markdown !== '')
    .map((markdown) => ({ markdown, foot: [] }));
}

/** The pages of a finished reply; the foot goes under the last one, and tells of what stands beside the text. */
export function finalPagesOf(reply: Reply, limit: PageLimit, beside: Beside = {}): readonly Page[] {
  const pages = markedPagesOf(reply, limit);
  const foot = footOf(reply, beside);
  const last = pages.at(-1) ?? '';
  const { offer } = reply;
  const under = last === '' && foot.length === 0 ? [] : [{ markdown: last, foot, ...(offer && { offer }) }];
  return [...pages.slice(0, -1).map((markdown) => ({ markdown, foot: [] })), ...under];
}

/** A page that says one sentence of the bot's own. */
export function noticePage(notice: string): Page {
  return { markdown: '', foot: [noticeOf(notice)] };
}

/** The blocks of all that stands under a page. */
export function blocksBelow(page: Page): readonly object[] {
  return [...footBlocks(page), ...offerBlocks(page.offer)];
}

function footBlocks({ foot }: Page): readonly object[] {
  const elements = foot.map((text) => ({ type: 'mrkdwn', text, verbatim: true }));
  return elements.length === 0 ? [] : [{ type: 'context', elements }];
}

/** What a post or an edit says, so that the message shows the page and nothing else. */
export function contentOf(page: Page): { readonly text: string; readonly blocks: readonly object[] } {
  const { markdown } = page;
  const shown = markdown === '' ? [] : [{ type: 'markdown', text: markdown }];
  return { text: textOf(page), blocks: [...shown, ...blocksBelow(page)] };
}

/** Characters of one text of a section. @see https://docs.slack.dev/reference/block-kit/blocks/section-block */
const MAX_SECTION = 3000;

/** The same where Slack does not take the Markdown: as it is written, in as many sections as that needs. */
export function plainContentOf(page: Page): { readonly text: string; readonly blocks: readonly object[] } {
  const signs = Array.from(unescaped(page.markdown));
  const sections: string[] = [];
  for (const sign of signs) {
    const [last = '', shown] = [sections.at(-1), escaped(sign)];
    if (sections.length > 0 && last.length + shown.length <= MAX_SECTION) sections[sections.length - 1] = last + shown;
    else sections.push(shown);
  }
  const shown = sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }));
  return { text: textOf(page), blocks: [...shown, ...footBlocks(page)] };
}

/** What is escaped for Markdown already must not be escaped twice. */
function unescaped(markdown: string): string {
  return markdown.replaceAll('&lt;', '<').replaceAll('&gt;', '>');
}

/** What notifications and readers without blocks are given: the beginning of the page, in which nothing can ping. */
function textOf({ markdown, foot }: Page): string {
  if (markdown === '') return foot.at(-1) ?? '';
  const text = unescaped(markdown);
  let end = Math.min(text.length, MAX_TEXT);
  while (escaped(text.slice(0, end)).length > MAX_TEXT)
    end -= Math.ceil((escaped(text.slice(0, end)).length - MAX_TEXT) / 5);
  return escaped(text.slice(0, end).toWellFormed());
}

/** What Slack shows of a page; white space at its end is nothing to see. */
function shownOf(markdown: string): string {
  return format(markdown).trimEnd();
}

/** Each page with as much of its marks as fits: as links, as numbers, or none. */
function markedPagesOf({ text, sources, marks = [] }: Reply, limit: PageLimit): readonly string[] {
  const pages = pagesOf(text, limit);
  const byPage = marksByPage(pages, marks);
  const forms = formsOfMarks(sources, hrefOf);
  return pages
    .map(({ before, body, after }, at) => {
      const own = byPage[at] ?? [];
      const shown = forms.map((show) => shownOf(before + withMarks(body, own, show) + after));
      const fitting = own.length === 0 ? undefined : shown.find((page) => page.length <= MAX_MARKDOWN);
      return fitting ?? shownOf(before + body + after);
    })
    .filter((page) => page !== '');
}

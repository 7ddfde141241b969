/** Markdown from the model to DOM that can do nothing but be read. */
// @ts-check
import { Marked } from '/marked.js';
import DOMPurify from '/purify.js';

const ALLOWED = {
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_TAGS: (
    'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr input li ol p pre strong sup ' + 'table tbody td th thead tr ul'
  ).split(' '),
  ALLOWED_ATTR: ['href', 'align', 'start', 'type', 'checked', 'disabled', 'class'],
  ALLOWED_URI_REGEXP: /^(https?|mailto):/i,
  // DOMPurify holds every other attribute to the pattern above.
  ADD_URI_SAFE_ATTR: ['align', 'start', 'type'],
};

/** What a mark begins with in the text that is parsed. No answer can hold it, because no two pages have the same. */
const MARK = `\ue000${crypto.randomUUID()}:`;
const MARK_TOKEN = new RegExp(`^ ${MARK}([\\d,]+)\\ue001`);

const marked = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'mark',
      level: 'inline',
      start: (text) => text.indexOf(` ${MARK}`),
      tokenizer(text) {
        const found = MARK_TOKEN.exec(text);
        return found === null ? undefined : { type: 'mark', raw: found[0], numbers: found[1]?.split(',') };
      },
      renderer: ({ numbers }) =>
        `<sup class="mark">${numbers.map((/** @type {string} */ number) => `<a>${number}</a>`).join('')}</sup>`,
    },
  ],
  renderer: {
    /** HTML is shown as the text it is; a line break is all that models need it for, in tables. */
    html({ text, block }) {
      if (/^<br\s*\/?>$/i.test(text)) return '<br>';
      return block ? `<p>${escape(text)}</p>` : escape(text);
    },
    /** A picture would tell its server that the answer is being read: with a link the reader decides. */
    image: ({ href, text }) => link(href, escape(text || href)),
    link({ href, tokens }) {
      return link(href, this.parser.parseInline(tokens));
    },
    code({ text, lang }) {
      const language = /^[\w+#.-]+/.exec(lang ?? '')?.[0] ?? '';
      return `<pre><code class="${escape(language)}">${escape(text)}\n</code></pre>`;
    },
  },
});

/** @type {WeakMap<Element, string[]>} What each block that stands in an element was made from. */
const standing = new WeakMap();

/**
 * Shows `text` in `element`, with its marks. Blocks that did not change stay as they are, so that a selection survives
 * and the next view of a long answer costs what its last block costs.
 * @param {Element} element
 * @param {string} text
 * @param {Pick<import('../surface.ts').TurnView, 'marks' | 'sources'>} turn
 */
export function showMarkdown(element, text, { marks = [], sources }) {
  try {
    const tokens = marked.lexer(withMarks(text, marks));
    // A link's definition may stand far below the link, whose own Markdown then looks unchanged.
    const links = JSON.stringify(tokens.links);
    const blocks = tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
    const madeFrom = blocks.map(
      ({ raw }) => raw.trimEnd() + links + (raw.includes(MARK) ? JSON.stringify(sources) : ''),
    );
    const before = standing.get(element) ?? [];
    const changed = madeFrom.findIndex((made, index) => made !== before[index]);
    const same = changed === -1 ? madeFrom.length : changed;
    const drawn = blocks.slice(same).map((token) => drawBlock(marked.parser([token]), sources));
    element.replaceChildren(...[...element.children].slice(0, same), ...drawn);
    standing.set(element, madeFrom);
  } catch {
    // The parser gives up where thousands of quotes are nested; the text itself can always be shown.
    standing.delete(element);
    element.textContent = text;
  }
}

/** An address that can be followed, or nothing. @param {string} address */
export function webAddressOf(address) {
  const url = URL.parse(address);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}

/**
 * @param {string} text
 * @param {NonNullable<import('../surface.ts').TurnView['marks']>} marks
 */
function withMarks(text, marks) {
  const pieces = marks.map(({ at, sources }, index) => {
    return `${text.slice(marks[index - 1]?.at ?? 0, at)} ${MARK}${sources.join(',')}\ue001`;
  });
  return pieces.join('') + text.slice(marks.at(-1)?.at ?? 0);
}

/**
 * @param {string} html
 * @param {import('../surface.ts').TurnView['sources']} sources
 */
function drawBlock(html, sources) {
  const block = document.createElement('div');
  block.className = 'block';
  block.append(DOMPurify.sanitize(html, ALLOWED));
  for (const anchor of block.querySelectorAll('a')) {
    if (anchor.matches('.mark > a')) lead(anchor, sources);
    anchor.target = '_blank';
    anchor.rel = 'noopener noreferrer';
  }
  for (const code of block.querySelectorAll('pre > code')) {
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'copy';
    copy.textContent = 'Copy';
    copy.ariaLabel = 'Copy this code';
    const label = document.createElement('span');
    label.className = 'language';
    label.textContent = code.className;
    code.before(label, copy);
  }
  return block;
}

/**
 * Has a mark lead to its source.
 * @param {HTMLAnchorElement} anchor
 * @param {import('../surface.ts').TurnView['sources']} sources
 */
function lead(anchor, sources) {
  const source = sources.find(({ number }) => `${number}` === anchor.textContent);
  if (source === undefined) return;
  const { title, url, site } = source;
  const address = webAddressOf(url);
  if (address !== undefined) anchor.href = address;
  anchor.title = site === undefined ? title : `${title} · ${site}`;
  anchor.ariaLabel = `Source ${source.number}: ${anchor.title}`;
}

/**
 * @param {string} href
 * @param {string} label HTML
 */
function link(href, label) {
  return ALLOWED.ALLOWED_URI_REGEXP.test(href) ? `<a href="${escape(href)}">${label}</a>` : label;
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

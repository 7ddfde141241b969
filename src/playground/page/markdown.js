/** Markdown from the model to DOM that can do nothing but be read. */
// @ts-check
import { Marked } from '/marked.js';
import DOMPurify from '/purify.js';

const ALLOWED = {
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_TAGS: (
    'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr input li ol p pre strong ' + 'table tbody td th thead tr ul'
  ).split(' '),
  ALLOWED_ATTR: ['href', 'align', 'start', 'type', 'checked', 'disabled', 'class'],
  ALLOWED_URI_REGEXP: /^(https?|mailto):/i,
  // DOMPurify holds every other attribute to the pattern above.
  ADD_URI_SAFE_ATTR: ['align', 'start', 'type'],
};

const marked = new Marked({
  gfm: true,
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
 * Shows `text` in `element`. Blocks that did not change stay as they are, so that a selection survives and the next
 * view of a long answer costs what its last block costs.
 * @param {Element} element
 * @param {string} text
 */
export function showMarkdown(element, text) {
  try {
    const tokens = marked.lexer(text);
    // A link's definition may stand far below the link, whose own Markdown then looks unchanged.
    const links = JSON.stringify(tokens.links);
    const blocks = tokens.filter((token) => token.type !== 'space' && token.type !== 'def');
    const madeFrom = blocks.map((token) => token.raw.trimEnd() + links);
    const before = standing.get(element) ?? [];
    const changed = madeFrom.findIndex((made, index) => made !== before[index]);
    const same = changed === -1 ? madeFrom.length : changed;
    const drawn = blocks.slice(same).map((token) => drawBlock(marked.parser([token])));
    element.replaceChildren(...[...element.children].slice(0, same), ...drawn);
    standing.set(element, madeFrom);
  } catch {
    // The parser gives up where thousands of quotes are nested; the text itself can always be shown.
    standing.delete(element);
    element.textContent = text;
  }
}

/** @param {string} html */
function drawBlock(html) {
  const block = document.createElement('div');
  block.className = 'block';
  block.append(DOMPurify.sanitize(html, ALLOWED));
  for (const anchor of block.querySelectorAll('a')) {
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

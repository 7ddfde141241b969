/** Draws the turns of a thread and the list of threads; changes only what changed. */
// @ts-check
import { showMarkdown } from './markdown.js';

/** @typedef {import('../surface.ts').TurnView} TurnView */

/** What a reader is told while no text stands. */
export const STATES = {
  waiting: 'Waiting for its turn',
  thinking: 'Thinking',
  searching: 'Searching the web',
  writing: 'Writing',
  done: 'The answer is complete',
};

/** @type {WeakMap<Element, TurnView>} */
const drawn = new WeakMap();

/**
 * @param {HTMLElement} list
 * @param {readonly TurnView[]} turns
 */
export function drawTurns(list, turns) {
  const known = new Map([...list.children].map((element) => [drawn.get(element)?.id, element]));
  const elements = turns.map((turn) => {
    const element = known.get(turn.id) ?? copyOf('turn-template');
    if (drawn.get(element) !== turn) drawTurn(element, turn);
    drawn.set(element, turn);
    return element;
  });
  const same = elements.length === list.children.length && elements.every((one, at) => one === list.children[at]);
  if (!same) list.replaceChildren(...elements);
}

/**
 * @param {Element} element
 * @param {TurnView} turn
 */
function drawTurn(element, turn) {
  element.setAttribute('data-state', turn.state);
  element.setAttribute('data-turn', turn.id);
  part(element, '.author').textContent = turn.author;
  part(element, '.author').hidden = turn.author === 'You';
  part(element, '.asked').textContent = turn.question;
  part(element, '.question').hidden = turn.question === '';
  part(element, '.status').hidden = turn.state === 'done';
  part(element, '.word').textContent = turn.text === '' ? `${turn.headline || STATES[turn.state]}…` : '';
  if (drawn.get(element)?.text !== turn.text) showMarkdown(part(element, '.text'), turn.text);
  drawPictures(part(element, '.pictures'), turn.pictures ?? []);
  // An answer that is written anew has not said yet what it rests on.
  part(element, '.sources').hidden = turn.sources.length === 0 || turn.state !== 'done';
  part(element, '.sources ol').replaceChildren(...turn.sources.map(drawSource));
  part(element, '.notice').hidden = turn.notice === undefined || turn.state !== 'done';
  part(element, '.notice-text').textContent = turn.notice ?? '';
  part(element, '.footer').hidden = turn.footer === undefined || turn.state !== 'done';
  part(element, '.footer').textContent = turn.footer ?? '';
  part(element, '.copy-answer').hidden = turn.state !== 'done' || turn.text === '';
}

/**
 * Pictures that stand stay as they are, so that they are not fetched again.
 * @param {HTMLElement} element
 * @param {readonly string[]} addresses
 */
function drawPictures(element, addresses) {
  element.hidden = addresses.length === 0;
  for (const [at, address] of addresses.entries()) {
    if (element.children[at]?.getAttribute('href') === address) continue;
    const anchor = document.createElement('a');
    Object.assign(anchor, { href: address, target: '_blank', rel: 'noopener' });
    const picture = document.createElement('img');
    Object.assign(picture, { loading: 'lazy', alt: `Picture ${at + 1}`, src: address });
    anchor.append(picture);
    if (element.children[at]) element.children[at].replaceWith(anchor);
    else element.append(anchor);
  }
  while (element.children.length > addresses.length) element.lastElementChild?.remove();
}

/** @param {TurnView['sources'][number]} source */
function drawSource(source) {
  const item = copyOf('source-template');
  const anchor = /** @type {HTMLAnchorElement} */ (part(item, 'a'));
  const url = URL.parse(source.url);
  if (url?.protocol === 'https:' || url?.protocol === 'http:') anchor.href = url.href;
  part(item, '.number').textContent = `${source.number}`;
  part(item, '.title').textContent = source.title;
  part(item, '.host').textContent = url?.host.replace(/^www\./, '') ?? '';
  return item;
}

/**
 * @param {HTMLElement} list
 * @param {readonly { id: string, title: string }[]} threads
 * @param {string} current
 */
export function drawThreads(list, threads, current) {
  // Items are used again in place, so that the keyboard's focus stays in the list.
  while (list.children.length > threads.length) list.lastElementChild?.remove();
  while (list.children.length < threads.length) list.append(copyOf('thread-template'));
  for (const [at, { id, title }] of threads.entries()) {
    const anchor = /** @type {HTMLAnchorElement} */ (list.children[at]?.firstElementChild);
    anchor.href = `#${id}`;
    anchor.textContent = title;
    anchor.title = title;
    anchor.ariaCurrent = id === current ? 'page' : null;
  }
}

/** The Markdown of the turn an element belongs to. @param {Element} inside */
export function markdownOf(inside) {
  const element = inside.closest('.turn');
  return (element && drawn.get(element)?.text) ?? '';
}

/**
 * The element the page is sure to have.
 * @param {ParentNode} inside
 * @param {string} selector
 */
export function part(inside, selector) {
  const found = inside.querySelector(selector);
  if (found instanceof HTMLElement) return found;
  throw new Error(`The page has no ${selector}`);
}

/** @param {string} id */
function copyOf(id) {
  const template = document.getElementById(id);
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  if (first === null) throw new Error(`The page has no #${id}`);
  return /** @type {HTMLElement} */ (first.cloneNode(true));
}

/** Draws the turns of a thread and the list of threads; changes only what changed. */
// @ts-check
import { showMarkdown, webAddressOf } from './markdown.js';

/** @typedef {import('../surface.ts').TurnView} TurnView */

/** What a reader is told while no text stands. */
const STATES = {
  waiting: 'Waiting for its turn',
  reading: 'Reading',
  thinking: 'Thinking',
  searching: 'Searching the web',
  running: 'Running code',
  writing: 'Writing',
  done: 'The answer is complete',
};

/** @param {TurnView} turn */
export function stateOf({ state, files = [] }) {
  return state === 'reading' ? `Reading ${files.length === 1 ? '1 file' : `${files.length} files`}` : STATES[state];
}

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
  part(element, '.asked').hidden = turn.question === '';
  part(element, '.question').hidden = turn.question === '' && turn.files === undefined;
  drawFiles(part(element, '.attached'), turn.files ?? []);
  part(element, '.status').hidden = turn.state === 'done';
  part(element, '.word').textContent =
    turn.text === '' || turn.state === 'running' ? `${turn.line || stateOf(turn)}…` : '';
  const { text, marks, sources } = restingOn(drawn.get(element)) ?? {};
  const rests = restingOn(turn);
  if (text !== turn.text || marks !== rests.marks || sources !== rests.sources)
    showMarkdown(part(element, '.text'), turn.text, rests);
  drawPictures(part(element, '.pictures'), turn.pictures ?? []);
  drawFoot(part(element, '.foot'), rests);
  part(element, '.notice').hidden = turn.notice === undefined || turn.state !== 'done';
  part(element, '.notice-text').textContent = turn.notice ?? '';
  part(element, '.footer').hidden = turn.footer === undefined || turn.state !== 'done';
  part(element, '.footer').textContent = turn.footer ?? '';
  part(element, '.copy-answer').hidden = turn.state !== 'done' || turn.text === '';
  drawActions(part(element, '.actions'), turn);
}

/** What each button is called where its words are a sign. */
const SIGNS = { good: 'Good answer', bad: 'Bad answer' };

/**
 * While an answer is written it can be stopped, and nothing else. Buttons that stand stay as they are, so that the focus does.
 * @param {HTMLElement} element
 * @param {TurnView} turn
 */
function drawActions(element, { actions = [], state }) {
  const shown = actions.filter(({ name }) => (name === 'stop') === (state !== 'done'));
  const same =
    shown.map(({ name }) => name).join() === [...element.children].map((one) => one.getAttribute('data-action')).join();
  if (same) return;
  element.replaceChildren(
    ...shown.map(({ name, label }) => {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', textContent: label });
      button.setAttribute('data-action', name);
      if (name === 'good' || name === 'bad') button.ariaLabel = SIGNS[name];
      return button;
    }),
  );
  element.hidden = shown.length === 0;
}

/** @type {TurnView['sources']} */
const NONE = [];

/**
 * The turn without what it rests on while it is written: an answer that is written anew has not said that yet.
 * @template {TurnView | undefined} T
 * @param {T} turn
 * @returns {T}
 */
function restingOn(turn) {
  if (turn === undefined || turn.state === 'done') return turn;
  const { marks, searches, quotes, ...rest } = turn;
  return /** @type {T} */ ({ ...rest, sources: NONE });
}

/** @param {HTMLElement} element @param {readonly string[]} names */
function drawFiles(element, names) {
  element.hidden = names.length === 0;
  element.replaceChildren(
    ...names.map((name) => Object.assign(document.createElement('li'), { className: 'file', textContent: name })),
  );
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

/**
 * Sources, then searches and quotes as far as there are any.
 * @param {HTMLElement} element
 * @param {TurnView} turn
 */
function drawFoot(element, { sources, searches = [], quotes = [] }) {
  const lists = {
    sources: sources.map(drawSource),
    searches: searches.map(drawSearch),
    quotes: quotes.map(drawQuote),
  };
  for (const [name, items] of Object.entries(lists)) {
    part(element, `.${name}`).hidden = items.length === 0;
    part(element, `.${name} ol`).replaceChildren(...items);
  }
  element.hidden = sources.length + searches.length + quotes.length === 0;
}

/** @param {TurnView['sources'][number]} source */
function drawSource(source) {
  const item = drawQuote(source);
  part(item, '.number').textContent = `${source.number}`;
  return item;
}

/** @param {TurnView['sources'][number]} source */
function drawQuote({ title, url, site = '' }) {
  const item = linkItem(title, url);
  part(item, '.site').textContent = site;
  return item;
}

/** @param {NonNullable<TurnView['searches']>[number]} search */
function drawSearch({ query, url }) {
  return linkItem(query, url);
}

/**
 * @param {string} title
 * @param {string} url
 */
function linkItem(title, url) {
  const item = copyOf('link-template');
  const address = webAddressOf(url);
  if (address !== undefined) part(item, 'a').setAttribute('href', address);
  part(item, '.title').textContent = title;
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

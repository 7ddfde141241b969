/** Commands typed in the message box: what fits is listed while they are typed, and their answers stand above the box. */
// @ts-check
import { showMarkdown } from './markdown.js';
import { call } from './server.js';
import { part } from './thread.js';

/**
 * @typedef {{ id?: string, files?: readonly object[] }} Asked
 * @typedef {import('../listed.ts').Listed} Listed
 * @typedef {import('../../core/reply.ts').CommandReply} CommandReply
 * @typedef {import('../../core/reply.ts').Menu} Menu
 * @typedef {import('../../core/reply.ts').MenuItem} MenuItem
 * @typedef {import('../../core/reply.ts').Form} Form
 * @typedef {{ name: string, values: MenuItem['values'] }} Given
 */

/** Whether a message is meant as a command: a path or a division is none. @param {string} text */
export function isCommand(text) {
  return /^\/[a-z]+(\s|$)/i.test(text.trim());
}

/** The list under which a command is typed. */
export class Completions {
  /** @type {Promise<{ commands: readonly Listed[], words: Record<string, readonly string[]> }> | undefined} */
  #known;
  #box;
  #list;
  /** Which item Enter takes; none at first, so that Enter sends what was typed. */
  #at = -1;

  /** @param {HTMLTextAreaElement} box @param {HTMLElement} list */
  constructor(box, list) {
    this.#box = box;
    this.#list = list;
    box.addEventListener('input', () => void this.#show());
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('blur', () => this.#hide());
    // A click must not take the focus from the box, which would hide the list before it is clicked.
    list.addEventListener('pointerdown', (event) => event.preventDefault());
    list.addEventListener('click', ({ target }) => {
      if (target instanceof Element) this.#take(target.closest('li'));
    });
  }

  async #show() {
    const text = this.#box.value;
    if (!isCommand(text) && text !== '/') return this.#hide();
    this.#known ??= call('/api/commands').catch(() => {
      this.#known = undefined;
      return { commands: [], words: {} };
    });
    const items = itemsOf(text, await this.#known);
    if (text !== this.#box.value) return;
    this.#at = -1;
    this.#list.replaceChildren(...items.map((item, at) => drawItem(item, at)));
    this.#list.hidden = items.length === 0;
    this.#mark();
  }

  #hide() {
    this.#list.hidden = true;
    this.#at = -1;
    this.#mark();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#list.hidden || event.isComposing) return;
    const { children } = this.#list;
    const isTaken = event.key === 'Tab' || (event.key === 'Enter' && this.#at >= 0);
    if (event.key === 'Escape') this.#hide();
    else if (event.key === 'ArrowDown') this.#at = (this.#at + 1) % children.length;
    else if (event.key === 'ArrowUp') this.#at = (this.#at <= 0 ? children.length : this.#at) - 1;
    else if (isTaken) this.#take(children[Math.max(0, this.#at)]);
    else return event.key === 'Enter' ? this.#hide() : undefined;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#mark();
  }

  #mark() {
    for (const [at, item] of [...this.#list.children].entries()) item.ariaSelected = `${at === this.#at}`;
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' });
    this.#box.setAttribute('aria-activedescendant', this.#at < 0 ? '' : `completion-${this.#at}`);
    this.#box.ariaExpanded = `${!this.#list.hidden}`;
  }

  /** @param {Element | null | undefined} item */
  #take(item) {
    const text = item?.getAttribute('data-text');
    if (text) this.#box.value = text;
    void this.#show();
  }
}

/**
 * What could stand in place of what was typed: the command's name, a value of its first option, or one of another.
 * @param {string} text
 * @param {{ commands: readonly Listed[], words: Record<string, readonly string[]> }} known
 */
function itemsOf(text, { commands, words }) {
  const [, name = '', space = '', rest = ''] = /^\s*\/([a-z]*)(\s*)([^]*)$/i.exec(text) ?? [];
  if (space === '')
    return commands
      .filter((command) => command.name.startsWith(name.toLowerCase()))
      .map((command) => ({ text: `/${command.name} `, label: `/${command.name}`, says: command.description }));
  const options = commands.find((command) => command.name === name.toLowerCase())?.options ?? [];
  const [, before = '', last = ''] = /^([^]*?)(\S*)$/.exec(rest) ?? [];
  const [, key, typed = last] = /^([a-z]+):(.*)$/i.exec(last) ?? [];
  const option = key === undefined && before.trim() === '' ? options[0] : options.find((each) => each.name === key);
  const values = option && (option.suggests === undefined ? option.choices : (words[option.suggests] ?? []));
  const own = (values ?? [])
    .filter((value) => value.toLowerCase().includes(typed.toLowerCase()) && value !== typed)
    .map((value) => ({
      text: `/${name} ${before}${key === undefined ? '' : `${key}:`}${value} `,
      label: value,
      says: '',
    }));
  const others = options
    .filter((each, at) => at > 0 && key === undefined && last !== '' && each.name.startsWith(last.toLowerCase()))
    .map((each) => ({ text: `/${name} ${before}${each.name}:`, label: `${each.name}:`, says: '' }));
  return [...own, ...others];
}

/** @param {{ text: string, label: string, says: string }} item @param {number} at */
function drawItem({ text, label, says }, at) {
  const item = document.createElement('li');
  item.role = 'option';
  item.id = `completion-${at}`;
  item.setAttribute('data-text', text);
  const name = document.createElement('b');
  name.textContent = label;
  item.append(name, says);
  return item;
}

/** The card in which the last command is answered. */
export class Replies {
  #card;
  #send;
  #give;
  #tell;

  /**
   * @param {HTMLElement} card
   * @param {{
   *   send: (text: string, asked?: Asked) => Promise<CommandReply>,
   *   give: (given: Given) => Promise<CommandReply>,
   *   tell: (problem: unknown) => void,
   * }} ways Gives a command as it would be typed, or by its name and values; tells what went wrong.
   */
  constructor(card, { send, give, tell }) {
    this.#card = card;
    this.#send = send;
    this.#give = give;
    this.#tell = tell;
    part(card, '#close-reply').addEventListener('click', () => this.hide());
  }

  /** Gives a command and shows its answer; a question has none but its turn. @param {string} text @param {Asked} [asked] */
  async give(text, asked) {
    const before = location.hash;
    const reply = await this.#send(text, asked);
    if (reply.text === undefined || before !== location.hash) return;
    this.hide();
    const [name = ''] = text.trim().split(/\s/, 1);
    this.#show(reply, (values) => {
      const options = Object.entries(values).map(([option, value]) => `${option}:${value}`);
      this.give([name, ...options].join(' ')).catch(this.#tell);
    });
  }

  /** Gives a command by its name; what shows in the conversation is not told as well. @param {Given} given */
  async press(given) {
    const before = location.hash;
    const reply = await this.#give(given);
    if (reply.shows || before !== location.hash) return;
    this.hide();
    this.#show(reply, (values) => void this.press({ ...given, values }).catch(this.#tell));
  }

  /** Takes the answer away, and the files that were made for it. */
  hide() {
    for (const link of this.#card.querySelectorAll('a[download]')) URL.revokeObjectURL(link.getAttribute('href') ?? '');
    this.#card.hidden = true;
  }

  /** @param {CommandReply} reply @param {(values: MenuItem['values']) => void} choose */
  #show({ text, files = [], menus = [], forms = [] }, choose) {
    const links = files.map((file) => {
      const link = document.createElement('a');
      link.download = file.name;
      link.href = URL.createObjectURL(new Blob([file.text], { type: file.mimeType }));
      link.textContent = `Save ${file.name}`;
      return link;
    });
    showMarkdown(part(this.#card, '.told'), text, { sources: [] });
    part(this.#card, '.menus').replaceChildren(...menus.map((menu) => drawMenu(menu, choose)));
    const send = (/** @type {Given} */ given) => void this.press(given).catch(this.#tell);
    part(this.#card, '.forms').replaceChildren(...forms.map((form) => drawForm(form, send)));
    part(this.#card, '.files').replaceChildren(...links);
    this.#card.hidden = false;
  }
}

/** Opens when its label is clicked. @param {Form} form @param {(given: Given) => void} send */
function drawForm({ label, command, option, values }, send) {
  const form = document.createElement('form');
  const opening = document.createElement('details');
  const summary = document.createElement('summary');
  const text = document.createElement('textarea');
  const button = document.createElement('button');
  summary.textContent = label;
  Object.assign(text, { rows: 4, maxLength: 4000, required: true, ariaLabel: label });
  Object.assign(button, { type: 'submit', textContent: 'Save' });
  opening.append(summary, text, button);
  opening.addEventListener('toggle', () => opening.open && text.focus());
  form.append(opening);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send({ name: command, values: { ...values, [option]: text.value } });
  });
  return form;
}

/** @param {Menu} menu @param {(values: MenuItem['values']) => void} choose */
function drawMenu({ style, label, items }, choose) {
  const group = document.createElement('div');
  group.className = style;
  if (style === 'list') {
    const list = document.createElement('select');
    list.ariaLabel = label;
    list.append(
      new Option(label, '', true, true),
      ...items.map((item, at) => new Option(`${item.isChosen ? '✓ ' : ''}${item.label}`, `${at}`)),
    );
    list.addEventListener('change', () => {
      const item = items[Number(list.value)];
      if (item) choose(item.values);
    });
    group.append(list);
    return group;
  }
  group.role = 'group';
  group.ariaLabel = label;
  for (const { label: text, values, isChosen } of items) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.ariaPressed = `${isChosen === true}`;
    button.addEventListener('click', () => choose(values));
    group.append(button);
  }
  return group;
}

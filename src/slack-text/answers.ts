/** What a command is answered with on Slack: its text as blocks, its choices as lists and buttons that give it again. */
import { type ActionName, type CommandName, type CommandValues, TURN } from '../core/inbound.ts';
import type { CommandReply, Form, Menu, MenuItem, Offer } from '../core/reply.ts';
import { plain } from './escape.ts';

/** What a message shows, or a form. */
export interface Shown {
  readonly text: string;
  readonly blocks: readonly object[];
}

/** A command and its values, as an element of a message says them. */
export interface Given {
  readonly name: CommandName;
  readonly values: CommandValues;
}

/**
 * Characters of a section, of a text beside blocks, of labels and values.
 * @see https://docs.slack.dev/reference/block-kit/block-elements
 */
const MAX_SECTION = 3000;
const MAX_TEXT = 3900;
const MAX_LABEL = 75;
const MAX_TITLE = 24;
const MAX_OPTION_VALUE = 150;
const MAX_BUTTON_VALUE = 2000;

/** What an element is called says whose it is; what it says is the command's values. Both outlive a restart. */
const OURS = 'command';

/** The answer; it replaces all that an earlier answer showed. */
export function answerOf(name: CommandName, { text, menus = [], forms = [] }: CommandReply): Shown {
  return {
    text: cut(plain(text), MAX_TEXT),
    blocks: [...sectionsOf(text), ...menus.flatMap((menu, at) => menuOf(name, menu, at)), ...forms.map(openerOf)],
  };
}

/** A sentence on its own. */
export function sentenceOf(sentence: string): Shown {
  return { text: cut(plain(sentence), MAX_TEXT), blocks: sectionsOf(sentence) };
}

/** A form that shows the answer; `metadata` comes back with whatever is chosen in it. */
export function formOf({ blocks }: Shown, { title, metadata }: { readonly title: string; readonly metadata: string }) {
  const heading = { type: 'plain_text', text: cut(title, MAX_TITLE) };
  return { type: 'modal', callback_id: OURS, title: heading, private_metadata: metadata, blocks };
}

/** The value of a button under an answer that says the last part of its conversation's id; the others are those of the place. */
export const THREAD = 'in';

const RATINGS: ReadonlySet<ActionName> = new Set(['good', 'bad']);

/** What can be done with an answer, as buttons. All that a press needs is in them, so that they outlive a restart. */
export function offerBlocks(offer: Offer | undefined): readonly object[] {
  if (offer === undefined) return [];
  const { turn, conversation, actions } = offer;
  const [, , thread = ''] = conversation.split('/');
  const values = { [TURN]: turn, [THREAD]: thread };
  const buttons = actions.filter(({ name }) => !RATINGS.has(name));
  const [good, bad] = ['good', 'bad'].map((rating) => {
    const action = actions.find(({ name }) => name === rating);
    const label = { type: 'plain_text', text: action?.label ?? '' };
    return action && { text: label, accessibility_label: rating, value: written({ ...values, [AS]: rating }) };
  });
  const feedback = {
    type: 'feedback_buttons',
    action_id: `${OURS}:good:`,
    positive_button: good,
    negative_button: bad,
  };
  return [
    ...(buttons.length === 0
      ? []
      : [{ type: 'actions', elements: buttons.map(({ name, label }) => buttonOf(name, { label, values })) }]),
    ...(good === undefined || bad === undefined ? [] : [{ type: 'context_actions', elements: [feedback] }]),
  ];
}

/** The value that names the command, for an element that stands for two of them. */
const AS = 'as';

/** What the button that opens a form is called, before its command and the option that is to be written. */
const OPENS = 'write';

/** The button that opens a form; what it says are the values that come with what is written. */
function openerOf({ label, command, option, values }: Form): object {
  const text = { type: 'plain_text', text: cut(label, MAX_LABEL) };
  const button = { type: 'button', action_id: `${OPENS}:${command}:${option}`, text, value: written(values) };
  return { type: 'actions', elements: [button] };
}

/** The command and the option of a form that is opened or filled in; undefined for anything else. */
export function writtenIn(id: string, names: readonly CommandName[]) {
  const [opens, named, option = ''] = id.split(':');
  const name = names.find((each) => each === named);
  return opens !== OPENS || name === undefined ? undefined : { name, option };
}

/** Blocks of a Home tab. @see https://docs.slack.dev/reference/views/home-tab-views */
const MAX_BLOCKS = 100;

/** The Home tab with these answers one below the other; `metadata` comes back with whatever is chosen in it. */
export function homeOf(answers: readonly Shown[], metadata: string): object {
  const blocks = answers.flatMap(({ blocks: own }, at) => (at === 0 ? own : [{ type: 'divider' }, ...own]));
  return { type: 'home', private_metadata: metadata, blocks: blocks.slice(0, MAX_BLOCKS) };
}

/** A button that gives a command. */
export function buttonOf(name: CommandName, { label, values, isChosen }: MenuItem, at = ''): object {
  return {
    type: 'button',
    action_id: `${OURS}:${name}:${at}`,
    text: { type: 'plain_text', text: cut(label, MAX_LABEL) },
    ...(written(values) === '' ? {} : { value: written(values) }),
    ...(isChosen === true ? { style: 'primary' } : {}),
  };
}

/** What a pressed button or a chosen option asks for; undefined for an element that is none of a command's. */
export function givenBy(actionId: string, value: string, names: readonly CommandName[]): Given | undefined {
  const [ours, given] = actionId.split(':');
  const { [AS]: named = given, ...values } = Object.fromEntries(new URLSearchParams(value));
  const name = names.find((each) => each === named);
  return ours !== OURS || name === undefined ? undefined : { name, values };
}

/** Characters of a text that is written into a form. @see https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element */
const MAX_INPUT = 3000;

/** A form with one text to write; what it is called says of which command and option. */
export function inputForm(id: string, metadata: string, { title, label, maxChars }: Written): object {
  const element = {
    type: 'plain_text_input',
    action_id: id,
    multiline: true,
    max_length: Math.min(maxChars, MAX_INPUT),
  };
  return {
    type: 'modal',
    callback_id: id,
    title: { type: 'plain_text', text: cut(title, MAX_TITLE) },
    submit: { type: 'plain_text', text: 'OK' },
    private_metadata: metadata,
    blocks: [{ type: 'input', block_id: id, label: { type: 'plain_text', text: label }, element }],
  };
}

interface Written {
  readonly title: string;
  readonly label: string;
  readonly maxChars: number;
}

/** Text as it is, in as many sections as it needs. */
function sectionsOf(text: string): readonly object[] {
  const sections: string[] = [];
  for (const sign of Array.from(text)) {
    const [last, shown] = [sections.at(-1), plain(sign)];
    if (last !== undefined && last.length + shown.length <= MAX_SECTION) sections[sections.length - 1] = last + shown;
    else sections.push(shown);
  }
  return sections
    .filter((section) => section.trim() !== '')
    .map((section) => ({ type: 'section', text: { type: 'mrkdwn', text: section, verbatim: true } }));
}

function menuOf(name: CommandName, { style, label, items }: Menu, at: number): readonly object[] {
  if (style === 'buttons') {
    const fitting = items.filter(({ values }) => written(values).length <= MAX_BUTTON_VALUE);
    const elements = fitting.map((item, index) => buttonOf(name, item, `${at}-${index}`));
    return elements.length === 0 ? [] : [{ type: 'actions', elements }];
  }
  const fitting = items.filter(({ values }) => written(values).length <= MAX_OPTION_VALUE);
  const options = fitting.map(optionOf);
  const chosen = options[fitting.findIndex(({ isChosen }) => isChosen === true)];
  const list = {
    type: 'static_select',
    action_id: `${OURS}:${name}:${at}`,
    placeholder: { type: 'plain_text', text: cut(label, 2 * MAX_LABEL) },
    options,
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  };
  return options.length === 0 ? [] : [{ type: 'actions', elements: [list] }];
}

function optionOf({ label, values }: MenuItem) {
  return { text: { type: 'plain_text', text: cut(label, MAX_LABEL) }, value: written(values) };
}

function written(values: CommandValues): string {
  const given = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return new URLSearchParams(given).toString();
}

function cut(text: string, max: number): string {
  return text.length > max
    ? `${text
        .slice(0, max - 1)
        .replace(/&[a-z]*$/u, '')
        .toWellFormed()}…`
    : text;
}

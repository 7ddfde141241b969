/** What a command is answered with on Slack: its text as blocks, its choices as lists and buttons that give it again. */
import type { CommandName, CommandValues } from '../core/inbound.ts';
import type { CommandReply, Menu, MenuItem } from '../core/reply.ts';
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
const MAX_OPTION_VALUE = 150;
const MAX_BUTTON_VALUE = 2000;

/** What an element is called says whose it is; what it says is the command's values. Both outlive a restart. */
const OURS = 'command';

/** The answer; it replaces all that an earlier answer showed. */
export function answerOf(name: CommandName, { text, menus = [] }: CommandReply): Shown {
  return {
    text: cut(plain(text), MAX_TEXT),
    blocks: [...sectionsOf(text), ...menus.flatMap((menu, at) => menuOf(name, menu, at))],
  };
}

/** A sentence on its own. */
export function sentenceOf(sentence: string): Shown {
  return { text: cut(plain(sentence), MAX_TEXT), blocks: sectionsOf(sentence) };
}

/** A form that shows the answer; `metadata` comes back with whatever is chosen in it. */
export function formOf({ blocks }: Shown, { title, metadata }: { readonly title: string; readonly metadata: string }) {
  const heading = { type: 'plain_text', text: cut(title, 24) };
  return { type: 'modal', callback_id: OURS, title: heading, private_metadata: metadata, blocks };
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
  const [ours, named] = actionId.split(':');
  const name = names.find((each) => each === named);
  return ours !== OURS || name === undefined
    ? undefined
    : { name, values: Object.fromEntries(new URLSearchParams(value)) };
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

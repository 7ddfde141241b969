/** What a command's answer looks like: text, files, lists, buttons and forms, and what comes back of them. */
import {
  ActionRowBuilder,
  type APIModalInteractionResponseCallbackData,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  ComponentType,
  type InteractionEditReplyOptions,
  StringSelectMenuBuilder,
  TextInputStyle,
} from 'discord.js';
import { COMMANDS } from '../commands/list.ts';
import type { Language } from '../core/conversation.ts';
import type { CommandName, CommandValues } from '../core/inbound.ts';
import type { CommandReply, Form, Menu } from '../core/reply.ts';
import { partsOf } from './parts.ts';

/** A command and its values. */
export interface Given {
  readonly name: CommandName;
  readonly values: CommandValues;
}

/** Code points of a message; what is longer comes as a file. @see https://docs.discord.com/developers/resources/message#create-message */
const MAX_CONTENT = 2000;

/** A command's answer, with its files and choices; it replaces all that an earlier answer showed. */
export function answerOf(
  name: CommandName,
  { text, files = [], menus = [], forms = [] }: CommandReply,
  maxFileBytes: number,
): InteractionEditReplyOptions {
  const isLong = Array.from(text).length > MAX_CONTENT;
  const all = [...files, ...(isLong ? [{ name: `${name}.md`, mimeType: 'text/markdown', text }] : [])];
  return {
    content: isLong
      ? `${Array.from(text)
          .slice(0, MAX_CONTENT - 2)
          .join('')}…`
      : text,
    files: all
      .flatMap((file) => partsOf(file, maxFileBytes))
      .slice(0, MAX_FILES)
      .map((file) => new AttachmentBuilder(Buffer.from(file.text), { name: file.name })),
    components: [...menus.map((menu, at) => rowOf(name, menu, at)), ...forms.map(openerOf)],
  };
}

/** Files of one message. @see https://docs.discord.com/developers/reference#uploading-files */
const MAX_FILES = 10;

/** What a component is called says whose it is; what it says is the command's values. Both outlive a restart. */
const OURS = 'command';
const FORM = 'form';

function rowOf(name: CommandName, { style, label, items }: Menu, at: number) {
  if (style === 'list') {
    const options = items.map(({ label: each, values, isChosen = false }) => ({
      label: each,
      value: written(values),
      default: isChosen,
    }));
    const list = new StringSelectMenuBuilder({ custom_id: `${OURS}:${name}:${at}`, placeholder: label, options });
    return new ActionRowBuilder<StringSelectMenuBuilder>({ components: [list] });
  }
  const buttons = items.map(({ label: each, values, isChosen }) =>
    new ButtonBuilder()
      .setCustomId(`${OURS}:${name}:${written(values)}`)
      .setLabel(each)
      .setStyle(isChosen === true ? ButtonStyle.Primary : ButtonStyle.Secondary),
  );
  return new ActionRowBuilder<ButtonBuilder>({ components: buttons });
}

/** The button that opens a form. What it is called is all that the form is made of. */
function openerOf({ label, command, option, values }: Form) {
  const button = new ButtonBuilder()
    .setCustomId(`${FORM}:${command}:${option}:${written(values)}`)
    .setLabel(label)
    .setStyle(ButtonStyle.Secondary);
  return new ActionRowBuilder<ButtonBuilder>({ components: [button] });
}

function written(values: CommandValues): string {
  return new URLSearchParams(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  ).toString();
}

/** What a chosen item or a pressed button asks for; undefined for a component that is none of a command's. */
export function chosenIn(customId: string, picked: string | undefined): Given | undefined {
  const [ours, named, own = ''] = customId.split(/:(.*?):(.*)/su);
  const spec = COMMANDS.find(({ name }) => name === named);
  if (ours !== OURS || spec === undefined) return undefined;
  return { name: spec.name, values: Object.fromEntries(new URLSearchParams(picked ?? own)) };
}

/** A form that is asked for by its button, or filled in; undefined for anything else. */
function formIn(customId: string) {
  const [ours, named, key, own = ''] = customId.split(':');
  const spec = COMMANDS.find(({ name }) => name === named);
  const option = spec?.options.find(({ name, kind }) => name === key && kind === 'text');
  if (ours !== FORM || spec === undefined || option?.kind !== 'text') return undefined;
  return { spec, option, values: Object.fromEntries(new URLSearchParams(own)) };
}

/** Characters of a form's title, and of the label of its field. @see https://docs.discord.com/developers/components/reference#label */
const MAX_LABEL = 45;

/** The form that the button opens; undefined for a button that opens none. */
export function modalOf(customId: string, language: Language): APIModalInteractionResponseCallbackData | undefined {
  const form = formIn(customId);
  if (form === undefined) return undefined;
  const { spec, option } = form;
  const field = {
    type: ComponentType.TextInput,
    custom_id: option.name,
    style: TextInputStyle.Paragraph,
    min_length: 1,
    max_length: option.maxChars,
    required: true,
  } as const;
  return {
    title: spec.description[language].slice(0, MAX_LABEL),
    custom_id: customId,
    components: [
      { type: ComponentType.Label, label: option.description[language].slice(0, MAX_LABEL), component: field },
    ],
  };
}

/** The command that a filled form gives; undefined for a form that is none of ours. */
export function filledIn(customId: string, textOf: (field: string) => string): Given | undefined {
  const form = formIn(customId);
  if (form === undefined) return undefined;
  const { spec, option, values } = form;
  return { name: spec.name, values: { ...values, [option.name]: textOf(option.name) } };
}

/** Code points of the question shown, well below what a message holds. */
const MAX_QUOTE = 1500;

/** The question of a command, as it stands before everyone. */
export function quoteOf(text: string): string {
  const signs = Array.from(text.trim());
  const shown = signs.length > MAX_QUOTE ? `${signs.slice(0, MAX_QUOTE).join('')}…` : signs.join('');
  return shown.replace(/^/gmu, '> ');
}

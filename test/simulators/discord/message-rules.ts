/** What Discord accepts as a message: lengths, sums, flags and components, beyond what its OpenAPI description says. */
import type { Upload } from './cdn.ts';
import { badChoice, badLength, type FieldFault, invalidForm, refuse, required, tooLong } from './errors.ts';
import { isJson, type Json, lengthOf, listOf, numberOf, textOf } from './json.ts';
import { type Channel, MessageFlag, type World } from './state.ts';

/** Which kind of call brings the message; each accepts other flags. */
export type Occasion = 'create' | 'edit' | 'webhook' | 'webhookEdit' | 'callback' | 'defer' | 'forumPost';

const BUTTON = 2;
const STRING_SELECT = 3;

const { suppressEmbeds, ephemeral, suppressNotifications, isVoiceMessage, isComponentsV2 } = MessageFlag;
const ON_CREATE = suppressEmbeds | suppressNotifications | isVoiceMessage | isComponentsV2;
const ALLOWED_FLAGS: Readonly<Record<Occasion, number>> = {
  create: ON_CREATE,
  edit: suppressEmbeds | isComponentsV2,
  webhook: ON_CREATE | ephemeral,
  webhookEdit: suppressEmbeds | isComponentsV2,
  callback: ON_CREATE | ephemeral,
  defer: ephemeral,
  forumPost: suppressEmbeds | suppressNotifications,
};

const MAX_CONTENT = 2000;
const MAX_EMBED_SUM = 6000;
const MAX_COMPONENTS = 40;
const MAX_DISPLAY_CHARACTERS = 4000;
/** Observed: beyond this many bytes, with 12 more for each text display, the API answers 500. */
const MAX_DISPLAY_BYTES = 10_170;
const MAX_FILES = 10;
const MIB = 1024 * 1024;
/** By how far the server is boosted. @see https://docs.discord.food/resources/guild#premium-tier */
const UPLOAD_LIMITS = [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB] as const;

/** The largest file that may be sent there. */
export function uploadLimitOf(world: World, channel: Pick<Channel, 'guildId'>): number {
  return UPLOAD_LIMITS[channel.guildId === undefined ? 0 : world.guild.boostTier];
}

/** A message's own fields, read and checked. What is absent was not sent; null counts as empty. */
export interface MessageFields {
  readonly content?: string;
  readonly flags?: number;
  readonly embeds?: readonly Json[];
  readonly components?: readonly Json[];
}

export function messageFieldsOf(body: Json, occasion: Occasion, standingFlags = 0): MessageFields {
  const content = contentOf(body);
  const flags = flagsOf(body, occasion);
  const embeds = recordsOf(body['embeds']);
  const components = 'components' in body ? numbered(recordsOf(body['components']) ?? []) : undefined;
  const fields = {
    ...(content === undefined ? {} : { content }),
    ...(flags === undefined ? {} : { flags }),
    ...(embeds ? { embeds } : {}),
    ...(components ? { components } : {}),
  };
  checkEmbeds(embeds ?? []);
  checkComponents(fields, (((flags ?? 0) | standingFlags) & isComponentsV2) !== 0);
  return fields;
}

/** Trimmed, and at most 2,000 code points; up to 4,000 the refusal speaks of 2,000, beyond it of 4,000. */
export function contentOf(body: Json): string | undefined {
  if (!('content' in body)) return undefined;
  if (body['content'] === null) return '';
  const given = textOf(body['content']);
  if (given === undefined)
    throw invalidForm({
      path: 'content',
      code: 'STRING_TYPE_CONVERT',
      message: 'Could not interpret "content" as string.',
    });
  const content = given.trim();
  const length = lengthOf(content);
  if (length > 4000) throw invalidForm(tooLong('content', 4000));
  if (length > MAX_CONTENT) throw invalidForm(tooLong('content', MAX_CONTENT));
  return content;
}

function flagsOf(body: Json, occasion: Occasion): number | undefined {
  const flags = numberOf(body['flags']);
  if (flags === undefined) return undefined;
  if ((flags & ~ALLOWED_FLAGS[occasion]) !== 0)
    throw invalidForm({ path: 'flags', code: 'MESSAGE_FLAGS_INVALID', message: 'These flags are not allowed here.' });
  return flags;
}

function recordsOf(value: unknown): readonly Json[] | undefined {
  if (value === undefined) return undefined;
  return listOf(value).filter(isJson);
}

const EMBED_LIMITS: readonly (readonly [string, number])[] = [
  ['title', 256],
  ['description', 4096],
  ['footer.text', 2048],
  ['author.name', 256],
];

function checkEmbeds(embeds: readonly Json[]): void {
  if (embeds.length > MAX_FILES) throw invalidForm(tooLong('embeds', 10));
  let sum = 0;
  for (const [index, embed] of embeds.entries()) {
    for (const [path, max] of EMBED_LIMITS) sum += measured(embed, path, { max, at: `embeds.${index}.${path}` });
    const fields = listOf(embed['fields']).filter(isJson);
    if (fields.length > 25) throw invalidForm(tooLong(`embeds.${index}.fields`, 25));
    for (const [number, field] of fields.entries()) {
      const at = `embeds.${index}.fields.${number}`;
      sum += measured(field, 'name', { max: 256, at: `${at}.name` });
      sum += measured(field, 'value', { max: 1024, at: `${at}.value` });
    }
  }
  if (sum > MAX_EMBED_SUM)
    throw invalidForm({
      path: 'embeds',
      code: 'MAX_EMBED_SIZE_EXCEEDED',
      message: `Embed size exceeds maximum size of ${MAX_EMBED_SUM}`,
    });
}

function measured(value: Json, path: string, limit: { readonly max: number; readonly at: string }): number {
  let at: unknown = value;
  for (const key of path.split('.')) at = isJson(at) ? at[key] : undefined;
  const length = lengthOf((textOf(at) ?? '').trim());
  if (length > limit.max) throw invalidForm(tooLong(limit.at, limit.max));
  return length;
}

const ONE_VALUE = { min_values: 1, max_values: 1 };
/** What Discord fills in, by type of component: lists, separators, containers. */
const WHEN_ABSENT: Readonly<Record<number, Json>> = {
  [STRING_SELECT]: ONE_VALUE,
  5: ONE_VALUE,
  6: ONE_VALUE,
  7: ONE_VALUE,
  8: ONE_VALUE,
  14: { spacing: 1, divider: true },
  17: { accent_color: null, spoiler: false },
};

/** Components get numbers from 1, depth first, where the sender gave none. */
function numbered(components: readonly Json[]): readonly Json[] {
  let last = 0;
  const number = (component: Json): Json => {
    const id = Number(component['id'] ?? 0) || ++last;
    const inner = component['components'];
    const accessory = component['accessory'];
    return {
      ...WHEN_ABSENT[Number(component['type'])],
      ...component,
      id,
      ...(Array.isArray(inner) ? { components: inner.filter(isJson).map(number) } : {}),
      ...(isJson(accessory) ? { accessory: number(accessory) } : {}),
    };
  };
  return components.map(number);
}

interface Placed {
  readonly component: Json;
  readonly path: string;
}

/** Every component at any depth, with its path. */
function placed(components: readonly unknown[], path: string): Placed[] {
  return components.filter(isJson).flatMap((component, index) => {
    const at = `${path}.${index}`;
    const accessory = isJson(component['accessory']) ? [component['accessory']] : [];
    return [
      { component, path: at },
      ...placed(listOf(component['components']), `${at}.components`),
      ...placed(accessory, `${at}.accessory`),
    ];
  });
}

function checkComponents(fields: MessageFields, v2: boolean): void {
  const { components = [] } = fields;
  const all = placed(components, 'components');
  const faults = [...identityFaults(all), ...(v2 ? v2Faults(all, fields) : v1Faults(components))];
  if (faults.length > 0) throw invalidForm(...faults);
  if (!v2) return;
  const texts = all.flatMap(({ component }) => (component['type'] === 10 ? (textOf(component['content']) ?? '') : []));
  if (texts.reduce((sum, text) => sum + lengthOf(text), 0) > MAX_DISPLAY_CHARACTERS)
    throw invalidForm({
      path: 'components',
      code: 'COMPONENT_MAX_TOTAL_TEXT_LENGTH',
      message: `The total length of text in components must be ${MAX_DISPLAY_CHARACTERS} or fewer.`,
    });
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 12, 0);
  if (bytes > MAX_DISPLAY_BYTES) throw refuse('tooManyComponentBytes');
}

/** A custom_id once a message, and every button with what it does. */
function identityFaults(all: readonly Placed[]): FieldFault[] {
  const seen = new Set<string>();
  return all.flatMap(({ component, path }) => {
    const id = textOf(component['custom_id']);
    const isLink = component['style'] === 5;
    if (component['type'] === 2 && isLink && component['url'] === undefined) return [required(`${path}.url`)];
    if (component['type'] === 2 && !isLink && id === undefined && component['style'] !== 6)
      return [required(`${path}.custom_id`)];
    if (id === undefined) return [];
    const duplicate = seen.has(id);
    seen.add(id);
    const message = 'Component custom id cannot be duplicated';
    return duplicate ? [{ path: `${path}.custom_id`, code: 'COMPONENT_CUSTOM_ID_DUPLICATED', message }] : [];
  });
}

function v1Faults(components: readonly Json[]): FieldFault[] {
  if (components.length > 5) return [tooLong('components', 5)];
  return components.flatMap((row, index) => {
    if (row['type'] !== 1) return [badChoice(`components.${index}.type`, [1])];
    const inner = listOf(row['components']).filter(isJson);
    const path = `components.${index}.components`;
    return [
      ...(inner.length > 5 ? [tooLong(path, 5)] : []),
      ...inner.flatMap((each, at) => [...listFaults(each, `${path}.${at}`), ...buttonFaults(each, `${path}.${at}`)]),
      ...(inner.length > 1 && inner.some((each) => each['type'] === STRING_SELECT) ? [tooLong(path, 1)] : []),
    ];
  });
}

/** A button says something in 80 characters at most, and is called something in 100. */
function buttonFaults(component: Json, path: string): FieldFault[] {
  if (component['type'] !== BUTTON) return [];
  const [label, id] = [textOf(component['label']) ?? '', textOf(component['custom_id']) ?? ''];
  return [
    ...(lengthOf(label) > 80 ? [tooLong(`${path}.label`, 80)] : []),
    ...(label === '' && component['emoji'] === undefined ? [badLength(`${path}.label`, 1, 80)] : []),
    ...(lengthOf(id) > 100 ? [tooLong(`${path}.custom_id`, 100)] : []),
  ];
}

/** A list has 1 to 25 items, each with a label and a value of its own, of 1 to 100 characters. */
function listFaults(component: Json, path: string): FieldFault[] {
  if (component['type'] !== STRING_SELECT) return [];
  const options = listOf(component['options']).filter(isJson);
  const texts = options.flatMap((option) => [textOf(option['label']) ?? '', textOf(option['value']) ?? '']);
  const values = new Set(options.map((option) => option['value']));
  return [
    ...(options.length < 1 || options.length > 25 ? [badLength(`${path}.options`, 1, 25)] : []),
    ...(texts.some((text) => lengthOf(text) < 1 || lengthOf(text) > 100) ? [badLength(`${path}.options`, 1, 100)] : []),
    ...(values.size < options.length ? [badChoice(`${path}.options`, ['values not used before'])] : []),
    ...(lengthOf(textOf(component['custom_id']) ?? '') > 100 ? [tooLong(`${path}.custom_id`, 100)] : []),
  ];
}

/** What a message of components may not have beside them. */
export function legacyField(path: string): FieldFault {
  const message = 'The MessageFlags.IS_COMPONENTS_V2 flag does not allow this field.';
  return { path, code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', message };
}

function v2Faults(all: readonly Placed[], { content = '', embeds = [] }: MessageFields): FieldFault[] {
  const faults = all.length > MAX_COMPONENTS ? [tooLong('components', MAX_COMPONENTS)] : [];
  if (content !== '') faults.push(legacyField('content'));
  if (embeds.length > 0) faults.push(legacyField('embeds'));
  return faults;
}

/** At most ten files, none above `maxBytes`; what `attachments` says of a file is joined to it. */
export function uploadsOf(body: Json, files: readonly Upload[], maxBytes: number): readonly Upload[] {
  if (files.length > MAX_FILES) throw refuse('tooManyAttachments');
  if (files.some((file) => file.bytes.length > maxBytes)) throw refuse('requestTooLarge');
  const described = listOf(body['attachments']).filter(isJson);
  return files.map((file, index) => {
    const own = described.find((attachment) => String(attachment['id']) === String(index));
    const description = textOf(own?.['description']);
    const [durationS, waveform] = [numberOf(own?.['duration_secs']), textOf(own?.['waveform'])];
    if (lengthOf(description ?? '') > 1024) throw invalidForm(tooLong(`attachments.${index}.description`, 1024));
    return {
      ...file,
      name: textOf(own?.['filename']) ?? file.name,
      ...(description === undefined ? {} : { description }),
      ...(durationS === undefined || waveform === undefined ? {} : { voice: { durationS, waveform } }),
    };
  });
}

/** A message must hold something a reader can see. */
export function demandSomething(parts: readonly (string | readonly unknown[])[]): void {
  if (parts.every((part) => part.length === 0)) throw refuse('emptyMessage');
}

/** A nonce is an integer or a string of at most 25 characters. */
export function nonceOf(body: Json): string | number | undefined {
  const nonce = body['nonce'];
  if (nonce === undefined || nonce === null) return undefined;
  if (typeof nonce === 'string' && lengthOf(nonce) <= 25) return nonce;
  if (typeof nonce === 'number' && Number.isInteger(nonce)) return nonce;
  throw invalidForm(tooLong('nonce', 25));
}

/** Modals: forms that a press or a command opens, what Discord takes of one, and what comes back of it when it is filled in. */
import { badChoice, badLength, type FieldFault, invalidForm } from './errors.ts';
import { isJson, type Json, jsonOf, lengthOf, listOf, numberOf, textOf } from './json.ts';

const LABEL = 18;
const TEXT_INPUT = 4;
const MAX_TITLE = 45;
const MAX_LABEL = 45;
const MAX_CUSTOM_ID = 100;
const MAX_TEXT = 4000;
const MAX_FIELDS = 5;

/** A text field of a form that is open. */
export interface Field {
  readonly id: string;
  readonly label: string;
  readonly maxLength: number;
  readonly minLength: number;
}

/** A form as its person sees it. */
export interface Modal {
  readonly customId: string;
  readonly title: string;
  readonly fields: readonly Field[];
}

/** Only labels with a text input in each are known here. @see https://docs.discord.com/developers/components/reference#label */
export function modalOf(data: Json): Modal {
  const labels = listOf(data['components']).filter(isJson);
  const [title, customId] = [textOf(data['title']) ?? '', textOf(data['custom_id']) ?? ''];
  const fields = labels.map(fieldOf);
  const ids = new Set(fields.map(({ id }) => id));
  const faults: FieldFault[] = [
    ...lengthFaults('data.title', title, MAX_TITLE),
    ...lengthFaults('data.custom_id', customId, MAX_CUSTOM_ID),
    ...(labels.length < 1 || labels.length > MAX_FIELDS ? [badLength('data.components', 1, MAX_FIELDS)] : []),
    ...labels.flatMap((label, at) => labelFaults(label, `data.components.${at}`)),
    ...(ids.size < fields.length ? [badChoice('data.components', ['custom ids not used before'])] : []),
  ];
  if (faults.length > 0) throw invalidForm(...faults);
  return { customId, title, fields };
}

function lengthFaults(path: string, text: string, max: number): FieldFault[] {
  return lengthOf(text) < 1 || lengthOf(text) > max ? [badLength(path, 1, max)] : [];
}

function labelFaults(label: Json, path: string): FieldFault[] {
  const field = jsonOf(label['component']);
  const max = numberOf(field['max_length']) ?? MAX_TEXT;
  return [
    ...(label['type'] === LABEL ? [] : [badChoice(`${path}.type`, [LABEL])]),
    ...lengthFaults(`${path}.label`, textOf(label['label']) ?? '', MAX_LABEL),
    ...(field['type'] === TEXT_INPUT ? [] : [badChoice(`${path}.component.type`, [TEXT_INPUT])]),
    ...lengthFaults(`${path}.component.custom_id`, textOf(field['custom_id']) ?? '', MAX_CUSTOM_ID),
    ...(max < 1 || max > MAX_TEXT ? [badLength(`${path}.component.max_length`, 1, MAX_TEXT)] : []),
  ];
}

function fieldOf(label: Json): Field {
  const field = jsonOf(label['component']);
  return {
    id: textOf(field['custom_id']) ?? '',
    label: textOf(label['label']) ?? '',
    maxLength: numberOf(field['max_length']) ?? MAX_TEXT,
    minLength: numberOf(field['min_length']) ?? (field['required'] === false ? 0 : 1),
  };
}

/** What a filled form sends. @throws Error where Discord's client would not let the person send it. */
export function filledModal(modal: Modal, texts: Readonly<Record<string, string>>): Json {
  const components = modal.fields.map(({ id, label, minLength, maxLength }, at) => {
    const value = texts[label] ?? '';
    if (lengthOf(value) < minLength || lengthOf(value) > maxLength)
      throw new Error(`“${label}” takes ${minLength} to ${maxLength} characters`);
    return {
      type: LABEL,
      id: 2 * at + 1,
      component: { type: TEXT_INPUT, id: 2 * at + 2, custom_id: id, value },
    };
  });
  return { custom_id: modal.customId, components };
}

/** What a person enters into a form or picks from a menu, as Slack reports it back. */
import { type Json, jsonOf, listOf, textOf } from '../../discord/json.ts';

/** By the `action_id` of the field: text, or the value of the option. */
export type Entries = Readonly<Record<string, string>>;

/**
 * The `state.values` of a view.
 *
 * @throws Error when a field that is not optional stays empty, or an option is not offered: Slack would not send the form.
 */
export function valuesOf(view: Json, entries: Entries): Json {
  const inputs = listOf(view['blocks'])
    .map(jsonOf)
    .filter((block) => block['type'] === 'input');
  const known = inputs.map((block) => textOf(jsonOf(block['element'])['action_id']) ?? '');
  const wrong = Object.keys(entries).filter((name) => !known.includes(name));
  if (wrong.length > 0) throw new Error(`the form has no field ${wrong.join(', ')}; it has ${known.join(', ')}`);
  const values: Record<string, Json> = {};
  for (const block of inputs) {
    const element = jsonOf(block['element']);
    const action = textOf(element['action_id']) ?? '';
    const chosen = chosenIn(element, entries[action]);
    const isEmpty = (chosen['value'] ?? chosen['selected_option'] ?? null) === null;
    if (isEmpty && block['optional'] !== true && !('selected_options' in chosen))
      throw new Error(`field ${action} has to be filled in`);
    const id = textOf(block['block_id']) ?? action;
    values[id] = { ...values[id], [action]: { type: element['type'], ...chosen } };
  }
  return values;
}

/** The state of one element after `entry`, or as it was at first where there is none. */
export function chosenIn(element: Json, entry: string | undefined): Json {
  const options = [
    ...listOf(element['options']),
    ...listOf(element['option_groups']).flatMap((group) => listOf(jsonOf(group)['options'])),
  ].map(jsonOf);
  if (element['type'] === 'checkboxes' || String(element['type']).startsWith('multi_')) {
    const wanted =
      entry?.split(',') ?? listOf(element['initial_options']).map((option) => String(jsonOf(option)['value']));
    return { selected_options: wanted.filter((value) => value !== '').map((value) => optionOf(options, value)) };
  }
  if (options.length > 0) {
    if (entry === undefined) return { selected_option: element['initial_option'] ?? null };
    return { selected_option: optionOf(options, entry) };
  }
  const initial = textOf(element['initial_value']);
  return { value: entry ?? (initial === undefined || initial === '' ? null : initial) };
}

function optionOf(options: readonly Json[], value: string): Json {
  const option = options.find((each) => each['value'] === value);
  if (!option)
    throw new Error(
      `there is no option ${value}; there are ${options.map((each) => String(each['value'])).join(', ')}`,
    );
  return option;
}

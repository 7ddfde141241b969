/** Forms with a text to write: opened by a button, and read when they come back, also after a restart. */
import { COMMANDS } from '../commands/list.ts';
import type { CommandName } from '../core/inbound.ts';
import type { Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import type { People } from '../slack-reading/people.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { type Given, inputForm, writtenIn } from '../slack-text/answers.ts';
import { type Asker, metadataIn, whereIn } from './askers.ts';

export interface FormsOptions {
  readonly calls: Calls;
  readonly people: People;
  readonly noticesFor: NoticesFor;
}

/** A form that came back. */
export interface Filled {
  readonly given: Given;
  readonly asker: Asker;
  /** Where the answer goes: to an address, in the place of what opened the form or not; else to the form below. */
  readonly url?: string;
  readonly isOwn: boolean;
  readonly view: string | undefined;
  readonly isHome: boolean;
}

/** Opens them. What a form needs when it comes back is in it. */
export class Forms {
  readonly #options: FormsOptions;

  constructor(options: FormsOptions) {
    this.#options = options;
  }

  /** @throws PlatformUnavailable, PlatformRejected */
  async open(asked: { readonly id: string; readonly value: string }, asker: Asker, payload: Fields): Promise<void> {
    const { calls, people, noticesFor } = this.#options;
    const form = writtenIn(
      asked.id,
      COMMANDS.map(({ name }) => name),
    );
    const spec = COMMANDS.find(({ name }) => name === form?.name);
    const option = spec?.options.find(({ name, kind }) => name === form?.option && kind === 'text');
    if (spec === undefined || option?.kind !== 'text') return;
    const { locale } = await people.of(asker.team, asker.user);
    const { language } = noticesFor(locale);
    const { id: below, type } = fieldsOf(payload['view']);
    const isHome = type === 'home';
    const metadata = JSON.stringify({
      channel_id: asker.channel,
      thread_ts: asker.thread,
      values: asked.value,
      url: textIn(payload, 'response_url'),
      own: fieldsOf(payload['container'])['is_ephemeral'] === true,
      view: below,
      home: isHome,
    });
    const { maxChars } = option;
    const words = { title: spec.description[language], label: option.description[language], maxChars };
    const view = inputForm(asked.id, metadata, words);
    const args = { trigger_id: textIn(payload, 'trigger_id'), view };
    await calls.ask({ method: below === undefined || isHome ? 'views.open' : 'views.push', team: asker.team, args });
  }
}

/** Undefined for a form that is none of these. */
export function filledIn(payload: Fields, names: readonly CommandName[]): Filled | undefined {
  const view = fieldsOf(payload['view']);
  const id = textIn(view, 'callback_id') ?? '';
  const form = writtenIn(id, names);
  // What a form of somebody else's keeps is not known.
  if (form === undefined) return undefined;
  const metadata = metadataIn(view);
  const asker = whereIn(payload, metadata);
  const states = fieldsOf(fieldsOf(view['state'])['values']);
  const text = textIn(fieldsOf(fieldsOf(states[id])[id]), 'value');
  if (asker === undefined || text === undefined) return undefined;
  const { name, option } = form;
  const values = { ...Object.fromEntries(new URLSearchParams(textIn(metadata, 'values') ?? '')), [option]: text };
  const url = textIn(metadata, 'url');
  const where = { isOwn: metadata['own'] === true, view: textIn(metadata, 'view'), isHome: metadata['home'] === true };
  return { given: { name, values }, asker, ...where, ...(url === undefined ? {} : { url }) };
}

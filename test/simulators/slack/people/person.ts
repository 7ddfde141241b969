/** People at work with the app: commands, buttons, menus, shortcuts, forms, the Home tab. */
import type { Interactivity } from '../events/interactivity.ts';
import type { Invocation } from '../events/invocation.ts';
import { viewJson } from '../events/modals.ts';
import { type Json, jsonOf, listOf, textOf } from '../../discord/json.ts';
import type { View } from '../state/model.ts';
import { messageJson } from '../state/wire.ts';
import { chosenIn, type Entries, valuesOf } from './forms.ts';
import { Writer, type WriterServices } from './writer.ts';
import type { User } from '../state/model.ts';

export interface PersonServices extends WriterServices {
  readonly interactivity: Interactivity;
  /** The app's slash commands; absent, any is taken to be one. */
  readonly commands: readonly string[] | undefined;
}

/** What exactly is pressed or picked, where an action id stands for several things. */
export interface Picking {
  /** The value of a button, or of the option in a menu. */
  readonly value?: string;
}

/** A message with buttons, as a reader has it. */
export interface Pressable {
  readonly channel: string;
  readonly ts: string;
}

export class Person extends Writer {
  readonly #interactivity: Interactivity;
  readonly #commands: readonly string[] | undefined;

  constructor(user: User, services: PersonServices) {
    super(user, services);
    this.#interactivity = services.interactivity;
    this.#commands = services.commands;
  }

  /**
   * Runs a slash command, as in `/halley`.
   *
   * @throws Error in a thread, where Slack offers no app's commands, and for a command the app does not have.
   */
  slash(
    channelId: string,
    command: string,
    { text = '', thread }: { text?: string; thread?: string } = {},
  ): Invocation {
    if (thread !== undefined) throw new Error(`${command} cannot be used in threads`);
    if (this.#commands !== undefined && !this.#commands.includes(command))
      throw new Error(`${command} is not a command`);
    return this.#interactivity.command({ ...this.#who(), channel: this.channelAt(channelId) }, command, text);
  }

  /** @throws Error when the message as this person sees it has no such button or menu. */
  presses(on: Pressable, actionId: string, picking: Picking = {}): Invocation {
    const { ts } = on;
    const source = this.messageAt(on.channel, ts);
    if (source.ephemeralFor !== undefined && source.ephemeralFor !== this.id)
      throw new Error(`${this.name} does not see ${ts}`);
    const message = messageJson(this.world, source);
    const container = {
      type: 'message',
      message_ts: ts,
      channel_id: source.channel.id,
      is_ephemeral: source.ephemeralFor !== undefined,
      ...(source.threadTs === undefined ? {} : { thread_ts: source.threadTs }),
    };
    const facts = { container, message, state: { values: {} }, actions: [this.#action(message, actionId, picking)] };
    return this.#interactivity.act('block_actions', { ...this.#who(), channel: source.channel, source }, facts);
  }

  /** Presses a button in the Home tab or in the form in front. */
  pressesIn(surface: 'home' | 'form', actionId: string, picking: Picking = {}): Invocation {
    const view = surface === 'home' ? this.workspace.homes.get(this.id) : this.#front;
    if (!view) throw new Error(`${this.name} has no ${surface} before them`);
    const json = viewJson(this.world, view);
    const facts = {
      container: { type: 'view', view_id: view.id },
      view: json,
      actions: [this.#action(json, actionId, picking)],
    };
    return this.#interactivity.act('block_actions', this.#who(), facts);
  }

  /** A message shortcut, which works in threads. */
  messageShortcut(channelId: string, ts: string, callbackId: string): Invocation {
    const source = this.messageAt(channelId, ts);
    const facts = {
      callback_id: callbackId,
      action_ts: this.world.newTs(),
      message_ts: ts,
      message: messageJson(this.world, source),
    };
    return this.#interactivity.act('message_action', { ...this.#who(), channel: source.channel, source }, facts);
  }

  /** A global shortcut, which knows of no channel. */
  shortcut(callbackId: string): Invocation {
    const facts = { callback_id: callbackId, action_ts: this.world.newTs() };
    return this.#interactivity.act('shortcut', this.#who(), facts);
  }

  /** The form in front of this person, as the app gave it. */
  get form(): Json | undefined {
    return this.#front?.given;
  }

  /** The Home tab as it stands. */
  get home(): Json | undefined {
    return this.workspace.homes.get(this.id)?.given;
  }

  /** Fills in the form in front and sends it. */
  submits(entries: Entries = {}): Invocation {
    const view = this.#front;
    if (!view) throw new Error(`${this.name} has no form before them`);
    return this.#interactivity.submission(this.#who(), view, valuesOf(view.given, entries));
  }

  closesForm(): void {
    const view = this.#front;
    if (view) this.#interactivity.closing(this.#who(), view);
  }

  opensHome(tab: 'home' | 'messages' = 'home'): void {
    const view = this.workspace.homes.get(this.id);
    const event = {
      type: 'app_home_opened',
      user: this.id,
      channel: this.dmChannelId,
      tab,
      event_ts: this.world.newTs(),
      ...(view && tab === 'home' ? { view: viewJson(this.world, view) } : {}),
    };
    this.world.emit({ team: this.workspace.id, subscription: 'app_home_opened', event });
  }

  get #front(): View | undefined {
    return this.#interactivity.modals.stackOf(this.workspace, this.id).at(-1);
  }

  #who() {
    return { workspace: this.workspace, user: this.user };
  }

  #action(holder: Json, actionId: string, { value }: Picking): Json {
    for (const block of listOf(holder['blocks']).map(jsonOf)) {
      const elements = [...listOf(block['elements']), block['accessory'], block['element']].map(jsonOf);
      const element = elements.find(
        (each) => each['action_id'] === actionId && (value === undefined || offers(each, value)),
      );
      if (element)
        return { ...actionOf(element, value), block_id: block['block_id'] ?? '', action_ts: this.world.newTs() };
    }
    throw new Error(`there is no ${actionId} to press`);
  }
}

/** Whether a button has this value, or a menu this option. */
function offers(element: Json, value: string): boolean {
  return JSON.stringify(element).includes(`"value":${JSON.stringify(value)}`);
}

function actionOf(element: Json, value: string | undefined): Json {
  const { type, action_id: id, text } = element;
  if (type === 'feedback_buttons') return { type, action_id: id, value };
  if (listOf(element['options']).length > 0) return { type, action_id: id, ...chosenIn(element, value) };
  return { type, action_id: id, text, ...(textOf(element['value']) === undefined ? {} : { value: element['value'] }) };
}

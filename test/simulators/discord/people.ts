/** People: besides writing, they run commands and press buttons, as Discord's own client lets them. */
import { type Upload, storeFile } from './cdn.ts';
import { beingTyped, type Commands, filledIn, type OptionValue } from './commands.ts';
import { type Interaction, type Interactions, InteractionType } from './interactions.ts';
import { isJson, type Json, jsonOf, listOf } from './json.ts';
import { attachmentJson, messageJson } from './message-wire.ts';
import { filledModal, type Modal } from './modals.ts';
import { commandNamed, offered, shownName, type Standpoint } from './people/menu.ts';
import { membersJson, resolvedOf } from './people/resolved.ts';
import { Writer } from './people/writer.ts';
import { userJson } from './wire.ts';
import { type SeenMessage, seen } from './reader.ts';
import { type Channel, type Message, MessageFlag, type User, type World } from './state.ts';

export interface PeopleServices {
  readonly world: World;
  readonly interactions: Interactions;
  readonly commands: Commands;
  until(condition: () => boolean): Promise<void>;
}

export class Person extends Writer {
  readonly #services: PeopleServices;

  constructor(user: User, services: PeopleServices) {
    super(user, services.world);
    this.#services = services;
  }

  /** Runs a slash command; `name` may go on with subcommands, as in `settings show`. A file is uploaded with it. */
  slash(channelId: string, name: string, given: Readonly<Record<string, OptionValue | Upload>> = {}): Invocation {
    const { world } = this.#services;
    const channel = this.channelOf(channelId);
    const [root = '', ...path] = name.split(' ');
    const command = this.#command(channel, root);
    const attachments: Record<string, Json> = {};
    const idOf = (upload: Upload): string => {
      const file = storeFile(world, channel.id, upload);
      attachments[file.id] = attachmentJson(world, {}, file);
      return file.id;
    };
    const values = Object.entries(given).map(
      ([option, value]) => [option, typeof value === 'object' ? idOf(value) : value] as const,
    );
    const filled = filledIn(command, path, Object.fromEntries(values));
    const resolved = resolvedOf(world, filled, { channel, userId: this.id });
    if (Object.keys(attachments).length > 0) resolved['attachments'] = attachments;
    const data = {
      ...namedIn(command),
      ...(filled.length === 0 ? {} : { options: filled }),
      ...(Object.keys(resolved).length === 0 ? {} : { resolved }),
    };
    return this.#runs(command, channel, data);
  }

  /** Picks a command from the menu of a message. */
  usesOnMessage(messageId: string, name: string): Invocation {
    const message = this.messageOf(messageId);
    const channel = this.channelOf(message.channelId);
    const command = this.#command(channel, name, 3);
    // What the command is used on is always readable, whatever intents there are.
    const messages = { [messageId]: messageJson(this.world, message, { seesContent: true }) };
    return this.#runs(command, channel, { ...namedIn(command), target_id: messageId, resolved: { messages } });
  }

  /** Picks a command from the menu of a person. */
  usesOnUser(channelId: string, whom: Writer, name: string): Invocation {
    const channel = this.channelOf(channelId);
    const command = this.#command(channel, name, 2);
    const members = membersJson(this.world, whom.id, channel);
    const resolved = { users: { [whom.id]: userJson(whom.user) }, ...(members[whom.id] ? { members } : {}) };
    return this.#runs(command, channel, { ...namedIn(command), target_id: whom.id, resolved });
  }

  #runs(command: Json, channel: Channel, data: Json): Invocation {
    const kinds = listOf(command['integration_types']);
    return this.#start({ type: InteractionType.command, channel, user: this.user, data, kinds });
  }

  /** The commands this person is shown there, in their language: slash commands with a slash, the menus' without. */
  commandsIn(channelId: string): readonly string[] {
    const locale = this.user.locale ?? this.world.guild.locale;
    return offered(this.#standpoint(this.channelOf(channelId))).map(
      (command) => `${Number(command['type']) === 1 ? '/' : ''}${shownName(command, locale)}`,
    );
  }

  #standpoint(channel: Channel): Standpoint {
    return { world: this.world, commands: this.#services.commands, user: this.user, channel };
  }

  /** Adds the application to their own account, and takes it with them everywhere. */
  installsTheApp(): void {
    this.user.hasInstalled = true;
  }

  /** Types so much of options of a command, the last of them last; resolves with the values that are offered for that. */
  async types(channelId: string, name: string, typed: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const channel = this.channelOf(channelId);
    const [root = '', ...path] = name.split(' ');
    const command = this.#command(channel, root);
    const data = { ...namedIn(command), options: beingTyped(command, path, typed) };
    return this.#start({ type: InteractionType.autocomplete, channel, user: this.user, data }).offers();
  }

  #command(channel: Channel, name: string, type?: number): Json {
    return commandNamed(this.#standpoint(channel), name, type);
  }

  presses(messageId: string, customId: string): Invocation {
    return this.#uses(this.messageOf(messageId), customId, []);
  }

  /** Presses a button, or picks an item of a list, on what a command of this person's was answered. */
  pressesIn(invocation: Invocation, label: string): Invocation {
    const { original } = invocation;
    for (const component of componentsOf(original)) {
      const id = String(component['custom_id']);
      if (component['label'] === label) return this.#uses(original, id, []);
      const item = listOf(component['options'])
        .filter(isJson)
        .find((option) => option['label'] === label);
      if (item) return this.#uses(original, id, [String(item['value'])]);
    }
    throw new Error(`nothing is labelled ${label}`);
  }

  /** Presses the button that is labelled so under a message that stands in front of everyone. */
  pressesOn(messageId: string, label: string): Invocation {
    const source = this.messageOf(messageId);
    const button = componentsOf(source).find((each) => each['label'] === label);
    if (!button) throw new Error(`nothing on message ${messageId} is labelled ${label}`);
    return this.#uses(source, String(button['custom_id']), []);
  }

  /** Fills in the form that a press of this person's opened, by the labels of its fields, and sends it. */
  async fillsIn(opened: Invocation, texts: Readonly<Record<string, string>>): Promise<Invocation> {
    const modal = await opened.form();
    const { source } = opened;
    const channel = this.channelOf(opened.channelId);
    const message =
      source === undefined
        ? {}
        : { source, sourceJson: messageJson(this.#services.world, source, { seesContent: true }) };
    const data = filledModal(modal, texts);
    return this.#start({ type: InteractionType.modal, channel, user: this.user, data, ...message });
  }

  #uses(source: Message, customId: string, values: readonly string[]): Invocation {
    const { world } = this.#services;
    const component = componentsOf(source).find((each) => each['custom_id'] === customId);
    if (!component) throw new Error(`no button or list ${customId} on message ${source.id}`);
    const chosen = values.length === 0 ? {} : { values };
    const data = { component_type: component['type'], custom_id: customId, id: component['id'] ?? 1, ...chosen };
    const channel = this.channelOf(source.channelId);
    const sourceJson = messageJson(world, source, { seesContent: true });
    return this.#start({ type: InteractionType.component, channel, user: this.user, data, source, sourceJson });
  }

  #start(started: Parameters<Interactions['start']>[0]): Invocation {
    return new Invocation(this.#services.interactions.start(started), this.#services);
  }
}

function namedIn(command: Json): Json {
  const guild = command['guild_id'] === undefined ? {} : { guild_id: command['guild_id'] };
  return { id: command['id'], name: command['name'], type: command['type'], ...guild };
}

function componentsOf(message: Message): readonly Json[] {
  return message.components.flatMap((row) => listOf(row['components'])).map(jsonOf);
}

/** What a person sees of a command they ran or a button they pressed. */
export class Invocation {
  readonly #interaction: Interaction;
  readonly #services: PeopleServices;
  /** How the pressed message looked. */
  readonly #before: string;

  constructor(interaction: Interaction, services: PeopleServices) {
    this.#interaction = interaction;
    this.#services = services;
    this.#before = lookOf(interaction.source);
  }

  /** The message that answers; @throws Error when there is none yet. */
  get original(): Message {
    const { original } = this.#interaction;
    if (!original) throw new Error(`interaction ${this.id} has no answer yet`);
    return original;
  }

  get id(): string {
    return this.#interaction.id;
  }

  /** With which the application answers. */
  get token(): string {
    return this.#interaction.token;
  }

  /** `failed` is "The application did not respond". */
  get state(): 'waiting' | 'thinking' | 'answered' | 'failed' {
    const { state, original } = this.#interaction;
    if (state !== 'acknowledged') return state;
    return original && (original.flags & MessageFlag.loading) !== 0 ? 'thinking' : 'answered';
  }

  /** The message whose button was pressed, and the channel it stands in. */
  get source(): Message | undefined {
    return this.#interaction.source;
  }

  get channelId(): string {
    return this.#interaction.channel.id;
  }

  /** Resolves with the form that it opened. */
  async form(): Promise<Modal> {
    await this.#services.until(() => this.#interaction.state !== 'waiting');
    const { modal } = this.#interaction;
    if (!modal) throw new Error(`interaction ${this.id} opened no form`);
    return modal;
  }

  /** Resolves with everything that it brought for its person alone, once there is something, or so many. */
  async told(count = 1): Promise<readonly SeenMessage[]> {
    const isTold = (message: SeenMessage) => message.ephemeral && message.id !== this.source?.id;
    const toldNow = () => this.reads().filter((message) => isTold(message) && message.content !== '');
    await this.#services.until(() => this.state === 'failed' || toldNow().length >= count);
    return toldNow();
  }

  /** Every message it brought that still stands, private ones included. */
  reads(): readonly SeenMessage[] {
    const { original, followUps } = this.#interaction;
    return [...(original ? [original] : []), ...followUps]
      .filter((message) => message.deletedAt === undefined)
      .map(seen);
  }

  /** Resolves with the pressed message once it looks otherwise than when it was pressed. */
  async change(): Promise<SeenMessage> {
    await this.#services.until(() => lookOf(this.#interaction.source) !== this.#before);
    return seen(this.original);
  }

  /** Resolves with the values offered for the option that was being typed. */
  async offers(): Promise<readonly string[]> {
    await this.#services.until(() => this.#interaction.state !== 'waiting');
    const { offered } = this.#interaction;
    if (!offered) throw new Error(`the application did not respond to interaction ${this.id}`);
    return offered.map((choice) => String(choice['value']));
  }

  /**
   * Resolves with the first answer that is more than "thinking".
   *
   * @throws Error when nobody acknowledged it within three seconds.
   */
  async answer(): Promise<SeenMessage> {
    await this.#services.until(() => this.state === 'answered' || this.state === 'failed');
    const [first] = this.reads();
    if (!first) throw new Error(`the application did not respond to interaction ${this.id}`);
    return first;
  }
}

function lookOf(message: Message | undefined): string {
  return JSON.stringify([message?.content, message?.components]);
}

/** Interactions: what a person started, the three seconds to acknowledge it, the fifteen minutes to answer. */
import { randomBytes } from 'node:crypto';
import { refuse } from './errors.ts';
import type { Json } from './json.ts';
import { uploadLimitOf } from './message-rules.ts';
import type { Modal } from './modals.ts';
import { type Installation, installationOf } from './people/menu.ts';
import { permissionsIn } from './permissions.ts';
import type { Channel, Message, User, World } from './state.ts';
import { guildJson, interactionChannelJson, memberJson, userJson } from './wire.ts';

const ACKNOWLEDGE_MS = 3000;
/** Of application commands: used on a message. */
const MESSAGE_COMMAND = 3;
const TOKEN_MS = 15 * 60_000;

/** @see https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type */
export const InteractionType = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly channel: Channel;
  readonly user: User;
  readonly createdAt: number;
  /** The message whose button was pressed. */
  readonly source?: Message;
  /** Which installation it came by. */
  readonly installation: Installation;
  /** The message a message command was used on. */
  readonly targetId?: string;
  /** Started from the menu of a message or of a person. */
  readonly isMenu: boolean;
  /** `failed`: nobody acknowledged it in time, and the person was told so. */
  state: 'waiting' | 'acknowledged' | 'failed';
  original?: Message;
  /** What was offered for the option that is being typed. */
  offered?: readonly Json[];
  readonly followUps: Message[];
  /** The form that answered it. */
  modal?: Modal;
}

export interface Started {
  readonly type: number;
  readonly channel: Channel;
  readonly user: User;
  readonly data: Json;
  /** Which kinds of installation the command knows. */
  readonly kinds?: readonly unknown[];
  readonly source?: Message;
  /** How the pressed message looks to the bot. */
  readonly sourceJson?: Json;
}

export class Interactions {
  readonly #world: World;
  readonly #byToken = new Map<string, Interaction>();

  constructor(world: World) {
    this.#world = world;
  }

  start(started: Started): Interaction {
    const world = this.#world;
    const id = world.newId();
    const token = Buffer.from(`interaction:${id}:${randomBytes(48).toString('base64url')}`).toString('base64url');
    const { type, channel, user, source } = started;
    const createdAt = world.clock.now();
    const installed = installationOf({ world, user, channel }, started.kinds);
    if (!installed) throw new Error(`the application is not installed in ${channel.name} for ${user.username}`);
    const interaction: Interaction = {
      id,
      token,
      type,
      channel,
      user,
      createdAt,
      installation: installed,
      isMenu: Number(started.data['type']) > 1,
      ...(Number(started.data['type']) === MESSAGE_COMMAND ? { targetId: String(started.data['target_id']) } : {}),
      state: 'waiting',
      followUps: [],
      ...(source ? { source } : {}),
    };
    this.#byToken.set(token, interaction);
    world.clock.after(ACKNOWLEDGE_MS, () => {
      if (interaction.state === 'waiting') interaction.state = 'failed';
      world.changed();
    });
    const payload = this.#payload(interaction, started);
    const { guildId } = channel;
    world.dispatch({
      type: 'INTERACTION_CREATE',
      intents: 0,
      ...(guildId === undefined ? {} : { guildId }),
      data: () => payload,
    });
    return interaction;
  }

  /** For the callback: known, not too late, not answered yet. */
  toAcknowledge(id: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (interaction?.id !== id || interaction.state === 'failed') throw refuse('unknownInteraction');
    if (interaction.state === 'acknowledged') throw refuse('alreadyAcknowledged');
    return interaction;
  }

  /** For edits and follow-ups: acknowledged, and within fifteen minutes. */
  toContinue(applicationId: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (!interaction || applicationId !== this.#world.app.id) throw refuse('unknownWebhook');
    if (this.#world.clock.now() - interaction.createdAt > TOKEN_MS) throw refuse('invalidWebhookToken');
    if (interaction.state !== 'acknowledged') throw refuse('unknownWebhook');
    return interaction;
  }

  #payload(interaction: Interaction, started: Started): Json {
    const world = this.#world;
    const { channel, user } = interaction;
    const member = channel.guildId === undefined ? undefined : world.guild.members.get(user.id);
    const { id, preferred_locale: locale, features } = guildJson(world.guild);
    return {
      id: interaction.id,
      application_id: world.app.id,
      type: interaction.type,
      data: started.data,
      channel: interactionChannelJson(world, channel, user.id),
      channel_id: channel.id,
      token: interaction.token,
      version: 1,
      app_permissions: String(permissionsIn(world, world.app.id, channel)),
      locale: user.locale ?? world.guild.locale,
      entitlements: [],
      attachment_size_limit: uploadLimitOf(world, channel),
      authorizing_integration_owners: interaction.installation.owners,
      context: interaction.installation.context,
      ...(started.sourceJson ? { message: started.sourceJson } : {}),
      ...(member
        ? {
            guild: { id, locale, features },
            guild_id: world.guild.id,
            guild_locale: locale,
            member: {
              ...memberJson(member),
              user: userJson(user),
              permissions: String(permissionsIn(world, user.id, channel)),
            },
          }
        : { user: userJson(user) }),
    };
  }
}

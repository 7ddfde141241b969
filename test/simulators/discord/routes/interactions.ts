/** REST: answering interactions. @see https://discord.com/developers/docs/interactions/receiving-and-responding */
import { badChoice, badLength, invalidForm, refuse, tooLong } from '../errors.ts';
import { type Interaction, InteractionType } from '../interactions.ts';
import { isJson, type Json, jsonOf, lengthOf, listOf, numberOf, textOf } from '../json.ts';
import { modalOf } from '../modals.ts';
import { allowedMentionsOf, PINGS_USERS } from '../mentions.ts';
import { demandSomething, messageFieldsOf, type Occasion } from '../message-rules.ts';
import { messageJson } from '../message-wire.ts';
import { isDm, may } from '../permissions.ts';
import { type Draft, post, remove } from '../posts.ts';
import { type Answer, type Call, noContent, ok, param, type Route, viewerOf } from '../route.ts';
import { type Message, MessageFlag } from '../state.ts';
import { filesOf, moderate } from './drafts.ts';
import { editFrom } from './messages.ts';

const WEBHOOK = '/webhooks/{webhook_id}/{webhook_token}';
const ORIGINAL = `${WEBHOOK}/messages/@original`;
const MESSAGE = `${WEBHOOK}/messages/{message_id}`;
const ofToken = { limit: 'webhook', major: ['webhook_id', 'webhook_token'], auth: 'none' } as const;

export const interactionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/interactions/{interaction_id}/{interaction_token}/callback',
    limit: 'other',
    major: ['interaction_id'],
    auth: 'none',
    handle: callback,
  },
  { method: 'POST', path: WEBHOOK, ...ofToken, handle: followUp },
  { method: 'GET', path: ORIGINAL, ...ofToken, handle: (call) => shown(call, targetOf(call)) },
  { method: 'PATCH', path: ORIGINAL, ...ofToken, handle: change },
  { method: 'DELETE', path: ORIGINAL, ...ofToken, handle: destroy },
  { method: 'GET', path: MESSAGE, ...ofToken, handle: (call) => shown(call, targetOf(call)) },
  { method: 'PATCH', path: MESSAGE, ...ofToken, handle: change },
  { method: 'DELETE', path: MESSAGE, ...ofToken, handle: destroy },
];

const Callback = { message: 4, deferredMessage: 5, deferredUpdate: 6, update: 7, offers: 8, modal: 9 } as const;

/** How each kind of interaction may be answered. */
const ALLOWED: Readonly<Record<number, readonly number[]>> = {
  [InteractionType.command]: [4, 5, 9],
  [InteractionType.component]: [4, 5, 6, 7, 9],
  // Never with another form; the last two only where it was opened from a message.
  [InteractionType.modal]: [4, 5, 6, 7],
  [InteractionType.autocomplete]: [8],
};

function callback(call: Call): Answer {
  const { interactions, world } = call;
  const interaction = interactions.toAcknowledge(param(call, 'interaction_id'), param(call, 'interaction_token'));
  const body = jsonOf(call.body);
  const type = Number(body['type']);
  const allowed = ALLOWED[interaction.type] ?? [];
  if (!allowed.includes(type)) throw invalidForm(badChoice('type', allowed));
  const data = jsonOf(body['data']);
  if (type === Callback.modal) interaction.modal = modalOf(data);
  else if (type === Callback.offers) interaction.offered = offersOf(data);
  else if (type === Callback.message) interaction.original = answerWith(call, interaction, data);
  else if (type === Callback.deferredMessage) interaction.original = promise(call, interaction, data);
  else interaction.original = sourceOf(interaction);
  if (type === Callback.update) editFrom({ ...call, body: data }, sourceOf(interaction), 'webhookEdit');
  interaction.state = 'acknowledged';
  world.changed();
  return call.query.get('with_response') === 'true' ? ok(callbackJson(call, interaction, type)) : noContent;
}

const MAX_OFFERS = 25;
const MAX_OFFER_LENGTH = 100;

function offersOf(data: Json): readonly Json[] {
  const choices = listOf(data['choices']).filter(isJson);
  if (choices.length > MAX_OFFERS) throw invalidForm(tooLong('data.choices', MAX_OFFERS));
  for (const [index, choice] of choices.entries())
    for (const field of ['name', 'value']) {
      const length = lengthOf(textOf(choice[field]) ?? '');
      if (length < 1 || length > MAX_OFFER_LENGTH)
        throw invalidForm(badLength(`data.choices.${index}.${field}`, 1, MAX_OFFER_LENGTH));
    }
  return choices;
}

/** Answers of context menus are marked as such. */
const answerTypeOf = ({ isMenu }: Interaction): number => (isMenu ? 23 : 20);

function answerWith(call: Call, interaction: Interaction, data: Json): Message {
  return say(call, interaction, { data, occasion: 'callback', type: answerTypeOf(interaction) });
}

/** "Halley is thinking…": an empty message that loads until it is edited. */
function promise(call: Call, interaction: Interaction, data: Json): Message {
  const { flags = 0 } = messageFieldsOf(data, 'defer');
  return post(call.world, {
    ...common(call, interaction),
    content: '',
    allowed: PINGS_USERS,
    type: answerTypeOf(interaction),
    flags: flags | MessageFlag.loading,
    ...hiddenBy(call, interaction, flags),
  });
}

/** Where others may not see what a person's own applications say, everything is for that person only. */
function hiddenBy({ world }: Call, interaction: Interaction, flags: number): Pick<Draft, 'ephemeralFor' | 'flags'> {
  const { user, channel, installation } = interaction;
  const isForced = installation.userOnly && !isDm(channel) && !may(world, user.id, channel, 'useExternalApps');
  if (!isForced) return (flags & MessageFlag.ephemeral) === 0 ? {} : { ephemeralFor: user.id };
  return { ephemeralFor: user.id, flags: flags | MessageFlag.ephemeral };
}

function sourceOf(interaction: Interaction): Message {
  if (!interaction.source) throw refuse('unknownMessage');
  return interaction.source;
}

function common(call: Call, interaction: Interaction, originalId?: string) {
  const { id, type, user, channel, targetId, installation, source } = interaction;
  const target = targetId === undefined ? {} : { targetId };
  const pressed = type === InteractionType.component && source ? { pressedId: source.id } : {};
  const metadata = {
    id,
    type,
    user,
    owners: installation.owners,
    ...target,
    ...pressed,
    ...(originalId === undefined ? {} : { originalId }),
  };
  return { channel, author: call.world.app.bot, interaction: metadata };
}

interface Saying {
  readonly data: Json;
  readonly occasion: Occasion;
  readonly type: number;
}

function say(call: Call, interaction: Interaction, { data, occasion, type }: Saying): Message {
  const fields = messageFieldsOf(data, occasion);
  const { content = '', embeds = [], components = [], flags = 0 } = fields;
  demandSomething([content, embeds, components, call.files, listOf(data['sticker_ids'])]);
  const original = interaction.original;
  const { channel } = interaction;
  moderate(call, channel, fields);
  return post(call.world, {
    ...common(call, interaction, original?.id),
    ...fields,
    content,
    type,
    files: filesOf(call, channel, data),
    allowed: allowedMentionsOf(data, PINGS_USERS),
    ...(original ? { reference: { channelId: channel.id, messageId: original.id } } : {}),
    ...hiddenBy(call, interaction, flags),
  });
}

/** Where only the person installed the application. */
const USER_FOLLOW_UPS = 5;

/** After a deferral the first follow-up fills the waiting message, whoever it says may see it. */
function followUp(call: Call): Answer {
  const interaction = interactionOf(call);
  const { original } = interaction;
  if (original && (original.flags & MessageFlag.loading) !== 0) {
    const body = jsonOf(call.body);
    const flags = (numberOf(body['flags']) ?? 0) & MessageFlag.isComponentsV2;
    editFrom({ ...call, body: { ...body, flags: flags === 0 ? undefined : flags } }, original, 'webhookEdit');
    return shown(call, original);
  }
  if (interaction.installation.userOnly && interaction.followUps.length >= USER_FOLLOW_UPS)
    throw refuse('tooManyFollowUps');
  const message = say(call, interaction, { data: jsonOf(call.body), occasion: 'webhook', type: 19 });
  interaction.followUps.push(message);
  call.world.changed();
  return shown(call, message);
}

function interactionOf(call: Call): Interaction {
  return call.interactions.toContinue(param(call, 'webhook_id'), param(call, 'webhook_token'));
}

function targetOf(call: Call): Message {
  const { original, followUps } = interactionOf(call);
  const id = param(call, 'message_id');
  const target = id === '' ? original : [original, ...followUps].find((message) => message?.id === id);
  if (!target || target.deletedAt !== undefined) throw refuse('unknownMessage');
  return target;
}

function shown(call: Call, message: Message): Answer {
  return ok(messageJson(call.world, message, viewerOf(call)));
}

function change(call: Call): Answer {
  const message = targetOf(call);
  editFrom(call, message, 'webhookEdit');
  return shown(call, message);
}

function destroy(call: Call): Answer {
  const message = targetOf(call);
  if (message.ephemeralFor === undefined) remove(call.world, message);
  else message.deletedAt = call.world.clock.now();
  call.world.changed();
  return noContent;
}

function callbackJson(call: Call, interaction: Interaction, type: number): Json {
  const { original } = interaction;
  if (!original) return { interaction: { id: interaction.id, type: interaction.type } };
  return {
    interaction: {
      id: interaction.id,
      type: interaction.type,
      response_message_id: original.id,
      response_message_loading: (original.flags & MessageFlag.loading) !== 0,
      response_message_ephemeral: original.ephemeralFor !== undefined,
      channel_id: interaction.channel.id,
      ...(interaction.channel.guildId === undefined ? {} : { guild_id: interaction.channel.guildId }),
    },
    resource: { type, message: messageJson(call.world, original, viewerOf(call)) },
  };
}

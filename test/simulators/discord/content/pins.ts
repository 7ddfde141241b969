/** Pinned messages, over REST and by people. @see https://discord.com/developers/docs/resources/message#get-channel-pins */
import { refuse } from '../errors.ts';
import { Intent } from '../intents.ts';
import { PINGS_ALL } from '../mentions.ts';
import { messageJson } from '../message-wire.ts';
import { demand, isDm } from '../permissions.ts';
import { announce, post } from '../posts.ts';
import { type Answer, type Call, channelOf, messageIn, noContent, ok, type Route, viewerOf } from '../route.ts';
import type { Channel, Message, User, World } from '../state.ts';
import { isoOf } from '../wire.ts';

const PINS = '/channels/{channel_id}/messages/pins';
const common = { limit: 'other', major: ['channel_id'] } as const;
const MAX_PINS = 250;
const PAGE = 50;
const PINNED_MESSAGE = 6;

export const pinRoutes: readonly Route[] = [
  { method: 'GET', path: PINS, ...common, handle: list },
  { method: 'PUT', path: `${PINS}/{message_id}`, ...common, handle: (call) => change(call, true) },
  { method: 'DELETE', path: `${PINS}/{message_id}`, ...common, handle: (call) => change(call, false) },
];

const pinnedIn = (channel: Channel): readonly Message[] =>
  [...channel.messages.values()]
    .filter((message) => message.pinnedAt !== undefined)
    .sort((a, b) => (b.pinnedAt ?? 0) - (a.pinnedAt ?? 0));

function list(call: Call): Answer {
  const channel = channelOf(call);
  demand(call.world, channel, 'readMessageHistory');
  const before = Date.parse(call.query.get('before') ?? '9999-12-31');
  const all = pinnedIn(channel).filter((message) => (message.pinnedAt ?? 0) < before);
  const page = all.slice(0, Number(call.query.get('limit') ?? PAGE));
  const items = page.map((message) => ({
    pinned_at: isoOf(message.pinnedAt ?? 0),
    message: messageJson(call.world, message, viewerOf(call)),
  }));
  return ok({ items, has_more: all.length > page.length });
}

function change(call: Call, pins: boolean): Answer {
  const { world } = call;
  const channel = channelOf(call);
  demand(world, channel, 'viewChannel', ...(isDm(channel) ? [] : (['pinMessages'] as const)));
  const message = messageIn(call, channel);
  if (channel.thread?.archived) throw refuse('archivedThread');
  if (pins && pinnedIn(channel).length >= MAX_PINS) throw refuse('tooManyPins');
  pin(world, message, { pins, by: world.app.bot });
  return noContent;
}

/** MESSAGE_UPDATE, CHANNEL_PINS_UPDATE, and for a new pin a message of Discord's own that says so. */
export function pin(world: World, message: Message, { pins, by }: { pins: boolean; by: User }): void {
  const channel = world.channels.get(message.channelId);
  if (!channel || pins === (message.pinnedAt !== undefined)) return;
  const at = world.clock.now();
  if (pins) message.pinnedAt = at;
  else delete message.pinnedAt;
  announce(world, 'MESSAGE_UPDATE', message);
  const { guildId } = channel;
  const [last] = pinnedIn(channel);
  world.dispatch({
    type: 'CHANNEL_PINS_UPDATE',
    intents: guildId === undefined ? Intent.directMessages : Intent.guilds,
    channelId: channel.id,
    ...(guildId === undefined ? {} : { guildId }),
    data: () => ({
      channel_id: channel.id,
      last_pin_timestamp: last?.pinnedAt === undefined ? null : isoOf(last.pinnedAt),
      ...(guildId === undefined ? {} : { guild_id: guildId }),
    }),
  });
  if (!pins) return;
  const reference = { channelId: channel.id, messageId: message.id };
  const allowed = { ...PINGS_ALL, repliedUser: false };
  post(world, { channel, author: by, content: '', type: PINNED_MESSAGE, reference, allowed });
}

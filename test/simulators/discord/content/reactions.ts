/** Reactions, by people and by the bot alike. */
import { Intent } from '../intents.ts';
import type { Message, User, World } from '../state.ts';
import { fullMemberJson } from '../wire.ts';

/** How many different emoji a message bears. */
const MAX_EMOJI = 20;

/** @returns whether there was room for it. */
export function react(world: World, message: Message, { user, emoji }: { user: User; emoji: string }): boolean {
  const standing = message.reactions.get(emoji) ?? new Set();
  const used = [...message.reactions.values()].filter((users) => users.size > 0).length;
  if (standing.size === 0 && used >= MAX_EMOJI) return false;
  message.reactions.set(emoji, standing);
  if (!standing.has(user.id)) tell(world, message, { type: 'MESSAGE_REACTION_ADD', user, emoji });
  standing.add(user.id);
  return true;
}

export function takeReaction(world: World, message: Message, { user, emoji }: { user: User; emoji: string }): void {
  if (message.reactions.get(emoji)?.delete(user.id))
    tell(world, message, { type: 'MESSAGE_REACTION_REMOVE', user, emoji });
}

interface Reaction {
  readonly type: 'MESSAGE_REACTION_ADD' | 'MESSAGE_REACTION_REMOVE';
  readonly user: User;
  readonly emoji: string;
}

function tell(world: World, message: Message, { type, user, emoji }: Reaction): void {
  const guildId = world.channels.get(message.channelId)?.guildId;
  const member = guildId === undefined ? undefined : world.guild.members.get(user.id);
  const isNew = type === 'MESSAGE_REACTION_ADD';
  world.dispatch({
    type,
    intents: guildId === undefined ? Intent.directMessageReactions : Intent.guildMessageReactions,
    channelId: message.channelId,
    ...(guildId === undefined ? {} : { guildId }),
    data: () => ({
      user_id: user.id,
      channel_id: message.channelId,
      message_id: message.id,
      emoji: { id: null, name: emoji },
      type: 0,
      burst: false,
      ...(isNew ? { message_author_id: message.author.id } : {}),
      ...(isNew && member ? { member: fullMemberJson(member) } : {}),
      ...(guildId === undefined ? {} : { guild_id: guildId }),
    }),
  });
}

/** State as Discord writes it on the wire: users, members, roles, channels, threads and the server. */
import type { Json } from './json.ts';
import { EVERYONE_DEFAULT, permissionsIn } from './permissions.ts';
import type { Member, Role } from './grounds/membership.ts';
import { type Channel, ChannelType, type Guild, type User, type World } from './state.ts';

export const isoOf = (at: number): string => new Date(at).toISOString().replace('Z', '000+00:00');

export function userJson(user: User): Json {
  return {
    id: user.id,
    username: user.username,
    avatar: null,
    discriminator: user.bot ? '6184' : '0',
    public_flags: 0,
    flags: 0,
    global_name: user.globalName,
    primary_guild: null,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** Without `user`, as events and mentions carry it. */
export function memberJson(member: Member): Json {
  return {
    roles: [...member.roles],
    premium_since: null,
    pending: false,
    nick: null,
    mute: false,
    joined_at: isoOf(member.joinedAt),
    flags: 0,
    deaf: false,
    communication_disabled_until: member.timedOutUntil === undefined ? null : isoOf(member.timedOutUntil),
    banner: null,
    avatar: null,
  };
}

export const fullMemberJson = (member: Member): Json => ({ ...memberJson(member), user: userJson(member.user) });

export function roleJson(role: Role): Json {
  return {
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== undefined,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId === undefined ? {} : { tags: { bot_id: role.botId } }),
  };
}

/** A channel, a thread or a direct message, as the bot sees it. */
export function channelJson(world: World, channel: Channel): Json {
  if (channel.thread) return threadJson(world, channel);
  const common = { id: channel.id, type: channel.type, last_message_id: channel.lastMessageId, flags: 0 };
  if (channel.type === ChannelType.dm) {
    const others = channel.recipients.filter((user) => user.id !== world.app.id);
    return { ...common, recipients: others.map(userJson) };
  }
  if (channel.type === ChannelType.groupDm) {
    const [owner] = channel.recipients;
    return {
      ...common,
      recipients: channel.recipients.map(userJson),
      name: channel.name,
      icon: null,
      owner_id: owner?.id,
    };
  }
  return {
    ...common,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId ?? null,
    topic: null,
    ...forumJson(channel),
    position: channel.position,
    rate_limit_per_user: channel.rateLimitPerUser,
    nsfw: false,
    permission_overwrites: [...channel.overwrites.values()].map((overwrite) => ({
      id: overwrite.id,
      type: overwrite.kind === 'role' ? 0 : 1,
      allow: String(overwrite.allow),
      deny: String(overwrite.deny),
    })),
  };
}

/** Bit of a forum's flags: each post needs a tag. @see https://discord.com/developers/docs/resources/channel#channel-object-channel-flags */
const REQUIRE_TAG = 1 << 4;

function forumJson({ forum }: Channel): Json {
  if (!forum) return {};
  const tags = forum.tags.map((tag) => ({ ...tag, emoji_id: null, emoji_name: null }));
  return {
    available_tags: tags,
    default_reaction_emoji: null,
    default_sort_order: null,
    default_forum_layout: 0,
    flags: forum.requiresTag ? REQUIRE_TAG : 0,
  };
}

function threadJson(world: World, channel: Channel): Json {
  const { thread } = channel;
  if (!thread) throw new Error(`${channel.name} is not a thread`);
  const joinedAt = thread.members.get(world.app.id);
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    parent_id: channel.parentId,
    owner_id: thread.ownerId,
    name: channel.name,
    last_message_id: channel.lastMessageId,
    flags: 0,
    ...(thread.appliedTags.length === 0 ? {} : { applied_tags: thread.appliedTags }),
    rate_limit_per_user: channel.rateLimitPerUser,
    message_count: thread.messageCount,
    member_count: thread.members.size,
    total_message_sent: thread.totalSent,
    thread_metadata: {
      archived: thread.archived,
      archive_timestamp: isoOf(thread.archiveChangedAt),
      auto_archive_duration: thread.autoArchiveMinutes,
      locked: thread.locked,
      create_timestamp: isoOf(thread.createdAt),
      ...(channel.type === ChannelType.privateThread ? { invitable: true } : {}),
    },
    ...(joinedAt === undefined ? {} : { member: threadMemberJson(channel.id, world.app.id, joinedAt) }),
  };
}

export function threadMemberJson(threadId: string, userId: string, joinedAt: number): Json {
  return { id: threadId, user_id: userId, join_timestamp: isoOf(joinedAt), flags: 1 };
}

/** A channel inside an interaction: also says what the asker may do there. */
export function interactionChannelJson(world: World, channel: Channel, userId: string): Json {
  return { ...channelJson(world, channel), permissions: String(permissionsIn(world, userId, channel)) };
}

export function guildJson(guild: Guild): Json {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    preferred_locale: guild.locale,
    roles: [...guild.roles.values()].map(roleJson),
    features: [],
    emojis: [],
    stickers: [],
    incidents_data: null,
    ...GUILD_DEFAULTS,
    premium_tier: guild.boostTier,
  };
}

/** What GUILD_CREATE adds: the state a client needs to begin with. */
export function guildCreateJson(world: World): Json {
  const { guild, app } = world;
  const channels = [...world.channels.values()].filter((channel) => channel.guildId === guild.id);
  const seen = channels.filter((channel) => permissionsIn(world, app.id, channel) !== 0n);
  const bot = guild.members.get(app.id);
  return {
    ...guildJson(guild),
    joined_at: isoOf(bot?.joinedAt ?? 0),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: bot ? [fullMemberJson(bot)] : [],
    channels: channels.filter((channel) => !channel.thread).map((channel) => channelJson(world, channel)),
    threads: seen.filter((channel) => channel.thread?.archived === false).map((channel) => threadJson(world, channel)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

/** @everyone has the server's own id. */
export function everyoneRole(guildId: string): Role {
  return { id: guildId, name: '@everyone', position: 0, mentionable: false, permissions: EVERYONE_DEFAULT };
}

const GUILD_DEFAULTS = {
  icon: null,
  description: null,
  home_header: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  application_id: null,
  region: 'deprecated',
  afk_channel_id: null,
  afk_timeout: 300,
  system_channel_id: null,
  system_channel_flags: 0,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 0,
  default_message_notifications: 0,
  mfa_level: 0,
  explicit_content_filter: 0,
  max_presences: null,
  max_members: 500_000,
  max_stage_video_channel_users: 50,
  max_video_channel_users: 25,
  vanity_url_code: null,
  premium_subscription_count: 0,
  rules_channel_id: null,
  safety_alerts_channel_id: null,
  public_updates_channel_id: null,
  premium_progress_bar_enabled: false,
  nsfw: false,
  nsfw_level: 0,
};

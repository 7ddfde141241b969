/** REST: the gateway's address, the bot itself, its direct channels, the server and its people. */
import { invalidForm, refuse, required } from '../errors.ts';
import { jsonOf, listOf, textOf } from '../json.ts';
import { signedUrls } from '../cdn.ts';
import { permissionsIn } from '../permissions.ts';
import { directChannel } from '../places.ts';
import { type Answer, type Call, ok, param, type Route } from '../route.ts';
import type { Guild, World } from '../state.ts';
import { channelJson, fullMemberJson, guildJson, roleJson, userJson } from '../wire.ts';
import { threadList } from './threads.ts';

const GUILD = '/guilds/{guild_id}';
const other = { limit: 'other' } as const;
const ofGuild = { limit: 'other', major: ['guild_id'] } as const;

export const basicRoutes: readonly Route[] = [
  { method: 'GET', path: '/gateway', ...other, auth: 'none', handle: (call) => ok({ url: call.gatewayUrl() }) },
  { method: 'GET', path: '/gateway/bot', ...other, handle: gatewayBot },
  { method: 'GET', path: '/users/@me', ...other, handle: me },
  { method: 'GET', path: '/users/{user_id}', ...other, handle: user },
  { method: 'POST', path: '/users/@me/channels', ...other, handle: openDirect },
  { method: 'GET', path: '/applications/@me', ...other, handle: application },
  { method: 'GET', path: '/oauth2/applications/@me', ...other, handle: application },
  { method: 'GET', path: GUILD, ...ofGuild, handle: (call) => ok({ ...guildJson(guildOf(call)) }) },
  { method: 'GET', path: `${GUILD}/channels`, ...ofGuild, handle: channels },
  {
    method: 'GET',
    path: `${GUILD}/roles`,
    ...ofGuild,
    handle: (call) => ok([...guildOf(call).roles.values()].map(roleJson)),
  },
  { method: 'GET', path: `${GUILD}/members/{user_id}`, ...ofGuild, handle: member },
  { method: 'GET', path: `${GUILD}/threads/active`, ...ofGuild, handle: activeThreads },
  { method: 'POST', path: '/attachments/refresh-urls', ...other, handle: refreshUrls },
];

function gatewayBot(call: Call): Answer {
  return ok({ url: call.gatewayUrl(), shards: call.shards(), session_start_limit: call.sessionStarts() });
}

function me(call: Call): Answer {
  return ok({ ...userJson(call.world.app.bot), mfa_enabled: false, locale: 'en-US', verified: true, email: null });
}

function user(call: Call): Answer {
  const found = call.world.users.get(param(call, 'user_id'));
  if (!found) throw refuse('unknownUser');
  return ok(userJson(found));
}

function openDirect(call: Call): Answer {
  const { world } = call;
  const recipientId = textOf(jsonOf(call.body)['recipient_id']);
  if (recipientId === undefined) throw invalidForm(required('recipient_id'));
  const recipient = world.users.get(recipientId);
  if (!recipient) throw refuse('unknownUser');
  if (recipient.bot) throw refuse('cannotDm');
  return ok(channelJson(world, directChannel(world, world.app.bot, recipient)));
}

/** Bits of the portal's switches. @see https://discord.com/developers/docs/resources/application#application-object-application-flags */
const LIMITED = { presences: 1 << 13, guildMembers: 1 << 15, messageContent: 1 << 19 } as const;

export function applicationFlags(world: World): number {
  const { presences, guildMembers, messageContent } = world.app.privileged;
  return (
    (presences ? LIMITED.presences : 0) |
    (guildMembers ? LIMITED.guildMembers : 0) |
    (messageContent ? LIMITED.messageContent : 0)
  );
}

function application(call: Call): Answer {
  const { world } = call;
  const owner = world.users.get(world.guild.ownerId);
  return ok({
    id: world.app.id,
    name: world.app.bot.username,
    icon: null,
    description: '',
    type: null,
    bot: userJson(world.app.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags: applicationFlags(world),
    flags_new: String(applicationFlags(world)),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: owner ? userJson(owner) : null,
    approximate_guild_count: 1,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  });
}

function guildOf(call: Call): Guild {
  if (param(call, 'guild_id') !== call.world.guild.id) throw refuse('unknownGuild');
  return call.world.guild;
}

function channels(call: Call): Answer {
  const guild = guildOf(call);
  const own = [...call.world.channels.values()].filter((channel) => channel.guildId === guild.id && !channel.thread);
  return ok(own.map((channel) => channelJson(call.world, channel)));
}

function member(call: Call): Answer {
  const found = guildOf(call).members.get(param(call, 'user_id'));
  if (!found) throw refuse('unknownMember');
  return ok(fullMemberJson(found));
}

function activeThreads(call: Call): Answer {
  guildOf(call);
  const { world } = call;
  const active = [...world.channels.values()].filter(
    (channel) => channel.thread?.archived === false && permissionsIn(world, world.app.id, channel) !== 0n,
  );
  return ok(threadList(call, active));
}

/** Known to work with bots' tokens, though neither documentation nor description names it. */
function refreshUrls(call: Call): Answer {
  const { world } = call;
  const urls = listOf(jsonOf(call.body)['attachment_urls']).flatMap((url) => textOf(url) ?? []);
  if (urls.length < 1 || urls.length > 50) throw invalidForm(required('attachment_urls'));
  const refreshed = urls.map((original) => {
    const file = world.files.get(/\/attachments\/\d+\/(\d+)\//.exec(original)?.[1] ?? '');
    return { original, refreshed: file ? signedUrls(world, file).url : null };
  });
  return ok({ refreshed_urls: refreshed });
}

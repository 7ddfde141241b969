/** What an agent shows beside its messages: the status line, a title, prompts to begin with, and its session. */
import { structured } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import { arg, type Call, channelOf, type Method, optional } from '../api/method.ts';
import { isJson, type Json, textOf } from '../../discord/json.ts';
import type { AgentSession, Channel } from '../state/model.ts';
import { placeOf, sessionOf, setSession, setStatus } from '../state/places.ts';

const ASSISTANT_WRITE = ['assistant:write'];
const CHAT_WRITE = ['chat:write'];
/** https://docs.slack.dev/reference/methods/assistant.threads.setStatus */
const LOADING = { least: 1, most: 10, characters: 50 };
const MAX_PROMPTS = 4;
const MAX_TITLE = 200;
const STATES: readonly string[] = ['active', 'processing', 'suspended', 'closed'];

interface Place {
  readonly channel: Channel;
  readonly threadTs: string;
}

function placeIn(call: Call): Place {
  const channel = channelOf(call, arg(call, 'channel_id'));
  const threadTs = arg(call, 'thread_ts');
  if (!channel.messages.has(threadTs)) throw refuse('invalid_thread_ts');
  return { channel, threadTs };
}

/** A status is the old bridge to the session: something is said, so the agent works. */
function status(call: Call): Json {
  const place = placeIn(call);
  const loading = structured(call.args, 'loading_messages') ?? [];
  const isList = Array.isArray(loading) && loading.length <= LOADING.most;
  const given = isList ? loading.flatMap((line: unknown) => textOf(line) ?? []) : [];
  const isFine =
    isList && given.length === loading.length && given.every((line) => isBetween(line, LOADING.characters));
  if (!isFine) throw refuse('invalid_arguments', { response_metadata: { messages: ['[ERROR] loading_messages'] } });
  const text = arg(call, 'status');
  setStatus(call.world, place, { text, loading: given });
  setSession(call.world, place, text === '' ? 'active' : 'processing');
  return {};
}

function isBetween(text: string, most: number): boolean {
  return text.length >= 1 && text.length <= most;
}

function title(call: Call): Json {
  const { channel, threadTs } = placeIn(call);
  call.workspace.titles.set(placeOf(channel, threadTs), arg(call, 'title'));
  call.world.changed();
  return {};
}

function prompts(call: Call): Json {
  const channel = channelOf(call, arg(call, 'channel_id'));
  if (!call.world.isAgent) throw refuse('not_agent_app');
  const threadTs = optional(call, 'thread_ts');
  if (threadTs !== undefined && !channel.messages.has(threadTs)) throw refuse('message_not_found');
  const list = structured(call.args, 'prompts');
  const isFine = Array.isArray(list) && list.length <= MAX_PROMPTS && list.every(isPrompt);
  if (!isFine) throw refuse('invalid_arguments', { response_metadata: { messages: ['[ERROR] prompts'] } });
  call.workspace.prompts.set(placeOf(channel, threadTs ?? ''), list.filter(isJson));
  call.world.changed();
  return {};
}

function isPrompt(prompt: unknown): boolean {
  return isJson(prompt) && typeof prompt['title'] === 'string' && typeof prompt['message'] === 'string';
}

function sessionPlace(call: Call): Place {
  if (!call.world.isAgent) throw refuse('feature_disabled');
  const channel = channelOf(call, arg(call, 'channel_id'));
  if (!channel.members.has(call.workspace.bot.id)) throw refuse('not_authorized');
  const threadTs = optional(call, 'thread_ts');
  if (threadTs === undefined) throw refuse('thread_ts_required');
  return { channel, threadTs };
}

function setSessionStatus(call: Call): Json {
  const place = sessionPlace(call);
  const wanted = arg(call, 'status');
  if (!STATES.includes(wanted)) throw refuse('invalid_status');
  const initiator = optional(call, 'initiator_user_id');
  if (initiator !== undefined && !call.workspace.users.has(initiator)) throw refuse('user_not_found');
  const isNew = sessionOf(call.world, place.channel, place.threadTs) === undefined;
  // The list above holds exactly the states of the type.
  const session = setSession(call.world, place, wanted as AgentSession['state']);
  if (isNew) session.title = (optional(call, 'title') ?? '').slice(0, MAX_TITLE);
  const deaf = wanted === 'processing' && !call.world.subscribed.has('agent_session_stopped');
  const warning = 'missing_agent_session_stopped_event_subscription';
  return {
    status: session.state,
    agent_status: session.state,
    title: session.title,
    ...(deaf ? { warning, response_metadata: { warnings: [warning] } } : {}),
  };
}

function rename(call: Call): Json {
  const { channel, threadTs } = sessionPlace(call);
  const session = sessionOf(call.world, channel, threadTs);
  if (!session) throw refuse('session_not_found');
  const wanted = arg(call, 'title');
  if (!isBetween(wanted, MAX_TITLE)) throw refuse('invalid_name');
  session.title = wanted;
  call.world.changed();
  return {};
}

export const assistantMethods: readonly Method[] = [
  {
    name: 'assistant.threads.setStatus',
    token: 'bot',
    scopes: ['chat:write', 'assistant:write'],
    tier: 'status',
    required: ['channel_id', 'thread_ts', 'status'],
    handle: status,
  },
  {
    name: 'assistant.threads.setTitle',
    token: 'bot',
    scopes: ASSISTANT_WRITE,
    tier: 4,
    required: ['channel_id', 'thread_ts', 'title'],
    handle: title,
  },
  {
    name: 'assistant.threads.setSuggestedPrompts',
    token: 'bot',
    scopes: ASSISTANT_WRITE,
    tier: 4,
    required: ['channel_id', 'prompts'],
    handle: prompts,
  },
  {
    name: 'agents.sessions.setStatus',
    token: 'bot',
    scopes: CHAT_WRITE,
    tier: 3,
    required: ['channel_id', 'status'],
    handle: setSessionStatus,
  },
  {
    name: 'agents.sessions.rename',
    token: 'bot',
    scopes: CHAT_WRITE,
    tier: 3,
    required: ['channel_id', 'title'],
    handle: rename,
  },
];

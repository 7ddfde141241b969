/** Views: opening, pushing and updating modals, and publishing a Home tab. */
import { structured } from '../api/body.ts';
import { refuse } from '../api/errors.ts';
import { arg, type Call, type Method, optional } from '../api/method.ts';
import type { Json } from '../../discord/json.ts';
import { checked, viewJson } from '../events/modals.ts';

function view(call: Call, type: 'modal' | 'home'): Json {
  return checked(structured(call.args, 'view'), type);
}

function shownBy(call: Call, how: 'open' | 'push'): Json {
  const given = view(call, 'modal');
  const user = call.triggers.take(call.workspace.id, arg(call, 'trigger_id'));
  return { view: viewJson(call.world, call.modals[how](call.workspace, user, given)) };
}

function update(call: Call): Json {
  const [id, external, hash] = ['view_id', 'external_id', 'hash'].map((name) => optional(call, name));
  const which = {
    ...(id === undefined ? {} : { id }),
    ...(external === undefined ? {} : { external }),
    ...(hash === undefined ? {} : { hash }),
  };
  return { view: viewJson(call.world, call.modals.update(call.workspace, which, view(call, 'modal'))) };
}

function publish(call: Call): Json {
  const given = view(call, 'home');
  const user = arg(call, 'user_id');
  if (!call.workspace.users.has(user))
    throw refuse('invalid_arguments', { response_metadata: { messages: ['[ERROR] user_id'] } });
  const hash = optional(call, 'hash');
  const home = { given, ...(hash === undefined ? {} : { hash }) };
  return { view: viewJson(call.world, call.modals.publish(call.workspace, user, home)) };
}

export const viewMethods: readonly Method[] = [
  {
    name: 'views.open',
    token: 'bot',
    scopes: [],
    tier: 4,
    required: ['view', 'trigger_id'],
    handle: (call) => shownBy(call, 'open'),
  },
  {
    name: 'views.push',
    token: 'bot',
    scopes: [],
    tier: 4,
    required: ['view', 'trigger_id'],
    handle: (call) => shownBy(call, 'push'),
  },
  { name: 'views.update', token: 'bot', scopes: [], tier: 4, required: ['view'], handle: update },
  { name: 'views.publish', token: 'bot', scopes: [], tier: 4, required: ['view', 'user_id'], handle: publish },
];

/** REST: application commands. @see https://discord.com/developers/docs/interactions/application-commands */
import { typeOf } from '../command-rules.ts';
import { ApiError, badChoice, invalidForm, refuse } from '../errors.ts';
import { refusalOf } from '../limits.ts';
import { isJson, type Json, jsonOf, listOf } from '../json.ts';
import { type Answer, type Call, created, noContent, ok, param, type Route } from '../route.ts';

const GLOBAL = '/applications/{application_id}/commands';
const GUILD = '/applications/{application_id}/guilds/{guild_id}/commands';

export const commandRoutes: readonly Route[] = [GLOBAL, GUILD].flatMap((path): Route[] => {
  const common = { limit: 'commands', major: path === GUILD ? ['guild_id'] : [] } as const;
  const one = `${path}/{command_id}`;
  return [
    { method: 'GET', path, ...common, handle: list },
    { method: 'PUT', path, ...common, handle: overwrite },
    { method: 'POST', path, ...common, handle: create },
    { method: 'GET', path: one, ...common, handle: (call) => ok(call.commands.one(scopeOf(call), idOf(call))) },
    { method: 'PATCH', path: one, ...common, handle: change },
    { method: 'DELETE', path: one, ...common, handle: destroy },
  ];
});

const idOf = (call: Call): string => param(call, 'command_id');

function scopeOf(call: Call): string | undefined {
  if (param(call, 'application_id') !== call.world.app.id) throw refuse('missingAccess');
  const guildId = call.params['guild_id'];
  if (guildId !== undefined && guildId !== call.world.guild.id) throw refuse('missingAccess');
  return guildId;
}

/** Translations come only to those who ask for them. */
function list(call: Call): Answer {
  const all = call.commands.in(scopeOf(call));
  return ok(call.query.get('with_localizations') === 'true' ? all : all.map(withoutTranslations));
}

function withoutTranslations(described: Json): Json {
  const { options, choices } = described;
  return {
    ...described,
    name_localizations: null,
    ...('description_localizations' in described ? { description_localizations: null } : {}),
    ...(Array.isArray(options) ? { options: options.filter(isJson).map(withoutTranslations) } : {}),
    ...(Array.isArray(choices) ? { choices: choices.filter(isJson).map(withoutTranslations) } : {}),
  };
}

function overwrite(call: Call): Answer {
  if (!Array.isArray(call.body)) throw invalidForm(badChoice('commands', ['a list']));
  const wanted = listOf(call.body).filter(isJson);
  countNew(call, wanted);
  return ok(call.commands.overwrite(scopeOf(call), wanted));
}

/** Two hundred new ones a day; what keeps its name and type is no new one. */
function countNew(call: Call, wanted: readonly Json[]): void {
  const scope = scopeOf(call);
  const standing = call.commands.in(scope);
  const isNew = (command: Json) =>
    !standing.some((each) => each['name'] === command['name'] && typeOf(each) === typeOf(command));
  for (const _command of wanted.filter(isNew)) {
    const { allowed, resetAt } = call.limiter.hit('newCommands', scope ?? 'everywhere');
    if (allowed) continue;
    const { body } = refusalOf('user', resetAt - call.world.clock.now());
    throw new ApiError(429, { ...body, ...refuse('tooManyCommands').body });
  }
}

function create(call: Call): Answer {
  countNew(call, [jsonOf(call.body)]);
  const { json, isNew } = call.commands.upsert(scopeOf(call), jsonOf(call.body));
  return isNew ? created(json) : ok(json);
}

function change(call: Call): Answer {
  return ok(call.commands.change(scopeOf(call), idOf(call), jsonOf(call.body)));
}

function destroy(call: Call): Answer {
  call.commands.remove(scopeOf(call), idOf(call));
  return noContent;
}

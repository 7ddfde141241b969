/** What each command does, once for all platforms; questions among them come as mentions and not here. */
import { type AnswerContext, doWith } from '../answers/deeds.ts';
import {
  type ConversationId,
  type Platform,
  scopeIdOf,
  type Settings,
  type Whereabouts,
} from '../core/conversation.ts';
import {
  ACTION_NAMES,
  type ActionName,
  type Author,
  type Command,
  type CommandName,
  type Journal,
  type Mention,
  type Suggested,
} from '../core/inbound.ts';
import type { CommandReply } from '../core/reply.ts';
import { type AccountLimits, type Ledger, PAYERS, type Payer, type Period, PERIODS } from '../core/model.ts';
import type { Inbox, Lanes, Log, TurnStore } from '../core/ports.ts';
import { languageOf, lineOf, noticesIn } from '../notices/notices.ts';
import { type ChoiceContext, choose, type Given, showSettings } from './choose.ts';
import { filesOf } from './export.ts';
import { sentencesIn } from './sentences.ts';
import { mayChange, maySee, settingsOf } from './settings.ts';
import { completionsOf } from './values.ts';

export interface CommandContext extends ChoiceContext {
  /** Whether this person may use the bot there. */
  readonly admits: (command: Command) => boolean;
  readonly lanes: Lanes;
  readonly turns: TurnStore;
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** What is done with one answer needs this. */
  readonly answers: AnswerContext;
  /** What each of them may use here. */
  readonly limitsOf: (payer: Payer) => AccountLimits;
  /** Removes what is kept of a workspace and cannot be read: whose words are in it, nobody can tell. @throws StorageUnavailable */
  readonly eraseUnreadable: (platform: Platform, workspace: string) => Promise<void>;
  /** Of the bot. */
  readonly version: string;
  /** Turns kept of a conversation. */
  readonly maxTurns: number;
  readonly log: Log;
}

type Deed = (given: Given, context: CommandContext) => Promise<CommandReply>;

/** Those about one answer, by their names. */
const ANSWER_DEEDS = Object.fromEntries(
  ACTION_NAMES.map((name) => [name, (given: Given, context: CommandContext) => doWith(name, given, context.answers)]),
  // Every name is a key of it.
) as Readonly<Record<ActionName, Deed>>;

const DEEDS: Readonly<Record<CommandName, Deed>> = {
  ask: async ({ say }) => ({ text: say.whatToAsk }),
  think: (given, context) => choose({ name: 'thinking', written: given.command.values['depth'] }, given, context),
  search: (given, context) => choose({ name: 'search', written: given.command.values['text'] }, given, context),
  model: (given, context) => choose({ name: 'model', written: given.command.values['model'] }, given, context),
  persona: (given, context) => {
    const { persona, text } = given.command.values;
    return choose({ name: 'persona', written: persona, own: text }, given, context);
  },
  settings: showSettings,
  ...ANSWER_DEEDS,
  forget: (given, context) =>
    given.command.values['what'] === 'me' ? forgetMe(given, context) : forget(given, context),
  export: exportTurns,
  usage,
  help: async ({ say }) => ({ text: say.help.join('\n') }),
  about: async ({ say, held, command: { hearsOnlyMentions = false } }, { version, maxTurns }) => ({
    text: say.about({ model: held.model.value, version, maxTurns, hearsOnlyMentions }).join('\n'),
  }),
};

/** The part of an Inbox that is not about questions. */
export class CommandDesk implements Pick<Inbox, 'command' | 'settingsAt' | 'complete'> {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** Does what was asked and says so; what goes wrong is said too, and logged. */
  async command(command: Command): Promise<CommandReply> {
    const { settings, log } = this.#context;
    let language = languageOf(settings.defaults.language, command.author.locale);
    try {
      const held = await settings.at(command);
      language = languageOf(held.language.value, command.author.locale);
      if (!isOpenToAll(command) && !this.#context.admits(command))
        return { text: noticesIn(language).ofRefusal({ kind: 'not-allowed' }) };
      return await DEEDS[command.name]({ command, held, language, say: sentencesIn(language) }, this.#context);
    } catch (error) {
      const reference = crypto.randomUUID().slice(0, 8);
      log.error('command.failed', error, { command: command.name, conversation: command.conversation, reference });
      return { text: noticesIn(language).ofError(error, reference) };
    }
  }

  async settingsAt(where: Whereabouts): Promise<Settings> {
    return settingsOf(await this.#context.settings.at(where));
  }

  async complete(what: Suggested, typed: string): Promise<readonly string[]> {
    return completionsOf(what, typed, this.#context.catalogue);
  }
}

/** Whoever may not ask any more may still have what is kept of them dropped. */
function isOpenToAll({ name, values }: Command): boolean {
  return name === 'forget' && values['what'] === 'me';
}

/** For whoever may change what holds here. The answer that is being written is stopped; what it leaves is dropped too. */
async function forget({ command, say }: Given, context: CommandContext): Promise<CommandReply> {
  const { conversation } = command;
  const before = Date.now();
  if (conversation === undefined) return { text: say.noConversation };
  if (!mayChange('conversation', command.author, context.rights)) return { text: say.mayNot('conversation') };
  await context.lanes.cancel(conversation);
  const turns = await forgetTurns([conversation], undefined, context);
  const id = scopeIdOf('conversation', command);
  if (id !== undefined) await context.settings.store.forget(id);
  await closeOpen((mention) => mention.conversation === conversation && mention.receivedAt <= before, context);
  return { text: say.forgotten(turns) };
}

/** All that is kept of a person in one workspace: turns that answer them, what others quote of them, settings, counts, and questions left open. */
async function forgetMe({ command, say }: Given, context: CommandContext): Promise<CommandReply> {
  const { author, place } = command;
  const before = Date.now();
  const isHere = (mention: Mention): boolean =>
    mention.place.platform === place.platform && mention.place.workspace === place.workspace;
  const isMine = (mention: Mention): boolean =>
    isHere(mention) && mention.author.id === author.id && mention.receivedAt <= before;
  const stored = await context.turns.conversations(place.platform, place.workspace);
  // Questions of others too: an answer that is being written may quote this person.
  const open = (await context.journal.open()).map(({ mention }) => mention).filter(isHere);
  const ids = new Set([...stored.map(({ id }) => id), ...open.map(({ conversation }) => conversation)]);
  const turns = await forgetTurns([...ids], author, context);
  await closeOpen(isMine, context);
  await context.eraseUnreadable(place.platform, place.workspace);
  const account = scopeIdOf('person', command);
  const isLimited = Object.keys(context.limitsOf('person')).length > 0;
  if (account !== undefined) {
    await context.settings.store.forget(account);
    await context.ledger.forget(account, before, !isLimited);
  }
  return { text: isLimited ? `${say.forgottenMe(turns)} ${say.countsStay}` : say.forgottenMe(turns) };
}

/** Each conversation in its lane, so that what is being answered there is stored first and dropped with the rest. */
async function forgetTurns(
  ids: readonly ConversationId[],
  person: Author | undefined,
  { lanes, turns }: CommandContext,
): Promise<number> {
  let dropped = 0;
  const drop = async (id: ConversationId): Promise<void> => {
    const count = await turns.forget(id, person);
    dropped += count;
  };
  await Promise.all(ids.map((id) => lanes.run(id, () => drop(id), { maxWaiting: Number.POSITIVE_INFINITY })));
  return dropped;
}

/** Questions that were left to the next start are not answered then. */
async function closeOpen(isDropped: (mention: Mention) => boolean, { journal }: CommandContext): Promise<void> {
  for (const { mention } of await journal.open()) if (isDropped(mention)) await journal.close(mention.id);
}

async function exportTurns({ command: { conversation }, say }: Given, context: CommandContext): Promise<CommandReply> {
  if (conversation === undefined) return { text: say.noConversation };
  const turns = await context.turns.turns(conversation);
  if (turns.length === 0) return { text: say.nothingToExport };
  return { text: say.exported(turns.length), files: filesOf(turns) };
}

async function usage({ command, say }: Given, { ledger, limitsOf, rights }: CommandContext): Promise<CommandReply> {
  const asked = command.values['of'] ?? 'person';
  const scope = PAYERS.find((known) => known === asked);
  const account = scope === undefined ? undefined : scopeIdOf(scope, command);
  if (scope === undefined || account === undefined)
    return { text: say.takes('of', lineOf(asked), 'person, channel, workspace') };
  if (!maySee(scope, command.author, rights)) return { text: say.mayNotSee };
  const limits = limitsOf(scope);
  const now = Date.now();
  const usedIn = async (period: Period): Promise<string> => {
    const spend = await ledger.spent(account, period, now);
    const limit = limits[period];
    const told = `- ${say.periods[period]}: ${spend === undefined ? say.nothingUsed : say.spend(spend)}`;
    return limit === undefined || Object.keys(limit).length === 0 ? told : `${told}. ${say.limited(limit, spend)}`;
  };
  const told = PERIODS.filter((period) => period !== 'hour' || limits.hour !== undefined);
  const lines = await Promise.all(told.map(usedIn));
  return { text: [say.used(say.origins[scope]), ...lines].join('\n') };
}

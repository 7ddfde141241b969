/** What the room's tests steer with: the real models and personas, stores in memory, and lanes. */
import { LocalLanes } from '../../src/conversation/lanes.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { SettingsOverride } from '../../src/core/conversation.ts';
import type { Author, Command, CommandName, Mention } from '../../src/core/inbound.ts';
import type { PostRef } from '../../src/core/reply.ts';
import { ModelTable } from '../../src/models/table.ts';
import type { CommandContext } from '../../src/steering/commands.ts';
import { type Rights, ScopedSettings } from '../../src/steering/settings.ts';
import type { Catalogue } from '../../src/steering/values.ts';
import { eraseUnreadable } from '../../src/storage/erasure.ts';
import { KeyvJournal } from '../../src/storage/journal.ts';
import { KeyvLedger } from '../../src/storage/ledger.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { KeyvTurnStore } from '../../src/storage/turns.ts';
import { aStore } from '../storage/stores.ts';
import { aConversation, aMention, someSettings } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const { models, personas, settings } = await loadConfig({});

export const catalogue: Catalogue = { models, personas, usual: 'default' };
export const rights: Rights = settings.steering;
const table = new ModelTable(models);

/** Everything commands need, with what was asked again. */
export interface Context extends CommandContext {
  readonly asked: { readonly mention: Mention; readonly posts: readonly PostRef[] }[];
  /** What was counted. */
  readonly rated: string[];
}

export async function aContext(
  change: Partial<CommandContext> = {},
  defaults: SettingsOverride = {},
): Promise<Context> {
  const store = await aStore('memory:');
  const asked: Context['asked'] = [];
  const journal = new KeyvJournal(store);
  const [lanes, turns] = [new LocalLanes(), new KeyvTurnStore(store, { maxTurns: 50 })];
  const rated: Context['rated'] = [];
  const answers: CommandContext['answers'] = {
    lanes,
    turns,
    journal,
    check: async () => undefined,
    metrics: { rated: (rating) => void rated.push(rating) },
    log: quietLog,
    ask: async (mention, posts) => {
      asked.push({ mention, posts });
      return journal.accept(mention, posts);
    },
    admins: ['boss'],
  };
  return {
    settings: new ScopedSettings(new KeyvSettingsStore(store), { ...someSettings, ...defaults }),
    catalogue,
    rights,
    facts: (model) => table.facts(model),
    admits: () => true,
    limitsOf: () => ({}),
    lanes,
    turns,
    answers,
    journal,
    ledger: new KeyvLedger(store),
    eraseUnreadable: (platform, workspace) => eraseUnreadable(store, platform, workspace),
    version: '1.2.3',
    maxTurns: 50,
    log: quietLog,
    asked,
    rated,
    ...change,
  };
}

const { author, place } = aMention();

/** A command in the usual conversation. */
export function aCommand(name: CommandName, values: Command['values'] = {}, as: Partial<Author> = {}): Command {
  return { name, values, conversation: aConversation, author: { ...author, ...as }, place };
}

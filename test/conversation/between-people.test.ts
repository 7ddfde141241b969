import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type ConversationId,
  conversationIdOf,
  type Platform,
  type Scope,
  SCOPES,
  scopeIdOf,
} from '../../src/core/conversation.ts';
import type { Author, Command, CommandName, Mention, Place } from '../../src/core/inbound.ts';
import { aMention } from '../support/builders.ts';
import { addressOf, aFile, House, wordsIn } from './house.ts';

const PEOPLE = 20;

interface Spot {
  readonly place: Place;
  readonly conversation: ConversationId;
}

function aSpot(platform: Platform, [workspace, channel, thread]: readonly string[], kind: Place['kind']): Spot {
  const parts = { platform, workspace: workspace ?? '', channel: channel ?? '' };
  const conversation = conversationIdOf({ ...parts, ...(thread === undefined ? {} : { thread }) });
  return { place: { ...parts, kind }, conversation };
}

/** Ten places, alike on purpose: the same channel, the same thread, the same ids on another platform. */
const SPOTS: readonly ((person: number) => Spot)[] = [
  () => aSpot('discord', ['g1', 'c1', 't1'], 'thread'),
  () => aSpot('discord', ['g1', 'c1', 't2'], 'thread'),
  () => aSpot('discord', ['g1', 'c1'], 'channel'),
  () => aSpot('discord', ['g1', 'c11', 't1'], 'thread'),
  () => aSpot('discord', ['g2', 'c1', 't1'], 'thread'),
  (person) => aSpot('discord', ['g1', 'c1', `private-u${person}`], 'direct'),
  (person) => aSpot('discord', ['@me', `d${person}`], 'direct'),
  () => aSpot('slack', ['g1', 'c1', 't1'], 'thread'),
  () => aSpot('slack', ['g1', 'c1/t1'], 'channel'),
  (person) => aSpot('slack', ['g1', `d${person}`], 'direct'),
];

/** A few of them are everywhere, so that the same person is often in two places at once. */
const person = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2 }) },
  { weight: 2, arbitrary: fc.nat({ max: PEOPLE - 1 }) },
);
const spot = fc.nat({ max: SPOTS.length - 1 });
const pause = fc.nat({ max: 3 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), person, spot, pause, file: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('choose' as const),
      person,
      spot,
      pause,
      scope: fc.constantFrom(...SCOPES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'export' as const,
        'settings' as const,
        'retry' as const,
        'stop' as const,
        'forget' as const,
      ),
      person,
      spot,
      pause,
    }),
  },
);

/** To whom each word belongs: a conversation, or whoever is in a scope. */
class Owners {
  readonly #owners = new Map<string, string>();

  word(owner: string): string {
    const word = `w${this.#owners.size}w`;
    this.#owners.set(word, owner);
    return word;
  }

  /** Those of the words that belong to none of these. */
  strangers(words: readonly string[], owners: readonly (string | undefined)[]): readonly string[] {
    return words.filter((word) => !owners.includes(this.#owners.get(word)));
  }
}

/** Whose a choice is, told apart without asking the code that is tested. */
function ownerIn(scope: Scope, author: Author, { place, conversation }: Spot): string {
  const whose = { person: author.id, conversation, channel: place.channel, workspace: '' }[scope];
  return [scope, place.platform, place.workspace, whose].join(' ');
}

/** Everything whose words may turn up there for this person. */
function reachOf(author: Author, where: Spot): readonly string[] {
  return SCOPES.map((scope) => ownerIn(scope, author, where));
}

it('no memory, file, setting, source or count crosses between twenty people in ten places', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }),
      fc.array(pause, { minLength: 1 }),
      async (steps, pauses) => {
        await using house = await House.open(pauses);
        const owners = new Owners();
        const asked = new Map<string, Mention>();
        const replies: Promise<void>[] = [];
        const commanded: { name: string; words: readonly string[]; author: Author; where: Spot }[] = [];
        const turnsBy = new Map<string, number>();
        for (const [index, each] of steps.entries()) {
          const author: Author = { id: `u${each.person}`, name: `Person ${each.person}` };
          const where = SPOTS[each.spot]?.(each.person);
          if (where === undefined) throw new Error('there is such a place');
          const command = (name: CommandName, values: Command['values']): void => {
            const answered = house.desk.command({ name, values, author, ...where }).then((reply) => {
              commanded.push({ name, words: wordsIn(reply), author, where });
            });
            replies.push(answered);
          };
          if (each.kind === 'ask') {
            const word = owners.word(where.conversation);
            const attachments = each.file ? [aFile(owners.word(where.conversation))] : [];
            const id = `${where.place.platform}:${where.conversation}/${index}`;
            const mention = aMention({ id, author, ...where, text: word, attachments, receivedAt: Date.now() });
            const sent = { ...mention, replyTo: addressOf(mention) };
            asked.set(id, sent);
            const account = scopeIdOf('person', sent) ?? '';
            turnsBy.set(account, (turnsBy.get(account) ?? 0) + 1);
            await house.engine.mention(sent);
          } else if (each.kind === 'choose') {
            const word = owners.word(ownerIn(each.scope, author, where));
            command('persona', { text: `Say ${word}.`, scope: each.scope });
          } else command(each.kind, {});
          for (let waited = 0; waited < each.pause; waited++) await turn();
        }
        await Promise.all(replies);
        await house.settled();
        const all = [...asked.values()];
        // What people chose for themselves may be quoted in earlier answers of a conversation that they took part in.
        const inside = (conversation: string): readonly string[] => {
          const here = all.filter((mention) => mention.conversation === conversation);
          return [conversation, ...here.flatMap((mention) => reachOf(mention.author, mention))];
        };
        for (const { question, instruction, words } of house.read) {
          const mention = all.find(({ text }) => question.includes(text));
          if (mention === undefined) throw new Error('a question of nobody');
          expect(owners.strangers(instruction, reachOf(mention.author, mention))).toEqual([]);
          expect(owners.strangers(words, inside(mention.conversation))).toEqual([]);
        }
        for (const { at, words } of house.seen)
          expect(owners.strangers(words, inside(asked.get(at.message)?.conversation ?? ''))).toEqual([]);
        for (const { name, words, author, where } of commanded)
          expect(
            owners.strangers(words, [
              ...reachOf(author, where),
              ...(name === 'export' ? inside(where.conversation) : []),
            ]),
          ).toEqual([]);
        for (const [account, turns] of turnsBy) {
          // A question that was asked again, or stopped before it was sent, counts otherwise; nobody counts for another.
          if (steps.some(({ kind }) => kind === 'retry' || kind === 'stop' || kind === 'forget')) break;
          // The key is what scopeIdOf made.
          expect(await house.turnsOf(account as never)).toBe(turns);
        }
      },
    ),
    { numRuns: 20 },
  );
}, 120_000);

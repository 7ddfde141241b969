/** What is done with one answer, whether its button was pressed or the command was typed: once, for all platforms. */
import type { Language, Rating, Turn } from '../core/conversation.ts';
import type { Refusal } from '../core/errors.ts';
import type { ActionName, Author, Command, Journal, Mention } from '../core/inbound.ts';
import type { CommandReply, PostRef } from '../core/reply.ts';
import { TURN } from '../core/inbound.ts';
import type { Metrics } from '../core/model.ts';
import type { Lanes, Log, TurnStore } from '../core/ports.ts';
import { noticesIn } from '../notices/notices.ts';
import { actionsOf } from '../reply/offers.ts';
import { evidenceOf } from './evidence.ts';
import { type AnswerSentences, answerSentencesIn } from './sentences.ts';

export interface AnswerContext {
  readonly lanes: Lanes;
  readonly turns: TurnStore;
  readonly journal: Pick<Journal, 'attempts'>;
  /** Why it would not be answered, if so. */
  readonly check: (mention: Mention) => Promise<Refusal | undefined>;
  readonly metrics: Pick<Metrics, 'rated'>;
  readonly log: Log;
  /** Answers a mention, into the posts that stand for it; false when it is being answered already, or was. */
  readonly ask: (mention: Mention, posts: readonly PostRef[]) => Promise<boolean>;
  /** People who may do everything, as their platform writes them. */
  readonly admins: readonly string[];
}

/** Does it, and says so in that language. @throws StorageUnavailable, StorageCorrupt */
export async function doWith(
  name: ActionName,
  { command, language }: { readonly command: Command; readonly language: Language },
  context: AnswerContext,
): Promise<CommandReply> {
  const say = answerSentencesIn(language);
  if (name === 'stop') return stop({ command, say }, context);
  const { conversation, values } = command;
  if (conversation === undefined) return { text: say.noConversation };
  const turns = await context.turns.turns(conversation);
  const wanted = values[TURN];
  const turn = wanted === undefined ? turns.at(-1) : turns.find(({ id }) => id === wanted);
  if (turn === undefined) return { text: wanted === undefined ? say.notAgain : say.gone };
  return DEEDS[name]({ command, conversation, turn, say, language }, context);
}

/** A command about a turn that is remembered. */
interface About {
  readonly command: Command;
  readonly conversation: Mention['conversation'];
  readonly turn: Turn;
  readonly say: AnswerSentences;
  readonly language: Language;
}

type Deed = (about: About, context: AnswerContext) => Promise<CommandReply>;

const DEEDS: Readonly<Record<Exclude<ActionName, 'stop'>, Deed>> = {
  retry,
  continue: goOn,
  sources: async ({ turn, say }) => ({ text: evidenceOf(turn, say) || say.noSources }),
  thoughts: async ({ turn, say }) => ({ text: turn.thoughts ?? say.noThoughts }),
  good: (about, context) => rate('good', about, context),
  bad: (about, context) => rate('bad', about, context),
};

/** For who asked and those who moderate. Where several people read the answer, it says who stopped it. */
async function stop(
  { command, say }: Pick<About, 'command' | 'say'>,
  { lanes, admins }: AnswerContext,
): Promise<CommandReply> {
  const { conversation, author, place, values } = command;
  const running = conversation === undefined ? undefined : await lanes.running(conversation);
  const isMeant = running !== undefined && (values[TURN] ?? running.id) === running.id;
  if (conversation === undefined || !isMeant) return { text: say.nothingToStop };
  const may = running.author.id === author.id || author.moderates === true || admins.includes(author.id);
  if (!may) return { text: say.notYours };
  const by = place.kind === 'direct' ? undefined : author.name;
  const isStopped = await lanes.cancel(conversation, by, running.id);
  return isStopped ? { text: say.stopped, shows: true } : { text: say.nothingToStop };
}

/**
 * Asks the question again as its next attempt, in the posts that stand. Whoever wants that is who has to be admitted and
 * whose budget it is; where it is refused, they alone are told, and the answer stays as it stands.
 */
async function retry(
  { command, conversation, turn, say, language }: About,
  context: AnswerContext,
): Promise<CommandReply> {
  const again = await againOf(turn, conversation, context.journal);
  if (again === undefined) return { text: say.notAgain };
  const wanted: Mention = command.author.id === turn.author.id ? again : { ...again, wantedBy: asAuthor(command) };
  const refusal = await context.check(wanted);
  if (refusal !== undefined) return { text: noticesIn(language).ofRefusal(refusal) };
  const isNew = await context.ask(wanted, turn.posts);
  return isNew ? { text: say.again, shows: true } : { text: say.alreadyAgain };
}

/** Without what they may do there, which is known of those who give a command alone. */
function asAuthor(command: Command): Author {
  const { moderates: _, manages: __, ...author } = command.author;
  return author;
}

/**
 * The question of a turn as its next attempt, after those that came to nothing; undefined where it cannot be asked again.
 * Its files are not fetched again: the question stands in the turn as the model read it.
 * @throws StorageUnavailable, StorageCorrupt
 */
export async function againOf(
  turn: Turn,
  conversation: Mention['conversation'],
  journal: Pick<Journal, 'attempts'>,
): Promise<Mention | undefined> {
  const { id, author, origin } = turn;
  if (origin === undefined) return undefined;
  const attempt = Math.max(turn.attempt ?? 1, await journal.attempts(id)) + 1;
  const replyTo = { ...origin.replyTo, attempt };
  return { ...origin, id, conversation, author, attachments: [], replyTo, attempt, receivedAt: Date.now() };
}

/** Asks for the rest as a question of its own, which is asked once however often it is wanted. */
async function goOn({ command, conversation, turn, say }: About, { ask }: AnswerContext): Promise<CommandReply> {
  if (!actionsOf(turn).includes('continue') || command.next === undefined) return { text: say.isWhole };
  const { place, next } = command;
  const author = asAuthor(command);
  const said = { text: say.goOn, attachments: [], receivedAt: Date.now() };
  const isNew = await ask({ ...next, conversation, author, place, ...said }, []);
  return isNew ? { text: say.goesOn, shows: true } : { text: say.goesOnAlready };
}

/** Counted when it is new; whoever changes their mind is counted once more. */
async function rate(rating: Rating, about: About, { turns, metrics, log }: AnswerContext): Promise<CommandReply> {
  const { command, conversation, turn, say } = about;
  const before = await turns.rate(conversation, turn.id, { by: command.author.id, rating });
  if (before === undefined) return { text: say.gone };
  if (before === rating) return { text: say.known };
  metrics.rated(rating);
  log.info('answer.rated', { mention: turn.id, rating, model: turn.model });
  return { text: before === 'none' ? say.thanks : say.changed };
}

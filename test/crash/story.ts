/** One question whose bot is killed while it answers: asked, killed, started again, and then looked at by a reader. */
import { answerTextOf, conversationIdOf, type ConversationId, type Turn } from '../../src/core/conversation.ts';
import type { Chance } from '../bench/random.ts';
import { call, text } from '../simulators/gemini/answers.ts';
import { questionOf, type RecordedRequest } from '../simulators/gemini/request.ts';
import type { Answer } from '../simulators/gemini/script.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { CrashStage } from './stage.ts';

/** Where a question is asked, and what its answer takes. */
export const KINDS = ['opens', 'follows', 'direct', 'long', 'tool'] as const;
export type Kind = (typeof KINDS)[number];

/** What became of one question. */
export interface Outcome {
  readonly kind: Kind;
  /** Where the bot was killed, for every time that it was. */
  readonly killedAt: readonly string[];
  /** `unaccepted`: it was killed before the question was in the journal, and nobody saw anything of it. */
  readonly end: 'answered' | 'interrupted' | 'unaccepted';
  readonly faults: readonly string[];
}

export interface Plan {
  readonly kind: Kind;
  /** The step at which the bot dies; beyond its last one it is killed when it is idle. */
  readonly dieAt: number;
  /** The step of the next start at which it dies again. */
  readonly dieAgainAt?: number;
  /** Whether the last start comes too late to answer. */
  readonly tooLate: boolean;
}

const NOTICES = /(?:A restart interrupted this answer\.|I was restarted before I could answer this\.).*$/su;

/** How long an answer of several posts is, in sentences. */
const LONG = 60;

/** A question, and where it stands. */
interface Asked {
  readonly messageId: string;
  readonly channelId: string;
  readonly mention: string;
  readonly conversation: ConversationId;
  /** The bot's messages that stood there before. */
  readonly before: number;
}

export class Story {
  readonly #stage: CrashStage;
  readonly #ada: Person;
  readonly #thread: { id: string | undefined } = { id: undefined };
  #asked = 0;

  constructor(stage: CrashStage) {
    this.#stage = stage;
    this.#ada = stage.discord.addUser('Ada');
    const attempts = new Map<string, number>();
    stage.gemini.otherwise((request) => answerTo(request, attempts));
  }

  /** How many steps the answer to a question of each kind takes when nothing happens to it. */
  async measured(): Promise<ReadonlyMap<Kind, number>> {
    const steps = new Map<Kind, number>();
    for (const kind of KINDS) {
      await this.#stage.arm(Number.MAX_SAFE_INTEGER);
      const asked = this.#ask(kind);
      await this.#stage.until(() => this.#stage.entry(asked.mention) === 'closed');
      const faults = await this.#faults(asked, 'answered');
      if (faults.length > 0) throw new Error(`before any crash: ${faults.join('; ')}`);
      steps.set(kind, await this.#stage.steps());
    }
    return steps;
  }

  async play(plan: Plan): Promise<Outcome> {
    const stage = this.#stage;
    await stage.arm(plan.dieAt);
    const asked = this.#ask(plan.kind);
    const isOver = (): boolean => stage.entry(asked.mention) === 'closed';
    if ((await stage.until(isOver)) === 'so') await stage.kill();
    const killedAt = [stage.killedAt ?? 'when it was idle'];
    const left = stage.entry(asked.mention);
    if (plan.dieAgainAt !== undefined) {
      await stage.start({ dieAt: plan.dieAgainAt });
      if (left !== 'unknown' && (await stage.until(isOver)) === 'so') await stage.kill();
      if (stage.bot.isAlive) await stage.kill();
      killedAt.push(stage.killedAt ?? 'when it was idle');
    }
    const isStored = (await this.#turnsOf(asked)).length > 0;
    const isLate = plan.tooLate && !isStored && stage.entry(asked.mention) === 'open';
    await stage.start({ tooLate: plan.tooLate });
    const common = { kind: plan.kind, killedAt };
    if (left === 'unknown') return { ...common, end: 'unaccepted', faults: this.#traces(asked) };
    if ((await stage.until(isOver)) === 'dead')
      return { ...common, end: 'answered', faults: ['the bot died by itself'] };
    const end = isLate ? 'interrupted' : 'answered';
    return { ...common, end, faults: await this.#faults(asked, end) };
  }

  #ask(kind: Kind): Asked {
    const { discord } = this.#stage;
    const question = `question-${++this.#asked}-${kind}`;
    const thread = this.#thread.id;
    const general = discord.channel('general').id;
    const inThread = kind !== 'opens' && kind !== 'direct' && thread !== undefined;
    const place = kind === 'direct' ? this.#ada.dmChannelId : inThread ? thread : general;
    const before = discord.readsOfBot(place).length;
    const { id } = this.#ada.says(place, question, { mention: !inThread });
    const isNew = place === general;
    if (isNew) this.#thread.id = id;
    return {
      messageId: id,
      channelId: isNew ? id : place,
      mention: `discord:${place}/${id}`,
      conversation: this.#conversation(place, isNew ? id : inThread ? thread : undefined),
      before: isNew ? 0 : before,
    };
  }

  #conversation(place: string, thread: string | undefined): ConversationId {
    const { discord } = this.#stage;
    if (thread === undefined) return conversationIdOf({ platform: 'discord', workspace: '@me', channel: place });
    const channel = discord.channel('general').id;
    return conversationIdOf({ platform: 'discord', workspace: discord.guild.id, channel, thread });
  }

  /** What nobody accepted has left no trace; a thread that never was cannot be gone on in. */
  #traces({ channelId, messageId, before }: Asked): readonly string[] {
    const { discord } = this.#stage;
    if (this.#thread.id === messageId && discord.threadOf(messageId) === undefined) this.#thread.id = undefined;
    const stands =
      channelId === messageId && discord.threadOf(messageId) === undefined ? 0 : this.#posts(channelId, 0).length;
    return stands === before ? [] : ['a question that was not accepted has an answer'];
  }

  #posts(channelId: string, from: number): readonly string[] {
    return this.#stage.discord
      .readsOfBot(channelId)
      .slice(from)
      .map((post) => post.content);
  }

  async #turnsOf({ conversation, mention }: Asked): Promise<readonly Turn[]> {
    return (await this.#stage.turns(conversation)).filter(({ id }) => id === mention);
  }

  /** A sign of typing lasts ten seconds and then ends by itself; nobody may renew it once the answer stands. */
  #typesAfter({ channelId, before }: Asked): boolean {
    const { discord } = this.#stage;
    const posts = discord.readsOfBot(channelId).slice(before);
    const doneAt = Math.max(...posts.map(({ versions }) => versions.at(-1)?.at ?? 0));
    return discord.calls.some(({ path, at }) => path === `/channels/${channelId}/typing` && at > doneAt);
  }

  /** All that a reader, or the next question, would find wrong. */
  async #faults(asked: Asked, end: 'answered' | 'interrupted'): Promise<readonly string[]> {
    const { discord } = this.#stage;
    if (asked.channelId === asked.messageId && discord.threadOf(asked.messageId) === undefined)
      return ['the question has no thread'];
    const posts = this.#posts(asked.channelId, asked.before);
    const seen = bare(posts.join(''));
    const turns = await this.#turnsOf(asked);
    const kept = bare(turns.map(answerTextOf).join(''));
    const isWhole = /^answer-(\d+)of[\s\S]*\1end$/.test(seen) && (seen.match(/answer-/g) ?? []).length === 1;
    const faults: readonly (readonly [boolean, string])[] = [
      [posts.length === 0, 'there is no answer'],
      [end === 'answered' && !isWhole, `the answer is not one whole answer: ${posts.join(' | ')}`],
      [
        end === 'interrupted' && !NOTICES.test(posts.join('')),
        `nothing says that it was interrupted: ${posts.join(' | ')}`,
      ],
      [
        kept !==
          bare(
            posts
              .join('')
              .replace(NOTICES, '')
              .replace(/\s*-# $/, ''),
          ),
        `remembered is not what stands: ${kept} | ${seen}`,
      ],
      [turns.length > 1, 'the turn is remembered twice'],
      [end === 'answered' && turns.length === 0, 'the turn is not remembered'],
      [this.#typesAfter(asked), 'the bot typed on although there was an answer'],
      [this.#stage.drafts > 0, 'a text of an answer under way is left in the store'],
      [discord.readsOfBot(discord.channel('general').id).length > 0, 'an answer stands beside its thread'],
    ];
    return faults.flatMap(([isFault, words]) => (isFault ? [words] : []));
  }
}

/** Where a reader sees space is the renderer's affair, and not what is lost or kept. */
function bare(words: string): string {
  return words.replaceAll(/\s/g, '');
}

/** Each attempt at an answer has words of its own, so that a mixture of two is told from one. */
function answerTo(request: RecordedRequest, attempts: Map<string, number>): Answer {
  const question = /question-\d+-\w+/.exec(questionOf(request.understood))?.[0] ?? 'unknown';
  const hasTime = request.understood.contents?.at(-1)?.parts.some((part) => part.functionResponse) === true;
  if (question.endsWith('tool') && !hasTime) return call({ name: 'current_time', args: {} });
  const attempt = (attempts.get(question) ?? 0) + 1;
  attempts.set(question, attempt);
  const length = question.endsWith('long') ? LONG : 5;
  const middle = Array.from({ length }, (_, at) => `Sentence ${at} of attempt ${attempt} at ${question}.`);
  const words = [`answer-${attempt} of ${question}.`, ...middle, `${attempt} end`];
  return text(words.join(' '), { chunks: 8, chunkDelayMs: 40 });
}

/** A plan for the numbered case, always the same for a seed. */
export function planOf(chance: Chance, steps: ReadonlyMap<Kind, number>): Plan {
  const kind = chance.pick(KINDS);
  const most = steps.get(kind) ?? 1;
  return {
    kind,
    dieAt: chance.int(1, most + 1),
    ...(chance.next() < 0.2 ? { dieAgainAt: chance.int(1, most + 10) } : {}),
    tooLate: chance.next() < 0.25,
  };
}

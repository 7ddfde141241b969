/** One question whose bot is killed while it answers: asked, killed, started again, and then looked at by a reader. */
import { answerTextOf, type Turn } from '../../src/core/conversation.ts';
import type { Chance } from '../bench/random.ts';
import { call, text } from '../simulators/gemini/answers.ts';
import { questionOf, type RecordedRequest } from '../simulators/gemini/request.ts';
import type { Answer } from '../simulators/gemini/script.ts';
import type { Asked, Kind, Scene } from './scene.ts';
import type { CrashStage } from './stage.ts';

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

export class Story {
  readonly #stage: CrashStage;
  #asked = 0;

  constructor(stage: CrashStage) {
    this.#stage = stage;
    const attempts = new Map<string, number>();
    const { paceMs } = stage.scene;
    stage.gemini.otherwise((request) => answerTo(request, attempts, paceMs));
  }

  /** How many steps the answer to a question of each kind takes when nothing happens to it. */
  async measured(): Promise<ReadonlyMap<Kind, number>> {
    const steps = new Map<Kind, number>();
    for (const kind of this.#stage.scene.kinds) {
      await this.#stage.arm(Number.MAX_SAFE_INTEGER);
      const asked = await this.#ask(kind);
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
    const asked = await this.#ask(plan.kind);
    const isOver = (): boolean => stage.entry(asked.mention) === 'closed';
    if ((await stage.until(isOver)) === 'so') await stage.kill();
    const killedAt = [stage.killedAt ?? 'when it was idle'];
    const isLost = stage.entry(asked.mention) === 'unknown' && !asked.isOwed;
    if (plan.dieAgainAt !== undefined) {
      await stage.start({ dieAt: plan.dieAgainAt });
      if (!isLost && (await stage.until(isOver)) === 'so') await stage.kill();
      if (stage.bot.isAlive) await stage.kill();
      killedAt.push(stage.killedAt ?? 'when it was idle');
    }
    const isStored = (await this.#turnsOf(asked)).length > 0;
    const isLate = plan.tooLate && !isStored && stage.entry(asked.mention) === 'open';
    await stage.start({ tooLate: plan.tooLate });
    const common = { kind: plan.kind, killedAt };
    if (isLost) await stage.bot.says(stage.scene.caughtUp);
    if (isLost && stage.entry(asked.mention) === 'unknown')
      return { ...common, end: 'unaccepted', faults: await tracesOf(asked) };
    if ((await stage.until(isOver)) === 'dead')
      return { ...common, end: 'answered', faults: ['the bot died by itself'] };
    const end = isLate ? 'interrupted' : 'answered';
    return { ...common, end, faults: await this.#faults(asked, end) };
  }

  #ask(kind: Kind): Promise<Asked> {
    return this.#stage.scene.ask(kind, `question-${++this.#asked}-${kind}`);
  }

  async #turnsOf({ conversation, mention }: Asked): Promise<readonly Turn[]> {
    return (await this.#stage.turns(conversation)).filter(({ id }) => id === mention);
  }

  /** All that a reader, or the next question, would find wrong. */
  async #faults(asked: Asked, end: 'answered' | 'interrupted'): Promise<readonly string[]> {
    const posts = await asked.posts();
    const all = posts.join('');
    const seen = bare(all);
    const turns = await this.#turnsOf(asked);
    const kept = bare(turns.map(answerTextOf).join(''));
    const isWhole = /^answer-(\d+)of[\s\S]*\1end$/.test(seen) && (seen.match(/answer-/g) ?? []).length === 1;
    const said = bare(all.replace(NOTICES, '').replace(/\s*-# $/, ''));
    const faults: readonly (readonly [boolean, string])[] = [
      [posts.length === 0, 'there is no answer'],
      [end === 'answered' && !isWhole, `the answer is not one whole answer: ${posts.join(' | ')}`],
      [end === 'interrupted' && !NOTICES.test(all), `nothing says that it was interrupted: ${posts.join(' | ')}`],
      [kept !== said, `remembered is not what stands: ${kept} | ${seen}`],
      [turns.length > 1, 'the turn is remembered twice'],
      [end === 'answered' && turns.length === 0, 'the turn is not remembered'],
      [this.#stage.hasDraft(asked.mention), 'a text of an answer under way is left in the store'],
    ];
    return [...faults.flatMap(([isFault, words]) => (isFault ? [words] : [])), ...asked.faults()];
  }
}

/** What nobody accepted has left no trace. */
async function tracesOf(asked: Asked): Promise<readonly string[]> {
  return (await asked.posts()).length === 0 ? [] : ['a question that was not accepted has an answer'];
}

/** Where a reader sees space is the renderer's affair, and not what is lost or kept. */
function bare(words: string): string {
  return words.replaceAll(/\s/g, '');
}

/** Each attempt at an answer has words of its own, so that a mixture of two is told from one. */
function answerTo(request: RecordedRequest, attempts: Map<string, number>, chunkDelayMs: number): Answer {
  const question = /question-\d+-\w+/.exec(questionOf(request.understood))?.[0] ?? 'unknown';
  const hasTime = request.understood.contents?.at(-1)?.parts.some((part) => part.functionResponse) === true;
  if (question.endsWith('tool') && !hasTime) return call({ name: 'current_time', args: {} });
  const attempt = (attempts.get(question) ?? 0) + 1;
  attempts.set(question, attempt);
  const length = question.endsWith('long') ? LONG : 5;
  const middle = Array.from({ length }, (_, at) => `Sentence ${at} of attempt ${attempt} at ${question}.`);
  const words = [`answer-${attempt} of ${question}.`, ...middle, `${attempt} end`];
  return text(words.join(' '), { chunks: 8, chunkDelayMs });
}

/** A plan for the numbered case, always the same for a seed. */
export function planOf(chance: Chance, { kinds }: Scene, steps: ReadonlyMap<Kind, number>): Plan {
  const kind = chance.pick(kinds);
  const most = steps.get(kind) ?? 1;
  return {
    kind,
    dieAt: chance.int(1, most + 1),
    ...(chance.next() < 0.2 ? { dieAgainAt: chance.int(1, most + 10) } : {}),
    tooLate: chance.next() < 0.25,
  };
}

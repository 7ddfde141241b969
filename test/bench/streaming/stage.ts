/** The simulators, the bot between them, and the people who ask it; a model that writes at its own pace. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Limits } from '../../simulators/discord/limits.ts';
import { DiscordSimulator } from '../../simulators/discord/simulator.ts';
import { text } from '../../simulators/gemini/answers.ts';
import { questionOf, type RecordedRequest } from '../../simulators/gemini/request.ts';
import type { Answer, Gate, ModelAnswer } from '../../simulators/gemini/script.ts';
import { GeminiSimulator } from '../../simulators/gemini/simulator.ts';
import { answerText, type AnswerText, chunksOf, type PlannedChunk } from './answer-text.ts';
import { BotProcess } from './bot-process.ts';
import type { Meters, Spent } from './meters.ts';
import { type Asked, type Recorded, recordedIn } from './recording.ts';
import type { Scenario } from './scenarios.ts';
import { type Score, scoreOf, type WrittenChunk } from './score.ts';
import { SOURCE_HOST } from './visible.ts';

/** A bot under test, and how it is told where everything is. */
export interface Bot {
  readonly name: string;
  readonly script: string;
  readonly ready: RegExp;
  /** The settings it needs for a scenario beside the addresses, written to a file that HALLEY_CONFIG names. */
  readonly settings?: (scenario: Scenario) => object;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly bot: Bot;
  /** From 0; each run has texts and chunks of its own. */
  readonly run: number;
  /** Told every few seconds how far it is. */
  readonly onProgress: (line: string) => void;
  readonly profile?: string | undefined;
  /** Milliseconds without a call after which an answer that is complete is taken to be as it stays (default 6000). */
  readonly quietMs?: number;
}

/** Discord answers this long after it took a write. */
const LATENCY_MS = 100;
/** Longer than a window: a bot may wait that long before it puts the sources under an answer. */
const QUIET_MS = 6000;
/** After this long without a call the bot is idle, and what it spends is no longer counted. */
const SILENCE_MS = 900;
const LOOK_MS = 250;
const PROGRESS_MS = 5000;
/** Nothing has happened for so long that nothing will. */
const STUCK_MS = 60_000;

/** So much a channel, and no limit over all: as for a bot that was granted more. */
const GENEROUS: Partial<Limits> = {
  createMessage: { limit: 100, windowMs: 5000 },
  editMessage: { limit: 100, windowMs: 5000 },
  typing: { limit: 100, windowMs: 5000 },
  other: { limit: 100_000, windowMs: 1000 },
  global: { limit: 100_000, windowMs: 1000 },
};

/** One question, and what became of it. */
export interface Question extends Asked {
  readonly answer: AnswerText;
  readonly planned: readonly PlannedChunk[];
  /** When the chunks of the last request were written. */
  chunks: WrittenChunk[];
  requests: number;
}

/** Whether the model has written all of the answer. */
export function isWritten({ chunks, planned }: Question): boolean {
  return chunks.length === planned.length;
}

export function scored({ name, answer, chunks }: Question, versions: Recorded['versions']): Score {
  return scoreOf({ source: answer.text, chunks, versions: versions.get(name) ?? [] });
}

/** The simulators and the bot between them. */
export class Stage implements AsyncDisposable {
  readonly discord: DiscordSimulator;
  readonly bot: BotProcess;
  readonly #gemini: GeminiSimulator;
  readonly #folder: string;
  readonly #options: RunOptions;

  static async start(options: RunOptions): Promise<Stage> {
    const { scenario, bot, profile } = options;
    const discord = await DiscordSimulator.start({
      latencyMs: { thereMs: 0, backMs: LATENCY_MS },
      checked: false,
      limits: scenario.generous ? GENEROUS : {},
    });
    for (let index = 1; index < scenario.answers && scenario.ownChannels; index++) discord.addChannel(`night-${index}`);
    if (!scenario.threads)
      for (const { id } of discord.world.channels.values()) discord.deny(id, discord.botRoleId, 'createPublicThreads');
    const gemini = await GeminiSimulator.start();
    const folder = await mkdtemp(join(tmpdir(), 'halley-bench-'));
    const settings = join(folder, 'settings.yaml');
    await writeFile(settings, stringify(bot.settings?.(scenario) ?? {}));
    try {
      const environment = {
        COMETAPI_KEY: gemini.apiKey,
        COMETAPI_BASE_URL: gemini.baseUrl,
        DISCORD_TOKEN: discord.token,
        DISCORD_API_URL: discord.apiUrl,
        STORE_URL: 'memory:',
        HTTP_PORT: '0',
        HALLEY_CONFIG: settings,
        ...(scenario.generous ? { DISCORD_REQUESTS_PER_SECOND: '100000' } : {}),
      };
      const child = await BotProcess.start({ script: bot.script, ready: bot.ready, environment, profile });
      return new Stage(options, { discord, gemini, bot: child, folder });
    } catch (error) {
      await Promise.all([discord.stop(), gemini.stop(), rm(folder, { recursive: true })]);
      throw error;
    }
  }

  private constructor(
    options: RunOptions,
    parts: { discord: DiscordSimulator; gemini: GeminiSimulator; bot: BotProcess; folder: string },
  ) {
    this.#options = options;
    this.discord = parts.discord;
    this.bot = parts.bot;
    this.#gemini = parts.gemini;
    this.#folder = parts.folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot.stop();
    await Promise.all([this.discord.stop(), this.#gemini.stop(), rm(this.#folder, { recursive: true })]);
  }

  /** Messages made, edited and deleted so far. */
  get writes(): number {
    const routes = /^\/channels\/\{channel_id\}\/messages(?:\/\{message_id\})?$/;
    return this.discord.calls.filter(
      ({ method, route, status }) => method !== 'GET' && status < 300 && routes.test(route),
    ).length;
  }

  /** What neither Discord nor the model's service knows what to make of. */
  get faults(): readonly string[] {
    this.discord.allowRefusals();
    const checks = [() => this.discord.assertClean(), () => this.#gemini.assertUsed()];
    return checks.flatMap((check) => {
      try {
        check();
        return [];
      } catch (error) {
        return [error instanceof Error ? error.message : String(error)];
      }
    });
  }

  /** Asks every question at its time, each by a person of its own. */
  async askAll(): Promise<readonly Question[]> {
    const { scenario, run } = this.#options;
    const questions = new Map<string, Question>();
    this.#gemini.otherwise((request) => this.#answerTo(request, questions));
    const channels = [...this.discord.world.channels.values()];
    const begin = performance.now();
    for (let index = 0; index < scenario.answers; index++) {
      await delay(Math.max(0, begin + index * scenario.staggerMs - performance.now()));
      const name = `dome-${run * 1000 + index}`;
      const answer = answerText(name, scenario.length);
      const planned = chunksOf(answer.text, scenario.pacing, `${scenario.id}/${name}`);
      const channelId = channels[scenario.ownChannels ? index : 0]?.id ?? '';
      const said = this.discord.addUser(`asker-${index}`);
      const { id: messageId } = said.says(channelId, `What do you know of ${name}?`, { mention: true });
      questions.set(name, { name, channelId, messageId, answer, planned, chunks: [], requests: 0 });
    }
    return [...questions.values()];
  }

  /**
   * Resolves when every answer is complete and nothing was written for a while, or when nothing happens any more, with what
   * was spent until that silence began.
   */
  async settled(questions: readonly Question[], meters: Meters): Promise<Spent> {
    const { quietMs = QUIET_MS, onProgress } = this.#options;
    let before = -1;
    let changedAt = 0;
    let toldAt = performance.now();
    // Both are looked at once in each silence: they are work for the process that keeps the model's time.
    let spent: Spent | undefined;
    let isComplete: boolean | undefined;
    for (;;) {
      await delay(LOOK_MS);
      if (this.bot.ended !== undefined) throw new Error(this.bot.ended);
      const now = performance.now();
      const activity = this.#activity(questions);
      if (activity !== before) [before, changedAt, spent, isComplete] = [activity, now, undefined, undefined];
      const silentMs = now - changedAt;
      if (silentMs > SILENCE_MS) spent ??= await meters.read();
      if (silentMs > quietMs) isComplete ??= this.#isComplete(questions);
      if (spent !== undefined && (isComplete === true || silentMs > STUCK_MS)) return spent;
      if (now - toldAt < PROGRESS_MS) continue;
      toldAt = now;
      const done = questions.filter(isWritten).length;
      onProgress(`${done} of ${questions.length} answers written, ${this.discord.calls.length} calls`);
    }
  }

  #isComplete(questions: readonly Question[]): boolean {
    const { versions } = recordedIn(this.discord.world, questions);
    return questions.every((question) => isWritten(question) && scored(question, versions).lagMs !== undefined);
  }

  #activity(questions: readonly Question[]): number {
    return questions.reduce((sum, { chunks }) => sum + chunks.length, this.discord.calls.length);
  }

  #answerTo(request: RecordedRequest, questions: ReadonlyMap<string, Question>): Answer {
    const asked = [...questionOf(request.understood).matchAll(/\bdome-\d+\b/g)].at(-1)?.[0] ?? '';
    const question = questions.get(asked);
    if (question === undefined) throw new Error(`The bot asked the model something else: ${asked}`);
    question.requests++;
    const chunks: WrittenChunk[] = [];
    question.chunks = chunks;
    return paced(question, (end) => chunks.push({ at: this.discord.clock.now(), end }));
  }
}

/** The answer with a gate before each chunk, which opens when the chunk is due. */
function paced({ name, answer, planned }: Question, onWrite: (end: number) => void): Answer {
  const said: ModelAnswer = text(answer.text, {
    chunks: planned.map((chunk) => chunk.text),
    grounding: {
      sources: [1, 2, 3].map((n) => ({ title: `Night ${n}`, uri: `${SOURCE_HOST}/${name}/${n}` })),
      supports: answer.passages.map((passage, index) => ({ passage, sources: [index % 3] })),
      queries: [`${name} drift`],
    },
  });
  const begin = performance.now();
  let end = 0;
  let next = 0;
  return {
    ...said,
    steps: said.steps.flatMap((step) => {
      const chunk = step.kind === 'event' ? planned[next++] : undefined;
      if (chunk === undefined) return [step];
      const written = (): void => onWrite((end += chunk.text.length));
      return [{ kind: 'hold', gate: gateAt(begin + chunk.dueMs, written) } as const, step];
    }),
  };
}

/** Opens by itself at its time, or at once when that is past; `onOpen` is told in the same turn as what waited goes on. */
function gateAt(dueAt: number, onOpen: () => void): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const open = (): void => {
    onOpen();
    opened.resolve();
  };
  return {
    reached: reached.promise,
    opened: opened.promise,
    open,
    arrive: () => {
      reached.resolve();
      setTimeout(open, Math.max(0, dueAt - performance.now()));
    },
  };
}

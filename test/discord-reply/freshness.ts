/** Answers that stream to a Discord on a fake clock: what its readers would have seen, and the best they could have. */
import { RequestMethod } from 'discord.js';
import { vi } from 'vitest';
import { present } from '../../src/reply/presenter.ts';
import { Governor } from '../../src/reply/governor.ts';
import type { ReplyEvent } from '../../src/core/reply.ts';
import type { Turn } from '../../src/core/conversation.ts';
import { type Transport, Requests } from '../../src/discord-reply/requests.ts';
import { DiscordSurface } from '../../src/discord-reply/surface.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { answerText, chunksOf } from '../bench/streaming/answer-text.ts';
import { leastSharedStaleness, leastStaleness, type Written } from '../bench/streaming/bound.ts';
import { type Score, scoreOf, type Version, type WrittenChunk } from '../bench/streaming/score.ts';
import type { Scenario } from '../bench/streaming/scenarios.ts';
import { aTurn } from '../support/builders.ts';
import { Clock } from '../simulators/discord/clock.ts';
import { DEFAULT_LIMITS, RateLimiter } from '../simulators/discord/limits.ts';
import { KeptLog } from '../discord/stage.ts';

/** Discord answers this long after it took a write. */
const LATENCY_MS = 100;
/** Where the bound begins another page. */
const PAGE_CHARS = 2000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes messages as Discord does, within its limits. */
class Channels {
  readonly versions: Version[] = [];
  refusals = 0;
  readonly #limiter = new RateLimiter(new Clock(), {});
  #posts = 0;

  readonly transport: Transport = async (url, { method, body }) => {
    const [, channel = '', post = ''] = /\/channels\/([^/]+)(?:\/messages(?:\/([^/]+))?)?/.exec(url) ?? [];
    const isWrite = url.includes('/messages');
    const name = isWrite ? (method === RequestMethod.Post ? 'createMessage' : 'editMessage') : 'typing';
    const all = this.#limiter.hit('global', 'bot');
    const standing = this.#limiter.hit(name, channel);
    const headers = this.#limiter.headersOf(name, standing);
    const isRefused = !all.allowed || !standing.allowed;
    const id = method === RequestMethod.Post ? `${this.#posts++}` : post;
    const content = isWrite ? contentOf(body) : '';
    if (isRefused) this.refusals++;
    else if (isWrite) this.versions.push({ at: performance.now(), post: id, content });
    await sleep(LATENCY_MS);
    const answer: object = isRefused ? { retry_after: 1 } : { id, content, attachments: [] };
    const statusCode = isRefused ? 429 : name === 'typing' ? 204 : 200;
    return { statusCode, headers, body: { json: async () => answer, text: async () => JSON.stringify(answer) } };
  };
}

function contentOf(body: string | Uint8Array | null): string {
  const said: unknown = typeof body === 'string' ? JSON.parse(body) : {};
  return typeof said === 'object' && said !== null && 'content' in said ? String(said.content) : '';
}

export interface Freshness {
  readonly scores: readonly Score[];
  readonly meanMs: number;
  readonly leastMs: number;
  readonly refusals: number;
}

interface Answered {
  readonly text: string;
  readonly chunks: readonly WrittenChunk[];
  readonly posts: ReadonlySet<string>;
}

/** Every answer of the scenario, each as the model writes it. Needs fake timers. */
export async function streamed(scenario: Scenario, seed: number): Promise<Freshness> {
  const channels = new Channels();
  const log = new KeptLog();
  const requests = new Requests({
    token: 'token',
    apiUrl: '',
    governor: new Governor(),
    writes: DEFAULT_LIMITS.editMessage,
    requests: DEFAULT_LIMITS.global,
    retryMs: 100,
    log,
    transport: channels.transport,
  });
  const shown = async (index: number): Promise<Answered> => {
    const channel = sharesWindow(scenario) ? 'c' : `c${index}`;
    const to = { platform: 'discord', channel, message: `m${index}` } as const;
    const surface = new DiscordSurface(to, [], { requests, log, typingMs: 8000, maxPosts: 24 });
    await sleep(index * scenario.staggerMs);
    return answered({ surface, log }, scenario, `dome-${seed * 1000 + index}`);
  };
  const all = Promise.all(Array.from({ length: scenario.answers }, (_, index) => shown(index)));
  await vi.runAllTimersAsync();
  const answers = await all;
  const scores = answers.map(({ text, chunks, posts }) => {
    return scoreOf({ source: text, chunks, versions: channels.versions.filter(({ post }) => posts.has(post)) });
  });
  const meanMs = meanOf(scores.map(({ meanStaleMs }) => meanStaleMs));
  return { scores, meanMs, leastMs: leastOf(scenario, answers.map(writtenOf)), refusals: channels.refusals };
}

async function answered(
  { surface, log }: { readonly surface: DiscordSurface; readonly log: KeptLog },
  { length, pacing, id }: Scenario,
  name: string,
): Promise<Answered> {
  const { text } = answerText(name, length);
  const chunks: WrittenChunk[] = [];
  const begin = performance.now();
  const events = async function* (): AsyncGenerator<ReplyEvent, Turn> {
    let end = 0;
    for (const chunk of chunksOf(text, pacing, `${id}/${name}`)) {
      await sleep(Math.max(0, begin + chunk.dueMs - performance.now()));
      end += chunk.text.length;
      chunks.push({ at: performance.now(), end });
      yield { kind: 'text', text: chunk.text };
    }
    return aTurn({}, text);
  };
  const { signal } = new AbortController();
  const notices = noticesFor('auto')('en');
  const { turn } = await present(events, surface, { signal, log, notices, onPosts: async () => {} });
  return { text, chunks, posts: new Set(turn.posts?.map(({ message }) => message)) };
}

function sharesWindow({ ownChannels, threads }: Scenario): boolean {
  return !ownChannels && !threads;
}

function leastOf(scenario: Scenario, written: readonly Written[]): number {
  const limits = DEFAULT_LIMITS.editMessage;
  if (sharesWindow(scenario)) return leastSharedStaleness(written, limits);
  return meanOf(written.map((one) => leastStaleness(one, limits)));
}

function writtenOf({ text, chunks }: Answered): Written {
  const pages: number[] = [];
  for (let begin = 0; begin < text.length; begin += PAGE_CHARS) pages.push(chunks.findIndex(({ end }) => end > begin));
  return { at: chunks.map(({ at }) => at), pages };
}

function meanOf(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}

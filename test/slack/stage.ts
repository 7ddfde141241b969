/** A simulated Slack, and the adapter as a test wants it. */
import type { Arrivals } from '../../src/core/files.ts';
import type { ReplyAddress } from '../../src/core/inbound.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { Governor } from '../../src/reply/governor.ts';
import { SlackAdapter, type SlackOptions } from '../../src/slack/adapter.ts';
import { PER_MINUTE } from '../../src/slack-api/calls.ts';
import { fieldsOf, listOf, textIn } from '../../src/slack-api/fields.ts';
import { WebDownloader } from '../../src/web/download.ts';
import { KeptLog } from '../discord/stage.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SeenMessage } from '../simulators/slack/people/reader.ts';
import { type SimulatorOptions, SlackSimulator } from '../simulators/slack/simulator.ts';

/** Limits that a quick test never meets, for the simulator and for the bot. */
export const PLENTY = 6000;
const perMinute = Object.fromEntries(Object.keys(PER_MINUTE).map((method) => [method, PLENTY]));

export function generousSlack(options: SimulatorOptions = {}): Promise<SlackSimulator> {
  return SlackSimulator.start({ perMinute, assumptions: { postBurst: 500 }, ...options });
}

/** What arrived, in this process alone. */
export class HeldArrivals implements Arrivals {
  readonly #held = new Map<string, Readonly<Record<string, unknown>>>();

  async keep(id: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
    this.#held.set(id, payload);
  }

  async done(id: string): Promise<void> {
    this.#held.delete(id);
  }

  async left(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return [...this.#held.values()];
  }
}

export interface Made {
  readonly adapter: SlackAdapter;
  readonly log: KeptLog;
}

/** An adapter for this simulator, in a hurry unless a test says otherwise. */
export function anAdapter(sim: SlackSimulator, change: Partial<SlackOptions> = {}): Made {
  const log = new KeptLog();
  const adapter = new SlackAdapter({
    botToken: sim.botToken,
    appToken: sim.appToken,
    apiUrl: sim.apiUrl,
    streams: true,
    posts: { limit: 500, windowMs: 1000 },
    updateMs: 1,
    perMinute,
    governor: new Governor(),
    noticesFor: noticesFor('auto'),
    downloader: new WebDownloader({ timeoutMs: 5000, log }),
    arrivals: new HeldArrivals(),
    log,
    onFatal: () => log.error('test.fatal', 'called'),
    retryMs: 5,
    twinMs: 40,
    reconnectMs: 5,
    ...change,
  });
  return { adapter, log };
}

/** A simulated Slack with somebody who asks, and an adapter for it. */
export interface Begun {
  readonly sim: SlackSimulator;
  readonly ada: Person;
  readonly made: Made;
}

export async function begun(): Promise<Begun> {
  const sim = await generousSlack();
  return { sim, ada: sim.addUser('Ada'), made: anAdapter(sim) };
}

export async function ended({ sim, made }: Pick<Begun, 'sim' | 'made'>): Promise<void> {
  await made.adapter.stop();
  await sim.close();
  sim.assertClean();
}

/** A question, as its asker sees it. */
export interface Question {
  readonly channel: string;
  readonly ts: string;
}

/** The address of an answer in the thread of its question. */
export function answerTo(sim: SlackSimulator, { channel, ts }: Question): ReplyAddress {
  return { platform: 'slack', workspace: sim.workspace.id, channel, message: ts, thread: ts };
}

/** A message as a reader has it before their eyes, with the small print below the text and where its links lead. */
export function wholeOf({ text, blocks }: SeenMessage): string {
  const small = blocks.map(fieldsOf).filter(({ type }) => type === 'context');
  const elements = small.flatMap(({ elements }) => listOf(elements).map((element) => textIn(element, 'text') ?? ''));
  const shown = elements.map((element) =>
    element.replaceAll('\u200b', '').replace(/<(https?:[^|>]*)\|([^>]*)>/gu, '[$2]($1)'),
  );
  const plain = shown.map((each) => each.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
  return [text, ...plain].filter((part) => part !== '').join('\n\n');
}

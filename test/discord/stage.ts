/** A simulated Discord, the adapter as a test wants it, and a log that keeps what comes. */
import type { ReplyAddress } from '../../src/core/inbound.ts';
import type { Log, LogFields } from '../../src/core/ports.ts';
import type { DraftView, Reply } from '../../src/core/reply.ts';
import { DiscordAdapter, type DiscordOptions } from '../../src/discord/adapter.ts';
import { Governor } from '../../src/reply/governor.ts';
import { noticesFor } from '../../src/notices/notices.ts';
import { WebDownloader } from '../../src/web/download.ts';
import type { Limits } from '../simulators/discord/limits.ts';
import type { Recorded } from '../simulators/discord/rest.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { SeenMessage } from '../simulators/discord/reader.ts';
import { DiscordSimulator } from '../simulators/discord/simulator.ts';

/** Limits that a quick test never meets. */
export const GENEROUS: Partial<Limits> = {
  createMessage: { limit: 500, windowMs: 1000 },
  editMessage: { limit: 500, windowMs: 1000 },
  typing: { limit: 500, windowMs: 1000 },
  commands: { limit: 500, windowMs: 1000 },
};

export class KeptLog implements Log {
  readonly lines: { readonly level: string; readonly event: string; readonly fields: LogFields }[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', event, fields });
  }
  info(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', event, fields });
  }
  warn(event: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', event, fields });
  }
  error(event: string, cause: unknown, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', event, fields: { ...fields, cause: String(cause) } });
  }

  has(event: string): boolean {
    return this.lines.some((line) => line.event === event);
  }

  /** The reasons for which messages were ignored, in order. */
  get ignored(): readonly unknown[] {
    return this.lines.filter(({ event }) => event === 'discord.ignored').map(({ fields }) => fields['reason']);
  }
}

export interface Made {
  readonly adapter: DiscordAdapter;
  readonly log: KeptLog;
}

/** An adapter for this simulator, in a hurry unless a test says otherwise. */
export function anAdapter(sim: DiscordSimulator, change: Partial<DiscordOptions> = {}): Made {
  const log = new KeptLog();
  const adapter = new DiscordAdapter({
    token: sim.token,
    apiUrl: sim.apiUrl,
    messageContent: true,
    maxPosts: 24,
    writes: { limit: 500, windowMs: 1000 },
    requests: { limit: 5000, windowMs: 1000 },
    governor: new Governor(),
    noticesFor: noticesFor('auto'),
    downloader: new WebDownloader({ timeoutMs: 5000, log }),
    log,
    onFatal: () => log.error('test.fatal', 'called'),
    typingMs: 20,
    retryMs: 5,
    ...change,
  });
  return { adapter, log };
}

/** A question that stands in a channel, and an adapter that never connected: enough to answer it. */
export interface Asked {
  readonly sim: DiscordSimulator;
  readonly ada: Person;
  readonly general: string;
  readonly question: SeenMessage;
  readonly made: Made;
}

export async function asked(text = 'why?', change: Partial<DiscordOptions> = {}): Promise<Asked> {
  const sim = await DiscordSimulator.start({ limits: GENEROUS });
  const ada = sim.addUser('Ada');
  const general = sim.channel('general').id;
  return { sim, ada, general, question: ada.says(general, text, { mention: true }), made: anAdapter(sim, change) };
}

export async function ended({ sim, made }: Pick<Asked, 'sim' | 'made'>): Promise<void> {
  await made.adapter.stop();
  await sim.stop();
  sim.assertClean();
}

/** The address of an answer in the channel itself, to a message there. */
export function inPlace(channel: string, message: string): ReplyAddress {
  return { platform: 'discord', channel, message };
}

export function writing(text: string): DraftView {
  return { text, exact: text, settled: '', status: 'writing' };
}

export function done(text: string, change: Partial<Reply> = {}): Reply {
  return { text, sources: [], ending: { kind: 'complete' }, ...change };
}

/** The bodies of the calls of one kind, as the bot sent them. */
export function bodiesOf(sim: DiscordSimulator, method: string, route: string): readonly Record<string, unknown>[] {
  const isMeant = (call: Recorded) => call.method === method && call.route.endsWith(route) && call.status < 300;
  // discord.js sends JSON objects on the routes that are looked at here.
  return sim.calls.filter(isMeant).map((call) => call.request as Record<string, unknown>);
}

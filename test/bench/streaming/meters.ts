/** What is spent while a scenario runs: by the bot, by the simulators, and by everything else on the machine. */
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BotProcess, Usage } from './bot-process.ts';

/** What was spent from the first question until nothing happened any more. */
export interface Spent extends Usage {
  /** Of the process with the simulators: what is measured is not finer than this. */
  readonly ownLoopP99Ms: number;
  /** The share of the machine that was taken by neither the bot nor the simulators, from 0 to 1. */
  readonly othersShare: number;
}

const INTERVAL_MS = 10;

/** What the bot, this process and the machine spend from here on. */
export class Meters {
  readonly #bot: BotProcess;
  readonly #loop = monitorEventLoopDelay({ resolution: INTERVAL_MS });
  readonly #times = timesOf();
  readonly #own = process.cpuUsage();

  constructor(bot: BotProcess) {
    this.#bot = bot;
    this.#loop.enable();
    bot.begin();
  }

  async read(): Promise<Spent> {
    const ownLoopP99Ms = this.#loop.percentile(99) / 1e6 - INTERVAL_MS;
    const { busyMs, allMs } = timesOf();
    const { user, system } = process.cpuUsage(this.#own);
    const usage = await this.#bot.usage();
    const othersMs = busyMs - this.#times.busyMs - (usage.cpuMs ?? 0) - (user + system) / 1000;
    return { ...usage, ownLoopP99Ms, othersShare: Math.max(0, othersMs / (allMs - this.#times.allMs)) };
  }
}

function timesOf(): { readonly busyMs: number; readonly allMs: number } {
  const times = cpus().map(({ times }) => times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const allMs = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busyMs: allMs - idleMs, allMs };
}

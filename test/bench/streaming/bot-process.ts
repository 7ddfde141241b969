/** A bot as a child process, as a person starts it, with its CPU time, its memory and the delay of its event loop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../support/layout.ts';

/** What the probe inside the bot tells. */
export interface Probed {
  readonly loopP99Ms: number;
}

/** What the bot took; without `/proc`, as anywhere but on Linux, only the probe's part is known. */
export interface Usage extends Probed {
  readonly cpuMs: number | undefined;
  readonly peakMb: number | undefined;
}

export interface BotOptions {
  /** Below the project. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What the bot writes when it is ready. */
  readonly ready: RegExp;
  /** Where its CPU profile goes when it ends. */
  readonly profile?: string | undefined;
}

const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));
const READY_MS = 60_000;
const STOP_MS = 30_000;
/** Of the output only the end is kept, for when the bot fails. */
const KEPT_CHARS = 4000;

export class BotProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #output = '';
  #beganCpuMs: number | undefined;

  /**
   * Resolves when the bot is ready.
   * @throws Error with the end of the bot's output when it ends before, or takes a minute.
   */
  static async start(options: BotOptions): Promise<BotProcess> {
    const bot = new BotProcess(options);
    try {
      await bot.#says(options.ready);
      return bot;
    } catch (error) {
      await bot.stop();
      throw error;
    }
  }

  private constructor({ script, environment, profile }: BotOptions) {
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    this.#child = spawn(process.execPath, [...profiling, '--import', PROBE, script], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_CHARS);
      });
    this.#exit = once(this.#child, 'close');
    process.once('exit', this.#kill);
  }

  /** How it ended, if it did; with the end of its output. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return undefined;
    return `the bot ended with ${exitCode ?? signalCode}:\n${this.#output}`;
  }

  /** From here on is measured. Memory is not: its peak is that of the whole process. */
  begin(): void {
    this.#beganCpuMs = this.#cpuMs();
    this.#child.send('begin');
  }

  async usage(): Promise<Usage> {
    const answered = once(this.#child, 'message', { signal: AbortSignal.timeout(READY_MS) });
    this.#child.send('report');
    // The probe is the only one that sends, and this is what it sends.
    const [{ loopP99Ms }] = (await answered) as [Probed];
    const now = this.#cpuMs();
    return {
      loopP99Ms,
      cpuMs: now === undefined || this.#beganCpuMs === undefined ? undefined : now - this.#beganCpuMs,
      peakMb: this.#peakMb(),
    };
  }

  /** Asks it to end, and makes it when it does not. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill);
    const impatience = setTimeout(this.#kill, STOP_MS);
    this.#child.kill('SIGTERM');
    await this.#exit;
    clearTimeout(impatience);
  }

  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };

  async #says(pattern: RegExp): Promise<void> {
    const found = Promise.withResolvers<void>();
    const look = (): void => {
      if (pattern.test(this.#output)) found.resolve();
      else if (this.ended !== undefined) found.reject(new Error(this.ended));
    };
    const late = setTimeout(() => found.reject(new Error(`not ready in a minute:\n${this.#output}`)), READY_MS);
    this.#child.stdout?.on('data', look);
    this.#child.once('close', look);
    await found.promise.finally(() => clearTimeout(late));
    this.#child.stdout?.off('data', look);
  }

  /** Of all threads, user and system. */
  #cpuMs(): number | undefined {
    const stat = this.#proc('stat');
    // The second field is the name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  }

  #peakMb(): number | undefined {
    const kb = /VmHWM:\s+(\d+) kB/.exec(this.#proc('status') ?? '')?.[1];
    return kb === undefined ? undefined : Number(kb) / 1024;
  }

  #proc(file: 'stat' | 'status'): string | undefined {
    if (process.platform !== 'linux') return undefined;
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
  }
}

/** Linux counts CPU time for programs in hundredths of a second. @see https://man7.org/linux/man-pages/man7/time.7.html */
const MS_PER_TICK = 10;

/** Halley as a process of its own, as a person or a container starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './layout.ts';

export class Process {
  /** Everything it wrote, of both streams. */
  output = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #listeners = new Set<() => void>();

  /** Starts a script of the project with only these variables. */
  constructor(script: string, environment: Readonly<Record<string, string>>) {
    const env = { PATH: process.env['PATH'], ...environment };
    this.#child = spawn(process.execPath, [script], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
        for (const listener of this.#listeners) listener();
      });
    this.#exit = once(this.#child, 'close').then(([code]: (number | null)[]) => code ?? null);
  }

  /** Resolves with the first match in its output; rejects when it ends without one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>();
    const look = (): void => {
      const match = pattern.exec(this.output);
      if (match !== null) found.resolve(match);
    };
    this.#listeners.add(look);
    look();
    const ended = this.#exit.then((code) => {
      throw new Error(`ended with ${code} without ${pattern.source}:\n${this.output}`);
    });
    return Promise.race([found.promise, ended]).finally(() => this.#listeners.delete(look));
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.#child.kill(name);
  }

  /** Resolves with its exit code; null when a signal ended it. */
  exit(): Promise<number | null> {
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.signal('SIGKILL');
    await this.#exit;
  }
}

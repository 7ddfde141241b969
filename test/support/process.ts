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

  /**
   * Starts a script of the project with only these variables.
   * @param options `preload`: a module that is loaded before it and can be told things; the flags are Node's own.
   */
  constructor(
    script: string,
    environment: Readonly<Record<string, string>>,
    { preload, flags = [] }: { readonly preload?: string; readonly flags?: readonly string[] } = {},
  ) {
    const env = { PATH: process.env['PATH'], ...environment };
    const before = preload === undefined ? [] : ['--import', preload];
    const stdio = ['ignore', 'pipe', 'pipe', ...(preload === undefined ? [] : (['ipc'] as const))] as const;
    this.#child = spawn(process.execPath, [...flags, ...before, script], { cwd: ROOT, env, stdio: [...stdio] });
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

  /** Whether it runs. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Tells the preloaded module something, and resolves with what it says next. */
  async ask(message: object): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send(message);
    const [answer]: unknown[] = await answered;
    return answer;
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.#child.kill(name);
  }

  /** Resolves with its exit code; null when a signal ended it. */
  exit(): Promise<number | null> {
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) this.signal('SIGKILL');
    await this.#exit;
  }
}

/** Who waits for the answer to one mention, and is told what stands in its place or comes after it. */
import { BudgetSpent, PlatformUnavailable, type Refusal } from '../core/errors.ts';
import type { MentionId } from '../core/inbound.ts';
import type { Log, ReplySurface } from '../core/ports.ts';
import type { Notices } from '../notices/notices.ts';

export interface ReaderOptions {
  readonly surface: ReplySurface;
  /** In the reader's language, as far as it is known yet. */
  readonly notices: Notices;
  readonly mention: MentionId;
  readonly log: Log;
}

/** Who waits for the answer to one mention: is told what stands in its place or comes after it. */
export class Reader {
  readonly surface: ReplySurface;
  /** In the reader's language; to be replaced when a better one is known. */
  notices: Notices;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.surface = options.surface;
    this.notices = options.notices;
    this.#options = options;
  }

  /** Shows the sentence in place of an answer. @throws PlatformUnavailable, PlatformRejected */
  async tell(notice: string): Promise<void> {
    const { language } = this.notices;
    await this.surface.finish({ text: '', sources: [], ending: { kind: 'complete' }, notice, language });
  }

  /**
   * Says why there is no answer: what concerns the asker alone to them alone, where that can be done; anything else in its
   * place or, where another `stands`, after it. @throws PlatformUnavailable, PlatformRejected
   */
  async refuse(refusal: Refusal, stands: boolean): Promise<void> {
    const notice = this.notices.ofRefusal(refusal);
    if (refusal.kind !== 'busy' && (await this.surface.whisper(notice))) return;
    await this.#say(notice, stands);
  }

  /**
   * Says what went wrong, in place of an answer or, where some of one `stands`, after it. Never rejects; false when it could
   * not be said and may be later.
   */
  async apologize(cause: unknown, stands: boolean): Promise<boolean> {
    const { log, mention } = this.#options;
    const reference = crypto.randomUUID().slice(0, 8);
    if (cause instanceof BudgetSpent) log.info('turn.refused', { mention, reason: cause.code });
    else log.error('turn.failed', cause, { mention, reference });
    const notice = this.notices.ofError(cause, reference);
    return this.#surely(() => this.#say(notice, stands));
  }

  /** Says under the answer what went wrong after it. Never rejects. */
  async warn(cause: unknown): Promise<void> {
    await this.#surely(() => this.surface.note(this.notices.ofError(cause)));
  }

  #say(notice: string, stands: boolean): Promise<void> {
    return stands ? this.surface.note(notice) : this.tell(notice);
  }

  /** What cannot be told either is logged; false when it may be told later. */
  async #surely(tell: () => Promise<void>): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (error) {
      this.#options.log.error('notice.failed', error, { mention: this.#options.mention });
      return !(error instanceof PlatformUnavailable);
    }
  }
}

/** Answers that only their asker sees, sent to the address that Slack gives with a command or a pressed button. */
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplySurface } from '../core/ports.ts';
import type { PostRef, Reply } from '../core/reply.ts';
import { PAGE } from '../slack-text/format.ts';
import { contentOf, finalPagesOf, noticePage } from '../slack-text/pages.ts';

/** Milliseconds for one answer. */
const TIMEOUT_MS = 10_000;

/** Sends what is shown. `own` is an origin that speaks for Slack. @throws PlatformUnavailable, PlatformRejected */
export async function respond(url: string, body: object, own?: string): Promise<void> {
  const { origin, hostname, protocol } = new URL(url);
  const isSlack = protocol === 'https:' && (hostname === 'slack.com' || hostname.endsWith('.slack.com'));
  if (!isSlack && origin !== own) throw new PlatformRejected('This is no address of Slack’s.', {});
  const response = await posted(url, JSON.stringify(body));
  const said = await response.text();
  if (response.ok) return;
  const { status } = response;
  if (status >= 500 || status === 429) throw new PlatformUnavailable(`Slack failed with ${status}.`, { status });
  throw new PlatformRejected(`Slack refused an answer: ${status}.`, { status, platformCode: said.slice(0, 40) });
}

async function posted(url: string, body: string): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'error',
      signal,
    });
  } catch (cause) {
    throw new PlatformUnavailable('Slack could not be reached.', { cause });
  }
}

/** Messages that one address takes. @see https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const MAX_MESSAGES = 5;

/** One reply to one person. It is shown when it is finished: an address takes only a few messages. */
export class WhisperSurface implements ReplySurface {
  readonly #send: (content: object) => Promise<void>;
  #sent = 0;

  constructor(url: string, own?: string) {
    this.#send = (content) => respond(url, { response_type: 'ephemeral', replace_original: false, ...content }, own);
  }

  async begin(): Promise<void> {}

  async leave(_urgency: unknown, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
  }

  async show(): Promise<readonly PostRef[]> {
    return [];
  }

  /** What stands already cannot be changed, so a second finish says nothing more. */
  async finish(reply: Reply): Promise<readonly PostRef[]> {
    if (this.#sent > 0) return [];
    const pages = finalPagesOf({ ...reply, ...offerIn(reply) }, PAGE, { unshown: reply.images?.length ?? 0 });
    for (const page of [...pages.slice(0, MAX_MESSAGES - 1), ...pages.slice(MAX_MESSAGES - 1).slice(-1)]) {
      await this.#send(contentOf(page));
      this.#sent++;
    }
    return [];
  }

  async note(notice: string): Promise<void> {
    await this.#send(contentOf(noticePage(notice)));
  }

  async whisper(): Promise<boolean> {
    return false;
  }

  /** What one person alone was shown is gone when they reload. */
  async retract(): Promise<void> {}

  abandon(): void {}
}

/** An address takes no further answer once it has expired, so none is asked for in the place of this one. */
function offerIn({ offer }: Reply): Pick<Reply, 'offer'> {
  return offer === undefined
    ? {}
    : { offer: { ...offer, actions: offer.actions.filter(({ name }) => name !== 'retry') } };
}

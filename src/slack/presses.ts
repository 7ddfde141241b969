/** Buttons under an answer: each press is a command about that answer, and what it tells is for one person alone. */
import { ACTIONS } from '../commands/list.ts';
import { conversationIdOf } from '../core/conversation.ts';
import { PlatformRejected } from '../core/errors.ts';
import type { Command } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import type { Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import type { People } from '../slack-reading/people.ts';
import { type Upload, uploadedFiles } from '../slack-reply/files.ts';
import { directChannel } from '../slack-reply/elsewhere.ts';
import { respond } from '../slack-reply/whisper.ts';
import { type Given, THREAD } from '../slack-text/answers.ts';
import { PAGE } from '../slack-text/format.ts';
import { contentOf, finalPagesOf } from '../slack-text/pages.ts';
import { type Asker, isPrivate, privately, whereaboutsOf } from './askers.ts';

export interface PressesOptions {
  readonly inbox: Inbox;
  readonly calls: Calls;
  readonly people: People;
  readonly noticesFor: NoticesFor;
  readonly upload: Upload;
  /** An origin that speaks for Slack, beside Slack's own. */
  readonly own?: string;
  readonly log: Log;
}

/** Messages that one press may bring; of more the first one comes, and all of it as a file. */
const MAX_MESSAGES = 3;

/** A press: who pressed, under which message, and where an answer to it goes. */
interface Press extends Asker {
  readonly message: string;
  readonly url: string;
  /** Whether only one person sees the message. */
  readonly isHidden: boolean;
}

export class Presses {
  readonly #options: PressesOptions;

  constructor(options: PressesOptions) {
    this.#options = options;
  }

  /** What shows by itself is not told as well. @throws PlatformUnavailable, PlatformRejected */
  async press(given: Given, asker: Asker, payload: Fields): Promise<void> {
    const { inbox, people, noticesFor, log } = this.#options;
    const container = fieldsOf(payload['container']);
    const [message, url] = [textIn(container, 'message_ts') ?? '', textIn(payload, 'response_url') ?? ''];
    const press = { ...asker, message, url, isHidden: container['is_ephemeral'] === true };
    const where = await whereaboutsOf(asker, people);
    const isTold = ACTIONS.find(({ name }) => name === given.name)?.isTold === true;
    try {
      const { text, shows } = await inbox.command(commandOf(given, press, where));
      if (isTold || shows !== true) await this.#tell(press, text);
    } catch (error) {
      log.error('command.failed', error, { command: given.name });
      await this.#tell(press, noticesFor(where.author.locale).ofError(error));
    }
  }

  /** To one person alone, as Slack shows Markdown. */
  async #tell(press: Press, text: string): Promise<void> {
    const pages = finalPagesOf({ text, sources: [], ending: { kind: 'complete' } }, PAGE);
    const isLong = pages.length > MAX_MESSAGES;
    for (const page of isLong ? pages.slice(0, 1) : pages) await this.#whisper(press, contentOf(page));
    if (isLong) await this.#handOver(press, text);
  }

  /** Beside the message in its thread or, where that is refused, where Slack puts what answers a press. */
  async #whisper({ team, channel, user, thread, url, isHidden }: Press, content: object): Promise<void> {
    const { calls, own } = this.#options;
    const answer = { response_type: 'ephemeral', replace_original: false, ...content };
    if (isHidden) return calls.retrying(() => respond(url, answer, own));
    try {
      const args = { channel, user, ...(thread === undefined ? {} : { thread_ts: thread }), ...content };
      await calls.retrying(() => calls.ask({ method: 'chat.postEphemeral', team, args }));
    } catch (error) {
      if (!(error instanceof PlatformRejected)) throw error;
      await calls.retrying(() => respond(url, answer, own));
    }
  }

  /** In the conversation of the bot with the person. */
  async #handOver({ team, user }: Press, text: string): Promise<void> {
    const { calls, upload } = this.#options;
    const channel = await directChannel(calls, { team, user });
    const file = { name: 'answer.md', data: Buffer.from(text) };
    await uploadedFiles([file], { at: { team, channel, question: '' }, upload, write: (call) => calls.ask(call) });
  }
}

/** A question that comes of it answers the message whose button was pressed, before the same eyes. */
function commandOf(given: Given, press: Press, where: Pick<Command, 'author' | 'place'>): Command {
  const { team: workspace, channel, message, url } = press;
  const { [THREAD]: thread = '', ...values } = given.values;
  const at = { platform: 'slack', workspace, channel } as const;
  const hidden = isPrivate(thread) ? privately(press, url, where.place) : undefined;
  const within = press.thread === undefined ? {} : { thread: press.thread };
  const own = { ...at, message, ...within, asker: press.user };
  return {
    name: given.name,
    values,
    author: where.author,
    place: hidden?.place ?? where.place,
    conversation: conversationIdOf({ ...at, ...(thread === '' ? {} : { thread }) }),
    next: { id: `slack:${workspace}/${channel}/${message}`, replyTo: hidden?.replyTo ?? own },
  };
}

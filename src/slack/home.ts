/** What a person finds where they open the bot: the Home tab with their settings and usage, prompts, and titles of conversations. */
import type { Command, CommandName, Mention } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { NoticesFor } from '../notices/notices.ts';
import type { Call, Calls } from '../slack-api/calls.ts';
import { type Fields, textIn } from '../slack-api/fields.ts';
import type { People } from '../slack-reading/people.ts';
import { answerOf, homeOf, type Shown } from '../slack-text/answers.ts';
import { type Asker, whereaboutsOf } from './askers.ts';

export interface HomeOptions {
  readonly inbox: Pick<Inbox, 'command'>;
  readonly calls: Calls;
  readonly people: People;
  readonly noticesFor: NoticesFor;
  readonly log: Log;
}

/** Characters of a conversation's title. @see https://docs.slack.dev/reference/methods/assistant.threads.setTitle */
const MAX_TITLE = 80;

/** What stands in the tab, one below the other, each as the command of its name answers. */
const SECTIONS: readonly CommandName[] = ['settings', 'usage', 'help'];

export class Home {
  readonly #options: HomeOptions;

  constructor(options: HomeOptions) {
    this.#options = options;
  }

  /** The list of conversations with the bot shows what each was about. */
  async title({ place, replyTo, text }: Mention): Promise<void> {
    const { workspace: team, channel } = place;
    const title = Array.from(text.replace(/\s+/gu, ' ').trim()).slice(0, MAX_TITLE).join('');
    if (title === '') return;
    const args = { channel_id: channel, thread_ts: replyTo.thread, title };
    await this.#try({ method: 'assistant.threads.setTitle', team, args }, 'slack.title-refused');
  }

  async opened(team: string, event: Fields): Promise<void> {
    const [channel, user] = [textIn(event, 'channel') ?? '', textIn(event, 'user') ?? ''];
    if (event['tab'] === 'home') return this.publish({ team, channel, user });
    if (event['tab'] !== 'messages') return;
    const { people, noticesFor } = this.#options;
    const { locale } = await people.of(team, user);
    const prompts = noticesFor(locale).examples.map(({ title, message }) => ({ title, message }));
    const args = { channel_id: channel, prompts };
    await this.#try({ method: 'assistant.threads.setSuggestedPrompts', team, args }, 'slack.prompts-refused');
  }

  /** @param above What was just asked for in the tab. */
  async publish(asker: Asker, above?: Shown): Promise<void> {
    const { inbox, people, noticesFor, log } = this.#options;
    const where = await whereaboutsOf(asker, people);
    const section = async (name: CommandName): Promise<Shown> => {
      const command: Command = { name, values: {}, ...where };
      return answerOf(name, await inbox.command(command));
    };
    try {
      const sections = await Promise.all(SECTIONS.map(section));
      await this.#show(asker, [...(above === undefined ? [] : [above]), ...sections]);
    } catch (error) {
      log.error('command.failed', error, { command: 'home' });
      await this.#show(asker, [answerOf('help', { text: noticesFor(where.author.locale).ofError(error) })]);
    }
  }

  async #show({ team, channel, user }: Asker, sections: readonly Shown[]): Promise<void> {
    const view = homeOf(sections, JSON.stringify({ channel_id: channel }));
    await this.#try({ method: 'views.publish', team, args: { user_id: user, view } }, 'slack.home-refused');
  }

  async #try(call: Call, event: string): Promise<void> {
    try {
      await this.#options.calls.ask(call);
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      const { status, platformCode } = error.failure;
      this.#options.log.debug(event, { status, code: platformCode });
    }
  }
}

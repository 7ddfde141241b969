/** Slash commands, commands said in a thread, buttons, lists and forms: questions become Mentions, everything else Commands. */
import { COMMANDS, type Question, questionOf } from '../commands/list.ts';
import { readTyped } from '../commands/typed.ts';
import { conversationIdOf } from '../core/conversation.ts';
import { ACTION_NAMES, type Command, type CommandName, type Mention } from '../core/inbound.ts';
import type { CommandReply } from '../core/reply.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import type { Call, Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, listOf, textIn } from '../slack-api/fields.ts';
import type { Upload } from '../slack-reply/files.ts';
import { uploadedFiles } from '../slack-reply/files.ts';
import { directChannel } from '../slack-reply/elsewhere.ts';
import { respond } from '../slack-reply/whisper.ts';
import { answerOf, type Given, givenBy, sentenceOf, type Shown, THREAD, writtenIn } from '../slack-text/answers.ts';
import { contentOf } from '../slack-text/pages.ts';
import { type Asker, askerOf, formIn, metadataIn, privately, quoteOf, whereaboutsOf, whereIn } from './askers.ts';
import { filledIn, Forms } from './forms.ts';
import type { Home } from './home.ts';
import { Presses } from './presses.ts';
import type { Acknowledge, InteractionKind } from './connection.ts';
import { conversationInPlace } from '../place/in-place.ts';
import { inPlaceWhereWanted, readableText } from '../slack-reading/inbound.ts';
import type { People } from '../slack-reading/people.ts';

export interface InteractionsOptions {
  readonly inbox: Inbox;
  readonly calls: Calls;
  readonly people: People;
  readonly noticesFor: NoticesFor;
  readonly upload: Upload;
  readonly home: Home;
  /** An origin that speaks for Slack, beside Slack's own. */
  readonly own?: string;
  readonly log: Log;
}

/** Puts what is shown before the asker's eyes. */
type Tell = (shown: Shown) => Promise<void>;

/** What the message shortcut is called in the manifest. */
const SHORTCUT = 'thread_settings';

const NAMES: readonly CommandName[] = [...COMMANDS.map(({ name }) => name), ...ACTION_NAMES];

/** Mentions in a command come with the names that they show. */
const NOBODY = { user: '', bot: '' };

export class Interactions {
  readonly #options: InteractionsOptions;
  readonly #forms: Forms;
  readonly #presses: Presses;

  constructor(options: InteractionsOptions) {
    this.#options = options;
    this.#forms = new Forms(options);
    this.#presses = new Presses(options);
  }

  /** Slack hears at once that it arrived. Never rejects. */
  async take(kind: InteractionKind, payload: Fields, ack: Acknowledge): Promise<void> {
    const { log } = this.#options;
    try {
      await ack();
      if (kind === 'command') await this.#slash(payload);
      else if (kind === 'action') await this.#pressed(payload);
      else if (kind === 'shortcut') await this.#opened(payload);
      else if (kind === 'view') await this.#filled(payload);
      else log.debug('slack.ignored', { reason: 'not-a-command', kind });
    } catch (error) {
      log.error('command.failed', error, { kind });
    }
  }

  /** A message that is a command, which Slack does not know within threads; false for every other one. */
  async said(mention: Mention): Promise<boolean> {
    const typed = mention.text.startsWith('/') ? readTyped(mention.text) : undefined;
    if (typed === undefined) return false;
    const { workspace: team, channel } = mention.place;
    const { thread } = mention.replyTo;
    const asker = { team, channel, user: mention.author.id, ...(thread === undefined ? {} : { thread }) };
    const question = questionOf(typed.name, typed.values);
    if (question === undefined) await this.#command(typed, asker, this.#whispering(asker));
    else if (question.isPrivate)
      await this.#whispering(asker)(sentenceOf(this.#options.noticesFor(mention.author.locale).elsewhere));
    else await this.#options.inbox.mention({ ...mention, text: question.text, flags: question.flags });
    return true;
  }

  /** `/halley` with a command's name and what it takes, or with a question. */
  async #slash(payload: Fields): Promise<void> {
    const text = readableText(textIn(payload, 'text') ?? 'help', NOBODY, new Map());
    const typed = readTyped(`/${text}`) ?? readTyped(`/ask ${text}`);
    const url = textIn(payload, 'response_url');
    const asker = askerOf(textIn(payload, 'team_id'), textIn(payload, 'channel_id'), textIn(payload, 'user_id'));
    if (typed === undefined || url === undefined || asker === undefined) return;
    const tell: Tell = (shown) => this.#respond(url, { response_type: 'ephemeral', ...shown });
    const question = questionOf(typed.name, typed.values);
    if (question === undefined) await this.#command(typed, asker, tell);
    else await this.#ask({ question, asker, url, tell });
  }

  async #pressed(payload: Fields): Promise<void> {
    const [action = {}] = listOf(payload['actions']);
    const value = textIn(action, 'value') ?? textIn(fieldsOf(action['selected_option']), 'value') ?? '';
    const id = textIn(action, 'action_id') ?? '';
    const given = givenBy(id, value, NAMES);
    const form = writtenIn(id, NAMES);
    const [container, view] = [fieldsOf(payload['container']), fieldsOf(payload['view'])];
    const place = textIn(view, 'id') === undefined ? container : metadataIn(view);
    const where = whereIn(payload, place);
    if (where === undefined || (given === undefined && form === undefined))
      return this.#options.log.debug('slack.ignored', { reason: 'not-a-command' });
    if (form !== undefined) return this.#forms.open({ id, value }, where, payload);
    if (given === undefined) return undefined;
    if (given.values[THREAD] !== undefined) return this.#presses.press(given, where, payload);
    const url = textIn(payload, 'response_url');
    // An answer of ours that only the asker sees is replaced; one that others read stays.
    const isOwn = container['is_ephemeral'] === true;
    const tell: Tell =
      url === undefined
        ? (shown) => this.#update(view, where, shown)
        : (shown) => this.#respond(url, { response_type: 'ephemeral', replace_original: isOwn, ...shown });
    await this.#command(given, where, tell);
  }

  /** What was written into a form takes the place of what opened it. */
  async #filled(payload: Fields): Promise<void> {
    const filled = filledIn(payload, NAMES);
    if (filled === undefined)
      return this.#options.log.debug('slack.ignored', { reason: 'not-a-command', kind: 'view' });
    const { given, asker, url, view, isOwn, isHome } = filled;
    const tell: Tell =
      url === undefined
        ? (shown) => this.#update({ id: view, type: isHome ? 'home' : 'modal' }, asker, shown)
        : (shown) => this.#respond(url, { response_type: 'ephemeral', replace_original: isOwn, ...shown });
    await this.#command(given, asker, tell);
  }

  /** The form of a thread's settings. */
  async #opened(payload: Fields): Promise<void> {
    const message = fieldsOf(payload['message']);
    const team = textIn(fieldsOf(payload['team']), 'id');
    const asker = askerOf(team, textIn(fieldsOf(payload['channel']), 'id'), textIn(fieldsOf(payload['user']), 'id'));
    const thread = textIn(message, 'thread_ts') ?? textIn(message, 'ts');
    if (payload['callback_id'] !== SHORTCUT || asker === undefined || thread === undefined) return;
    const where = { ...asker, thread };
    const args = { trigger_id: textIn(payload, 'trigger_id') };
    const tell: Tell = (shown) =>
      this.#send({ method: 'views.open', team: where.team, args: { ...args, view: formIn(where, shown) } });
    await this.#command({ name: 'settings', values: {} }, where, tell);
  }

  async #command(given: Given, asker: Asker, tell: Tell): Promise<void> {
    const { inbox, log, noticesFor } = this.#options;
    const { author, place } = await whereaboutsOf(asker, this.#options.people);
    try {
      const { team: workspace, channel, thread } = asker;
      const own =
        thread === undefined ? undefined : conversationIdOf({ platform: 'slack', workspace, channel, thread });
      const conversation =
        own ?? (place.kind === 'direct' ? undefined : await conversationInPlace({ author, place }, inbox, log));
      const command: Command = { ...given, author, place, ...(conversation === undefined ? {} : { conversation }) };
      const reply = await inbox.command(command);
      await tell(answerOf(given.name, reply));
      await this.#handOver(reply, asker);
    } catch (error) {
      log.error('command.failed', error, { command: given.name });
      await tell(sentenceOf(noticesFor(author.locale).ofError(error)));
    }
  }

  /** The question is shown in the channel, and answered in a thread under it as if it had been written there. */
  async #ask(asking: { question: Question; asker: Asker; url: string; tell: Tell }): Promise<void> {
    const { question, asker, url, tell } = asking;
    const { inbox, log, noticesFor } = this.#options;
    const { author, place } = await whereaboutsOf(asker, this.#options.people);
    const { text, flags } = question;
    const { team: workspace, channel } = asker;
    const common = { text, flags, author, attachments: [], receivedAt: Date.now() };
    try {
      if (question.isPrivate) {
        const [, secret = ''] = /([^/]+)$/u.exec(url) ?? [];
        await inbox.mention({
          ...common,
          id: `slack:${workspace}/${channel}/${secret}`,
          ...privately(asker, url, place),
        });
        return;
      }
      const markdown = quoteOf(text, author);
      const args = { channel, ...contentOf({ markdown, foot: [] }), unfurl_links: false, unfurl_media: false };
      const thread =
        textIn(await this.#options.calls.ask({ method: 'chat.postMessage', team: workspace, args }), 'ts') ?? '';
      const mention: Mention = {
        ...common,
        id: `slack:${workspace}/${channel}/${thread}`,
        conversation: conversationIdOf({ platform: 'slack', workspace, channel, thread }),
        place,
        replyTo: { platform: 'slack', workspace, channel, message: thread, thread, asker: asker.user },
      };
      await inbox.mention(await inPlaceWhereWanted(mention, inbox, log));
    } catch (error) {
      log.error('command.failed', error, { command: 'ask' });
      await tell(sentenceOf(noticesFor(author.locale).ofError(error)));
    }
  }

  /** For the asker's eyes; in a direct message nobody else reads. */
  #whispering({ team, channel, user, thread }: Asker): Tell {
    const args = { channel, ...(thread === undefined ? {} : { thread_ts: thread }) };
    if (channel.startsWith('D'))
      return (shown) => this.#send({ method: 'chat.postMessage', team, args: { ...args, ...shown } });
    return (shown) => this.#send({ method: 'chat.postEphemeral', team, args: { ...args, user, ...shown } });
  }

  /** Files come in the conversation of the bot with the asker. */
  async #handOver({ files = [] }: CommandReply, { team, user }: Asker): Promise<void> {
    if (files.length === 0) return;
    const { calls, upload } = this.#options;
    const channel = await directChannel(calls, { team, user });
    const given = files.map(({ name, text }) => ({ name, data: Buffer.from(text) }));
    await uploadedFiles(given, { at: { team, channel, question: '' }, upload, write: (call) => calls.ask(call) });
  }

  async #update({ id, type }: Fields, asker: Asker, shown: Shown): Promise<void> {
    if (type === 'home') return this.#options.home.publish(asker, shown);
    await this.#send({ method: 'views.update', team: asker.team, args: { view_id: id, view: formIn(asker, shown) } });
  }

  async #send(call: Call): Promise<void> {
    await this.#options.calls.ask(call);
  }

  async #respond(url: string, body: object): Promise<void> {
    await this.#options.calls.retrying(() => respond(url, body, this.#options.own));
  }
}

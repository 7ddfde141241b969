/** What Slack tells the bot, handed on in order: messages become mentions, a pressed stop a command; all else is ignored by name. */
import { conversationIdOf } from '../core/conversation.ts';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { Author, Mention, ReplyAddress } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import type { Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import type { Acknowledge, Ears, InteractionKind } from './connection.ts';
import { Deliveries } from '../slack-reading/deliveries.ts';
import {
  fileOf,
  type Heard,
  heardOf,
  type Ignored,
  judge,
  mentionOf,
  namedIn,
  type Self,
} from '../slack-reading/inbound.ts';
import { inPlaceWhereWanted } from '../slack-reading/inbound.ts';
import type { Interactions } from './interactions.ts';
import type { People } from '../slack-reading/people.ts';

export interface EventsOptions {
  readonly inbox: Inbox;
  readonly calls: Calls;
  readonly people: People;
  readonly interactions: Interactions;
  readonly noticesFor: NoticesFor;
  /** The bot in a workspace; undefined where it is not installed. */
  readonly selfIn: (team: string) => Self | undefined;
  /** Milliseconds for which a mention waits for the whole message. */
  readonly twinMs: number;
  readonly log: Log;
}

/** Answers whose question is remembered, so that its deletion stops them. */
const MAX_ANSWERS = 1000;
/** Characters of a conversation's title. @see https://docs.slack.dev/reference/methods/assistant.threads.setTitle */
const MAX_TITLE = 80;

export class Events implements Ears {
  readonly #options: EventsOptions;
  readonly #deliveries: Deliveries<Heard>;
  /** What is being delivered, by the place whose order it keeps. */
  readonly #delivering = new Map<string, Promise<void>>();
  /** The question that was answered last, by thread. */
  readonly #answers = new Map<string, ReplyAddress>();
  #isStopped = false;

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#deliveries = new Deliveries({ twinMs: options.twinMs });
  }

  event(envelope: Fields): void {
    const event = fieldsOf(envelope['event']);
    const team = textIn(envelope, 'team_id') ?? '';
    switch (event['type']) {
      case 'message':
      case 'app_mention':
        return this.#message(team, envelope, event);
      case 'agent_session_stopped':
        return this.#inOrder(`stop ${textIn(event, 'channel')}`, () => this.#stopped(team, event));
      case 'app_home_opened':
        return this.#inOrder(`home ${textIn(event, 'channel')}`, () => this.#opened(team, event));
      case 'app_uninstalled':
        return this.#inOrder('uninstalled', () => this.#options.inbox.removed('slack', team));
      default:
        this.#options.log.debug('slack.ignored', { reason: 'elsewhere', type: textIn(event, 'type') });
    }
  }

  interaction(kind: InteractionKind, payload: Fields, ack: Acknowledge): void {
    this.#inOrder(`interaction ${textIn(payload, 'trigger_id')}`, () =>
      this.#options.interactions.take(kind, payload, ack),
    );
  }

  /** An answer to this question is being written. */
  answering(to: ReplyAddress): void {
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    this.#answers.set(`${to.channel}/${to.thread}`, to);
  }

  /** Takes nothing more, and resolves when all that was taken is handed over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#deliveries.stop();
    await Promise.all(this.#delivering.values());
  }

  #message(team: string, envelope: Fields, event: Fields): void {
    if (this.#isStopped) return;
    if (isDeletion(event)) return this.#deleted(team, event);
    const heard = heardOf(team, event);
    const self = this.#options.selfIn(team);
    if (heard === undefined || self === undefined) return this.#ignore('elsewhere', heard);
    const taken = this.#deliveries.take({
      event: textIn(envelope, 'event_id') ?? `${heard.channel}/${heard.ts}/${String(event['type'])}`,
      // A change of a message is told under the time of the change.
      message: `${team}/${heard.channel}/${heard.ts}`,
      isWhole: event['type'] === 'message',
      what: heard,
    });
    if (taken.kind !== 'new') return this.#ignore(taken.kind, heard);
    this.#inOrder(heard.channel, async () => this.#hear(await taken.what, self));
  }

  /** One after the other for the same key, so that what was written first is delivered first. */
  #inOrder(key: string, work: () => Promise<void>): void {
    if (this.#isStopped) return;
    const done = (this.#delivering.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#options.log.error('slack.delivery-failed', error, { key }))
      .finally(() => {
        if (this.#delivering.get(key) === done) this.#delivering.delete(key);
      });
    this.#delivering.set(key, done);
  }

  async #hear(heard: Heard, self: Self): Promise<void> {
    const verdict = judge(heard, self);
    if (verdict.kind === 'ignored') return this.#ignore(verdict.reason, heard);
    const { inbox } = this.#options;
    const { team: workspace, channel, thread = heard.ts } = heard;
    const id = conversationIdOf({ platform: 'slack', workspace, channel, thread });
    const { kind, ...free } = verdict;
    if (kind === 'overheard' && !(await inbox.follows(id))) return this.#ignore('not-addressed', heard);
    const mention = { ...(await this.#mentionOf(heard, self)), ...free };
    if (free.isFree === true && !(await this.#isFree(mention))) return this.#ignore('not-addressed', heard);
    if (await this.#options.interactions.said(mention)) return;
    const isNew = await inbox.mention(await inPlaceWhereWanted(mention, inbox, this.#options.log));
    if (isNew && heard.isDirect && heard.thread === undefined) await this.#title(mention);
  }

  async #mentionOf(heard: Heard, self: Self): Promise<Mention> {
    const { people } = this.#options;
    const { team, user = '' } = heard;
    const [author, names, files] = await Promise.all([
      people.of(team, user),
      people.names(team, namedIn(heard, self)),
      this.#filesOf(heard),
    ]);
    const { manages: _, ...asker } = author;
    return mentionOf({ ...heard, files }, { author: asker, names, self });
  }

  /** A file of another workspace is known by its id alone. */
  async #filesOf({ team, files }: Heard): Promise<Heard['files']> {
    const found = files.map(async (file) => {
      if (file.url !== undefined) return [file];
      try {
        const answer = await this.#options.calls.ask({ method: 'files.info', team, args: { file: file.id } });
        return fileOf(fieldsOf(answer['file']));
      } catch (error) {
        this.#tolerate('slack.file-unknown', error);
        return [];
      }
    });
    return (await Promise.all(found)).flat();
  }

  /** A failing store counts as yes: whoever answers tells of it. */
  async #isFree(mention: Mention): Promise<boolean> {
    try {
      return (await this.#options.inbox.settingsAt(mention)).freeTalk === 'on';
    } catch (error) {
      this.#options.log.error('settings.unread', error, { mention: mention.id });
      return true;
    }
  }

  /** The list of conversations with the bot shows what each was about. */
  async #title({ place, replyTo, text }: Mention): Promise<void> {
    const { workspace: team, channel } = place;
    const title = Array.from(text.replace(/\s+/gu, ' ').trim()).slice(0, MAX_TITLE).join('');
    if (title === '') return;
    const args = { channel_id: channel, thread_ts: replyTo.thread, title };
    await this.#try({ method: 'assistant.threads.setTitle', team, args }, 'slack.title-refused');
  }

  /** What can be asked, offered where a person opens the conversation with the bot. */
  async #opened(team: string, event: Fields): Promise<void> {
    if (event['tab'] !== 'messages') return;
    const { people, noticesFor } = this.#options;
    const { locale } = await people.of(team, textIn(event, 'user') ?? '');
    const prompts = noticesFor(locale).examples.map(({ title, message }) => ({ title, message }));
    const args = { channel_id: textIn(event, 'channel'), prompts };
    await this.#try({ method: 'assistant.threads.setSuggestedPrompts', team, args }, 'slack.prompts-refused');
  }

  async #stopped(team: string, event: Fields): Promise<void> {
    const [channel, thread] = [textIn(event, 'channel'), textIn(event, 'thread_ts')];
    if (channel === undefined || thread === undefined) return;
    const author = await this.#options.people.of(team, textIn(event, 'user') ?? '');
    await this.#stop({ team, channel, thread, author });
  }

  /** An answer whose question is taken away, or which is itself taken away while it grows, is stopped. */
  #deleted(team: string, event: Fields): void {
    const channel = textIn(event, 'channel');
    const ts = textIn(event, 'deleted_ts') ?? textIn(fieldsOf(event['message']), 'ts');
    const before = fieldsOf(event['previous_message']);
    const thread = textIn(before, 'thread_ts') ?? ts;
    const to = this.#answers.get(`${channel}/${thread}`);
    const self = this.#options.selfIn(team);
    const isOurs = self !== undefined && textIn(before, 'user') === self.user;
    const isPart = to !== undefined && ts !== undefined && (ts === to.message || (isOurs && ts > to.message));
    this.#options.log.debug('slack.ignored', { reason: 'deleted', channel });
    if (!isPart || channel === undefined || thread === undefined) return;
    // Somebody, but Slack does not say who.
    this.#inOrder(`stop ${channel}`, () => this.#stop({ team, channel, thread, author: { id: '', name: '' } }));
  }

  async #stop(what: { team: string; channel: string; thread: string; author: Author }): Promise<void> {
    const { team: workspace, channel, thread, author } = what;
    const kind = channel.startsWith('D') ? 'direct' : 'thread';
    const conversation = conversationIdOf({ platform: 'slack', workspace, channel, thread });
    const place = { platform: 'slack', workspace, channel, kind } as const;
    await this.#options.inbox.command({ name: 'stop', values: {}, conversation, author, place });
  }

  async #try(call: Parameters<Calls['ask']>[0], event: string): Promise<void> {
    try {
      await this.#options.calls.ask(call);
    } catch (error) {
      this.#tolerate(event, error);
    }
  }

  #tolerate(event: string, error: unknown): void {
    if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
    const { status, platformCode } = error.failure;
    this.#options.log.debug(event, { status, code: platformCode });
  }

  #ignore(reason: Ignored, heard: Heard | undefined): void {
    this.#options.log.debug('slack.ignored', { reason, channel: heard?.channel });
  }
}

/** What had replies leaves a stone where it stood. */
function isDeletion(event: Fields): boolean {
  const { subtype } = event;
  const isStone = fieldsOf(event['message'])['subtype'] === 'tombstone';
  return subtype === 'message_deleted' || (subtype === 'message_changed' && isStone);
}

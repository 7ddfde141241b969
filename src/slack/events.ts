/** What Slack tells the bot, handed on in order: messages become mentions, a pressed stop a command; all else is ignored by name. */
import { type ConversationId, conversationIdOf } from '../core/conversation.ts';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import { type Author, type Mention, type ReplyAddress, TURN } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import type { Acknowledge, Ears, InteractionKind } from './connection.ts';
import { editedIn, type Gone, goneIn } from '../slack-reading/changes.ts';
import { Deliveries } from '../slack-reading/deliveries.ts';
import {
  fileOf,
  type Heard,
  heardOf,
  type Ignored,
  inPlaceWhereWanted,
  judge,
  mentionOf,
  namedIn,
  type Self,
} from '../slack-reading/inbound.ts';
import type { Home } from './home.ts';
import type { Interactions } from './interactions.ts';
import type { People } from '../slack-reading/people.ts';

export interface EventsOptions {
  readonly inbox: Inbox;
  readonly calls: Calls;
  readonly people: People;
  readonly interactions: Interactions;
  readonly home: Home;
  /** The bot in a workspace; undefined where it is not installed. */
  readonly selfIn: (team: string) => Self | undefined;
  /** The bot's token in a workspace is no more. */
  readonly left: (team: string) => Promise<void>;
  /** Milliseconds for which a mention waits for the whole message. */
  readonly twinMs: number;
  readonly log: Log;
}

/** Where a file is that cannot be had: it is told of like any other that does not come. */
const NOWHERE = 'about:blank';

/** Answers whose question is remembered, so that its deletion stops them. */
const MAX_ANSWERS = 1000;

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
        return this.#inOrder(`home ${textIn(event, 'channel')}`, () => this.#options.home.opened(team, event));
      case 'app_uninstalled':
        return this.#inOrder('uninstalled', async () => {
          await this.#options.left(team);
          await this.#options.inbox.removed('slack', team);
        });
      case 'tokens_revoked':
        return this.#inOrder('uninstalled', async () => {
          if (Array.isArray(fieldsOf(event['tokens'])['bot'])) await this.#options.left(team);
        });
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
    const gone = goneIn(team, event);
    if (gone !== undefined) return this.#gone(team, gone);
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
    const edited = editedIn(event);
    this.#inOrder(heard.channel, async () => {
      if (edited === undefined) await this.#hear(await taken.what, self);
      else await this.#edited(heardOf(team, edited), self);
    });
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
    if (kind === 'overheard' && !(await this.#follows(id, `${channel}/${thread}`)))
      return this.#ignore('not-addressed', heard);
    const mention = { ...(await this.#mentionOf(heard, self)), ...free };
    if (free.isFree === true && !(await this.#isFree(mention))) return this.#ignore('not-addressed', heard);
    if (await this.#options.interactions.said(mention)) return;
    const isNew = await inbox.mention(await inPlaceWhereWanted(mention, inbox, this.#options.log));
    if (isNew && heard.isDirect && heard.thread === undefined) await this.#options.home.title(mention);
  }

  /** While the store fails, threads count that this process answered in: whoever answers tells of it. */
  async #follows(id: ConversationId, thread: string): Promise<boolean> {
    try {
      return await this.#options.inbox.follows(id);
    } catch (error) {
      this.#options.log.error('turns.unread', error, { conversation: id });
      return this.#answers.has(thread);
    }
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
        return fileOf(fieldsOf(answer['file'])).map((found) => ({ url: NOWHERE, ...found }));
      } catch (error) {
        if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
        this.#options.log.debug('slack.file-unknown', { code: error.failure.platformCode });
        return [{ ...file, url: NOWHERE }];
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

  async #stopped(team: string, event: Fields): Promise<void> {
    const [channel, thread] = [textIn(event, 'channel'), textIn(event, 'thread_ts')];
    if (channel === undefined || thread === undefined) return;
    const author = await this.#options.people.of(team, textIn(event, 'user') ?? '');
    await this.#stop({ team, channel, thread, author });
  }

  /** A question that is gone takes its answer along; an answer that is taken away while it grows is stopped. */
  #gone(team: string, { id, channel, ts, thread, user, conversations }: Gone): void {
    const { selfIn, inbox, log } = this.#options;
    log.debug('slack.ignored', { reason: 'deleted', channel });
    if (user === undefined || user !== selfIn(team)?.user)
      return this.#inOrder(channel, () => inbox.deleted(id, conversations));
    const to = this.#answers.get(`${channel}/${thread}`);
    if (to === undefined || ts <= to.message) return;
    // Somebody who may, but Slack does not say who.
    const author = { id: '', name: '', moderates: true as const };
    const turn = `slack:${team}/${channel}/${to.message}`;
    this.#inOrder(`stop ${channel}`, () => this.#stop({ team, channel, thread, author, turn }));
  }

  /** Whatever it says now: the inbox knows whether it was a question. */
  async #edited(heard: Heard | undefined, self: Self): Promise<void> {
    const verdict = heard === undefined ? undefined : judge(heard, self);
    if (heard === undefined || verdict === undefined) return;
    if (verdict.kind === 'ignored' && verdict.reason !== 'not-addressed') return this.#ignore(verdict.reason, heard);
    const { inbox, log } = this.#options;
    await inbox.edited(await inPlaceWhereWanted(await this.#mentionOf(heard, self), inbox, log));
  }

  async #stop(what: { team: string; channel: string; thread: string; author: Author; turn?: string }): Promise<void> {
    const { team: workspace, channel, thread, author, turn } = what;
    const kind = channel.startsWith('D') ? 'direct' : 'thread';
    const conversation = conversationIdOf({ platform: 'slack', workspace, channel, thread });
    const place = { platform: 'slack', workspace, channel, kind } as const;
    const values = turn === undefined ? {} : { [TURN]: turn };
    await this.#options.inbox.command({ name: 'stop', values, conversation, author, place });
  }

  #ignore(reason: Ignored, heard: Heard | undefined): void {
    this.#options.log.debug('slack.ignored', { reason, channel: heard?.channel });
  }
}

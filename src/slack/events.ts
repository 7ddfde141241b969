/** What Slack tells the bot, handed on in order: messages become mentions, a pressed stop a command; all else is ignored by name. */
import { conversationIdOf } from '../core/conversation.ts';
import { type Author, type Mention, type ReplyAddress, TURN } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { Calls } from '../slack-api/calls.ts';
import { type Fields, fieldsOf, textIn } from '../slack-api/fields.ts';
import type { Acknowledge, Ears, InteractionKind } from './connection.ts';
import type { Arriving } from '../slack-reading/arrivals.ts';
import { editedIn, type Gone, goneIn } from '../slack-reading/changes.ts';
import { Deliveries } from '../slack-reading/deliveries.ts';
import { type Heard, heardOf, type Ignored, judge, type Self } from '../slack-reading/inbound.ts';
import { mentionIn } from '../slack-reading/questions.ts';
import { inPlaceWhereWanted } from '../slack-reading/inbound.ts';
import type { Home } from './home.ts';
import type { Interactions } from './interactions.ts';
import type { People } from '../slack-reading/people.ts';

export interface EventsOptions {
  readonly inbox: Inbox;
  readonly calls: Calls;
  readonly people: People;
  readonly interactions: Interactions;
  readonly home: Home;
  readonly arriving: Arriving;
  /** The bot in a workspace; undefined where it is not installed. */
  readonly selfIn: (team: string) => Self | undefined;
  /** The bot's token in a workspace is no more. */
  readonly left: (team: string) => Promise<void>;
  /** Milliseconds for which a mention waits for the whole message. */
  readonly twinMs: number;
  readonly log: Log;
}

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

  async event(envelope: Fields): Promise<boolean> {
    if (this.#isStopped) return false;
    await this.#taken(envelope);
    return true;
  }

  /** Resolves when what matters of it is kept. */
  async #taken(envelope: Fields): Promise<void> {
    const event = fieldsOf(envelope['event']);
    const team = textIn(envelope, 'team_id') ?? '';
    switch (event['type']) {
      case 'message':
      case 'app_mention':
        return this.#message(team, envelope, event);
      case 'agent_session_stopped':
        return void this.#inOrder(`stop ${textIn(event, 'channel')}`, () => this.#stopped(team, event));
      case 'app_home_opened':
        return void this.#inOrder(`home ${textIn(event, 'channel')}`, () => this.#options.home.opened(team, event));
      case 'app_uninstalled':
      case 'tokens_revoked':
        return this.#options.arriving.hold(
          `${team}/${event['type']}`,
          envelope,
          this.#inOrder('uninstalled', () => this.#removed(team, event)),
        );
      default:
        this.#options.log.debug('slack.ignored', { reason: 'elsewhere', type: textIn(event, 'type') });
    }
  }

  /** A command may ask something, so it is kept before Slack hears that it arrived. */
  interaction(kind: InteractionKind, payload: Fields, ack: Acknowledge): void {
    const { interactions, arriving } = this.#options;
    const trigger = textIn(payload, 'trigger_id') ?? '';
    const kept: Acknowledge = async () => {
      if (kind === 'command') await arriving.hold(`${textIn(payload, 'team_id')}/${trigger}`, payload, done);
      await ack();
    };
    const done = this.#inOrder(`interaction ${trigger}`, () => interactions.take(kind, payload, kept));
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

  async #message(team: string, envelope: Fields, event: Fields): Promise<void> {
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
    const id = `${team}/${heard.channel}/${heard.ts}`;
    if (taken.kind === 'twin' && event['type'] === 'message') void this.#options.arriving.complete(id, envelope);
    if (taken.kind !== 'new') return this.#ignore(taken.kind, heard);
    const edited = editedIn(event);
    const said = edited === undefined ? heard : heardOf(team, edited);
    const handed = this.#inOrder(heard.channel, async () => {
      if (edited === undefined) await this.#hear(await taken.what, self);
      else await this.#edited(said, self);
    });
    if (await this.#isMeant(said, self)) await this.#options.arriving.hold(id, envelope, handed);
  }

  /** Whether the bot may have to do something about it; what others say to each other is kept nowhere. */
  async #isMeant(said: Heard | undefined, self: Self): Promise<boolean> {
    const verdict = said === undefined ? undefined : judge(said, self);
    if (said === undefined || verdict === undefined || verdict.kind === 'ignored') return false;
    return verdict.kind === 'addressed' || this.#follows(said);
  }

  /** While the store fails, threads count that this process answered in: not every thread is told of it. */
  #follows({ team: workspace, channel, ts, thread = ts }: Heard): Promise<boolean> {
    const id = conversationIdOf({ platform: 'slack', workspace, channel, thread });
    return this.#orElse(this.#answers.has(`${channel}/${thread}`), () => this.#options.inbox.follows(id));
  }

  /** One after the other for the same key, so that what was written first is delivered first. */
  #inOrder(key: string, work: () => Promise<void>): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const done = (this.#delivering.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => this.#options.log.error('slack.delivery-failed', error, { key }))
      .finally(() => {
        if (this.#delivering.get(key) === done) this.#delivering.delete(key);
      });
    this.#delivering.set(key, done);
    return done;
  }

  async #hear(heard: Heard, self: Self): Promise<void> {
    const verdict = judge(heard, self);
    if (verdict.kind === 'ignored') return this.#ignore(verdict.reason, heard);
    const { inbox } = this.#options;
    const { kind, ...free } = verdict;
    if (kind === 'overheard' && !(await this.#follows(heard))) return this.#ignore('not-addressed', heard);
    const mention = { ...(await mentionIn(heard, self, this.#options)), ...free };
    if (free.isFree === true && !(await this.#isFree(mention))) return this.#ignore('not-addressed', heard);
    if (await this.#options.interactions.said(mention)) return;
    const isNew = await inbox.mention(await inPlaceWhereWanted(mention, inbox, this.#options.log));
    if (isNew && heard.isDirect && heard.thread === undefined) await this.#options.home.title(mention);
  }

  #isFree(mention: Mention): Promise<boolean> {
    const { inbox } = this.#options;
    // Whoever answers tells of a store that fails.
    return this.#orElse(true, async () => (await inbox.settingsAt(mention)).freeTalk === 'on');
  }

  /** @param unknown What counts while the store fails. */
  async #orElse(unknown: boolean, asked: () => Promise<boolean>): Promise<boolean> {
    try {
      return await asked();
    } catch (error) {
      this.#options.log.error('settings.unread', error);
      return unknown;
    }
  }

  /** The bot's token is no more, or the bot itself. */
  async #removed(team: string, event: Fields): Promise<void> {
    const isAll = event['type'] === 'app_uninstalled';
    if (isAll || Array.isArray(fieldsOf(event['tokens'])['bot'])) await this.#options.left(team);
    if (isAll) await this.#options.inbox.removed('slack', team);
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
      return void this.#inOrder(channel, () => inbox.deleted(id, conversations));
    const to = this.#answers.get(`${channel}/${thread}`);
    if (to === undefined || ts <= to.message) return;
    // Somebody who may, but Slack does not say who.
    const author = { id: '', name: '', moderates: true as const };
    const turn = `slack:${team}/${channel}/${to.message}`;
    void this.#inOrder(`stop ${channel}`, () => this.#stop({ team, channel, thread, author, turn }));
  }

  /** Whatever it says now: the inbox knows whether it was a question. */
  async #edited(heard: Heard | undefined, self: Self): Promise<void> {
    const verdict = heard === undefined ? undefined : judge(heard, self);
    if (heard === undefined || verdict === undefined) return;
    if (verdict.kind === 'ignored' && verdict.reason !== 'not-addressed') return this.#ignore(verdict.reason, heard);
    const { inbox, log } = this.#options;
    await inbox.edited(await inPlaceWhereWanted(await mentionIn(heard, self, this.#options), inbox, log));
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

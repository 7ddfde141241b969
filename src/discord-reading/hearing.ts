/** What comes of each message that Discord tells of: written, edited or deleted. */
import { type Channel, type Client, GatewayIntentBits, type Message, type PartialMessage } from 'discord.js';
import type { ConversationId } from '../core/conversation.ts';
import { HalleyError } from '../core/errors.ts';
import type { Mention } from '../core/inbound.ts';
import type { Inbox, Log } from '../core/ports.ts';
import type { NoticesFor } from '../notices/notices.ts';
import { heardOf } from './heard.ts';
import { type Ignored, judge, mentionOf, type Self, unanswered, type Verdict } from './inbound.ts';
import { asMayBe, Daily, missingFor, rightsIn } from './rights.ts';
import { asWanted, conversationsOf, directWhere, type Where, whereOf } from './where.ts';

export interface HearingOptions {
  readonly client: Client;
  readonly inbox: Inbox;
  readonly noticesFor: NoticesFor;
  readonly log: Log;
  /** Tells an asker what keeps the bot from answering where they asked: permissions by name. */
  readonly tell: (to: Mention, missing: readonly string[]) => Promise<void>;
  /** Tells an author that the bot cannot read what they wrote. */
  readonly explain: (to: Mention) => Promise<void>;
}

/** What an event says of messages that are gone; it does not say what they were. */
export interface Gone {
  readonly channel: string;
  /** Absent for direct messages. */
  readonly guild: string | undefined;
  readonly messages: readonly string[];
}

type Unheard = Ignored | 'not-edited';

/** Hands over to the inbox what is for it. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #daily = new Daily();

  constructor(options: HearingOptions) {
    this.#options = options;
  }

  async written(message: Message): Promise<void> {
    const { inbox, log } = this.#options;
    const verdict = await this.#verdictOn(message);
    if (verdict.kind === 'ignored') {
      if (verdict.reason === 'nothing-said') await this.#explain(message);
      return this.#ignore(message, verdict.reason);
    }
    const { mention } = verdict;
    if (verdict.kind === 'overheard' && !(await this.#isFollowed(message, mention.conversation)))
      return this.#ignore(message, 'not-addressed');
    if (mention.isFree === true && !(await this.#isFree(mention))) return this.#ignore(message, 'not-addressed');
    const placed = await asWanted(mention, inbox, log);
    if (verdict.isReply === true && placed.replyTo.openThread !== undefined)
      return this.#ignore(message, 'not-addressed');
    const rights = rightsIn(message.channel, this.#options.client);
    const missing = missingFor(placed, rights);
    if (missing.length > 0) return this.#turnAway(message, placed, missing);
    await inbox.mention(this.#reminded(asMayBe(placed, rights)));
  }

  /** Nothing is asked of the model for an answer that cannot stand. */
  async #turnAway(message: Message, mention: Mention, missing: readonly string[]): Promise<void> {
    if (this.#daily.isDue(`${message.channelId} ${mention.author.id}`)) await this.#options.tell(mention, missing);
    this.#ignore(message, 'may-not-answer');
  }

  /** Without the Message Content intent all that is said in a thread of the bot's own looks empty. */
  async #explain(message: Message): Promise<void> {
    const { client, noticesFor, explain } = this.#options;
    const [where, self] = [await this.#whereIs(message.channel), this.#selfIn(message)];
    if (client.options.intents.has(GatewayIntentBits.MessageContent) || where === undefined || self === undefined)
      return;
    const heard = heardOf(message, where);
    const mention = mentionOf(heard, self, noticesFor(heard.author.locale));
    const isOurs = where.owner === self.id || (await this.#isFollowed(message, mention.conversation));
    const isWanted = isOurs && (await this.#isFree(mention));
    if (!isWanted || missingFor(mention, rightsIn(message.channel, client)).length > 0) return;
    if (this.#daily.isDue(`unread ${message.channelId}`)) await explain(mention);
  }

  #reminded(mention: Mention): Mention {
    const { lacks, ...replyTo } = mention.replyTo;
    return lacks === undefined || this.#daily.isDue(replyTo.channel) ? mention : { ...mention, replyTo };
  }

  /** Previews of links, pins and opened threads come as updates too: only the author's own change is an edit. */
  async edited(before: Message | PartialMessage, message: Message): Promise<void> {
    const { inbox, noticesFor, log } = this.#options;
    const { editedTimestamp: editedAt } = message;
    if (editedAt === null || editedAt === before.editedTimestamp) return this.#ignore(message, 'not-edited');
    const [where, self] = [await this.#whereIs(message.channel), this.#selfIn(message)];
    if (where === undefined || self === undefined) return this.#ignore(message, 'elsewhere');
    const heard = heardOf(message, where);
    const reason = unanswered(heard, self);
    if (reason !== undefined) return this.#ignore(message, reason);
    const mention = mentionOf(heard, self, noticesFor(heard.author.locale));
    await inbox.edited(await asWanted(mention, inbox, log));
  }

  async deleted({ channel, guild, messages }: Gone): Promise<void> {
    const { client, inbox } = this.#options;
    const known = guild === undefined ? null : await client.channels.fetch(channel);
    const where = guild === undefined ? directWhere(channel) : known === null ? undefined : await this.#whereIs(known);
    if (where === undefined) return;
    for (const id of messages) await inbox.deleted(`discord:${channel}/${id}`, conversationsOf(where, id));
  }

  /** A failing store counts as yes: whoever answers tells of it. */
  async #isFree(mention: Mention): Promise<boolean> {
    const { inbox, log } = this.#options;
    try {
      return (await inbox.settingsAt(mention)).freeTalk === 'on';
    } catch (error) {
      log.error('settings.unread', error, { mention: mention.id });
      return true;
    }
  }

  /** In a thread that the bot opened a failing store counts as yes: whoever answers tells of it. */
  async #isFollowed(message: Message, id: ConversationId): Promise<boolean> {
    const { client, inbox } = this.#options;
    try {
      return await inbox.follows(id);
    } catch (error) {
      const isOwn = message.channel.isThread() && message.channel.ownerId === client.user?.id;
      if (!(error instanceof HalleyError) || !isOwn) throw error;
      return true;
    }
  }

  async #verdictOn(message: Message): Promise<Verdict> {
    const [where, self] = [await this.#whereIs(message.channel), this.#selfIn(message)];
    if (where === undefined || self === undefined) return { kind: 'ignored', reason: 'elsewhere' };
    const heard = heardOf(message, where);
    return judge(heard, self, this.#options.noticesFor(heard.author.locale));
  }

  async #whereIs(channel: Channel): Promise<Where | undefined> {
    // A thread that was archived when the bot connected is known by its id alone.
    const isKnown = !channel.isThread() || channel.parentId !== null;
    return whereOf(isKnown ? channel : await channel.fetch(true));
  }

  #selfIn({ guild }: Message): Self | undefined {
    const { user } = this.#options.client;
    if (user === null) return undefined;
    const role = guild?.roles.botRoleFor(user)?.id;
    return { id: user.id, ...(role === undefined ? {} : { role }) };
  }

  #ignore({ channelId }: Message, reason: Unheard): void {
    this.#options.log.debug('discord.ignored', { reason, channel: channelId });
  }
}

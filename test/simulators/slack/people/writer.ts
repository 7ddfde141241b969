/** People who write: they say, mention, upload, edit, delete and react, as Slack's own client lets them. */
import { directWith } from '../api/method.ts';
import { change, post, remove } from '../state/messages.ts';
import type { Files, GivenFile } from '../state/files.ts';
import type { Channel, Message, User, Workspace } from '../state/model.ts';
import { sessionOf } from '../state/places.ts';
import { interrupt } from '../state/streams.ts';
import { escaped, typed } from './typing.ts';
import type { World } from '../state/world.ts';
import { messageJson } from '../state/wire.ts';
import { announceChange } from '../state/messages.ts';
import { type SeenMessage, seen } from './reader.ts';

export interface Saying {
  /** Puts the bot's mention in front. */
  readonly mention?: boolean;
  /** The thread it is said in. */
  readonly thread?: string;
  /** "Also send to channel". */
  readonly broadcast?: boolean;
  readonly files?: readonly GivenFile[];
  /** As old integrations post: subtype `bot_message`, a name, no user. */
  readonly oldStyle?: boolean;
  /** Which of a mention's two events comes first; the message, unless said otherwise. */
  readonly mentionFirst?: boolean;
}

export interface WriterServices {
  readonly world: World;
  readonly workspace: Workspace;
  readonly files: Files;
}

export class Writer {
  readonly user: User;
  protected readonly world: World;
  protected readonly workspace: Workspace;
  readonly #files: Files;

  constructor(user: User, { world, workspace, files }: WriterServices) {
    this.user = user;
    this.world = world;
    this.workspace = workspace;
    this.#files = files;
  }

  get id(): string {
    return this.user.id;
  }

  get name(): string {
    return this.user.realName;
  }

  /** Words like `@Halley`, `@channel` and `#general` become what the composer makes of them; all else is escaped. */
  says(channelId: string, text: string, options: Saying = {}): SeenMessage {
    const channel = this.channelAt(channelId);
    if (channel.archived || !channel.members.has(this.id))
      throw new Error(`${this.name} may not write in ${channel.name}`);
    const { bot } = this.workspace;
    const said = typed(this.workspace, options.mention === true ? `@${bot.name} ${text}`.trim() : text);
    const isMention = said.text.includes(`<@${bot.id}>`) && channel.kind !== 'im';
    const message = post(this.world, {
      channel,
      author: this.user,
      content: { ...said, attachments: [] },
      files: (options.files ?? []).map((file) => this.#files.store(this.workspace, this.id, file)),
      ...(options.thread === undefined ? {} : { threadTs: options.thread }),
      ...(options.broadcast === true ? { broadcast: true } : {}),
      ...(options.oldStyle === true ? { dress: { subtype: 'bot_message', user: undefined, username: this.name } } : {}),
      ...(isMention ? { twin: options.mentionFirst === true ? 'before' : 'after' } : {}),
    });
    return this.#sees(message);
  }

  /** Writes to the bot directly. */
  dm(text: string, options: Saying = {}): SeenMessage {
    return this.says(this.dmChannelId, text, options);
  }

  get dmChannelId(): string {
    return directWith({ world: this.world, workspace: this.workspace }, this.id).id;
  }

  edits(channelId: string, ts: string, text: string): void {
    const message = this.#own(channelId, ts);
    change(this.world, message, { content: { ...typed(this.workspace, text), attachments: [] }, editor: this.user });
  }

  deletes(channelId: string, ts: string): void {
    remove(this.world, this.#own(channelId, ts));
  }

  /** Slack shows a preview of a link in this person's message, which is a change that nobody made. */
  linkUnfurls(channelId: string, ts: string, url: string): void {
    const message = this.#own(channelId, ts);
    const before = messageJson(this.world, message);
    const preview = { from_url: url, original_url: url, id: 1, title: 'A page', fallback: escaped(url) };
    message.content = { ...message.content, attachments: [preview] };
    announceChange(this.world, message, before);
  }

  /**
   * Presses the stop button of a conversation with the agent.
   *
   * @throws Error where there is no such button: outside direct messages, or while nothing is under way.
   */
  stops(channelId: string, threadTs: string): void {
    const channel = this.channelAt(channelId);
    if (channel.kind !== 'im') throw new Error('only direct messages have a stop button');
    if (sessionOf(this.world, channel, threadTs)?.state !== 'processing') throw new Error('nothing is under way');
    interrupt(this.world, { channel, threadTs }, this.id);
  }

  /** Gives the conversation another title. */
  renames(channelId: string, threadTs: string, title: string): void {
    const channel = this.channelAt(channelId);
    const session = sessionOf(this.world, channel, threadTs);
    if (!session) throw new Error('there is no session to rename');
    const event = {
      type: 'agent_session_title_changed',
      channel: channel.id,
      user: this.id,
      team_id: this.workspace.id,
      thread_ts: threadTs,
      title,
      previous_title: session.title,
      event_ts: this.world.newTs(),
    };
    session.title = title;
    this.world.emit({ team: this.workspace.id, subscription: 'agent_session_title_changed', event, channel });
    this.world.changed();
  }

  reacts(channelId: string, ts: string, name: string): void {
    const message = this.messageAt(channelId, ts);
    message.reactions.set(name, (message.reactions.get(name) ?? new Set()).add(this.id));
    const item = { type: 'message', channel: message.channel.id, ts };
    const event = { type: 'reaction_added', user: this.id, reaction: name, item, event_ts: this.world.newTs() };
    this.world.emit({ team: this.workspace.id, subscription: 'reaction_added', event, channel: message.channel });
    this.world.changed();
  }

  #sees(message: Message): SeenMessage {
    const sight = seen(this.world, message, { as: this.id, at: this.world.clock.now() });
    if (!sight) throw new Error(`${this.name} does not see ${message.ts}`);
    return sight;
  }

  protected channelAt(id: string): Channel {
    return this.world.channel(id);
  }

  protected messageAt(channelId: string, ts: string): Message {
    const message = this.world.message(this.channelAt(channelId), ts);
    if (!message) throw new Error(`there is no message ${ts} in ${channelId}`);
    return message;
  }

  #own(channelId: string, ts: string): Message {
    const message = this.messageAt(channelId, ts);
    if (message.author.id !== this.id) throw new Error(`${this.name} did not write message ${ts}`);
    return message;
  }
}

/** What stands on the simulated Discord: people, the server, channels and messages with every version. No rules. */
import type { Clock } from './clock.ts';
import type { Role, Overwrite, Member } from './grounds/membership.ts';
import type { ThreadState, ForumState } from './grounds/threading.ts';
import type { Version, StoredFile, MessageInteraction, Reference } from './content/parts.ts';
import type { Dispatch, Notification, ThreadAddition } from './gateway/dispatch.ts';
import type { Snapshot } from './content/forwards.ts';
import type { PollState } from './content/polls.ts';
import type { Sticker } from './content/stickers.ts';
import { Moderation } from './grounds/moderation.ts';
import type { Json } from './json.ts';
import { Snowflakes } from './snowflake.ts';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
  /** The language this person chose in Discord; the server's when absent. */
  locale?: string;
  /** Takes no direct messages from bots of servers. */
  refusesDirect?: boolean;
  /** Added the application to their own account, which they then carry everywhere. */
  hasInstalled?: boolean;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  ownerId: string;
  /** What its owner says that people speak there. */
  locale: string;
  /** How far its members boosted it; larger files may be uploaded from tier 2 on. */
  boostTier: 0 | 1 | 2 | 3;
  readonly roles: Map<string, Role>;
  readonly members: Map<string, Member>;
}

/** Channel types that are used here. @see https://discord.com/developers/docs/resources/channel#channel-object-channel-types */
export const ChannelType = {
  text: 0,
  dm: 1,
  voice: 2,
  groupDm: 3,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
  media: 16,
} as const;

export interface Channel {
  readonly id: string;
  readonly type: number;
  readonly guildId?: string;
  readonly parentId?: string;
  /** The people of a direct message. */
  readonly recipients: readonly User[];
  readonly overwrites: Map<string, Overwrite>;
  readonly messages: Map<string, Message>;
  readonly deleted: Message[];
  /** When each typist last said so, by user id. */
  readonly typing: Map<string, number>;
  readonly thread?: ThreadState;
  /** Set on channels that hold posts instead of messages. */
  readonly forum?: ForumState;
  name: string;
  position: number;
  rateLimitPerUser: number;
  lastMessageId: string | null;
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly author: User;
  readonly type: number;
  readonly createdAt: number;
  readonly nonce?: string | number;
  readonly reference?: Reference;
  /** What a forwarded message said. */
  readonly snapshot?: Snapshot;
  readonly stickers: readonly Sticker[];
  readonly poll?: PollState;
  /** Set on what a webhook wrote under a name of its own. */
  readonly webhookId?: string;
  readonly interaction?: MessageInteraction;
  /** Only this person sees it. */
  readonly ephemeralFor?: string;
  /** Its place in a thread, counted from 0. */
  readonly position?: number;
  content: string;
  versions: Version[];
  editedAt: number | null;
  flags: number;
  mentions: readonly string[];
  mentionRoles: readonly string[];
  mentionEveryone: boolean;
  /** Whether a reply pings the person it answers. */
  pingsReplied: boolean;
  attachments: readonly StoredFile[];
  /** What the author attached, and what Discord itself made of the links. */
  embeds: readonly Json[];
  unfurled: readonly Json[];
  components: readonly Json[];
  /** Who reacted, by emoji. */
  readonly reactions: Map<string, Set<string>>;
  threadId?: string;
  pinnedAt?: number;
  deletedAt?: number;
}

/** Flags of a message. @see https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const MessageFlag = {
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  hasSnapshot: 1 << 14,
  isVoiceMessage: 1 << 13,
  isComponentsV2: 1 << 15,
} as const;

/** The bot's registration as the developer portal has it. */
export interface Application {
  readonly id: string;
  readonly token: string;
  readonly bot: User;
  /** Which privileged intents the portal grants. */
  readonly privileged: {
    readonly messageContent: boolean;
    readonly guildMembers: boolean;
    readonly presences: boolean;
  };
}

export class World {
  readonly clock: Clock;
  readonly app: Application;
  readonly guild: Guild;
  /** Where this Discord is reached, as in `http://127.0.0.1:4000`; known once it listens. */
  address = '';
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly files = new Map<string, StoredFile>();
  readonly stickers = new Map<string, Sticker>();
  readonly moderation = new Moderation();
  readonly notified: Notification[] = [];
  readonly addedToThread: ThreadAddition[] = [];
  readonly #snowflakes = new Snowflakes();
  readonly #listeners = new Set<() => void>();
  readonly #sinks = new Set<(event: Dispatch) => void>();

  constructor(clock: Clock, portal: Application['privileged']) {
    this.clock = clock;
    const bot = this.addUser('halley', { bot: true });
    // Shaped like a real token, so that a secret scrubber recognises it.
    const token = `${Buffer.from(bot.id).toString('base64url')}.Gsim01.${'simulated'.repeat(4)}ab`;
    this.app = { id: bot.id, token, bot, privileged: portal };
    const owner = this.addUser('owner');
    this.guild = {
      id: this.newId(),
      name: 'Observatory',
      ownerId: owner.id,
      locale: 'en-US',
      boostTier: 0,
      roles: new Map(),
      members: new Map(),
    };
  }

  newId(): string {
    return this.#snowflakes.next(this.clock.now());
  }

  addUser(username: string, options: { bot?: boolean; globalName?: string } = {}): User {
    const globalName = options.globalName ?? (options.bot === true ? null : username);
    const user = { id: this.newId(), username: username.toLowerCase(), globalName, bot: options.bot === true };
    this.users.set(user.id, user);
    return user;
  }

  addChannel(channel: Pick<Channel, 'type' | 'name'> & Partial<Channel>): Channel {
    const made: Channel = {
      id: this.newId(),
      recipients: [],
      overwrites: new Map(),
      messages: new Map(),
      deleted: [],
      typing: new Map(),
      position: this.channels.size,
      rateLimitPerUser: 0,
      lastMessageId: null,
      ...channel,
    };
    this.channels.set(made.id, made);
    return made;
  }

  /** A message that has not been deleted, wherever it stands; it is looked for in `channelId` first. */
  message(id: string, channelId?: string): Message | undefined {
    const near = channelId === undefined ? undefined : this.channels.get(channelId)?.messages.get(id);
    if (near) return near;
    for (const channel of this.channels.values()) {
      const message = channel.messages.get(id);
      if (message) return message;
    }
    return undefined;
  }

  dispatch(event: Dispatch): void {
    for (const sink of this.#sinks) sink(event);
    this.changed();
  }

  onDispatch(sink: (event: Dispatch) => void): void {
    this.#sinks.add(sink);
  }

  /** Tells whoever waits for a condition to look again. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

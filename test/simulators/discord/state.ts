/** What stands on the simulated Discord: people, the server, channels and messages with every version. No rules. */
import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
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
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly mentionable: boolean;
  /** Set on the managed role a bot brings along. */
  readonly botId?: string;
  permissions: bigint;
}

export interface Overwrite {
  /** A role's or a member's id. */
  readonly id: string;
  readonly kind: 'role' | 'member';
  allow: bigint;
  deny: bigint;
}

export interface Member {
  readonly user: User;
  readonly roles: Set<string>;
  readonly joinedAt: number;
  timedOutUntil?: number;
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

export interface ThreadState {
  readonly ownerId: string;
  readonly createdAt: number;
  /** When each member joined, by user id. */
  readonly members: Map<string, number>;
  autoArchiveMinutes: number;
  archived: boolean;
  locked: boolean;
  archiveChangedAt: number;
  messageCount: number;
  totalSent: number;
  /** Of the forum it is a post of. */
  readonly appliedTags: readonly string[];
  /** Takes back the archiving that is due when nobody writes. */
  stopArchiving: () => void;
}

/** What a post in a forum or media channel is filed under. */
export interface ForumTag {
  readonly id: string;
  readonly name: string;
  /** Only those who manage threads may use it. */
  readonly moderated: boolean;
}

export interface ForumState {
  readonly tags: readonly ForumTag[];
  readonly requiresTag: boolean;
}

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

export interface Version {
  readonly content: string;
  readonly at: number;
}

export interface StoredFile {
  readonly id: string;
  readonly channelId: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly description?: string;
  /** Of a voice message: how long it is, and how it looks. */
  readonly voice?: { readonly durationS: number; readonly waveform: string };
  readonly image?: { readonly width: number; readonly height: number };
  /** How the CDN hands it over where that goes wrong. */
  readonly served?: (response: ServerResponse) => void;
}

/** Present on what a command produced. */
export interface MessageInteraction {
  readonly id: string;
  readonly type: number;
  readonly user: User;
  readonly originalId?: string;
  /** The message whose button was pressed. */
  readonly pressedId?: string;
}

/** The message one answers, or forwards. */
export interface Reference {
  readonly channelId: string;
  readonly messageId: string;
  readonly forwards?: boolean;
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

/** One gateway event: who may get it, and what it says to whom. */
export interface Dispatch {
  readonly type: string;
  /** Any one of these intents suffices; 0 needs none. */
  readonly intents: number;
  readonly guildId?: string;
  /** The bot must see this channel. */
  readonly channelId?: string;
  /** Made once a session, at the moment of the event. */
  data(viewer: Viewer): Json;
}

/** Through whose eyes a payload is made: the bot over a session or over REST. */
export interface Viewer {
  readonly seesContent: boolean;
}

/** A push or badge somebody got. Only a new message makes one; an edit never does. */
export interface Notification {
  readonly userId: string;
  readonly messageId: string;
  readonly because: 'user' | 'role' | 'everyone' | 'reply';
}

/** Somebody a mention pulled into a thread, by a new message or by an edit. */
export interface ThreadAddition {
  readonly threadId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly byEdit: boolean;
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

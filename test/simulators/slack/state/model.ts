/** What a Slack workspace consists of: people, channels, messages with every version they had, files, streams. */
import type { Json } from '../../discord/json.ts';

export type ChannelKind = 'channel' | 'group' | 'im' | 'mpim';

export interface User {
  readonly id: string;
  readonly team: string;
  /** The handle, as in `@ada`. */
  readonly name: string;
  readonly realName: string;
  readonly locale: string;
  /** Of a bot user: the bot's own id and the app behind it. */
  readonly bot?: { readonly id: string; readonly appId: string };
  deleted: boolean;
  /** Manages the workspace. */
  isAdmin?: boolean;
}

export interface Channel {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly team: string;
  readonly members: Set<string>;
  readonly messages: Map<string, Message>;
  /** Shared with another organisation through Slack Connect. */
  readonly shared: boolean;
  archived: boolean;
  /** The app's messages tab is off: it cannot be written to. */
  muted: boolean;
}

export interface Content {
  /** The `text` field, as stored. */
  readonly text: string;
  /** As they were given; a `markdown` block keeps its source here. */
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
}

export interface Version {
  /** Epoch milliseconds on the simulator's clock. */
  readonly at: number;
  readonly content: Content;
  /** Of a stream in a channel only one person sees the steps. */
  readonly audience: 'all' | 'recipient';
}

export type StreamState = 'in_progress' | 'completed' | 'expired' | 'stopped';

export interface Stream {
  readonly recipient: string | undefined;
  readonly startedAt: number;
  state: StreamState;
  markdown: string;
  blocks: readonly Json[];
  tasks: Map<string, Json>;
  plan: string | undefined;
}

export interface StoredFile {
  readonly id: string;
  readonly team: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array;
  readonly owner: string;
  readonly createdAt: number;
  readonly alt?: string;
  /** What Slack says the size is, where that is not true. */
  readonly declaredSize?: number;
  /** Channels whose members may fetch it. */
  readonly sharedIn: Set<string>;
  readonly fault?: FileFault;
}

/** How a download goes wrong: a page to log in, a detour, or bytes that come one by one. */
export type FileFault = 'login-page' | 'login-redirect' | 'elsewhere' | 'slow' | 'gone';

export interface Message {
  readonly ts: string;
  readonly channel: Channel;
  readonly author: User;
  readonly threadTs?: string;
  readonly broadcast: boolean;
  readonly ephemeralFor?: string;
  readonly clientMsgId?: string;
  readonly files: StoredFile[];
  readonly versions: Version[];
  readonly reactions: Map<string, Set<string>>;
  readonly unfurls: boolean;
  /** Name and icon of this post, where the app chose others. */
  readonly dress: Json;
  content: Content;
  metadata?: Json;
  edited?: { readonly user: string; readonly ts: string };
  deletedAt?: number;
  tombstone: boolean;
  stream?: Stream;
}

/** What the status line under a conversation says from a time on; an empty one takes it away. */
export interface Status {
  readonly text: string;
  readonly loading: readonly string[];
  readonly at: number;
}

export interface AgentSession {
  readonly channel: string;
  readonly thread: string;
  state: 'active' | 'processing' | 'suspended' | 'closed';
  title: string;
  since: number;
}

export interface View {
  readonly id: string;
  readonly user: string;
  readonly team: string;
  readonly given: Json;
  readonly root: string;
  readonly previous?: string;
  readonly hash: string;
}

/** What the app got a leave for: one workspace, its bot user, its token's scopes. */
/** What several workspaces of one company belong to. */
export interface Organisation {
  readonly id: string;
  readonly name: string;
}

export interface Workspace {
  readonly id: string;
  readonly organisation?: Organisation;
  readonly name: string;
  readonly domain: string;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly files: Map<string, StoredFile>;
  readonly bot: User;
  /** By channel and thread, every line there was; the last one may stand. */
  readonly statuses: Map<string, Status[]>;
  readonly sessions: Map<string, AgentSession>;
  readonly titles: Map<string, string>;
  readonly prompts: Map<string, readonly Json[]>;
  /** Stacks of open forms by person, the one in front last. */
  readonly modals: Map<string, View[]>;
  /** Home tabs by person. */
  readonly homes: Map<string, View>;
  installed: boolean;
}

export interface Token {
  readonly value: string;
  readonly kind: 'bot' | 'app';
  readonly team: string;
  scopes: ReadonlySet<string>;
  expiresAt?: number;
  revoked: boolean;
}

/** A mention that reached somebody. */
export interface Notification {
  readonly kind: 'user' | 'usergroup' | 'channel' | 'here' | 'everyone';
  /** As it stands in the stored text or block. */
  readonly token: string;
  /** Where in the message it stood: `text`, `blocks/0/text`. */
  readonly where: string;
  readonly channel: string;
  readonly ts: string;
  readonly at: number;
}

/** Something happened that an app may have subscribed to. */
export interface Happening {
  readonly team: string;
  /** The name in the list of subscriptions, as in `message.channels`. */
  readonly subscription: string;
  readonly event: Json;
  readonly channel?: Channel;
  /** Events of one group whose order is not fixed. */
  readonly first?: boolean;
}

/** Events on their way to the bot, and what a test looks up about who was reached by a message. */
import type { Json } from '../json.ts';

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

/** What a thread and a forum are besides channels. */

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

/** What is kept no longer: turns that are older than a workspace keeps them, and all of a workspace that is left. */
import type { ConversationId, Platform } from '../core/conversation.ts';
import type { Journal } from '../core/inbound.ts';
import type { Adapter, Lanes, Log, TurnStore } from '../core/ports.ts';

/** A conversation, and when its oldest turn that is kept ended, in epoch milliseconds. */
export interface Aged {
  readonly id: ConversationId;
  readonly oldestAt: number;
}

/** How long turns are kept, in days; 0 for as long as there is room. */
export interface Retention {
  readonly retentionDays: number;
  /** By the id of the workspace, where it keeps them for another time. */
  readonly workspaces: Readonly<Record<string, number>>;
}

export interface PrivacyOptions {
  readonly retention: Retention;
  readonly turns: Pick<TurnStore, 'conversations'> & {
    aged(): AsyncIterable<Aged>;
    /** Drops the turns that ended before, and resolves with how many there were. Safe only within the conversation's lane. */
    expire(id: ConversationId, before: number): Promise<number>;
  };
  readonly journal: Journal;
  readonly lanes: Lanes;
  /** Everything that something was chosen for. */
  readonly scopes: () => AsyncIterable<string>;
  readonly adapters: ReadonlyMap<Platform, Pick<Adapter, 'isIn'>>;
  readonly absences: {
    since(platform: Platform, workspace: string, now: number): Promise<number>;
    end(platform: Platform, workspace: string): Promise<void>;
  };
  /** Removes all that is kept of a workspace but its open entries. @throws StorageUnavailable */
  readonly erase: (platform: Platform, workspace: string) => Promise<void>;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SWEEP_MS = 60 * 60 * 1000;

/** How long a workspace is kept that the bot was taken out of unnoticed: whoever took it out by mistake has a week. */
const ABSENT_MS = 7 * DAY_MS;

export class Privacy {
  retention: Retention;
  readonly #options: PrivacyOptions;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: PrivacyOptions) {
    this.retention = options.retention;
    this.#options = options;
  }

  /** Sweeps now and every hour, until it is stopped. */
  start(): void {
    const both = async (): Promise<void> => {
      await this.sweep();
      await this.leaveAbsent();
    };
    this.#sweeper = setInterval(() => void both(), SWEEP_MS).unref();
    void both();
  }

  stop(): void {
    clearInterval(this.#sweeper);
  }

  /** Drops what is too old, and resolves with how many turns those were. A failure is logged: the next sweep tries again. */
  async sweep(): Promise<number> {
    const { turns, lanes, log } = this.#options;
    let dropped = 0;
    try {
      for await (const { id, oldestAt } of turns.aged()) {
        const before = this.#limitFor(id);
        if (oldestAt >= before) continue;
        const expire = async (): Promise<void> => {
          dropped += await turns.expire(id, before);
        };
        await lanes.run(id, expire, { maxWaiting: Number.POSITIVE_INFINITY });
      }
    } catch (error) {
      log.error('retention.failed', error);
    }
    if (dropped > 0) log.info('retention.swept', { turns: dropped });
    return dropped;
  }

  /** Erases the workspaces that the bot was taken out of unnoticed, a week after that is known. A failure is logged, and tried again. */
  async leaveAbsent(): Promise<void> {
    const { adapters, log } = this.#options;
    try {
      const kept = await this.#workspaces();
      for (const [platform, adapter] of adapters)
        for (const id of kept)
          if (id.startsWith(`${platform}:`)) {
            const workspace = decodeURIComponent(id.slice(platform.length + 1));
            await this.#look(platform, workspace, await adapter.isIn(workspace));
          }
    } catch (error) {
      log.error('workspace.unknown', error);
    }
  }

  async #look(platform: Platform, workspace: string, isThere: boolean | undefined): Promise<void> {
    const { absences, log } = this.#options;
    if (isThere === true) await absences.end(platform, workspace);
    if (isThere !== false) return;
    const absentMs = this.#now() - (await absences.since(platform, workspace, this.#now()));
    log.warn('workspace.absent', { platform, workspace, absentMs });
    if (absentMs >= ABSENT_MS) await this.removed(platform, workspace);
  }

  /** Those of which anything is kept, as ids begin with them. */
  async #workspaces(): Promise<ReadonlySet<string>> {
    const { turns, scopes } = this.#options;
    const found = new Set<string>();
    for await (const { id } of turns.aged()) found.add(workspaceIn(id));
    for await (const id of scopes()) found.add(workspaceIn(id));
    return found;
  }

  /** Answers that are being written there are stopped first, and dropped with the rest. @throws StorageUnavailable */
  async removed(platform: Platform, workspace: string): Promise<void> {
    const { turns, journal, lanes, erase, log } = this.#options;
    const open = (await journal.open())
      .map(({ mention }) => mention)
      .filter(({ place }) => place.platform === platform && place.workspace === workspace);
    const stored = await turns.conversations(platform, workspace);
    const ids = new Set([...stored.map(({ id }) => id), ...open.map(({ conversation }) => conversation)]);
    const ended = [...ids].map(async (id) => {
      await lanes.cancel(id);
      await lanes.run(id, async () => undefined, { maxWaiting: Number.POSITIVE_INFINITY });
    });
    await Promise.all(ended);
    for (const { id } of open) await journal.close(id);
    await erase(platform, workspace);
    log.info('workspace.erased', { platform, workspace, conversations: ids.size });
  }

  /** What ended before this is too old; nothing is, where turns are kept as long as there is room. */
  #limitFor(id: ConversationId): number {
    const { retentionDays, workspaces } = this.retention;
    const known = decodeURIComponent(workspaceIn(id).replace(/^[^:]*:/u, ''));
    const days = (Object.hasOwn(workspaces, known) ? workspaces[known] : undefined) ?? retentionDays;
    return days === 0 ? Number.NEGATIVE_INFINITY : this.#now() - days * DAY_MS;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

/** The platform and the workspace in the id of a conversation or of any other scope, as both begin. */
function workspaceIn(id: string): string {
  return /^(?:(?:person|channel|workspace):)?(?<workspace>[^:]*:[^/]*)/u.exec(id)?.groups?.['workspace'] ?? '';
}

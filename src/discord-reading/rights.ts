/** What the bot may do where it is asked, looked at before anything is done there. */
import { type Channel, type Client, PermissionFlagsBits, type PermissionsBitField } from 'discord.js';
import type { Mention } from '../core/inbound.ts';

/** Everything an invitation asks for, as Discord's own settings name it. */
const NEEDED = {
  ViewChannel: 'View Channel',
  SendMessages: 'Send Messages',
  SendMessagesInThreads: 'Send Messages in Threads',
  CreatePublicThreads: 'Create Public Threads',
  AttachFiles: 'Attach Files',
  EmbedLinks: 'Embed Links',
  ReadMessageHistory: 'Read Message History',
  AddReactions: 'Add Reactions',
} as const;

type Right = keyof typeof NEEDED;

/** Where a server takes the bot in, with the number of all of them. @see https://docs.discord.com/developers/topics/permissions */
export function invitationOf(application: string): string {
  // The record has just these keys.
  const rights = Object.keys(NEEDED) as readonly Right[];
  const permissions = rights.reduce((sum, right) => sum | PermissionFlagsBits[right], 0n);
  return `https://discord.com/oauth2/authorize?client_id=${application}&scope=bot+applications.commands&permissions=${permissions}`;
}

type Rights = Pick<PermissionsBitField, 'has'>;

/** What the bot may do there; undefined where nothing is known of it, as in direct messages: then it may try. */
export function rightsIn(channel: Channel, { user }: Client): Rights | undefined {
  if (user === null || channel.isDMBased()) return undefined;
  return channel.permissionsFor(user) ?? undefined;
}

/** Why a mention cannot be answered at all, by name; empty where it can be. */
export function missingFor({ place, replyTo }: Pick<Mention, 'place' | 'replyTo'>, rights: Rights | undefined) {
  if (replyTo.openThread !== undefined && missingToOpen(rights).length === 0) return [];
  return missingOf(['ViewChannel', place.kind === 'thread' ? 'SendMessagesInThreads' : 'SendMessages'], rights);
}

/** The mention as it can be answered: in place where no thread may be opened, and without files where none may be shown. */
export function asMayBe(mention: Mention, rights: Rights | undefined): Mention {
  const lacksForFiles = missingOf(['AttachFiles'], rights);
  const to = lacksForFiles.length === 0 ? mention.replyTo : { ...mention.replyTo, lacksForFiles };
  const { openThread, ...inPlace } = to;
  const lacks = openThread === undefined ? [] : missingToOpen(rights);
  return { ...mention, replyTo: lacks.length === 0 ? to : { ...inPlace, lacks } };
}

function missingToOpen(rights: Rights | undefined): readonly string[] {
  return missingOf(['CreatePublicThreads', 'SendMessagesInThreads'], rights);
}

function missingOf(wanted: readonly Right[], rights: Rights | undefined): readonly string[] {
  if (rights === undefined) return [];
  return wanted.filter((right) => !rights.has(PermissionFlagsBits[right])).map((right) => NEEDED[right]);
}

const DAY_MS = 86_400_000;

/** Places that are remembered before those of the day before are forgotten. */
const SWEEP_AT = 1000;

/** What is told once a day for each place, not each time. */
export class Daily {
  readonly #toldAt = new Map<string, number>();

  /** Whether it has not been told there for a day; it counts as told from now on. */
  isDue(place: string, now = Date.now()): boolean {
    if (now - (this.#toldAt.get(place) ?? -DAY_MS) < DAY_MS) return false;
    if (this.#toldAt.size >= SWEEP_AT)
      for (const [key, at] of this.#toldAt) if (now - at >= DAY_MS) this.#toldAt.delete(key);
    this.#toldAt.set(place, now);
    return true;
  }
}

/** Tells an asker what cannot be said where they asked: in the channel above or, where that is shut too, in a direct message. */
import { ChannelType, RequestMethod, Routes } from 'discord.js';
import { PlatformRejected, PlatformUnavailable } from '../core/errors.ts';
import type { ReplyAddress } from '../core/inbound.ts';
import type { Log } from '../core/ports.ts';
import { SILENT } from '../discord-text/pages.ts';
import { NEVER, type Request, type Requests } from './requests.ts';

interface Elsewhere {
  readonly requests: Requests;
  readonly log: Log;
}

interface Untold {
  readonly content: string;
  readonly to: ReplyAddress;
  /** The channel in which it cannot be said. */
  readonly shut: string;
}

/** Says it once, by the first way that is open; where none is, the log has it. Never rejects. */
export async function tellElsewhere({ content, to, shut }: Untold, rooms: Elsewhere): Promise<void> {
  const { log, requests } = rooms;
  for (const way of [() => above(to, shut, rooms), () => directChannel(to, rooms.requests)]) {
    try {
      const found = await way();
      if (found === undefined) continue;
      await sent(rooms.requests, {
        kind: 'create',
        channel: found.channel,
        method: RequestMethod.Post,
        route: Routes.channelMessages(found.channel),
        body: {
          ...SILENT,
          content: found.isAbove ? `<#${shut}>: ${content}` : content,
          ...nonceOf(to),
          ...found.reference,
        },
      });
      log.info('discord.told-elsewhere', { channel: found.channel, shut });
      return;
    } catch (error) {
      if (!(error instanceof PlatformRejected || error instanceof PlatformUnavailable)) throw error;
      log.debug('discord.way-shut', { status: error.failure.status, code: error.failure.platformCode });
    }
  }
  const isShown = await isMarked(to, requests).catch(() => false);
  log.warn('discord.untold', { channel: shut, isShown });
}

/**
 * Says it to the asker alone, once: in a direct message or, where they take none, by a sign at their question. False where
 * neither can be done, and where they asked in a direct message. @throws PlatformUnavailable
 */
export async function tellPrivately(content: string, to: ReplyAddress, { requests, log }: Elsewhere): Promise<boolean> {
  try {
    const way = await directChannel(to, requests);
    if (way === undefined || way.channel === to.channel) return false;
    const [channel, route] = [way.channel, Routes.channelMessages(way.channel)];
    const body = { ...SILENT, content: `<#${to.channel}>: ${content}`, ...nonceOf(to) };
    await sent(requests, { kind: 'create', channel, method: RequestMethod.Post, route, body });
    return true;
  } catch (error) {
    if (!(error instanceof PlatformRejected)) throw error;
    log.debug('discord.way-shut', { status: error.failure.status, code: error.failure.platformCode });
  }
  try {
    return await isMarked(to, requests, '🚫');
  } catch (error) {
    if (!(error instanceof PlatformRejected)) throw error;
    return false;
  }
}

/** A sign at the question: the last that can be done where no word may be said. */
async function isMarked({ channel, message }: ReplyAddress, requests: Requests, sign = '🔇'): Promise<boolean> {
  const route = Routes.channelMessageOwnReaction(channel, message, encodeURIComponent(sign));
  await sent(requests, { kind: 'direct', channel, method: RequestMethod.Put, route });
  return true;
}

/** The direct messages of the asker; undefined where it is not known who asked. @throws PlatformRejected, PlatformUnavailable */
export async function directChannel({ asker }: ReplyAddress, requests: Requests): Promise<Way | undefined> {
  if (asker === undefined) return undefined;
  const answer = await sent(requests, {
    kind: 'direct',
    channel: asker,
    method: RequestMethod.Post,
    route: Routes.userChannels(),
    body: { recipient_id: asker },
  });
  // Discord answers with the channel.
  return { channel: (answer as { readonly id: string }).id };
}

interface Way {
  readonly channel: string;
  readonly isAbove?: true;
  readonly reference?: object;
}

/** The channel of a thread that everybody there can see. */
async function above({ channel, message }: ReplyAddress, shut: string, rooms: Elsewhere): Promise<Way | undefined> {
  if (shut !== channel) {
    const reference = { message_reference: { message_id: message, fail_if_not_exists: false } };
    return { channel, isAbove: true, reference };
  }
  // What this route answers.
  const answer = (await rooms.requests.read(shut, Routes.channel(shut))) as {
    readonly type: ChannelType;
    readonly parent_id?: string | null;
  };
  const isOpen = answer.type === ChannelType.PublicThread || answer.type === ChannelType.AnnouncementThread;
  return isOpen && answer.parent_id ? { channel: answer.parent_id, isAbove: true } : undefined;
}

/** So that it is said once, however often it is tried. @see https://docs.discord.com/developers/resources/message#create-message */
function nonceOf({ message }: ReplyAddress): object {
  return { nonce: `${message}-else`, enforce_nonce: true };
}

function sent(requests: Requests, request: Request): Promise<unknown> {
  return requests.retrying(async () => requests.send(request, await requests.leave(request, 'ending', NEVER)));
}

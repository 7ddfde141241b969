/** Where the messages of a reply are made and changed. */
import { Routes } from 'discord.js';
import type { ReplyAddress } from '../core/inbound.ts';

/** A message of a reply, or where one is made; one that only its asker sees belongs to the command that asked. */
export function messageRoute({ hidden }: ReplyAddress, channel: string, message?: string): `/${string}` {
  if (hidden !== undefined)
    return message === undefined ? `/webhooks/${hidden}` : `/webhooks/${hidden}/messages/${message}`;
  return message === undefined ? Routes.channelMessages(channel) : Routes.channelMessage(channel, message);
}

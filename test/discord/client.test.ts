/** What the client of Discord reads of what comes over the gateway. */
import { Events, Status } from 'discord.js';
import { expect, it, onTestFinished } from 'vitest';
import { clientOf, guardReading } from '../../src/discord/client.ts';

it('reads what others edit, and not the echoes of what the bot edits itself, and survives what cannot be read', () => {
  const client = clientOf({ hearsAll: true }, 1000);
  onTestFinished(() => client.destroy());
  const unread: string[] = [];
  guardReading(client, (type) => unread.push(type));
  const handed = (t: string, d: unknown): void => {
    const read: unknown = Reflect.get(client.ws, 'handlePacket');
    if (typeof read === 'function')
      Reflect.apply(read, client.ws, [
        { t, d },
        { id: 0, checkReady: () => undefined },
      ]);
  };
  const bot = { id: '100', username: 'halley', discriminator: '0', avatar: null, bot: true };
  const person = { ...bot, id: '200', username: 'ada', bot: false };
  handed('READY', { user: bot, guilds: [], application: { id: '100', flags: 0 } });
  Reflect.set(client.ws, 'status', Status.Ready);
  handed('CHANNEL_CREATE', { id: '300', type: 1, recipients: [person] });
  const edited: string[] = [];
  client.on(Events.MessageUpdate, (_, { id }) => edited.push(id));
  for (const [id, author] of [
    ['1', bot],
    ['2', person],
  ] as const)
    handed('MESSAGE_UPDATE', {
      id,
      channel_id: '300',
      author,
      content: 'changed',
      type: 0,
      attachments: [],
      embeds: [],
    });
  expect(edited).toEqual(['2']);
  expect(unread).toEqual([]);
  handed('MESSAGE_UPDATE', null);
  expect(unread).toEqual(['MESSAGE_UPDATE']);
});

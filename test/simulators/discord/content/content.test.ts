/** What messages hold besides text: polls, stickers, voice, forwards, reactions, pins; and who else writes. */
import { Events, GatewayIntentBits, MessageType } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connected, INTENTS, next } from '../client.ts';
import { eachTest } from '../fixture.ts';
import type { Saying } from '../people/writer.ts';

const now = eachTest();
let client: Awaited<ReturnType<typeof connected>>;

beforeEach(async () => {
  const more = [GatewayIntentBits.GuildMessageReactions, GatewayIntentBits.GuildMessagePolls];
  client = await connected(now().sim, { intents: [INTENTS, ...more] });
});

afterEach(async () => {
  await client.destroy();
});

async function received(text: string, options: Saying) {
  const { ada, general } = now();
  const coming = next(client, Events.MessageCreate, ({ channelId }) => channelId === general);
  const said = ada.says(general, text, options);
  return { said, message: (await coming)[0] };
}

async function sendable() {
  const channel = await client.channels.fetch(now().general);
  if (!channel?.isSendable()) throw new Error('general takes no messages');
  return channel;
}

const lunch = { question: 'Lunch?', answers: ['soup', 'rice'], hours: 1 };

describe('a poll', () => {
  it('of a person arrives with its answers, is voted on, and ends with a message of its own', async () => {
    const { ada, general, sim } = now();
    const { said, message } = await received('', { poll: lunch });
    expect(message.poll?.question.text).toBe('Lunch?');
    expect(message.poll?.answers.map(({ text }) => text)).toEqual(['soup', 'rice']);
    const voting = next(client, Events.MessagePollVoteAdd);
    ada.votes(said.id, 1);
    expect((await voting)[0].text).toBe('soup');
    ada.votes(said.id, 2);
    expect(sim.reads(general)[0]?.poll).toEqual({ soup: 0, rice: 1 });
    const ending = next(client, Events.MessageCreate);
    sim.clock.advance(3_600_000);
    const [result] = await ending;
    expect(result.type).toBe(MessageType.PollResult);
    expect(result.embeds[0]?.fields.at(-1)?.value).toBe('rice');
    expect(() => ada.votes(said.id, 1)).toThrow('no open poll');
  });

  it('of the bot is made, read and ended, but never edited', async () => {
    const { ada, general, sim, rest } = now();
    const answers = [{ text: 'yes' }, { text: 'no' }];
    const poll = { question: { text: 'Well?' }, answers, duration: 1, allowMultiselect: false };
    const message = await (await sendable()).send({ poll });
    ada.votes(message.id, 1);
    const path = `/channels/${general}/polls/${message.id}`;
    expect((await rest(`GET ${path}/answers/1`)).body).toMatchObject({ users: [{ id: ada.id }] });
    await expect(message.edit('x')).rejects.toMatchObject({ code: 520003 });
    await message.poll?.end();
    expect(sim.reads(general).map(({ type }) => type)).toEqual([0, 46]);
    expect((await rest(`POST ${path}/expire`)).body['code']).toBe(520001);
  });

  it.each([
    ['no answers', { question: { text: 'Q' }, answers: [] }],
    [
      'eleven answers',
      { question: { text: 'Q' }, answers: Array.from({ length: 11 }, () => ({ poll_media: { text: 'x' } })) },
    ],
    ['too long a question', { question: { text: 'q'.repeat(301) }, answers: [{ poll_media: { text: 'x' } }] }],
    ['too long an answer', { question: { text: 'Q' }, answers: [{ poll_media: { text: 'x'.repeat(56) } }] }],
    ['33 days', { question: { text: 'Q' }, answers: [{ poll_media: { text: 'x' } }], duration: 769 }],
  ])('is refused with %s', async (_what, poll) => {
    const { rest, general } = now();
    expect((await rest(`POST /channels/${general}/messages`, { poll })).body['code']).toBe(50035);
  });
});

describe('stickers', () => {
  it('come from people, and are sent by the bot, three at most', async () => {
    const { sim, rest, general } = now();
    sim.addSticker('wave');
    const { message } = await received('', { stickers: ['wave'] });
    const id = message.stickers.first()?.id;
    expect(message.stickers.first()?.name).toBe('wave');
    const send = async (...ids: readonly unknown[]) =>
      await rest(`POST /channels/${general}/messages`, { sticker_ids: ids });
    expect((await send(id)).body['sticker_items']).toMatchObject([{ name: 'wave' }]);
    expect((await send('123456789012345678')).body['code']).toBe(50081);
    const served = [`stickers/${id}.png`, `stickers/${id}.gif`].map(
      async (path) => await fetch(`${sim.cdnUrl}/${path}`),
    );
    expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 404]);
    expect((await send(id, id, id, id)).status).toBe(400);
  });
});

describe('a voice message', () => {
  const voice = { name: 'voice-message.ogg', bytes: new Uint8Array([1]), voice: { durationS: 2.5, waveform: 'AAAA' } };

  it('carries how long it is and how it looks', async () => {
    const { message } = await received('', { voice });
    expect(message.flags.has('IsVoiceMessage')).toBe(true);
    expect(message.attachments.first()).toMatchObject({ duration: 2.5, waveform: 'AAAA', contentType: 'audio/ogg' });
  });

  it('of the bot needs its length, stands alone and is never edited', async () => {
    const { rest, general } = now();
    const send = async (attachment: object, more: object = {}) => {
      const form = new FormData();
      const json = { flags: 1 << 13, attachments: [{ id: '0', filename: 'v.ogg', ...attachment }], ...more };
      form.set('payload_json', JSON.stringify(json));
      form.set('files[0]', new Blob(['x'], { type: 'audio/ogg' }), 'v.ogg');
      return await rest(`POST /channels/${general}/messages`, form);
    };
    expect((await send({})).body['code']).toBe(50161);
    expect((await send({ duration_secs: 1, waveform: 'AA' }, { content: 'x' })).body['code']).toBe(50159);
    const { status, body } = await send({ duration_secs: 1, waveform: 'AA' });
    expect(status).toBe(200);
    const edit = `PATCH /channels/${general}/messages/${String(body['id'])}`;
    expect((await rest(edit, { content: 'x' })).body['code']).toBe(50162);
  });
});

describe('a forwarded message', () => {
  it('shows what was said then, without who said it', async () => {
    const { ada, general, sim } = now();
    const other = sim.addChannel('other').id;
    const source = ada.says(other, 'the original', { files: [{ name: 'a.txt', bytes: new Uint8Array([1]) }] });
    const { message } = await received('', { forwards: source.id });
    ada.edits(source.id, 'something else');
    expect(message).toMatchObject({ content: '', type: MessageType.Default });
    expect(message.flags.has('HasSnapshot')).toBe(true);
    const snapshot = message.messageSnapshots.first();
    expect(snapshot?.content).toBe('the original');
    expect(snapshot?.attachments.first()?.name).toBe('a.txt');
    expect(sim.reads(general)[0]).toMatchObject({ forwarded: 'the original', content: '' });
  });

  it('is made by the bot from where it may read, and carries nothing else', async () => {
    const { ada, general, rest, sim } = now();
    const other = sim.addChannel('other').id;
    const source = ada.says(other, 'the original').id;
    const forward = async (more: object = {}) =>
      await rest(`POST /channels/${general}/messages`, {
        message_reference: { type: 1, channel_id: other, message_id: source },
        ...more,
      });
    expect((await forward()).body['message_snapshots']).toMatchObject([{ message: { content: 'the original' } }]);
    expect((await forward({ content: 'look' })).status).toBe(400);
    sim.deny(other, sim.botRoleId, 'readMessageHistory');
    expect((await forward()).body['code']).toBe(160014);
  });
});

describe('people also', () => {
  it('react, which the bot may join in on without a permission of its own', async () => {
    const { ada, general, rest, sim } = now();
    const said = ada.says(general, 'x').id;
    const coming = next(client, Events.MessageReactionAdd);
    ada.reacts(said, '👍');
    expect((await coming)[1]).toMatchObject({ id: ada.id });
    sim.deny(general, sim.botRoleId, 'addReactions');
    const path = (emoji: string) =>
      `PUT /channels/${general}/messages/${said}/reactions/${encodeURIComponent(emoji)}/@me`;
    expect((await rest(path('👎'))).body['code']).toBe(50013);
    sim.clock.advance(250);
    expect((await rest(path('👍'))).status).toBe(204);
    expect(sim.reads(general)[0]?.reactions).toEqual({ '👍': [ada.id, sim.bot.id] });
  });

  it('pin messages, which Discord announces in a message', async () => {
    const { ada, general, rest, sim } = now();
    const said = ada.says(general, 'remember').id;
    ada.pins(said);
    expect(sim.reads(general).map(({ type, pinned }) => [type, pinned])).toEqual([
      [0, true],
      [6, false],
    ]);
    expect((await rest(`GET /channels/${general}/messages/pins`)).body['items']).toMatchObject([
      { message: { id: said } },
    ]);
    const path = `/channels/${general}/messages/pins/${said}`;
    expect((await rest(`DELETE ${path}`)).body['code']).toBe(50013);
    sim.allow(general, sim.botRoleId, 'pinMessages');
    expect((await rest(`DELETE ${path}`)).status).toBe(204);
    expect((await rest(`PUT ${path}`)).status).toBe(204);
  });

  it('have messages cleared at once, which is one event', async () => {
    const { ada, general, sim } = now();
    const ids = ['a', 'b'].map((text) => ada.says(general, text).id);
    const coming = next(client, Events.MessageBulkDelete);
    sim.deleteMessages(general, ids);
    expect([...(await coming)[0].keys()].sort()).toEqual(ids);
    expect(sim.reads(general)).toEqual([]);
  });

  it('are called by a role', async () => {
    const { ada, general, rest, sim } = now();
    const crew = sim.addRole('crew', { members: [ada] });
    const { body } = await rest(`POST /channels/${general}/messages`, { content: `<@&${crew}> up!` });
    expect(body['mention_roles']).toEqual([crew]);
    expect(sim.notified).toMatchObject([{ userId: ada.id, because: 'role' }]);
  });
});

describe('messages of nobody', () => {
  it('come from webhooks, with a webhook’s id and no member', async () => {
    const { general, sim } = now();
    const coming = next(client, Events.MessageCreate);
    sim.webhookSays(general, 'Deployments', 'done');
    const [message] = await coming;
    expect(message.webhookId).toBe(message.author.id);
    expect(message).toMatchObject({ content: 'done', member: null });
  });

  it('come from Discord itself, and take no thread', async () => {
    const { ada, general, rest, sim } = now();
    const coming = next(client, Events.MessageCreate);
    const { id } = sim.announces(general, MessageType.UserJoin, ada);
    expect((await coming)[0].system).toBe(true);
    expect((await rest(`POST /channels/${general}/messages/${id}/threads`, { name: 'n' })).body['code']).toBe(50021);
  });
});

/** The message content intent: what a bot without it may still read, over the gateway and over REST. */
import { afterEach, describe, expect, it } from 'vitest';
import { eachTest } from './fixture.ts';
import type { SeenMessage } from './reader.ts';
import { RawGateway } from './raw.ts';

const now = eachTest({ privilegedIntents: false });
let gateway: RawGateway | undefined;

afterEach(() => gateway?.terminate());

interface Read {
  readonly gateway: unknown;
  readonly rest: unknown;
}

/** The text of a message as the bot gets it on either way. */
async function readByBot(say: () => SeenMessage): Promise<Read> {
  const { sim, rest } = now();
  gateway = await RawGateway.open(`${sim.gateway.url}?v=10`);
  gateway.identify(sim, { intents: 4609 });
  await gateway.next('GUILD_CREATE');
  const { id, channelId } = say();
  await gateway.settled();
  const event = gateway.dataOf('MESSAGE_CREATE').find((message) => message['id'] === id);
  const { body } = await rest(`GET /channels/${channelId}/messages/${id}`);
  return { gateway: event?.['content'], rest: body['content'] };
}

describe('without the message content intent', () => {
  it('a message to nobody in particular comes empty, files and all', async () => {
    const { ada, general, rest } = now();
    const files = [{ name: 'a.txt', bytes: new Uint8Array([1]) }];
    let said: SeenMessage | undefined;
    const read = await readByBot(() => {
      said = ada.says(general, 'private matter', { files });
      return said;
    });
    expect(read).toEqual({ gateway: '', rest: '' });
    expect((await rest(`GET /channels/${general}/messages/${said?.id}`)).body['attachments']).toEqual([]);
  });

  it.each([
    ['a mention', 'x', { mention: true }],
    ['a reply that pings', 'x', { reply: true }],
  ])('%s comes whole', async (_what, text, { mention, reply }: { mention?: boolean; reply?: boolean }) => {
    const { ada, general, rest } = now();
    const own = await rest(`POST /channels/${general}/messages`, { content: 'mine' });
    const replyTo = reply === true ? { replyTo: String(own.body['id']) } : {};
    const read = await readByBot(() =>
      ada.says(general, text, { ...(mention === true ? { mention } : {}), ...replyTo }),
    );
    expect(read.gateway).toContain('x');
    expect(read.rest).toContain('x');
  });

  it('a reply that does not ping comes empty', async () => {
    const { ada, general, rest } = now();
    const own = await rest(`POST /channels/${general}/messages`, { content: 'mine' });
    const say = () => ada.says(general, 'x', { replyTo: String(own.body['id']), ping: false });
    expect(await readByBot(say)).toEqual({ gateway: '', rest: '' });
  });

  it('a reply to what a command produced comes empty, though it pings', async () => {
    const { ada, general, rest, sim } = now();
    await rest(`PUT /applications/${sim.bot.id}/commands`, [{ name: 'ask', description: 'Ask' }]);
    const asked = ada.slash(general, 'ask');
    const { token } = asked;
    await rest(`POST /interactions/${asked.id}/${token}/callback`, { type: 4, data: { content: 'answer' } });
    const replyTo = (await asked.answer()).id;
    expect(await readByBot(() => ada.says(general, 'x', { replyTo }))).toEqual({ gateway: '', rest: '' });
  });

  it('a poll is left out, and a forwarded message has nothing in it', async () => {
    const { ada, general, rest } = now();
    const poll = ada.says(general, '', { poll: { question: 'Lunch?', answers: ['soup'] } });
    const forward = ada.says(general, '', { forwards: ada.says(general, 'private matter').id });
    const read = async (id: string) => (await rest(`GET /channels/${general}/messages/${id}`)).body;
    expect((await read(poll.id))['poll']).toBeUndefined();
    expect((await read(forward.id))['message_snapshots']).toMatchObject([{ message: { content: '' } }]);
  });

  it('what it may not read it cannot forward either', async () => {
    const { ada, general, rest } = now();
    const { id } = ada.says(general, 'private matter');
    const body = { message_reference: { type: 1, channel_id: general, message_id: id } };
    expect((await rest(`POST /channels/${general}/messages`, body)).body['code']).toBe(160014);
  });

  it('the message a command is used on comes whole, for that once', async () => {
    const { ada, general, rest, sim } = now();
    await rest(`PUT /applications/${sim.bot.id}/commands`, [{ type: 3, name: 'Ask about this' }]);
    gateway = await RawGateway.open(`${sim.gateway.url}?v=10`);
    gateway.identify(sim, { intents: 4609 });
    await gateway.next('GUILD_CREATE');
    const { id } = ada.says(general, 'private matter');
    ada.usesOnMessage(id, 'Ask about this');
    const { d } = await gateway.next('INTERACTION_CREATE');
    expect(d).toMatchObject({
      data: { type: 3, target_id: id, resolved: { messages: { [id]: { content: 'private matter' } } } },
    });
    expect((await rest(`GET /channels/${general}/messages/${id}`)).body['content']).toBe('');
  });

  it('direct messages and its own come whole', async () => {
    const { ada, general, rest } = now();
    expect(await readByBot(() => ada.dm('x'))).toEqual({ gateway: 'x', rest: 'x' });
    const own = await rest(`POST /channels/${general}/messages`, { content: 'mine' });
    expect((await rest(`GET /channels/${general}/messages/${String(own.body['id'])}`)).body['content']).toBe('mine');
  });
});

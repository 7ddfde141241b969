/** When interactions run out: three seconds to acknowledge, fifteen minutes to answer, once and in order. */
import { type ChatInputCommandInteraction, type Client, Events } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connected, next } from '../client.ts';
import { eachTest } from '../fixture.ts';
import type { Invocation } from '../people.ts';

const now = eachTest({ limits: { webhook: { limit: 100, windowMs: 2000 } } });
let client: Client<true>;

beforeEach(async () => {
  client = await connected(now().sim);
  await client.application.commands.set([{ name: 'ask', description: 'Ask' }]);
});

afterEach(async () => {
  await client.destroy();
});

async function asked(): Promise<{ run: Invocation; interaction: ChatInputCommandInteraction }> {
  const coming = next(client, Events.InteractionCreate);
  const run = now().ada.slash(now().general, 'ask');
  const [interaction] = await coming;
  if (!interaction.isChatInputCommand()) throw new Error('not a slash command');
  return { run, interaction };
}

describe('time', () => {
  it('runs out after three seconds without an acknowledgement', async () => {
    const { sim } = now();
    const { run, interaction } = await asked();
    sim.clock.advance(3000);
    expect(run.state).toBe('failed');
    await expect(run.answer()).rejects.toThrow('did not respond');
    await expect(interaction.reply('late')).rejects.toMatchObject({ status: 404, code: 10062 });
  });

  it('runs out after fifteen minutes for edits', async () => {
    const { sim } = now();
    const { interaction } = await asked();
    await interaction.reply('early');
    sim.clock.advance(14 * 60_000);
    await interaction.editReply('still in time');
    sim.clock.advance(61_000);
    await expect(interaction.editReply('late')).rejects.toMatchObject({ status: 401, code: 50027 });
  });

  it("leaves the answer to the bot's own token afterwards", async () => {
    const { sim, general } = now();
    const { interaction } = await asked();
    const reply = await interaction.reply({ content: 'early', withResponse: true });
    sim.clock.advance(16 * 60_000);
    await reply.resource?.message?.edit('late');
    expect(sim.reads(general)[0]?.content).toBe('late');
  });
});

describe('what is refused', () => {
  it('is a second acknowledgement, and anything before the first', async () => {
    const { rest, sim } = now();
    const { run, interaction } = await asked();
    const original = `/webhooks/${sim.bot.id}/${run.token}/messages/@original`;
    expect(await rest(`PATCH ${original}`, { content: 'x' })).toMatchObject({ status: 404, body: { code: 10015 } });
    await interaction.deferReply();
    const again = await rest(`POST /interactions/${run.id}/${run.token}/callback`, { type: 5 });
    expect(again).toMatchObject({ status: 400, body: { code: 40060 } });
    expect((await rest(`PATCH ${original.replace('@', '%40')}`, { content: 'x' })).status).toBe(200);
  });

  it.each([
    ['an unknown kind', { type: 99 }, 50035],
    ['a deferral with other flags than the private one', { type: 5, data: { flags: 4 } }, 50035],
    ['an answer with nothing in it', { type: 4, data: { content: ' ' } }, 50006],
    ['an answer too long', { type: 4, data: { content: 'x'.repeat(2001) } }, 50035],
  ])('is %s', async (_what, body, code) => {
    const { rest } = now();
    const { run } = await asked();
    const answer = await rest(`POST /interactions/${run.id}/${run.token}/callback`, body);
    expect([answer.status, answer.body['code']]).toEqual([400, code]);
    expect(run.state).toBe('waiting');
  });
});

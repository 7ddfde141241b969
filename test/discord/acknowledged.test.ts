/** What is pressed and commanded on a Discord that fails: acknowledged in time, answered, and told once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptInbox } from '../contracts/adapter.ts';
import type { Fault } from '../simulators/discord/faults.ts';
import type { Person } from '../simulators/discord/people.ts';
import type { DiscordSimulator } from '../simulators/discord/simulator.ts';
import { asked, done, ended, type Made } from './stage.ts';

const ACKNOWLEDGE = 'POST /interactions/{interaction_id}/{interaction_token}/callback';
const ANSWER = 'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original';
const FOLLOW_UP = 'POST /webhooks/{webhook_id}/{webhook_token}';

const LOSSES: readonly (readonly [string, Fault])[] = [
  ['fails with 500 after it took effect', { status: 500, afterCommit: true }],
  ['fails with a page before it did', { status: 502, page: true }],
  ['is cut off after it took effect', { status: 'reset', afterCommit: true }],
  ['is cut off before it did', { status: 'reset' }],
  ['has no answer after it took effect', { status: 'hang', afterCommit: true }],
  ['has no answer before it did', { status: 'hang' }],
];

let sim: DiscordSimulator;
let ada: Person;
let general: string;
let made: Made;
let inbox: KeptInbox;

beforeEach(async () => {
  ({ sim, ada, general, made } = await asked());
  inbox = new KeptInbox();
  inbox.answer = async () => ({ text: 'Stopped.' });
  await made.adapter.start(inbox);
});
afterEach(() => ended({ sim, made }));

describe.each(LOSSES)('where an acknowledgement %s', (_, fault) => {
  it('a command is carried out once and answered', async () => {
    sim.fail(ACKNOWLEDGE, fault);
    expect(await ada.slash(general, 'stop').answer()).toMatchObject({ content: 'Stopped.', ephemeral: true });
    expect(inbox.commands).toHaveLength(1);
  });

  it('what fits is offered to a word that is being typed', async () => {
    sim.fail(ACKNOWLEDGE, fault);
    expect(await ada.types(general, 'model', { model: 'fla' })).toEqual(['model-fla']);
  });
});

it.each(LOSSES.slice(0, 4))('a command is answered where its answer %s', async (_, fault) => {
  sim.fail(ANSWER, fault);
  expect(await ada.slash(general, 'stop').answer()).toMatchObject({ content: 'Stopped.' });
  expect(inbox.commands).toHaveLength(1);
});

it('a command that Discord delivers twice is carried out once', async () => {
  const run = ada.slash(general, 'stop');
  sim.gateway.repeat('INTERACTION_CREATE');
  expect(await run.answer()).toMatchObject({ content: 'Stopped.' });
  await expect.poll(() => made.log.has('discord.delivery-failed')).toBe(true);
  expect(inbox.commands).toHaveLength(1);
  expect(run.reads()).toHaveLength(1);
});

describe('what a press is told', () => {
  /** An answer with such a button. */
  const buttonOf = async (name: 'stop' | 'sources'): Promise<string> => {
    const question = ada.says(general, 'why?', { mention: true });
    const { replyTo, id: turn, conversation } = await inbox.only();
    const offer = { turn, conversation, actions: [{ name, label: 'Press' }] } as const;
    await made.adapter.surface(replyTo, []).finish(done('Because.', { offer }));
    return sim.readsOfBot(question.id)[0]?.id ?? '';
  };

  it.each(LOSSES.slice(0, 4).filter(([, { afterCommit }]) => afterCommit))(
    'stands once where it %s',
    async (_, fault) => {
      const post = await buttonOf('stop');
      inbox.answer = async () => ({ text: 'Only who asked may stop it.' });
      sim.fail(FOLLOW_UP, fault);
      const pressed = ada.pressesOn(post, 'Press');
      await expect.poll(() => sim.calls.filter(({ route }) => FOLLOW_UP.endsWith(route))).toHaveLength(1);
      await made.adapter.stop();
      expect((await pressed.told()).map(({ content }) => content)).toEqual(['Only who asked may stop it.']);
    },
  );

  it('is a file where a part of it is lost', async () => {
    const post = await buttonOf('sources');
    const text = Array.from({ length: 500 }, (_, at) => `source${at}`).join(' ');
    inbox.answer = async () => ({ text });
    sim.fail(FOLLOW_UP, { status: 500 });
    const pressed = ada.pressesOn(post, 'Press');
    await expect
      .poll(() => pressed.reads().flatMap(({ files }) => files.map(({ bytes }) => Buffer.from(bytes).toString())))
      .toEqual([text]);
    expect(pressed.reads()).toHaveLength(1);
  });
});

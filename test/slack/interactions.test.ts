/** Slash commands, commands said in threads, lists, buttons and forms: what each becomes, and who sees the answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { conversationIdOf } from '../../src/core/conversation.ts';
import { StorageUnavailable } from '../../src/core/errors.ts';
import type { CommandReply } from '../../src/core/reply.ts';
import { fieldsOf, listOf, textIn } from '../../src/slack-api/fields.ts';
import { KeptInbox } from '../contracts/adapter.ts';
import { done } from '../discord/stage.ts';
import type { Person } from '../simulators/slack/people/person.ts';
import type { SlackSimulator } from '../simulators/slack/simulator.ts';
import { anAdapter, generousSlack, type Made, wholeOf } from './stage.ts';

const CHOICES: CommandReply = {
  text: 'Thinking: auto (for you).',
  menus: [
    {
      style: 'list',
      label: 'Choose a depth',
      items: [
        { label: 'low', values: { depth: 'low' } },
        { label: 'auto', values: { depth: 'auto' }, isChosen: true },
      ],
    },
    { style: 'buttons', label: 'For whom', items: [{ label: 'For me', values: { scope: 'person' } }] },
  ],
};

let sim: SlackSimulator;
let ada: Person;
let inbox: KeptInbox;
let made: Made;

beforeEach(async () => {
  sim = await generousSlack();
  ada = sim.addUser('Ada');
  inbox = new KeptInbox();
  made = anAdapter(sim);
  await made.adapter.start(inbox);
});
afterEach(async () => {
  await made.adapter.stop();
  await sim.close();
  sim.assertClean();
});

const general = () => sim.channel('general').id;
const whispers = (thread?: string) => sim.seenIn(general(), thread, ada).filter(({ ephemeral }) => ephemeral);

describe('/halley', () => {
  it('gives a command, whose answer only its giver sees', async () => {
    inbox.answer = async () => ({ text: 'Thinking <!here> is set to high.' });
    const given = ada.slash(general(), '/halley', { text: 'think high scope:channel' });
    await sim.until(() => given.reads().length === 1);
    expect(given.reads()[0]).toMatchObject({ ephemeral: true, text: 'Thinking <!here> is set to high.' });
    expect(inbox.commands).toMatchObject([
      {
        name: 'think',
        values: { depth: 'high', scope: 'channel' },
        place: { kind: 'channel' },
        author: { name: 'Ada' },
      },
    ]);
    expect(inbox.commands[0]).not.toHaveProperty('conversation');
    expect(sim.notifications).toEqual([]);
  });

  it.each([
    ['ask why is the sky blue?', 'why is the sky blue?'],
    ['why is the sky blue?', 'why is the sky blue?'],
  ])('asks a question, which others see: %s', async (text, question) => {
    ada.slash(general(), '/halley', { text: `${text} <!channel>` });
    const mention = await inbox.only();
    expect(mention.text).toContain(question);
    const [shown] = sim.seenOfBot(general());
    expect(shown?.text).toContain('**Ada**\n> ');
    expect(mention).toMatchObject({
      conversation: `slack:${sim.workspace.id}/${general()}/${shown?.ts}`,
      replyTo: { message: shown?.ts, thread: shown?.ts },
    });
    await made.adapter.surface(mention.replyTo, []).finish(done('Because.'));
    expect(sim.seenOfBot(general(), shown?.ts).map(wholeOf)).toContain('Because.');
    expect(sim.notifications).toEqual([]);
  });

  it('asks in private, and only the asker sees the answer', async () => {
    const given = ada.slash(general(), '/halley', { text: 'ask why? private:true' });
    const mention = await inbox.only();
    expect(mention.place.kind).toBe('direct');
    await made.adapter.surface(mention.replyTo, []).finish(done('Psst.'));
    expect(given.reads().map(({ text, ephemeral }) => ({ text, ephemeral }))).toEqual([
      { text: 'Psst.', ephemeral: true },
    ]);
    expect(sim.seenOfBot(general())).toEqual([]);
  });

  it('says what went wrong to its giver alone', async () => {
    inbox.answer = async () => Promise.reject(new StorageUnavailable('secret'));
    const given = ada.slash(general(), '/halley', { text: 'think high' });
    await sim.until(() => given.reads().length === 1);
    expect(given.reads()[0]?.text).toMatch(/^My memory cannot be reached/);
    const secluded = sim.addChannel('secluded', { withoutBot: true });
    const asked = ada.slash(secluded.id, '/halley', { text: 'ask why?' });
    await sim.until(() => asked.reads().length === 1);
    expect(asked.reads()[0]?.text).toMatch(/not allowed to post/);
    expect(inbox.mentions).toEqual([]);
  });

  it('without words asks for help', async () => {
    const given = ada.slash(general(), '/halley');
    await sim.until(() => given.reads().length === 1);
    expect(inbox.commands).toMatchObject([{ name: 'help' }]);
  });
});

describe('in a thread', () => {
  it('a command is said to the bot, and its answer seen by its giver, who chooses from it', async () => {
    inbox.answer = async () => CHOICES;
    const { ts } = ada.says(general(), 'hello');
    ada.says(general(), '/think', { mention: true, thread: ts });
    await sim.until(() => whispers(ts).length === 1);
    const [whisper] = whispers(ts);
    expect(whisper?.text).toContain('Thinking: auto (for you).');
    inbox.answer = async () => ({ text: 'Thinking is now set to low.' });
    const here = { channel: general(), ts: whisper?.ts ?? '' };
    ada.presses(here, 'command:think:0', { value: 'depth=low' });
    await sim.until(() => whispers(ts)[0]?.text === 'Thinking is now set to low.');
    const conversation = `slack:${sim.workspace.id}/${general()}/${ts}`;
    expect(inbox.commands).toMatchObject([
      { name: 'think', values: {}, conversation },
      { name: 'think', values: { depth: 'low' }, conversation },
    ]);
    expect(inbox.mentions).toEqual([]);
  });

  it('what is said freely is marked as that, so that nobody is told in vain that they may not ask', async () => {
    const { ts } = ada.says(general(), 'hello', { mention: true });
    await vi.waitFor(() => expect(inbox.mentions).toHaveLength(1));
    inbox.followed.add(inbox.mentions[0]?.conversation ?? '');
    ada.says(general(), 'and freely', { thread: ts });
    await vi.waitFor(() => expect(inbox.mentions).toHaveLength(2));
    expect(inbox.mentions.map(({ isFree }) => isFree)).toEqual([undefined, true]);
  });

  it('a question by command is asked like any other', async () => {
    const { ts } = ada.says(general(), 'hello');
    ada.says(general(), '/ask why? think:high', { mention: true, thread: ts });
    expect(await inbox.only()).toMatchObject({ text: 'why?', flags: { think: 'high' }, replyTo: { thread: ts } });
  });

  it('a shortcut opens a form of the settings, which is changed in place', async () => {
    inbox.answer = async () => CHOICES;
    const { ts } = ada.says(general(), 'hello');
    const reply = ada.says(general(), 'more', { thread: ts });
    ada.messageShortcut(general(), reply.ts, 'thread_settings');
    await sim.until(() => ada.form !== undefined);
    inbox.answer = async () => ({ ...CHOICES, text: 'Thinking is now set to low.' });
    ada.pressesIn('form', 'command:settings:0', { value: 'depth=low' });
    const shown = () => listOf(ada.form?.['blocks']).map((block) => textIn(fieldsOf(block['text']), 'text'));
    await sim.until(() => shown().includes('Thinking is now set to low.'));
    const conversation = `slack:${sim.workspace.id}/${general()}/${ts}`;
    expect(inbox.commands).toMatchObject([
      { name: 'settings', values: {}, conversation },
      { name: 'settings', values: { depth: 'low' }, conversation },
    ]);
  });
});

describe('what is no command', () => {
  it('is acknowledged and ignored by name', async () => {
    const shortcut = ada.shortcut('something_else');
    await sim.until(() => shortcut.state === 'acknowledged');
    expect(inbox.commands).toEqual([]);
  });
});

describe('the conversation with the bot', () => {
  it('offers what can be asked, and is called after its first question', async () => {
    ada.opensHome('messages');
    await sim.until(() => sim.callsOf('assistant.threads.setSuggestedPrompts').length === 1);
    const { channel, ts } = ada.dm('why is\nthe sky blue?');
    await sim.until(() => sim.callsOf('assistant.threads.setTitle').length === 1);
    expect(sim.titleIn(channel, ts)).toBe('why is the sky blue?');
    expect(sim.promptsIn(channel)).toHaveLength(3);
  });
});

describe('an answer is stopped', () => {
  const asks = async (ask: () => { readonly channel: string; readonly ts: string }) => {
    const { channel, ts } = ask();
    const { replyTo } = await inbox.only();
    const surface = made.adapter.surface(replyTo, []);
    await surface.leave('first', new AbortController().signal);
    const conversation = conversationIdOf({ platform: 'slack', workspace: sim.workspace.id, channel, thread: ts });
    const offer = { turn: 'slack:T/C/1', conversation, actions: [{ name: 'stop', label: 'Stop' }] } as const;
    await surface.show({ text: 'One.', exact: 'One.', settled: 'One.', status: 'writing', offer });
    return { channel, ts, conversation };
  };

  it('by the button that Slack shows', async () => {
    const { channel, ts, conversation } = await asks(() => ada.dm('why?'));
    ada.stops(channel, ts);
    await expect.poll(() => inbox.commands).toMatchObject([{ name: 'stop', conversation, author: { name: 'Ada' } }]);
  });

  it('by the button under an answer in a channel, which is gone when the answer is', async () => {
    const { channel, ts, conversation } = await asks(() => ada.says(general(), 'why?', { mention: true }));
    const [answer = expect.fail('there is no answer')] = sim.seenOfBot(channel, ts);
    expect(answer.buttons.map(({ text }) => text)).toEqual(['Stop']);
    ada.presses(answer, 'command:stop:');
    await expect.poll(() => inbox.commands).toMatchObject([{ name: 'stop', conversation, author: { name: 'Ada' } }]);
    const whispers = () => sim.seenIn(channel, ts, ada).filter(({ ephemeral }) => ephemeral);
    await sim.until(() => whispers().length === 1);
    expect(whispers()).toMatchObject([{ text: 'Done.' }]);
    const to = { platform: 'slack', workspace: sim.workspace.id, channel, message: ts, thread: ts } as const;
    await made.adapter.surface(to, [{ channel, message: answer.ts }]).finish(done('One two.'));
    expect(sim.seenOfBot(channel, ts, ada).filter(({ ephemeral }) => !ephemeral)).toMatchObject([
      { text: 'One two.', buttons: [] },
    ]);
  });
});

/** What an event of Slack is to the bot, and what the model is given of its text. */
import { describe, expect, it } from 'vitest';
import { type Heard, heardOf, judge, mentionOf, namedIn, readableText } from '../../src/slack-reading/inbound.ts';

const SELF = { user: 'UBOT', bot: 'BBOT' };
const EVENT = { type: 'message', channel: 'C1', channel_type: 'channel', user: 'UADA', ts: '1.000100', text: 'why?' };

function heard(change: Readonly<Record<string, unknown>>): Heard {
  return heardOf('T1', { ...EVENT, ...change }) ?? expect.fail('nothing was heard');
}

describe('a message', () => {
  it.each([
    ['that names the bot is addressed', { text: '<@UBOT> why?' }, 'addressed'],
    ['that names it with its name is addressed', { text: 'hm <@UBOT|halley>' }, 'addressed'],
    ['to the bot alone is addressed', { channel: 'D1', channel_type: 'im' }, 'addressed'],
    ['to the bot alone is known by its channel', { channel: 'D1', channel_type: undefined }, 'addressed'],
    ['in a thread is overheard', { thread_ts: '0.000100' }, 'overheard'],
    ['in a thread of the bot is addressed', { thread_ts: '0.000100', parent_user_id: 'UBOT' }, 'addressed'],
    ['with a file is one', { channel: 'D1', subtype: 'file_share', text: '', files: [{ id: 'F1' }] }, 'addressed'],
    ['also sent to the channel is one', { thread_ts: '0.000100', subtype: 'thread_broadcast' }, 'overheard'],
    ['in a channel that names nobody is not addressed', {}, 'not-addressed'],
    ['in a group that names nobody is not addressed', { channel: 'G1', channel_type: 'mpim' }, 'not-addressed'],
    ['that begins a thread is in none', { thread_ts: '1.000100' }, 'not-addressed'],
    ['without words and files says nothing', { channel: 'D1', text: ' ' }, 'nothing-said'],
    ['of the bot itself is its own', { user: 'UBOT', bot_id: 'BBOT', text: '<@UBOT>' }, 'own'],
    ['of the bot without its user is its own', { user: undefined, bot_id: 'BBOT' }, 'own'],
    ['of another bot is a bot’s', { bot_id: 'BOTHER', text: '<@UBOT> hi' }, 'bot'],
    ['of an old bot is a bot’s', { user: undefined, subtype: 'bot_message', text: '<@UBOT> hi' }, 'bot'],
    ['of Slack is the system’s', { user: 'USLACKBOT', text: '<@UBOT> hi' }, 'system'],
    ['of somebody who joins is the system’s', { subtype: 'channel_join', text: '<@UADA> has joined' }, 'system'],
    ['that was changed is edited', { subtype: 'message_changed', user: undefined }, 'edited'],
    ['that was taken away is deleted', { subtype: 'message_deleted', user: undefined }, 'deleted'],
  ])('%s', (_, change, expected) => {
    const verdict = judge(heard(change), SELF);
    expect(verdict.kind === 'ignored' ? verdict.reason : verdict.kind).toBe(expected);
  });

  it('is free where nothing in it names the bot', () => {
    expect(judge(heard({ thread_ts: '0.000100' }), SELF)).toEqual({ kind: 'overheard', isFree: true });
    expect(judge(heard({ thread_ts: '0.000100', text: '<@UBOT> a' }), SELF)).toEqual({ kind: 'addressed' });
  });

  it('is none without a channel or a time', () => {
    expect(heardOf('T1', { type: 'message', channel: 'C1' })).toBeUndefined();
    expect(heardOf('T1', {})).toBeUndefined();
  });
});

describe('a mention', () => {
  const known = { author: { id: 'UADA', name: 'Ada' }, names: new Map([['UBEN', 'Ben']]), self: SELF };

  it('opens a thread, whose conversation is known before it is there', () => {
    expect(mentionOf(heard({ text: '<@UBOT>, why?' }), known)).toMatchObject({
      id: 'slack:T1/C1/1.000100',
      conversation: 'slack:T1/C1/1.000100',
      place: { platform: 'slack', workspace: 'T1', channel: 'C1', kind: 'channel' },
      text: 'why?',
      replyTo: { platform: 'slack', workspace: 'T1', channel: 'C1', message: '1.000100', thread: '1.000100' },
    });
  });

  it('goes on in the thread it stands in, never below a reply', () => {
    const mention = mentionOf(heard({ thread_ts: '0.000100' }), known);
    expect(mention).toMatchObject({ conversation: 'slack:T1/C1/0.000100', place: { kind: 'thread' } });
    expect(mention.replyTo).toMatchObject({ message: '1.000100', thread: '0.000100' });
  });

  it('names files that are there', () => {
    const files = [
      {
        id: 'F1',
        name: 'a.png',
        mimetype: 'image/png',
        size: 7,
        url_private: 'https://files.slack.com/a',
        mode: 'hosted',
      },
      { id: 'F2', mode: 'tombstone' },
      { id: 'F3', mode: 'file_access', file_access: 'check_file_info' },
    ];
    expect(mentionOf(heard({ files }), known).attachments).toEqual([
      { id: 'T1/F1', name: 'a.png', mimeType: 'image/png', bytes: 7, url: 'https://files.slack.com/a' },
    ]);
  });

  it('knows whom it names, once each and without the bot', () => {
    expect(namedIn(heard({ text: '<@UBEN> <@UBOT> <@UBEN> <@UCY|cy>' }), SELF)).toEqual(['UBEN']);
  });
});

describe('the text', () => {
  it.each([
    ['loses the name of the bot', '<@UBOT>: why <@UBOT>?', 'why?'],
    ['names people', 'ask <@UBEN> or <@UCY|cy> or <@UDAN>', 'ask @Ben or @cy or @UDAN'],
    ['names channels', 'in <#C2|general> or <#C3>', 'in #general or #C3'],
    ['names everybody', '<!here> <!channel> <!subteam^S1|@team> <!subteam^S2>', '@here @channel @team @subteam'],
    ['shows dates as they were shown', '<!date^1^{date}|Monday>', 'Monday'],
    [
      'has addresses',
      '<https://a.example/?a=1&amp;b=2> <https://a.example|a.example>',
      'https://a.example/?a=1&b=2 https://a.example',
    ],
    [
      'has links with their labels',
      '<https://a.example|here> <mailto:a@b.example|a@b.example>',
      '[here](https://a.example) a@b.example',
    ],
    ['has what was typed', 'a &lt;b&gt; &amp;lt; :smile:', 'a <b> &lt; :smile:'],
  ])('%s', (_, text, expected) => {
    expect(readableText(text, SELF, new Map([['UBEN', 'Ben']]))).toBe(expected);
  });
});

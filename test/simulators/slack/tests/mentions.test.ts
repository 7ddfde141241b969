/** The mention detector: what of a bot's message reaches people, and what stays text. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../discord/json.ts';
import { eachTest } from './fixture.ts';

const fixture = eachTest();

async function reached(args: Json): Promise<readonly string[]> {
  const { sim, api, general } = fixture();
  await api('chat.postMessage', { channel: general, ...args });
  return sim.notifications.map(({ kind, where }) => `${kind} in ${where}`);
}

const section = (type: string, text: string) => ({ blocks: [{ type: 'section', text: { type, text } }], text: 'x' });
const rich = (element: Json) => ({
  blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] }],
  text: 'x',
});

describe('the mention detector', () => {
  it.each([
    ['a broadcast in text', { text: 'a <!channel> b' }, ['channel in text']],
    ['a person with a label', { text: '<@U123|ada>' }, ['user in text']],
    ['a group inside backticks', { text: '`<!subteam^S12>`' }, ['usergroup in text']],
    ['Markdown', { markdown_text: '> **<!here>**' }, ['here in text', 'here in blocks/0/text']],
    [
      'a fence',
      { blocks: [{ type: 'markdown', text: '```\n<!everyone>\n```' }], text: 'x' },
      ['everyone in blocks/0/text'],
    ],
    ['mrkdwn in a section', section('mrkdwn', '<@W9>'), ['user in blocks/0/text/text']],
    ['a rich text user', rich({ type: 'user', user_id: 'U1' }), ['user in blocks/0/elements/0/elements/0']],
    ['the text beside blocks', { text: '<!here>', blocks: [{ type: 'markdown', text: 'x' }] }, ['here in text']],
    [
      'a cell of a table',
      { text: 'x', blocks: [{ type: 'table', rows: [[rich({ type: 'broadcast', range: 'channel' }).blocks[0]]] }] },
      ['channel in blocks/0/rows/0/0/elements/0/elements/0'],
    ],
    ['an attachment', { text: 'x', attachments: [{ text: '<!channel>' }] }, ['channel in attachments/0/text']],
  ])('finds it in %s', async (_what, args: Json, expected) => {
    const all = await reached(args);
    expect(new Set(all).size).toBe(all.length);
    expect(expected).toEqual(expect.arrayContaining([...all]));
    expect(all.length).toBeGreaterThan(0);
  });

  it.each([
    ['escaped tokens', { text: '&lt;!channel&gt; &lt;@U123&gt;' }],
    ['plain words', { text: '@channel @ada @here' }],
    ['a channel and a link', { text: '<#C123|general> <https://example.com|@here>' }],
    ['plain text of a block', section('plain_text', '<!channel>')],
    ['text of a rich text block', rich({ type: 'text', text: '<!channel>' })],
    ['code that only looks alike', { markdown_text: 'Map<string, @U1> a <! b' }],
  ])('leaves %s alone', async (_what, args: Json) => {
    expect(await reached(args)).toEqual([]);
  });

  it.each([
    ['parse full', { parse: 'full' }],
    ['link names', { link_names: true }],
  ])('reads plain words with %s', async (_what, args) => {
    expect(await reached({ text: 'hey @channel and @ada', ...args })).toEqual(['channel in text', 'user in text']);
  });

  it('reads plain words in an update that does not say otherwise, whose default differs', async () => {
    const { sim, api, general } = fixture();
    const { ts } = await api('chat.postMessage', { channel: general, text: '@here' });
    await api('chat.update', { channel: general, ts, text: 'all: @here', parse: 'none' });
    expect(sim.notifications).toEqual([]);
    await api('chat.update', { channel: general, ts, text: 'all: @here' });
    expect(sim.notifications).toMatchObject([{ kind: 'here', channel: general, ts }]);
  });

  it('raises one mention of a message once, however often it is updated', async () => {
    const { sim, api, general, ada } = fixture();
    const { ts } = await api('chat.postMessage', { channel: general, text: `<@${ada.id}>` });
    await api('chat.update', { channel: general, ts, text: `<@${ada.id}> again` });
    expect(sim.notifications).toHaveLength(1);
  });

  it('reads streams and whispers too', async () => {
    const { sim, api, general, ada } = fixture();
    const { ts: thread_ts } = ada.dm('?');
    const { ts } = await api('chat.startStream', { channel: ada.dmChannelId, thread_ts, markdown_text: 'a <!chan' });
    await api('chat.appendStream', { channel: ada.dmChannelId, ts, markdown_text: 'nel>' });
    expect(sim.notifications).toMatchObject([{ kind: 'channel' }]);
    await api('chat.postEphemeral', { channel: general, user: ada.id, text: '<!here>' });
    expect(sim.notifications.map(({ kind }) => kind)).toEqual(['channel', 'here']);
  });
});

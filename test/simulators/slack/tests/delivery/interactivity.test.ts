/** Commands, response URLs and buttons, with the real @slack/bolt on the other side. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../discord/json.ts';
import { eachTest } from '../fixture.ts';

const fixture = eachTest({ commands: ['/halley'] });

const BUTTON = { type: 'button', action_id: 'stop', value: 'now', text: { type: 'plain_text', text: 'Stop' } };
const BUTTONS = [{ type: 'actions', elements: [BUTTON] }];

describe('a slash command', () => {
  it('reaches the app with strings alone, and is answered for one person', async () => {
    const { sim, ada, general, app } = fixture();
    let heard: Json = {};
    await app((bolt) => {
      bolt.command('/halley', async ({ ack, payload }) => {
        heard = { ...payload };
        await ack({ text: 'Here is *help*.' });
      });
    });
    const help = ada.slash(general, '/halley', { text: 'help' });
    await sim.until(() => help.reads().length === 1);
    expect(help.reads()[0]).toMatchObject({ text: 'Here is *help*.', ephemeral: true });
    expect(heard).toMatchObject({
      command: '/halley',
      text: 'help',
      channel_id: general,
      user_id: ada.id,
      is_enterprise_install: 'false',
    });
    expect(heard).not.toHaveProperty('thread_ts');
    expect(sim.seenIn(general)).toEqual([]);
  });

  it('fails for the person when nobody acknowledges it within three seconds', async () => {
    const { sim, ada, general, app } = fixture();
    await app((bolt) => bolt.command('/halley', async () => {}));
    const silent = ada.slash(general, '/halley');
    await sim.until(() => sim.deliveries[0]?.attempts.length === 1);
    sim.clock.advance(3000);
    expect(silent.state).toBe('failed');
    expect(sim.deliveries[0]?.attempts).toHaveLength(1);
  });

  it('is not answered by what Slack would refuse, and the test hears of it', async () => {
    const { sim, ada, general, app } = fixture();
    await app((bolt) =>
      bolt.command(
        '/halley',
        async ({ ack }) => await ack({ blocks: [{ type: 'header', text: { type: 'plain_text', text: '' } }] }),
      ),
    );
    const broken = ada.slash(general, '/halley');
    await sim.until(() => broken.state === 'acknowledged');
    expect(broken.reads()).toEqual([]);
    expect(() => sim.assertClean()).toThrow('an acknowledgement that Slack refuses: invalid_blocks');
    sim.forgive();
  });

  it('is not offered in threads, nor when the app does not have it', () => {
    const { ada, general } = fixture();
    const { ts } = ada.says(general, 'x');
    expect(() => ada.slash(general, '/halley', { thread: ts })).toThrow('cannot be used in threads');
    expect(() => ada.slash(general, '/other')).toThrow('is not a command');
  });
});

describe('a response URL', () => {
  it('works five times within half an hour', async () => {
    const { sim, ada, general } = fixture();
    const asked = ada.slash(general, '/halley');
    const answer = async (body: Json) => {
      const response = await fetch(asked.responseUrl, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      return await response.text();
    };
    expect(await answer({})).toBe('no_text');
    for (let count = 0; count < 4; count++) expect(await answer({ text: String(count) })).toBe('{"ok":true}');
    expect(await answer({ text: 'six' })).toBe('used_url');
    const late = ada.slash(general, '/halley');
    sim.clock.advance(1_800_001);
    const expired = await fetch(late.responseUrl, {
      method: 'POST',
      body: '{"text":"x"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(await expired.text()).toBe('expired_url');
    expect(asked.reads().map(({ text }) => text)).toEqual(['0', '1', '2', '3']);
  });
});

describe('a button', () => {
  it('tells where it stands, and its answer replaces or takes away the message', async () => {
    const { sim, ada, general, api, app } = fixture();
    let heard: Json = {};
    await app((bolt) => {
      bolt.action('stop', async ({ ack, body, respond }) => {
        heard = { ...body };
        await ack();
        await respond({ replace_original: true, text: 'Stopped.' });
      });
    });
    const { ts } = ada.says(general, 'why?');
    const { ts: reply } = await api('chat.postMessage', {
      channel: general,
      thread_ts: ts,
      text: 'x',
      blocks: BUTTONS,
    });
    expect(sim.seenIn(general, ts)[1]?.buttons).toMatchObject([{ actionId: 'stop', text: 'Stop', value: 'now' }]);
    ada.presses({ channel: general, ts: String(reply) }, 'stop');
    await sim.until(() => sim.seenIn(general, ts)[1]?.text === 'Stopped.');
    expect(heard).toMatchObject({
      type: 'block_actions',
      container: { type: 'message', message_ts: reply, channel_id: general, thread_ts: ts, is_ephemeral: false },
      actions: [{ action_id: 'stop', value: 'now', type: 'button' }],
      message: { ts: reply, thread_ts: ts },
    });
    expect(() => ada.presses({ channel: general, ts: String(reply) }, 'stop')).toThrow('no stop to press');
  });
});

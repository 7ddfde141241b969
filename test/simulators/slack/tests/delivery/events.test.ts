/** Which events a message brings, in each of its fates, and what they carry. */
import { describe, expect, it } from 'vitest';
import { type Json, jsonOf } from '../../../discord/json.ts';
import { eachTest } from '../fixture.ts';

const fixture = eachTest();

/** The events sent since the test began, oldest first. */
function events(): readonly Json[] {
  return fixture().sim.deliveries.map(({ payload }) => jsonOf(payload['event']));
}

describe('the events of a message', () => {
  it('come as twins in either order', () => {
    const { sim, ada, general } = fixture();
    ada.says(general, 'a', { mention: true, mentionFirst: true });
    expect(events().map(({ type }) => type)).toEqual(['app_mention', 'message']);
    expect(events()[0]?.['ts']).toBe(events()[1]?.['ts']);
    const [first, second] = sim.deliveries;
    expect(first?.payload).toMatchObject({
      type: 'event_callback',
      team_id: sim.workspace.id,
      api_app_id: sim.world.app.id,
    });
    expect(first?.payload).not.toHaveProperty('context_team_id');
    expect(second?.payload).toHaveProperty('context_team_id', sim.workspace.id);
  });

  it('carry the thread and its parent', () => {
    const { ada, general, sim } = fixture();
    const ben = sim.addUser('Ben');
    const { ts } = ada.says(general, 'a');
    ben.says(general, 'b', { thread: ts, mention: true });
    for (const event of events().slice(1)) expect(event).toMatchObject({ thread_ts: ts, parent_user_id: ada.id });
  });

  it('name the kind of place', () => {
    const { ada, sim } = fixture();
    const group = sim.addChannel('secret', { kind: 'group' });
    const several = sim.addChannel('mpdm', { kind: 'mpim' });
    ada.says(group.id, 'a');
    ada.says(several.id, 'b', { mention: true });
    ada.dm('c', { mention: true });
    expect(events().map(({ type, channel_type: kind }) => [type, kind])).toEqual([
      ['message', 'group'],
      ['message', 'mpim'],
      ['app_mention', undefined],
      ['message', 'im'],
    ]);
  });

  it('tell an edit by a person from a link that unfurled', () => {
    const { ada, general } = fixture();
    const { ts } = ada.says(general, 'see https://example.com');
    ada.linkUnfurls(general, ts, 'https://example.com');
    ada.edits(general, ts, 'saw');
    const [, unfurled, edited] = events();
    const texts = (event: Json | undefined) => [
      jsonOf(event?.['previous_message'])['text'],
      jsonOf(event?.['message'])['text'],
    ];
    expect(unfurled).toMatchObject({ subtype: 'message_changed', hidden: true });
    expect(jsonOf(unfurled?.['message'])).not.toHaveProperty('edited');
    expect(texts(unfurled)).toEqual(['see <https://example.com>', 'see <https://example.com>']);
    expect(texts(edited)).toEqual(['see <https://example.com>', 'saw']);
    expect(edited).toMatchObject({ message: { edited: { user: ada.id } } });
  });

  it('leave a gravestone where a thread hangs', () => {
    const { ada, general, sim } = fixture();
    const { ts } = ada.says(general, 'a');
    const reply = ada.says(general, 'b', { thread: ts });
    ada.deletes(general, reply.ts);
    expect(events().at(-1)).toMatchObject({ subtype: 'message_deleted', deleted_ts: reply.ts });
    ada.says(general, 'c', { thread: ts });
    ada.deletes(general, ts);
    expect(events().at(-1)).toMatchObject({ subtype: 'message_changed', message: { subtype: 'tombstone' } });
    expect(sim.seenIn(general, ts).map(({ text }) => text)).toEqual(['This message was deleted.', 'c']);
  });

  it('show a reply that was sent to the channel as well', () => {
    const { ada, general, sim } = fixture();
    const { ts } = ada.says(general, 'a');
    ada.says(general, 'b', { thread: ts, broadcast: true });
    expect(events().at(-1)).toMatchObject({ subtype: 'thread_broadcast', thread_ts: ts, root: { ts } });
    expect(sim.seenIn(general).map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('name other bots, in the new style and the old', () => {
    const { sim, general } = fixture();
    const other = sim.addBot('Weather');
    other.says(general, 'rain');
    other.says(general, 'sun', { oldStyle: true });
    const [fresh, old] = events();
    expect(fresh).toMatchObject({ user: other.id, bot_id: expect.any(String) });
    expect(fresh).not.toHaveProperty('subtype');
    expect(old).toMatchObject({ subtype: 'bot_message', username: 'Weather' });
    expect(JSON.parse(JSON.stringify(old))).not.toHaveProperty('user');
  });

  it("bring the bot's own posts and updates back to it", async () => {
    const { sim, general, api } = fixture();
    const { ts } = await api('chat.postMessage', { channel: general, text: 'mine' });
    await api('chat.update', { channel: general, ts, text: 'changed' });
    const [posted, changed] = events();
    expect(posted).toMatchObject({
      user: sim.bot.id,
      bot_id: sim.bot.bot?.id,
      app_id: sim.world.app.id,
      bot_profile: { name: 'Halley' },
    });
    expect(posted).not.toHaveProperty('subtype');
    expect(changed).toMatchObject({ subtype: 'message_changed', message: { user: sim.bot.id, text: 'changed' } });
  });

  it('stay away where the bot is not', () => {
    const { sim, ada } = fixture();
    const elsewhere = sim.addChannel('elsewhere', { withoutBot: true });
    ada.says(elsewhere.id, 'a', { mention: true });
    expect(events()).toEqual([]);
  });

  it('can be too many', () => {
    const { sim } = fixture();
    sim.events.rateLimited(sim.workspace.id);
    expect(sim.deliveries[0]?.payload).toMatchObject({ type: 'app_rate_limited', team_id: sim.workspace.id });
  });
});

describe('an app with few subscriptions', () => {
  const few = eachTest({ events: ['app_mention'] });

  it('hears of nothing else', () => {
    const { sim, ada, general } = few();
    ada.says(general, 'a', { mention: true });
    ada.dm('b');
    ada.opensHome();
    expect(sim.deliveries.map(({ payload }) => jsonOf(payload['event'])['type'])).toEqual(['app_mention']);
  });
});

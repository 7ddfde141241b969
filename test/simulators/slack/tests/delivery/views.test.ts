/** Forms and the Home tab, with the real @slack/bolt on the other side: shortcuts, triggers, submissions, updates. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../discord/json.ts';
import { eachTest } from '../fixture.ts';

const fixture = eachTest();

const MODAL = {
  type: 'modal' as const,
  callback_id: 'settings',
  private_metadata: '{"thread":"1"}',
  notify_on_close: true,
  title: { type: 'plain_text' as const, text: 'Settings' },
  submit: { type: 'plain_text' as const, text: 'Save' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'model',
      label: { type: 'plain_text' as const, text: 'Model' },
      element: {
        type: 'static_select' as const,
        action_id: 'pick',
        options: [{ text: { type: 'plain_text' as const, text: 'Fast' }, value: 'fast' }],
      },
    },
    {
      type: 'input' as const,
      block_id: 'persona',
      optional: true,
      label: { type: 'plain_text' as const, text: 'Persona' },
      element: { type: 'plain_text_input' as const, action_id: 'write' },
    },
  ],
};

describe('a message shortcut and its form', () => {
  it('opens from a thread, comes back with errors, then is saved', async () => {
    const { sim, ada, general, app } = fixture();
    const saved: Json[] = [];
    await app((bolt) => {
      bolt.shortcut('thread_settings', async ({ ack, client, payload }) => {
        await ack();
        await client.views.open({ trigger_id: payload.trigger_id, view: MODAL });
      });
      bolt.view('settings', async ({ ack, view }) => {
        const persona = view.state.values['persona']?.['write']?.value ?? '';
        saved.push({
          persona,
          model: view.state.values['model']?.['pick']?.selected_option?.value,
          metadata: view.private_metadata,
        });
        if (persona === 'wrong') await ack({ response_action: 'errors', errors: { persona: 'Nobody knows it.' } });
        else await ack();
      });
    });
    const { ts } = ada.says(general, 'why?');
    ada.messageShortcut(general, ts, 'thread_settings');
    await sim.until(() => ada.form !== undefined);
    expect(() => ada.submits()).toThrow('pick has to be filled in');
    expect(() => ada.submits({ pick: 'slow' })).toThrow('no option slow');
    const first = ada.submits({ pick: 'fast', write: 'wrong' });
    await sim.until(() => first.state === 'acknowledged');
    expect(first.errors).toEqual({ persona: 'Nobody knows it.' });
    ada.submits({ pick: 'fast' });
    await sim.until(() => ada.form === undefined);
    expect(saved[1]).toEqual({ persona: '', model: 'fast', metadata: '{"thread":"1"}' });
  });

  it('tells the app when it is put away', async () => {
    const { sim, ada, app } = fixture();
    let closed = false;
    await app((bolt) => {
      bolt.shortcut('ask', async ({ ack, client, payload }) => {
        await ack();
        await client.views.open({ trigger_id: payload.trigger_id, view: MODAL });
      });
      bolt.view({ callback_id: 'settings', type: 'view_closed' }, async ({ ack }) => {
        closed = true;
        await ack();
      });
    });
    ada.shortcut('ask');
    await sim.until(() => ada.form !== undefined);
    ada.closesForm();
    await sim.until(() => closed);
  });

  it('opens within three seconds, once', async () => {
    const { sim, ada, general, api } = fixture();
    const { ts } = ada.says(general, 'x');
    const trigger = () => {
      ada.messageShortcut(general, ts, 'any');
      return sim.deliveries.at(-1)?.payload['trigger_id'];
    };
    const used = trigger();
    expect(await api('views.open', { trigger_id: used, view: MODAL })).toMatchObject({ ok: true });
    expect(await api('views.open', { trigger_id: used, view: MODAL })).toMatchObject({ error: 'exchanged_trigger_id' });
    const late = trigger();
    sim.clock.advance(3001);
    expect(await api('views.open', { trigger_id: late, view: MODAL })).toMatchObject({ error: 'expired_trigger_id' });
    const titled = { ...MODAL, title: { type: 'plain_text', text: 'x'.repeat(25) } };
    expect(await api('views.open', { trigger_id: trigger(), view: titled })).toMatchObject({
      error: 'invalid_arguments',
    });
  });

  it('is updated by its id and hash, and stacked', async () => {
    const { sim, ada, api } = fixture();
    const trigger = () => {
      ada.shortcut('any');
      return sim.deliveries.at(-1)?.payload['trigger_id'];
    };
    const { view } = await api('views.open', { trigger_id: trigger(), view: { ...MODAL, external_id: 'mine' } });
    const { id, hash } = { id: '', hash: '', ...(view as Json) };
    expect(await api('views.update', { view_id: id, hash: 'old', view: MODAL })).toMatchObject({
      error: 'hash_conflict',
    });
    expect(await api('views.update', { view_id: id, hash, view: { ...MODAL, callback_id: 'new' } })).toMatchObject({
      ok: true,
    });
    expect(ada.form).toMatchObject({ callback_id: 'new' });
    await api('views.push', { trigger_id: trigger(), view: { ...MODAL, callback_id: 'second' } });
    expect(ada.form).toMatchObject({ callback_id: 'second' });
    ada.closesForm();
    expect(ada.form).toMatchObject({ callback_id: 'new' });
    expect(await api('views.update', { view_id: 'V0', view: MODAL })).toMatchObject({ error: 'not_found' });
  });
});

describe('the Home tab', () => {
  it('is published when somebody opens it, and its buttons work', async () => {
    const { sim, ada, app } = fixture();
    const pressed: unknown[] = [];
    await app((bolt) => {
      bolt.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: {
            type: 'home',
            blocks: [
              {
                type: 'actions',
                elements: [{ type: 'button', action_id: 'stop', text: { type: 'plain_text', text: 'Reset' } }],
              },
            ],
          },
        });
      });
      bolt.action('stop', async ({ ack, body }) => {
        await ack();
        pressed.push('view' in body ? body.view?.type : undefined);
      });
    });
    ada.opensHome();
    await sim.until(() => ada.home !== undefined);
    ada.pressesIn('home', 'stop');
    await sim.until(() => pressed.length === 1);
    expect(pressed).toEqual(['home']);
  });
});

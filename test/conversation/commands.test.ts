import { describe, expect, it } from 'vitest';
import { type CommandContext, runCommand } from '../../src/conversation/commands.ts';
import { LocalLanes } from '../../src/conversation/lanes.ts';
import type { Command } from '../../src/core/inbound.ts';
import { openStore } from '../../src/storage/open.ts';
import { KeyvSettingsStore } from '../../src/storage/settings.ts';
import { aConversation, aMention } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const { author, place } = aMention();
const command = (name: Command['name'], value?: string): Command => ({
  name,
  ...(value === undefined ? {} : { value }),
  conversation: aConversation,
  author,
  place,
});

async function context(): Promise<CommandContext> {
  return {
    lanes: new LocalLanes(),
    settings: new KeyvSettingsStore(await openStore('memory:', quietLog)),
    defaults: { thinking: 'auto', search: 'off', maps: 'off', code: 'off' },
    // Like a model that takes nothing below low.
    client: { depthOf: (_model, wanted) => (wanted === 'minimal' || wanted === 'off' ? 'low' : wanted) },
    model: 'gemini-3.8-flash',
  };
}

describe('runCommand', () => {
  it('sets what was chosen, for this conversation, and says so', async () => {
    const here = await context();
    expect(await runCommand(command('think', 'HIGH'), here)).toContain('high');
    expect(await runCommand(command('search', 'on'), here)).toContain('on');
    expect(await here.settings.get(aConversation)).toEqual({ thinking: 'high', search: 'on' });
  });

  it('says which depth the model has instead of the one that was chosen', async () => {
    const here = await context();
    expect(await runCommand(command('think', 'minimal'), here)).toMatch(/set to minimal\..*\blow is the nearest/);
    expect(await runCommand(command('think', 'high'), here)).not.toContain('nearest');
    const own: CommandContext = { ...here, client: { depthOf: () => 'auto' } };
    expect(await runCommand(command('think', 'high'), own)).toMatch(/set to high\..*decides by itself/);
    expect(await here.settings.get(aConversation)).toEqual({ thinking: 'high' });
  });

  it('says what holds when nothing was chosen', async () => {
    const here = await context();
    expect(await runCommand(command('think'), here)).toContain('auto');
    await runCommand(command('think', 'low'), here);
    expect(await runCommand(command('think'), here)).toContain('low');
  });

  it('names the choices for any other value, and changes nothing', async () => {
    const here = await context();
    expect(await runCommand(command('search', 'maybe'), here)).toMatch(/off or on.*maybe/);
    expect(await here.settings.get(aConversation)).toEqual({});
  });

  it('stops what runs here, or says that nothing does', async () => {
    const here = await context();
    expect(await runCommand(command('stop'), here)).toContain('not writing');
    const work = async (signal: AbortSignal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    };
    const running = here.lanes.run(aConversation, work, 1);
    await new Promise(setImmediate);
    expect(await runCommand(command('stop'), here)).toBe('Stopped.');
    await running;
  });
});

import { describe, expect, it } from 'vitest';
import { type CommandContext, runCommand } from '../../src/conversation/commands.ts';
import { LocalLanes } from '../../src/conversation/lanes.ts';
import type { Command } from '../../src/core/inbound.ts';
import { noticesFor } from '../../src/notices/notices.ts';
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
    noticesFor: noticesFor('auto'),
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
    expect(await runCommand(command('think', 'minimal'), here)).toMatch(/set to minimal\..*I used low\./);
    expect(await runCommand(command('think', 'high'), here)).not.toContain('does not have');
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

  it.each([
    ['where several people read', 'thread', 'Ada'],
    ['between one person and the bot', 'direct', undefined],
  ] as const)('stops what runs, %s, in the name of %3$s', async (_, kind, by) => {
    const here = await context();
    const reasons: unknown[] = [];
    const work = async (signal: AbortSignal) => {
      await runCommand({ ...command('stop'), place: { ...place, kind } }, here);
      reasons.push(signal.reason);
    };
    await here.lanes.run(aConversation, work, 1);
    expect(reasons).toMatchObject([{ by }]);
  });

  it('answers each in their own language', async () => {
    const here = await context();
    const polish = { author: { ...author, locale: 'pl' } };
    const told = [
      await runCommand({ ...command('stop'), ...polish }, here),
      await runCommand({ ...command('search', 'on'), ...polish }, here),
      await runCommand({ ...command('search'), ...polish }, here),
      await runCommand({ ...command('think', 'deep'), ...polish }, here),
    ];
    expect(told).toEqual([
      'W tej rozmowie niczego teraz nie piszę.',
      'Wyszukiwanie w Google jest teraz w tej rozmowie włączone.',
      'Wyszukiwanie w Google jest w tej rozmowie włączone.',
      '/think przyjmuje auto, off, minimal, low, medium lub high, a nie „deep”.',
    ]);
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

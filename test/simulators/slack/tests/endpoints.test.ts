/** The simulator against Slack's own reference in machine-readable form, and against the list of what it does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listOf } from '../../discord/json.ts';
import { Description } from '../api/description.ts';
import type { Tier } from '../api/limits.ts';
import { METHODS } from '../methods/every.ts';
import { ASSUMPTIONS } from '../state/assumptions.ts';

const directory = process.env['OPENAPI_DIR'];
const README = join(import.meta.dirname, '../README.md');
/** The reference calls everything with a rule of its own t5. */
const TIER: Readonly<Record<string, Tier>> = { t1: 1, t2: 2, t3: 3, t4: 4 };

/** Where the simulator knows more, or wants less, than the reference says. */
const ARGUMENTS_APART: Readonly<Record<string, readonly string[]>> = {
  // `chunks` do instead.
  'chat.appendStream': ['markdown_text'],
  // Said there to be optional, and refused without.
  'reactions.remove': ['timestamp', 'channel'],
  'views.open': ['trigger_id'],
  'views.push': ['trigger_id'],
};

describe.skipIf(Description.open(directory) === undefined)("Slack's reference", () => {
  function description(): Description {
    const opened = Description.open(directory);
    if (!opened) throw new Error('skipped without it');
    return opened;
  }

  it.each(METHODS)('$name has its tier, its scopes and its arguments there', ({ name, tier, scopes, required }) => {
    const method = description().methodOf(name);
    expect(TIER[String(method['rate_limits'])] ?? 'special').toBe(typeof tier === 'number' ? tier : 'special');
    const bot = listOf((method['scope'] as { bot?: unknown } | undefined)?.bot);
    expect(
      scopes.filter((scope) => !bot.includes(scope) && scope !== 'connections:write' && scope !== 'assistant:write'),
    ).toEqual([]);
    const said = listOf((method['args'] as { required?: unknown } | undefined)?.required).map(String);
    const apart = ARGUMENTS_APART[name] ?? [];
    const expected = said.filter((each) => each !== 'token' && !apart.includes(each));
    expect(required.filter((each) => !apart.includes(each)).toSorted()).toEqual(expected.toSorted());
  });

  it('catches a call with an argument nobody knows, and a value that is no choice', () => {
    const check = description();
    check.request('chat.postMessage', { channel: 'C', text: 'x', unfurl_link: false });
    check.request('chat.startStream', { channel: 'C', task_display_mode: 'dense' });
    expect(check.violations).toHaveLength(2);
  });

  it('catches an answer that lacks something, or fails with a code that no page names', () => {
    const check = description();
    check.response('chat.postMessage', { ok: true, channel: 'C' });
    check.response('chat.postMessage', { ok: false, error: 'no_mood' });
    expect(check.violations).toHaveLength(2);
  });
});

describe('the list of what is simulated', () => {
  const text = existsSync(README) ? readFileSync(README, 'utf8') : '';

  it('names every method', () => {
    expect(METHODS.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every assumption', () => {
    expect(Object.keys(ASSUMPTIONS).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

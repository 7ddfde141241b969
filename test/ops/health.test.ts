import { describe, expect, it } from 'vitest';
import { Health } from '../../src/ops/health.ts';
import { PinoLog } from '../../src/ops/log.ts';

describe('health', () => {
  it('begins with the end of the start, follows what it checks, and ends for good', () => {
    const holds = { store: true, platform: true };
    const checks = { store: () => holds.store, platform: () => holds.platform };
    const health = new Health({ checks, log: new PinoLog({ level: 'silent' }) });
    expect(health.isReady()).toBe(false);
    health.begin();
    expect(health.isReady()).toBe(true);
    holds.store = false;
    expect(health.isReady()).toBe(false);
    holds.store = true;
    expect(health.isReady()).toBe(true);
    holds.platform = false;
    expect(health.isReady()).toBe(false);
    holds.platform = true;
    health.end();
    health.begin();
    expect(health.isReady()).toBe(false);
  });

  it('is logged when it changes and not when it is asked', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(String(JSON.parse(line).event)) };
    let holds = true;
    const health = new Health({ checks: { store: () => holds }, log: new PinoLog({ level: 'info', destination }) });
    health.begin();
    for (const next of [true, false, false, true, true]) {
      holds = next;
      health.isReady();
    }
    expect(lines).toEqual(['health.down', 'health.up']);
  });
});

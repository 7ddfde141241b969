import { once } from 'node:events';
import { request as ask } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LocalLanes } from '../../src/conversation/lanes.ts';
import { ModelQuota, StorageUnavailable } from '../../src/core/errors.ts';
import type { ReplySurface } from '../../src/core/ports.ts';
import { MeasuredLanes, MeasuredLog, measuredSurface } from '../../src/ops/measured.ts';
import { type MetricsAccess, PromMetrics } from '../../src/ops/metrics.ts';
import { HttpServer } from '../../src/ops/server.ts';
import { spendOf } from '../../src/models/spend.ts';
import { aConversation } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

function someMetrics(): PromMetrics {
  const metrics = new PromMetrics();
  onTestFinished(() => metrics.stop());
  return metrics;
}

/** Names of what is measured, without the endings that a histogram adds. */
function namesIn(shown: string): readonly string[] {
  return [...shown.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
}

describe('metrics', () => {
  test('are named by their unit, or as a total', async () => {
    const names = namesIn(await someMetrics().text());
    expect(names).toHaveLength(13);
    for (const name of names) expect(name).toMatch(/^halley_[a-z_]+_(total|seconds|bytes|mentions)$/);
  });

  test('count turns by their ending, errors by their code, and who says to slow down', async () => {
    const metrics = someMetrics();
    const log = new MeasuredLog(quietLog, metrics);
    log.info('turn.done', { ending: 'complete', tookMs: 1500 });
    log.info('access.refused', { reason: 'person' });
    log.error('turn.failed', new StorageUnavailable('gone'));
    log.error('notice.failed', new TypeError('x'));
    log.info('discord.rate-limited', { channel: '1' });
    log.warn('model.failed', { status: 429 });
    log.info('model.retry', { code: new ModelQuota('x').code });
    const shown = await metrics.text();
    for (const line of [
      'halley_turns_total{ending="complete"} 1',
      'halley_turns_total{ending="refused"} 1',
      'halley_turns_total{ending="failed"} 1',
      'halley_turn_seconds_sum 1.5',
      'halley_errors_total{code="storage.unavailable"} 1',
      'halley_errors_total{code="defect"} 1',
      'halley_rate_limited_total{by="platform"} 1',
      'halley_rate_limited_total{by="model"} 2',
    ])
      expect(shown).toContain(line);
  });

  test('add up tokens by kind, and what they cost', async () => {
    const metrics = someMetrics();
    const usage = { promptTokenCount: 10, thoughtsTokenCount: 4, candidatesTokenCount: 3, toolUsePromptTokenCount: 2 };
    metrics.spent(spendOf(usage, { inputUsd: 1e6, outputUsd: 0 }));
    const shown = await metrics.text();
    for (const line of ['{kind="in"} 12', '{kind="tool"} 2', '{kind="thought"} 4', '{kind="out"} 3'])
      expect(shown).toContain(`halley_tokens_total${line}`);
    expect(shown).toContain('halley_cost_usd_total 12');
  });

  test('know how many wait', async () => {
    const metrics = someMetrics();
    const lanes = new MeasuredLanes(new LocalLanes(), metrics);
    const hold = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const work = (): Promise<void> => {
      begun.resolve();
      return hold.promise;
    };
    const all = [lanes.run(aConversation, work, { maxWaiting: 1 })];
    await begun.promise;
    all.push(lanes.run(aConversation, work, { maxWaiting: 1 }), lanes.run(aConversation, work, { maxWaiting: 1 }));
    expect(await all[2]).toMatchObject({ kind: 'busy' });
    expect(await metrics.text()).toContain('halley_queue_mentions 1');
    hold.resolve();
    await Promise.all(all);
    expect(await metrics.text()).toContain('halley_queue_mentions 0');
  });

  test('time the leave to write, and the first text once', async () => {
    const metrics = someMetrics();
    const surface: ReplySurface = {
      begin: async () => undefined,
      leave: async () => undefined,
      show: async () => [],
      finish: async () => [],
      note: async () => undefined,
      whisper: async () => false,
      retract: async () => undefined,
      abandon: () => undefined,
    };
    const measured = measuredSurface(surface, metrics);
    await measured.leave('first', new AbortController().signal);
    await measured.show({ text: '', exact: '', settled: '', status: 'thinking' });
    expect(await metrics.text()).toContain('halley_first_text_seconds_count 0');
    await measured.show({ text: 'Hm', exact: 'Hm', settled: '', status: 'writing' });
    await measured.finish({ text: 'Hm.', sources: [], ending: { kind: 'complete' } });
    const shown = await metrics.text();
    expect(shown).toContain('halley_first_text_seconds_count 1');
    expect(shown).toContain('halley_leave_wait_seconds_count{urgency="first"} 1');
  });
});

describe('GET /metrics', () => {
  async function got(access: MetricsAccess, headers = {}, method = 'GET'): Promise<readonly [number, string]> {
    const server = new HttpServer({ host: '127.0.0.1', port: 0, portTries: 1, ready: () => true, log: quietLog });
    server.mount('/metrics', someMetrics().handler(access));
    onTestFinished(() => server.stop());
    const { port } = await server.start();
    const sent = ask({ host: '127.0.0.1', port, path: '/metrics', headers, method }).end();
    const [answer] = await once(sent, 'response');
    return [answer.statusCode, await text(answer)];
  }

  test('is answered to this machine, and to nobody that a proxy speaks for', async () => {
    expect(await got('loopback')).toEqual([200, expect.stringContaining('halley_turns_total')]);
    expect(await got('loopback', { 'x-forwarded-for': '203.0.113.9' })).toEqual([404, 'not found']);
    expect(await got('loopback', { forwarded: 'for=203.0.113.9' })).toEqual([404, 'not found']);
  });

  test('is answered to everybody or nobody where that is wanted, and only read', async () => {
    expect((await got('everyone', { 'x-forwarded-for': '203.0.113.9' }))[0]).toBe(200);
    expect(await got('off')).toEqual([404, 'not found']);
    expect(await got('everyone', {}, 'DELETE')).toEqual([404, 'not found']);
  });
});

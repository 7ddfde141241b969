/** Finding a model, and what `config/models.yaml` says of the models there are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigError, ModelRejected, ModelUnavailable } from '../../src/core/errors.ts';
import type { ModelFacts } from '../../src/core/model.ts';
import { ModelTable, withSuccessor } from '../../src/models/table.ts';

function aModel(id: string, change: Partial<ModelFacts> = {}): ModelFacts {
  return { id, inputTokens: 1000, outputTokens: 100, thinking: { kind: 'none' }, ...change };
}

describe('a model', () => {
  const table = new ModelTable([
    aModel('gemini-3.8-flash', { aliases: ['fast'] }),
    aModel('gemini-2.5-flash-lite'),
    aModel('gemini-2.5-flash'),
  ]);

  it.each([
    ['gemini-3.8-flash', 'gemini-3.8-flash'],
    ['models/gemini-3.8-flash', 'gemini-3.8-flash'],
    ['fast', 'gemini-3.8-flash'],
    ['gemini-3.8-flash-001', 'gemini-3.8-flash'],
    ['gemini-3.8-flash-preview-10-2026', 'gemini-3.8-flash'],
    ['gemini-2.5-flash-lite-preview-09-2025', 'gemini-2.5-flash-lite'],
    ['gemini-2.5-flash-latest', 'gemini-2.5-flash'],
    ['gemini-3.8-flash-lite', undefined],
    ['gemini-3.8-flash-image', undefined],
    ['gemini-3.8', undefined],
    ['', undefined],
  ])('%s is found as %s', (asked, found) => {
    expect(table.facts(asked)?.id).toBe(found);
  });

  it('that is listed twice, or has no thinking to choose, is a fault of the configuration, told with all others', () => {
    const faulty = [
      aModel('a', { aliases: ['b'] }),
      aModel('b'),
      aModel('c', { thinking: { kind: 'level', levels: [] } }),
      aModel('d', { thinking: { kind: 'budget', minTokens: 2, maxTokens: 1, canBeOff: true } }),
    ];
    expect(() => new ModelTable(faulty)).toThrow(ConfigError);
    expect(() => new ModelTable(faulty)).toThrow(/b is listed twice\n.*c has no thinking levels\n.*d ends before/s);
  });

  it.each([
    ['gemini-3.8-flash', 'gemini-3.8-flash', true],
    ['gemini-3.8-flash', 'models/gemini-3.8-flash-001', true],
    ['gemini-3.8-flash-001', 'gemini-3.8-flash', true],
    ['gemini-3.8-flash', 'publishers/google/models/gemini-3.8-flash@default', true],
    ['fast', 'gemini-3.8-flash', true],
    ['gemini-3.8-flash', 'fast', true],
    ['gemini-3.8-flash-preview-05-2026', 'gemini-3.8-flash-preview-09-2026', true],
    ['gemini-9-flash-preview', 'gemini-9-flash', true],
    ['gemini-9-flash', 'gemini-9-flash-001', true],
    ['gemini-flash-latest', 'gemini-3.8-flash', true],
    ['gemini-3.7-flash', 'gemini-3.8-flash', false],
    ['gemini-2.5-flash', 'gemini-2.5-flash-lite', false],
    ['gemini-9-flash', 'gemini-9-flash-lite', false],
    ['fast', 'gemini-2.5-flash', false],
  ])('%s served by %s: %s', (asked, served, same) => {
    expect(table.isServedBy(asked, served)).toBe(same);
  });

  it('without a successor, or with another trouble, keeps its error', () => {
    const gone = new ModelRejected('gone', 'model-gone');
    const away = new ModelUnavailable('away');
    expect(withSuccessor(gone, aModel('a'))).toBe(gone);
    expect(withSuccessor(away, aModel('a', { retired: { on: '2026-01', successor: 'b' } }))).toBe(away);
  });
});

describe('config/models.yaml', () => {
  // The schema of config/ checks every field; here only what the models mean counts.
  const { models } = parse(readFileSync('config/models.yaml', 'utf8')) as { readonly models: readonly ModelFacts[] };
  const table = new ModelTable(models);

  it('has the default model, and a successor that is listed and stays for each that goes', () => {
    expect(table.facts('gemini-3.8-flash')?.retired).toBeUndefined();
    const successors = models.flatMap(({ retired }) => (retired === undefined ? [] : [retired.successor]));
    expect(successors.length).toBeGreaterThan(3);
    for (const id of successors)
      expect([id, table.facts(id)?.id, table.facts(id)?.retired]).toEqual([id, id, undefined]);
  });

  it('gives levels to models from 3 on and budgets to 2.5', () => {
    const kindOf = (id: string) =>
      id.includes('image') || id.includes('banana') ? undefined : table.facts(id)?.thinking.kind;
    for (const { id } of models) expect([undefined, id.includes('2.5') ? 'budget' : 'level']).toContain(kindOf(id));
  });

  it('asks the models that write images for it', () => {
    const painting = models.filter((model) => model.output === 'text-and-images').map((model) => model.id);
    expect(painting).toContain('gemini-nano-banana-2.1');
    expect(painting.every((id) => /image|banana/.test(id))).toBe(true);
  });
});

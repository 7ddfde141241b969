/** A wanted depth in the words of each kind of model. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BUDGET_TOKENS, THINKING_DEPTHS } from '../../src/core/conversation.ts';
import type { ThinkingRule } from '../../src/core/model.ts';
import { thinkingOf } from '../../src/models/thinking.ts';

const level = (...levels: readonly string[]): ThinkingRule => ({ kind: 'level', levels });
const all = level('MINIMAL', 'LOW', 'MEDIUM', 'HIGH');
const noMinimal = level('LOW', 'MEDIUM', 'HIGH');
const pro = { kind: 'budget', minTokens: 128, maxTokens: 32_768, canBeOff: false } as const;
const flash = { kind: 'budget', minTokens: 1, maxTokens: 24_576, canBeOff: true } as const;
const lite = { kind: 'budget', minTokens: 512, maxTokens: 24_576, canBeOff: true } as const;

describe('a thinking level', () => {
  it.each([
    [all, ['minimal', 'minimal', 'low', 'medium', 'high']],
    [noMinimal, ['low', 'low', 'low', 'medium', 'high']],
    [level('LOW', 'HIGH'), ['low', 'low', 'low', 'high', 'high']],
    [level('MINIMAL', 'HIGH'), ['minimal', 'minimal', 'minimal', 'high', 'high']],
  ])('of %j is the nearest there is, the deeper of two, and says which that is', (rule, depths) => {
    const choices = (['off', 'minimal', 'low', 'medium', 'high'] as const).map((depth) => thinkingOf(depth, rule));
    expect(choices.map(({ config }) => config?.thinkingLevel?.toLowerCase())).toEqual(depths);
    expect(choices.every(({ config }) => config?.thinkingLevel === config?.thinkingLevel?.toUpperCase())).toBe(true);
    expect(choices.map((choice) => choice.depth)).toEqual(depths);
  });
});

describe('a thinking budget', () => {
  it.each([
    ['pro', pro, [128, 512, 1024, 8192, 24_576], false],
    ['flash', flash, [0, 512, 1024, 8192, 24_576], true],
    ['flash-lite', lite, [0, 512, 1024, 8192, 24_576], true],
  ] as const)('for %s stays within its range', (_name, rule, ...wanted) => {
    const choices = (['off', 'minimal', 'low', 'medium', 'high'] as const).map((depth) => thinkingOf(depth, rule));
    expect(choices.map(({ config }) => config?.thinkingBudget)).toEqual(wanted[0]);
    expect(choices.map((choice) => choice.depth)).toEqual([
      wanted[1] ? 'off' : 'minimal',
      'minimal',
      'low',
      'medium',
      'high',
    ]);
  });
});

it.each([
  [0, 'MINIMAL', 0],
  [400, 'MINIMAL', 512],
  [900, 'LOW', 900],
  [8000, 'MEDIUM', 8000],
  [9000, 'HIGH', 9000],
  [90_000, 'HIGH', 24_576],
] as const)('%d tokens are the level %s, and a budget of %d', (tokens, thinkingLevel, thinkingBudget) => {
  expect(thinkingOf(tokens, all)).toEqual({ config: { thinkingLevel }, depth: thinkingLevel.toLowerCase() });
  expect(thinkingOf(tokens, lite)).toEqual({ config: { thinkingBudget }, depth: thinkingBudget });
});

it('auto leaves it to the model: by its default, or by a budget of its own choice', () => {
  for (const rule of [all, { kind: 'none' } as const, undefined])
    expect(thinkingOf('auto', rule)).toEqual({ depth: 'auto' });
  for (const rule of [pro, flash, lite])
    expect(thinkingOf('auto', rule)).toEqual({ config: { thinkingBudget: -1 }, depth: 'auto' });
});

it('a model that takes nothing, or of which nothing is known, is sent nothing', () => {
  for (const rule of [{ kind: 'none' } as const, undefined])
    expect(thinkingOf('high', rule)).toEqual({ depth: 'auto' });
});

it('never sends both fields, nor one outside the rule', () => {
  const rules = fc.oneof(
    fc.subarray(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']).map((levels) => level(...levels)),
    fc.record({
      kind: fc.constant('budget' as const),
      minTokens: fc.integer({ min: 0, max: 4096 }),
      maxTokens: fc.integer({ min: 4096, max: 65_536 }),
      canBeOff: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...THINKING_DEPTHS), fc.nat({ max: MAX_BUDGET_TOKENS })),
      rules,
      (depth, rule) => {
        const { thinkingLevel, thinkingBudget } = thinkingOf(depth, rule).config ?? {};
        if (rule.kind === 'level') {
          expect(thinkingBudget).toBeUndefined();
          if (thinkingLevel !== undefined) expect(rule.levels).toContain(thinkingLevel);
        } else if (rule.kind === 'budget' && thinkingBudget !== undefined) {
          expect(thinkingLevel).toBeUndefined();
          const isSpecial = (rule.canBeOff && thinkingBudget === 0) || (depth === 'auto' && thinkingBudget === -1);
          expect(isSpecial || (thinkingBudget >= rule.minTokens && thinkingBudget <= rule.maxTokens)).toBe(true);
        }
      },
    ),
  );
});

/** A wanted thinking depth in the words of each model, and what it comes to. */
import { THINKING_DEPTHS, type ThinkingDepth } from '../core/conversation.ts';
import type { ThinkingConfig, ThinkingRule } from '../core/model.ts';

/** Every level there is, from least to most. */
const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

/** Tokens for models that take a budget; each model's own range limits them. */
const BUDGET_TOKENS = { minimal: 512, low: 1024, medium: 8192, high: 24_576 };

/** The depth whose budget holds so many tokens. */
function wordOf(tokens: number): Exclude<ThinkingDepth, number> {
  if (tokens === 0) return 'off';
  const { minimal, low, medium } = BUDGET_TOKENS;
  if (tokens <= low) return tokens <= minimal ? 'minimal' : 'low';
  return tokens <= medium ? 'medium' : 'high';
}

/** What a model is given for a wanted depth. */
export interface ThinkingChoice {
  readonly config?: ThinkingConfig;
  /** The depth it comes to: the wanted one, the nearest the model has, or `auto` where nothing can be set. */
  readonly depth: ThinkingDepth;
}

/**
 * What to send for a depth. `auto` lets the model decide: by its default, which nothing has to be sent for, or by a budget
 * of -1. A model of which nothing is known is sent nothing: a wrong field is refused. Between two levels equally near, the deeper one.
 */
export function thinkingOf(depth: ThinkingDepth, rule: ThinkingRule | undefined): ThinkingChoice {
  if (depth === 'auto') return { ...(rule?.kind === 'budget' ? { config: { thinkingBudget: -1 } } : {}), depth };
  if (rule === undefined || rule.kind === 'none') return { depth: 'auto' };
  if (rule.kind === 'budget') return budgetOf(depth, rule);
  const word = typeof depth === 'number' ? wordOf(depth) : depth;
  const wanted = word === 'off' ? 0 : LEVELS.indexOf(word.toUpperCase());
  const nearest = rule.levels.toSorted((a, b) => distance(a, wanted) - distance(b, wanted)).at(0);
  const used = THINKING_DEPTHS.find((each) => each === nearest?.toLowerCase());
  return nearest === undefined || used === undefined
    ? { depth: 'auto' }
    : { config: { thinkingLevel: nearest }, depth: used };
}

/** Steps between a level and the wanted one; a deeper level counts half a step nearer, which decides only ties. */
function distance(level: string, wanted: number): number {
  const steps = LEVELS.indexOf(level) - wanted;
  return steps > 0 ? steps - 0.5 : -steps;
}

function budgetOf(
  depth: Exclude<ThinkingDepth, 'auto'>,
  rule: Extract<ThinkingRule, { kind: 'budget' }>,
): ThinkingChoice {
  if (depth === 'off' || depth === 0) {
    if (rule.canBeOff) return { config: { thinkingBudget: 0 }, depth };
    return { config: { thinkingBudget: rule.minTokens }, depth: 'minimal' };
  }
  // Where the range begins with 0, that is "off" and not a small budget.
  const wanted = typeof depth === 'number' ? depth : BUDGET_TOKENS[depth];
  const tokens = Math.min(rule.maxTokens, Math.max(rule.minTokens, wanted));
  return { config: { thinkingBudget: tokens }, depth: typeof depth === 'number' ? tokens : depth };
}

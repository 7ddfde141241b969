/**
 * The models of `config/models.yaml`: found by id, by alias, or as a dated or preview variant of one that is listed; and a
 * wanted thinking depth in the words of each: a level, a budget of tokens, or nothing.
 *
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
import { THINKING_DEPTHS, type ThinkingDepth } from '../core/conversation.ts';
import { ConfigError, type HalleyError, ModelRejected } from '../core/errors.ts';
import type { ModelFacts, ThinkingRule } from '../core/model.ts';
import type { ThinkingConfig } from './wire.ts';

/** What a variant of a listed model adds to its id. `-lite` or `-image` is another model. */
const VARIANT = /^(-(preview|exp|latest|\d)|@)/;

/** The id without what the service puts before it in lists: `models/`, or a whole path that ends so. */
export function bareId(model: string): string {
  return model.replace(/^(.*\/)?models\//, '');
}

function isVariant(id: string, name: string): boolean {
  return id.startsWith(name) && VARIANT.test(id.slice(name.length));
}

/** What is known of each model. */
export class ModelTable {
  readonly #byName = new Map<string, ModelFacts>();

  /** @throws ConfigError when two models share a name, or a thinking rule leaves nothing to choose. */
  constructor(models: readonly ModelFacts[]) {
    const faults: string[] = [];
    for (const facts of models) {
      for (const name of [facts.id, ...(facts.aliases ?? [])]) {
        if (this.#byName.has(name)) faults.push(`models: ${name} is listed twice`);
        this.#byName.set(name, facts);
      }
      faults.push(...faultsOf(facts));
    }
    if (faults.length > 0) throw new ConfigError(faults);
  }

  /** The model of this name, or the listed model with the longest id of which it is a variant. */
  facts(model: string): ModelFacts | undefined {
    const id = bareId(model);
    const exact = this.#byName.get(id);
    if (exact !== undefined) return exact;
    const names = [...this.#byName.keys()].filter((name) => isVariant(id, name));
    const longest = names.toSorted((a, b) => b.length - a.length).at(0);
    return longest === undefined ? undefined : this.#byName.get(longest);
  }

  /** Whether the model that answered is the one asked for: by any of its names, as a variant, or as whatever is latest. */
  isServedBy(asked: string, served: string): boolean {
    const [wanted, got] = [bareId(asked), bareId(served)];
    const facts = this.facts(wanted);
    if (facts !== undefined && facts === this.facts(got)) return true;
    return wanted === got || isVariant(got, wanted) || isVariant(wanted, got) || wanted.endsWith('-latest');
  }
}

/** The error, with the model to use instead where the one asked for is gone and its successor is known. */
export function withSuccessor<E extends HalleyError>(error: E, { id, retired }: ModelFacts): E | ModelRejected {
  if (!(error instanceof ModelRejected) || error.reason !== 'model-gone' || retired === undefined) return error;
  const { on, successor } = retired;
  const message = `The model ${id} is withdrawn${on === undefined ? '' : ` as of ${on}`}; ${successor} takes its place. ${error.message}`;
  return new ModelRejected(message, error.reason, { ...error.failure, successor });
}

function faultsOf(facts: ModelFacts): readonly string[] {
  const { thinking } = facts;
  if (thinking.kind === 'level' && thinking.levels.length === 0) return [`models: ${facts.id} has no thinking levels`];
  if (thinking.kind === 'budget' && thinking.minTokens > thinking.maxTokens)
    return [`models: the thinking budget of ${facts.id} ends before it begins`];
  return [];
}

/** Every level there is, from least to most. */
const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

/** Tokens for models that take a budget; each model's own range limits them. */
const BUDGET_TOKENS = { minimal: 512, low: 1024, medium: 8192, high: 24_576 };

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
  const wanted = depth === 'off' ? 0 : LEVELS.indexOf(depth.toUpperCase());
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
  if (depth === 'off' && rule.canBeOff) return { config: { thinkingBudget: 0 }, depth };
  if (depth === 'off') return { config: { thinkingBudget: rule.minTokens }, depth: 'minimal' };
  // Where the range begins with 0, that is "off" and not a small budget.
  const tokens = Math.min(rule.maxTokens, Math.max(rule.minTokens, BUDGET_TOKENS[depth]));
  return { config: { thinkingBudget: tokens }, depth };
}

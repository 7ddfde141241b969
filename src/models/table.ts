/** The models that are listed: found by id, by alias or as a variant, and what takes the place of one that is gone. */
import { ConfigError, type HalleyError, ModelRejected } from '../core/errors.ts';
import type { ModelFacts } from '../core/model.ts';

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

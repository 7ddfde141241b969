/**
 * Models: what is known of each, found by id, by alias or as a variant; a wanted thinking depth in the words of each; and
 * what they can be asked.
 *
 * @see https://ai.google.dev/api/generate-content
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
import type { Content, FunctionDeclaration, JsonObject } from './content.ts';
import { THINKING_DEPTHS, type ThinkingDepth } from './conversation.ts';
import { ConfigError, type HalleyError, ModelRejected } from './errors.ts';

/** US dollars for a million tokens, as the maker lists them; a relay may ask another price. */
export interface ModelPrice {
  readonly inputUsd: number;
  /** Thoughts are charged as output. */
  readonly outputUsd: number;
  readonly cachedInputUsd?: number;
}

/** Where Google Maps looks first. */
export interface MapsBias {
  readonly latLng?: { readonly latitude: number; readonly longitude: number };
  /** BCP 47. */
  readonly languageCode?: string;
}

/** Whether and which functions the model calls; `ANY` forces a call, to one of the allowed ones where they are named. */
export interface FunctionCalling {
  readonly mode: 'AUTO' | 'ANY' | 'NONE' | 'VALIDATED';
  readonly allowedFunctionNames?: readonly string[];
}

/** An answer in JSON: of any shape, of an OpenAPI-subset schema, or of a JSON Schema. */
export type JsonMode =
  | { readonly kind: 'any' }
  | { readonly kind: 'schema'; readonly schema: JsonObject }
  | { readonly kind: 'json-schema'; readonly schema: JsonObject };

/** Pictures in the answer, of a shape such as `16:9` and a size such as `1K`. */
export interface ImageOutput {
  readonly aspectRatio?: string;
  readonly imageSize?: string;
}

export interface SafetySetting {
  readonly category: string;
  readonly threshold: 'BLOCK_LOW_AND_ABOVE' | 'BLOCK_MEDIUM_AND_ABOVE' | 'BLOCK_ONLY_HIGH' | 'BLOCK_NONE' | 'OFF';
}

/** How words are chosen. Newer models ignore or refuse most of it, so nothing is sent that nobody set. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Five at most. */
  readonly stopSequences?: readonly string[];
}

/** One of the two ways to ask for thinking, as on the wire; the service refuses both at once. */
export interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly thinkingLevel?: string;
  readonly thinkingBudget?: number;
}

/** How a model takes a wanted thinking depth. */
export type ThinkingRule =
  /** `thinkingLevel`: the levels it accepts, in upper case as on the wire, from least to most. */
  | { readonly kind: 'level'; readonly levels: readonly string[] }
  /** `thinkingBudget` in tokens: its range, and whether 0 turns thinking off. */
  | { readonly kind: 'budget'; readonly minTokens: number; readonly maxTokens: number; readonly canBeOff: boolean }
  /** Takes neither. */
  | { readonly kind: 'none' };

/** A kind of file that a model may read beside text. */
export type Medium = 'image' | 'document' | 'audio' | 'video';

/** What is known of a model, from `config/models.yaml`. */
export interface ModelFacts {
  readonly id: string;
  /** Tokens the model reads and writes at most. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly thinking: ThinkingRule;
  /** Other names of the same model. */
  readonly aliases?: readonly string[];
  /** What the model reads beside text; every kind when absent. */
  readonly reads?: readonly Medium[];
  /** What the model writes; text alone when absent. */
  readonly output?: 'text' | 'text-and-images';
  readonly price?: ModelPrice;
  /** Present when the service withdraws the model: the day or month (YYYY-MM-DD, YYYY-MM), where it is known, and the id to use instead. */
  readonly retired?: { readonly on?: string; readonly successor: string };
}

/** One question to the model, in the bot's terms. */
export interface ModelRequest {
  readonly model: string;
  readonly systemInstruction: string;
  readonly contents: readonly Content[];
  readonly thinking: ThinkingDepth;
  /** Whether the answer brings summaries of its thoughts, as parts marked `thought`. */
  readonly includeThoughts?: boolean;
  /** Whether the model is given Google Search. */
  readonly googleSearch: boolean;
  /** Google Maps, when present. */
  readonly googleMaps?: MapsBias;
  /** Whether the model may read the addresses in the question. */
  readonly urlContext?: boolean;
  /** Whether the model may run Python of its own. */
  readonly codeExecution?: boolean;
  /** Functions the model may call; not to be mixed with the service's own tools on models before Gemini 3. */
  readonly functions?: readonly FunctionDeclaration[];
  readonly functionCalling?: FunctionCalling;
  readonly json?: JsonMode;
  readonly images?: ImageOutput;
  readonly safety?: readonly SafetySetting[];
  readonly sampling?: Sampling;
  /** Thoughts count too: a small limit may leave no text. */
  readonly maxOutputTokens?: number;
  /** How closely pictures are looked at. */
  readonly mediaResolution?: 'LOW' | 'MEDIUM' | 'HIGH';
  /** `cachedContents/{id}`. It owns system instruction, tools and their settings, so those are not sent beside it. */
  readonly cachedContent?: string;
  /** In pieces, or whole in one chunk. By default whole from models that write images, and in pieces from others. */
  readonly delivery?: 'stream' | 'whole';
}

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

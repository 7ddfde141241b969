/** The models the simulated services know: what each accepts, what it claims to be, and which are gone where. */

/** What a model takes for thinking, on the wire. */
export type Thinking =
  | { readonly kind: 'level'; readonly levels: readonly string[]; readonly usual: string; readonly zeroBudget: boolean }
  | { readonly kind: 'budget'; readonly min: number; readonly max: number; readonly canBeOff: boolean }
  | { readonly kind: 'none' };

export interface Model {
  readonly id: string;
  /** 2 for 2.x, 3 for 3.x, 4 for 4.x: what signatures and tool rules go by. */
  readonly generation: 2 | 3 | 4;
  readonly thinking: Thinking;
  readonly makesImages: boolean;
  /** Image models that can search. */
  readonly searches: boolean;
  /** The model that really answers, and says so in `modelVersion`. */
  readonly servedBy?: string;
  /** No longer sold by CometAPI. */
  readonly goneAtComet?: boolean;
}

const ALL = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
const NO_MINIMAL = ['LOW', 'MEDIUM', 'HIGH'];

function level(levels: readonly string[], usual: string, zeroBudget = true): Thinking {
  return { kind: 'level', levels, usual, zeroBudget };
}

function model(id: string, thinking: Thinking, change: Partial<Model> = {}): Model {
  const generation = id.startsWith('gemini-2') ? 2 : id.startsWith('gemini-4') ? 4 : 3;
  return { id, generation, thinking, makesImages: false, searches: true, ...change };
}

/** @see https://ai.google.dev/gemini-api/docs/thinking */
const MODELS: readonly Model[] = [
  model('gemini-2.5-pro', { kind: 'budget', min: 128, max: 32_768, canBeOff: false }, { goneAtComet: true }),
  model('gemini-2.5-flash', { kind: 'budget', min: 0, max: 24_576, canBeOff: true }, { goneAtComet: true }),
  model('gemini-2.5-flash-lite', { kind: 'budget', min: 512, max: 24_576, canBeOff: true }, { goneAtComet: true }),
  model('gemini-2.5-flash-image', { kind: 'none' }, { makesImages: true, searches: false, goneAtComet: true }),
  model('gemini-3.1-pro-preview', level(NO_MINIMAL, 'HIGH')),
  model('gemini-3-flash-preview', level(ALL, 'HIGH')),
  model('gemini-3.1-flash-lite', level(ALL, 'MINIMAL')),
  model('gemini-3.5-flash-lite', level(ALL, 'MINIMAL')),
  model('gemini-3.5-flash', level(ALL, 'MEDIUM'), { servedBy: 'gemini-3.6-flash' }),
  model('gemini-3.6-flash', level(ALL, 'MEDIUM', false)),
  model('gemini-3.7-flash', level(NO_MINIMAL, 'MEDIUM'), { servedBy: 'gemini-3.8-flash' }),
  model('gemini-3.8-flash', level(NO_MINIMAL, 'MEDIUM')),
  model('gemini-4-argon', level(NO_MINIMAL, 'MEDIUM')),
  model('gemini-3.1-flash-image', level(['MINIMAL', 'HIGH'], 'MINIMAL'), { makesImages: true }),
  model('gemini-3.1-flash-lite-image', level(['MINIMAL', 'HIGH'], 'MINIMAL'), { makesImages: true, searches: false }),
  model('gemini-3-pro-image', { kind: 'none' }, { makesImages: true }),
  model('gemini-nano-banana-2.1', level(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'], 'MEDIUM'), { makesImages: true }),
];

/** A model by the newest rules. */
export function unlisted(id: string): Model {
  return model(id, level(NO_MINIMAL, 'MEDIUM'));
}

/** The models one simulator serves; `extra` are ids that follow the rules of the newest. */
export class ModelTable {
  readonly #models: ReadonlyMap<string, Model>;

  constructor(dialect: 'google' | 'comet', extra: readonly string[]) {
    const sold = MODELS.filter((each) => dialect === 'google' || each.goneAtComet !== true);
    const added = extra.map(unlisted);
    this.#models = new Map([...sold, ...added].map((each) => [each.id, each]));
  }

  get ids(): readonly string[] {
    return [...this.#models.keys()];
  }

  find(id: string): Model | undefined {
    return this.#models.get(id);
  }

  /** The model whose rules hold and whose name the answer carries. */
  serving(asked: Model): Model {
    return (asked.servedBy === undefined ? undefined : MODELS.find((each) => each.id === asked.servedBy)) ?? asked;
  }
}

/** What people say besides a question, for one answer: settings and flags into it, footer and thoughts out of it. */
import { type Language, type Settings, type ThinkingDepth, type Turn, type Whereabouts } from '../core/conversation.ts';
import type { Mention } from '../core/inbound.ts';
import type { ModelFacts } from '../core/model.ts';
import { spendOf } from '../models/spend.ts';
import type { Log } from '../core/ports.ts';
import type { ReplyEvent, Status } from '../core/reply.ts';
import { languageOf, lineOf } from '../notices/notices.ts';
import { choicesIn } from './choose.ts';
import { type FlagFault, readFlags } from './flags.ts';
import { sentencesIn, type SteeringSentences } from './sentences.ts';
import { type ScopedSettings, settingsOf } from './settings.ts';
import { type Catalogue, personaText } from './values.ts';

export interface SteeringOptions {
  readonly settings: ScopedSettings;
  readonly catalogue: Catalogue;
  readonly facts: (model: string) => ModelFacts | undefined;
  readonly log: Log;
}

/** What holds for one message. */
export interface Steered {
  /** The question, without the flags that were understood. */
  readonly text: string;
  readonly chosen: Settings;
  /** What the bot's own sentences are written in. */
  readonly language: Language;
  /** Whether the answer is to be JSON. */
  readonly json: boolean;
  /** Who the model is, and whether it is asked to search. */
  readonly instruction: string;
  /** The thinking depth that the message itself asks for. */
  readonly wantedDepth: ThinkingDepth | undefined;
  /** What goes on until there is text. */
  readonly status: Status;
  /** Sentences to put under the answer. */
  readonly notices: readonly string[];
  /** The turn with all that only its end can tell. */
  readonly completed: (turn: Turn, thoughts: string) => Turn;
}

const SEARCHES = 'Search the web before you answer.';

export class Steering {
  readonly #options: SteeringOptions;

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  /** Reads the flags of a message and lays them over what holds for its author there. @throws StorageUnavailable, StorageCorrupt */
  async of(mention: Mention): Promise<Steered> {
    const { settings, catalogue } = this.#options;
    const { text, flags, json, faults } = readFlags(mention, catalogue);
    const chosen = settingsOf(await settings.at(mention, flags));
    const language = languageOf(chosen.language, mention.author.locale);
    const say = sentencesIn(language);
    const persona = personaText(chosen.persona, catalogue);
    return {
      text,
      chosen,
      language,
      json,
      instruction: chosen.search === 'on' ? `${persona.trim()}\n\n${SEARCHES}` : persona,
      wantedDepth: flags.thinking,
      status: chosen.search === 'on' ? 'searching' : 'thinking',
      notices: faults.map((fault) => faultIn(fault, say)),
      completed: (turn, thoughts) => this.#completed({ turn, thoughts, mention, chosen }, say),
    };
  }

  /** What the bot's own sentences to this person are written in, there; as by default where that cannot be known. */
  async languageFor(where: Whereabouts): Promise<Language> {
    const { settings, log } = this.#options;
    const { locale } = where.author;
    try {
      return languageOf((await settings.at(where)).language.value, locale);
    } catch (error) {
      log.error('settings.unread', error, { conversation: where.conversation });
      return languageOf(settings.defaults.language, locale);
    }
  }

  #completed({ turn, thoughts, mention, chosen }: Ended, say: SteeringSentences): Turn {
    const { text, flags, replyTo, attempt } = mention;
    // A thread is called after its first question, which may be somebody else's to have forgotten.
    const { name: _, ...place } = mention.place;
    const { model, modelVersion = model, usage, receivedAt, endedAt } = turn;
    const spend = spendOf(usage, this.#options.facts(model)?.price);
    const origin = { text, place, replyTo, ...(flags === undefined ? {} : { flags }) };
    const footer = () => say.footer({ model: modelVersion, spend, seconds: (endedAt - receivedAt) / 1000 });
    return {
      ...turn,
      // An answer for one pair of eyes cannot be filled again once its secret has run out, which is not to be kept.
      ...(replyTo.hidden === undefined ? { origin } : {}),
      ...(attempt === undefined ? {} : { attempt }),
      ...(chosen.thoughts === 'full' && thoughts !== '' ? { thoughts } : {}),
      ...(chosen.footer === 'on' ? { footer: footer() } : {}),
    };
  }
}

interface Ended {
  readonly turn: Turn;
  readonly thoughts: string;
  readonly mention: Mention;
  readonly chosen: Settings;
}

/** The same events, without thoughts where nobody wants to see them, and the turn completed. */
export async function* steeredTurn(
  events: AsyncGenerator<ReplyEvent, Turn>,
  { chosen, completed }: Pick<Steered, 'chosen' | 'completed'>,
): AsyncGenerator<ReplyEvent, Turn> {
  let thoughts = '';
  for (;;) {
    const step = await events.next();
    if (step.done === true) return completed(step.value, thoughts);
    if (step.value.kind === 'thought') thoughts += step.value.text;
    if (step.value.kind !== 'thought' || chosen.thoughts !== 'off') yield step.value;
  }
}

function faultIn(fault: FlagFault, say: SteeringSentences): string {
  if (fault.kind === 'unknown') return say.noSuchFlag(lineOf(fault.flag), fault.choices.join(', '));
  return say.takes(fault.flag, lineOf(fault.value), choicesIn(fault.setting, fault.choices, say));
}

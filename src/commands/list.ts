/** The list of commands as data, in each language the bot speaks, and which of them ask a question. */
import { MAX_PERSONA_CHARS, SCOPES, SEARCH_MODES, type Settings } from '../core/conversation.ts';
import type {
  ActionName,
  CommandName,
  CommandOption,
  CommandSpec,
  CommandValues,
  Suggested,
  Words,
} from '../core/inbound.ts';

/** Characters of a question given as an option. */
const MAX_QUESTION_CHARS = 6000;

/** What the settings are called where people choose one. */
export const SETTING_NAMES = [
  'model',
  'thinking',
  'search',
  'maps',
  'code',
  'persona',
  'language',
  'thoughts',
  'replyStyle',
  'messageStyle',
  'freeTalk',
  'footer',
] as const satisfies readonly (keyof Settings)[];

const text = (name: string, maxChars: number, description: Words): CommandOption => {
  return { name, kind: 'text', maxChars, description };
};
const word = (name: string, suggests: Suggested, description: Words): CommandOption => {
  return { name, kind: 'word', suggests, description };
};
const choice = (name: string, choices: readonly string[], description: Words): CommandOption => {
  return { name, kind: 'choice', choices, description };
};
const scope = choice('scope', SCOPES, {
  en: 'For whom it holds; for this conversation if left out',
  pl: 'Dla kogo obowiązuje; domyślnie w tej rozmowie',
});

/** Every command, once, for all platforms: adapters register and draw from this list, and only translate. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'ask',
    description: { en: 'Ask a question', pl: 'Zadaj pytanie' },
    options: [
      {
        ...text('question', MAX_QUESTION_CHARS, { en: 'What you would like to know', pl: 'Co chcesz wiedzieć' }),
        isRequired: true,
      },
      choice('search', SEARCH_MODES, { en: 'Whether to use Google Search', pl: 'Czy użyć wyszukiwarki Google' }),
      word('think', 'thinking', { en: 'How deeply the model thinks', pl: 'Jak głęboko model ma myśleć' }),
      word('model', 'model', { en: 'Which model answers', pl: 'Który model odpowiada' }),
      { name: 'file', kind: 'file', description: { en: 'A file that goes with the question', pl: 'Plik do pytania' } },
      {
        name: 'private',
        kind: 'switch',
        description: { en: 'Whether only you see the answer', pl: 'Czy odpowiedź widzisz tylko ty' },
      },
    ],
  },
  {
    name: 'think',
    description: { en: 'How deeply the model thinks', pl: 'Jak głęboko model ma myśleć' },
    options: [
      word('depth', 'thinking', {
        en: 'A depth, a budget of tokens, or default',
        pl: 'Głębokość, liczba tokenów albo default',
      }),
      scope,
    ],
  },
  {
    name: 'search',
    description: { en: 'Search the web once, or set when answers do', pl: 'Wyszukaj raz albo ustaw, kiedy szukać' },
    options: [
      word('text', 'search', {
        en: 'A question; or on, off, auto, default',
        pl: 'Pytanie; albo on, off, auto, default',
      }),
      scope,
    ],
  },
  {
    name: 'model',
    description: { en: 'Which model answers', pl: 'Który model odpowiada' },
    options: [
      word('model', 'model', { en: 'A model by its name, or default', pl: 'Nazwa modelu albo default' }),
      scope,
    ],
  },
  {
    name: 'persona',
    description: { en: 'Who the model is', pl: 'Kim jest model' },
    options: [
      word('persona', 'persona', { en: 'A persona by its name, or default', pl: 'Nazwa persony albo default' }),
      text('text', MAX_PERSONA_CHARS, { en: 'One of your own, in your own words', pl: 'Własna, własnymi słowami' }),
      scope,
    ],
  },
  {
    name: 'settings',
    description: { en: 'See what holds here, and change it', pl: 'Zobacz, co tu obowiązuje, i zmień to' },
    options: [
      choice('setting', SETTING_NAMES, { en: 'The setting to change', pl: 'Ustawienie do zmiany' }),
      text('value', MAX_PERSONA_CHARS, { en: 'Its new value, or default', pl: 'Nowa wartość albo default' }),
      scope,
    ],
  },
  {
    name: 'stop',
    description: { en: 'Stop the answer that is being written', pl: 'Zatrzymaj odpowiedź, która powstaje' },
    options: [],
  },
  {
    name: 'retry',
    description: { en: 'Another answer to the last question', pl: 'Inna odpowiedź na ostatnie pytanie' },
    options: [],
  },
  {
    name: 'forget',
    description: { en: 'Forget this conversation, or all of you', pl: 'Zapomnij tę rozmowę albo wszystko o tobie' },
    options: [
      choice('what', ['conversation', 'me'], {
        en: 'me: everything that is kept of you in this workspace',
        pl: 'me: wszystko, co o tobie wiem w tym miejscu',
      }),
    ],
  },
  {
    name: 'export',
    description: { en: 'This conversation as files, for you alone', pl: 'Ta rozmowa jako pliki, tylko dla ciebie' },
    options: [],
  },
  {
    name: 'usage',
    description: { en: 'What was used today and this month', pl: 'Zużycie dziś i w tym miesiącu' },
    options: [
      choice('of', ['person', 'channel', 'workspace'], {
        en: 'You if left out; the others are for those who manage them',
        pl: 'Domyślnie ty; pozostałe dla zarządzających nimi',
      }),
    ],
  },
  { name: 'help', description: { en: 'What works here', pl: 'Co tu działa' }, options: [] },
  {
    name: 'about',
    description: { en: 'Who answers, and what is kept of what you say', pl: 'Kto odpowiada i co jest przechowywane' },
    options: [],
  },
];

/** A question that a command asks, with what its options say beside it. */
export interface Question {
  readonly text: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly isPrivate: boolean;
}

/** What the command asks the model, which makes a Mention of it; undefined for one that asks nothing. */
export function questionOf(name: CommandName, values: CommandValues): Question | undefined {
  const { question, text: searched, search, think, model } = values;
  if (name === 'ask' && question !== undefined) {
    const given = Object.entries({ search, think, model }).filter((flag): flag is [string, string] => !!flag[1]);
    return { text: question, flags: Object.fromEntries(given), isPrivate: values['private'] === 'true' };
  }
  const isSetting = [...SEARCH_MODES, 'default'].some((mode) => mode === searched?.trim().toLowerCase());
  if (name !== 'search' || searched === undefined || isSetting) return undefined;
  return { text: searched, flags: { search: 'on' }, isPrivate: false };
}

/** What a button under an answer does. */
export interface ActionSpec {
  readonly name: ActionName;
  readonly description: Words;
  /** Whether it is answered in words, before one pair of eyes; otherwise it shows in the conversation. */
  readonly isTold: boolean;
}

const action = (name: ActionName, isTold: boolean, description: Words): ActionSpec => ({ name, isTold, description });

/** Every button that may stand under an answer, once, for all platforms. */
export const ACTIONS: readonly ActionSpec[] = [
  action('stop', false, {
    en: 'While it is written: ends it. For who asked, and for those who may delete messages there',
    pl: 'Gdy powstaje: kończy ją. Dla pytającego i tych, którzy mogą tam usuwać wiadomości',
  }),
  action('retry', false, { en: 'Another answer, in the place of this one', pl: 'Inna odpowiedź, w miejsce tej' }),
  action('continue', false, {
    en: 'The rest of an answer that reached its length limit',
    pl: 'Reszta odpowiedzi, która osiągnęła limit długości',
  }),
  action('sources', true, {
    en: 'All sources, with the passages that they support; for you alone',
    pl: 'Wszystkie źródła z fragmentami, które popierają; tylko dla ciebie',
  }),
  action('thoughts', true, {
    en: 'What the model thought, where it is kept; for you alone',
    pl: 'Co model myślał, jeśli to zachowano; tylko dla ciebie',
  }),
  action('good', true, { en: 'Says that the answer is good', pl: 'Mówi, że odpowiedź jest dobra' }),
  action('bad', true, { en: 'Says that the answer is bad', pl: 'Mówi, że odpowiedź jest zła' }),
];

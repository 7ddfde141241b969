/** Polish sentences about settings, flags and commands. */
import type { Spend } from '../core/model.ts';
import { restsOf } from '../models/spend.ts';
import type { SteeringSentences } from './sentences.ts';

const count = new Intl.NumberFormat('pl');
const dollars = new Intl.NumberFormat('pl', { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 });
const plural = new Intl.PluralRules('pl');

/** One, two to four, five and more. */
function countOf(number: number, [one, few, many]: readonly [string, string, string]): string {
  const rule = plural.select(number);
  if (rule === 'one') return `${count.format(number)} ${one}`;
  return `${count.format(number)} ${rule === 'few' ? few : many}`;
}

function turnsOf(turns: number): string {
  return countOf(turns, ['pytanie z odpowiedzią', 'pytania z odpowiedziami', 'pytań z odpowiedziami']);
}

function costOf({ usd, turns, unpricedTurns }: Spend): string {
  if (unpricedTurns === turns) return 'koszt nieznany';
  return `${unpricedTurns > 0 ? 'około ' : ''}${dollars.format(usd)}`;
}

export const POLISH: SteeringSentences = {
  settings: {
    model: 'Model',
    thinking: 'Myślenie',
    search: 'Wyszukiwarka Google',
    maps: 'Mapy Google',
    code: 'Uruchamianie kodu',
    persona: 'Persona',
    language: 'Mój język',
    thoughts: 'Pokazywanie myśli',
    replyStyle: 'Miejsce odpowiedzi',
    messageStyle: 'Rodzaj wiadomości',
    freeTalk: 'Swobodna rozmowa w wątkach',
    footer: 'Wiersz pod odpowiedzią',
  },
  origins: {
    message: 'dla tej wiadomości',
    person: 'dla ciebie',
    conversation: 'w tej rozmowie',
    channel: 'na tym kanale',
    workspace: 'wszędzie tutaj',
    default: 'jak zwykle',
  },
  holds: ({ name, value, from }) => `${name}: ${value} (${POLISH.origins[from]}).`,
  set: ({ name, value, from }) => `${name}: od teraz ${value} ${POLISH.origins[from]}.`,
  decidedBy: ({ value, from }) => `U ciebie nadal obowiązuje ${value}, ustawione ${POLISH.origins[from]}.`,
  heading: 'Co obowiązuje tu dla ciebie:',
  change: 'Zmień ustawienie',
  newValue: (setting) => `${setting}: wybierz`,
  forWhom: 'Dla kogo',
  usual: 'domyślnie',
  ownWords: 'Własnymi słowami…',
  takes: (name, value, choices) => `${name} przyjmuje ${choices}${value === '' ? '' : `, a nie „${value}”`}.`,
  orTokens: 'liczbę tokenów',
  noSuchFlag: (flag, choices) => `Nie ma flagi ${flag}. Może ${choices}?`,
  takesNoBudget: (model) => `${model} nie przyjmuje liczby tokenów na myślenie, tylko głębokość.`,
  noPersonaText: 'Persona ma od 1 do 4000 znaków.',
  mayNot: (scope) => `Nie możesz zmienić tego, co obowiązuje ${POLISH.origins[scope]}. Mogą to zrobić zarządzający.`,
  mayNotSee: 'To widzą tylko zarządzający.',
  noConversation:
    'Tutaj każde pytanie otwiera własną rozmowę. Użyj tego w jednej z nich albo podaj, dla kogo: person, channel lub workspace.',
  whatToAsk: 'Co chcesz wiedzieć? Napisz pytanie po poleceniu.',
  forgotten: (turns) =>
    `Zapomniane: ${turnsOf(turns)} i ustawienia tej rozmowy. Moje wiadomości zostają, dopóki ich nie usuniesz.`,
  forgottenMe: (turns) =>
    `Zapomniane: ${turnsOf(turns)}, twoje ustawienia i twoje zużycie tutaj. Moje wiadomości zostają, dopóki ich nie usuniesz.`,
  countsStay: 'To, co liczy się do twoich limitów, zostaje do końca ich godziny, dnia lub miesiąca.',
  exported: (turns) => `Ta rozmowa, tak jak ją pamiętam: ${turnsOf(turns)}.`,
  nothingToExport: 'Niczego z tej rozmowy nie pamiętam.',
  used: (whose) => `Zużycie ${whose}:`,
  periods: { hour: 'w tej godzinie', day: 'dziś', month: 'w tym miesiącu' },
  limited: (limit, spend) => {
    const kinds = { turns: 'pytań', tokens: 'tokenów', usd: '' };
    const each = restsOf(limit, spend).map(({ kind, most, left }) => {
      const [all, rest] =
        kind === 'usd' ? [dollars.format(most), dollars.format(left)] : [count.format(most), count.format(left)];
      return `${rest} z ${all} ${kinds[kind]}`.trim();
    });
    return `Zostało: ${each.join(', ')}`;
  },
  spend: (spend) =>
    `${turnsOf(spend.turns)}, tokeny: ${count.format(spend.inTokens)} wejścia (${count.format(spend.cachedTokens)} z pamięci podręcznej${spend.toolTokens === 0 ? '' : `, ${count.format(spend.toolTokens)} przez narzędzia`}), ${count.format(spend.outTokens)} wyjścia, ${count.format(spend.thoughtTokens)} myślenia, ${costOf(spend)}`,
  nothingUsed: 'nic',
  help: [
    'Napisz do mnie albo użyj `/ask`. W rozmowie pamiętam, co w niej padło.',
    '`/search` z pytaniem szuka w sieci; z on, off lub auto ustawia, kiedy to robię.',
    '`/think` ustawia, jak głęboko myślę, `/model` kto odpowiada, `/persona` kim jestem.',
    '`/settings` pokazuje wszystko, co tu obowiązuje i dla kogo, i pozwala to zmienić.',
    '`/stop` kończy odpowiedź, która powstaje; `/retry` pisze ostatnią od nowa.',
    '`/forget` usuwa tę rozmowę z pamięci; `/forget me` wszystko, co tu o tobie przechowuję.',
    '`/export` daje ci tę rozmowę jako pliki.',
    '`/usage` mówi, ile zużyto; `/about` mówi, kim jestem i co przechowuję.',
    'Dla jednej wiadomości wpisz flagi na jej początku lub końcu:',
    '`--think high` lub `--think 8000`, `--search`, `--no-search`, `--maps`, `--code`, `--json`,',
    '`--model flash-lite`, `--persona brief`, `--language pl`, `--thoughts headline`, `--footer`.',
  ],
  about: ({ model, version, maxTurns, hearsOnlyMentions }) => [
    `Jestem Halley ${version}. Odpowiada ${model}; odpowiedzi mogą być błędne.`,
    'Twoje pytanie, jego pliki i wcześniejsze wypowiedzi trafiają do usługi modelu i nigdzie indziej.',
    `Przechowuję ostatnie pytania i odpowiedzi rozmowy (do ${maxTurns}), ustawienia i liczniki zużycia. Dzienniki nie zawierają treści.`,
    '`/forget` usuwa z pamięci rozmowę; `/forget me` wszystko, co tu o tobie przechowuję.',
    '`/export` daje ci to, co przechowuję z rozmowy.',
    ...(hearsOnlyMentions
      ? [
          'Czytam tu tylko to, co mnie oznacza lub mi odpowiada. Z uprawnieniem Message Content Intent odpowiadam w swoich wątkach też bez oznaczenia i wiem, co padło wcześniej. Może je włączyć osoba, która mnie prowadzi.',
        ]
      : []),
  ],
  footer: ({ model, spend, seconds }) =>
    `${model} · ${count.format(spend.inTokens)} wejścia, ${count.format(spend.outTokens)} wyjścia, ${count.format(spend.thoughtTokens)} myślenia · ${seconds.toFixed(1).replace('.', ',')} s · ${costOf(spend)}`,
};

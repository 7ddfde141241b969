/** Every sentence the bot says about itself, in Polish. Neither the bot nor the reader is given a gender. */
import type { Sentences } from './english.ts';

const ASK_AGAIN = 'Zapytaj ponownie.';
const OTHER_WORDS = 'Spróbuj zapytać innymi słowami.';
const TELL = 'Powiadom osobę, która mną zarządza.';
const FILTERED = `Filtr bezpieczeństwa modelu zatrzymał tę odpowiedź. ${OTHER_WORDS}`;
const NO_PICTURE = 'Model nie utworzył tego obrazu. Spróbuj opisać go innymi słowami.';
const NOT_THIS_PICTURE = 'Filtr bezpieczeństwa modelu zatrzymał ten obraz. Spróbuj opisać go innymi słowami.';
const MODEL_SLIP = `Model popełnił błąd i nie mógł pisać dalej. ${ASK_AGAIN}`;

const PLURAL = new Intl.PluralRules('pl');

export const POLISH: Sentences = {
  plain: {
    stopped: 'Zatrzymano.',
    nothingAsked: 'Co chcesz wiedzieć? Napisz pytanie w tej samej wiadomości, w której mnie wołasz.',
    elsewhere: 'To tutaj nie działa.',
    stopping: 'Kończę pracę i nie przyjmuję już wiadomości.',
    invalidJson: 'Odpowiedź modelu nie jest poprawnym JSON-em.',
    noDepth: 'Ten model sam decyduje, jak głęboko myśli.',
    adjustedDepth: (wanted, used) => `Ten model nie ma głębokości myślenia „${wanted}”; używam „${used}”.`,
    headings: { sources: 'Źródła', searches: 'Wyszukiwarka Google', quotes: 'Cytowane teksty' },
    more: (count) => `i jeszcze ${count}`,
    wholeInFile: (file) => `Ta odpowiedź jest za długa na wiadomości. Całość jest w pliku ${file}.`,
    alsoAsFiles: (files) => `Do zachowania lub użycia gdzie indziej: ${files}.`,
    isDoing: { thinking: 'myśli…', searching: 'szuka w sieci…', running: 'uruchamia kod…', writing: 'pisze…' },
    isReading: (files) => `czyta ${countOf(files, ['plik', 'pliki', 'plików'])}…`,
    examples: [
      { title: 'Wyjaśnij coś', message: 'Wyjaśnij w pięciu zdaniach, jak powstaje tęcza.' },
      { title: 'Poszukaj w sieci', message: 'Co wydarzyło się w tym tygodniu w nauce? --search' },
      { title: 'Napisz coś', message: 'Napisz krótką, miłą notatkę z podziękowaniem za pomoc.' },
    ],
    questionFrom: (name) => `Pytanie od: ${name}`,
    actions: {
      stop: 'Zatrzymaj',
      retry: 'Jeszcze raz',
      continue: 'Dokończ',
      sources: 'Źródła',
      thoughts: 'Myśli',
      good: '👍',
      bad: '👎',
    },
    doing: {
      thinking: 'Zastanawiam się',
      searching: 'Szukam w sieci',
      running: 'Uruchamiam kod',
      writing: 'Piszę',
    },
    reading: (files) => `Czytam ${countOf(files, ['plik', 'pliki', 'plików'])}`,
    untold: {
      forbidden: 'Nie wolno mi czytać tego, co padło tu wcześniej, więc odpowiadam tylko na Twoją wiadomość.',
      unavailable:
        'Nie udało się teraz przeczytać tego, co padło tu wcześniej, więc odpowiadam tylko na Twoją wiadomość.',
    },
    onlyLast: (count) =>
      `Ta rozmowa jest dłuższa, niż mogę naraz przeczytać: ${formOf(count, ['mieści się tylko ostatnia', 'mieszczą się tylko ostatnie', 'mieści się tylko ostatnich'])} ${countOf(count, ['wiadomość', 'wiadomości', 'wiadomości'])}.`,
  },
  notAllowed: 'Nie mogę Ci tutaj odpowiadać.',
  busy: (waiting) =>
    waiting === 0
      ? 'Wciąż tu odpowiadam. Zapytaj ponownie, gdy skończę.'
      : `Wciąż tu odpowiadam, a w kolejce ${formOf(waiting, ['czeka', 'czekają', 'czeka'])} jeszcze ${countOf(waiting, ['pytanie', 'pytania', 'pytań'])}. Zapytaj ponownie, gdy skończę.`,
  overBudget: (wait) => `Limit pytań został wyczerpany. Możesz zapytać ponownie ${wait}.`,
  cut: {
    MAX_TOKENS: 'Ta odpowiedź osiągnęła limit długości i nie jest pełna. Poproś o ciąg dalszy, aby poznać resztę.',
    CONTINUATION: 'Ta odpowiedź nie jest pełna. Poproś o ciąg dalszy, aby poznać resztę.',
    SAFETY: FILTERED,
    JAILBREAK: FILTERED,
    MODEL_ARMOR: FILTERED,
    PROHIBITED_CONTENT: 'Modelowi nie wolno o tym pisać, więc odpowiedź kończy się tutaj.',
    BLOCKLIST: `Model przerwał odpowiedź z powodu słowa, którego nie wolno mu użyć. ${OTHER_WORDS}`,
    SPII: 'Model przerwał odpowiedź, aby chronić czyjeś dane osobowe.',
    RECITATION: 'Model przerwał odpowiedź, bo powtarzał opublikowany tekst. Poproś zamiast tego o streszczenie.',
    LANGUAGE: 'Model nie zna tego języka na tyle dobrze, by pisać dalej. Spróbuj w innym języku.',
    OTHER: 'Model przerwał odpowiedź i nie podał powodu. Zapytaj ponownie albo innymi słowami.',
    MALFORMED_FUNCTION_CALL: MODEL_SLIP,
    UNEXPECTED_TOOL_CALL: MODEL_SLIP,
    TOO_MANY_TOOL_CALLS: 'Model zbyt wiele razy szukał informacji i nie doszedł do odpowiedzi. Zadaj węższe pytanie.',
    MISSING_THOUGHT_SIGNATURE: MODEL_SLIP,
    MALFORMED_RESPONSE: MODEL_SLIP,
    IMAGE_SAFETY: NOT_THIS_PICTURE,
    IMAGE_PROHIBITED_CONTENT: NOT_THIS_PICTURE,
    IMAGE_RECITATION: 'Model przerwał pracę, bo obraz za bardzo przypominał już opublikowany.',
    IMAGE_OTHER: NO_PICTURE,
    NO_IMAGE: NO_PICTURE,
  },
  cutOtherwise: 'Model przerwał odpowiedź z powodu, którego nie znam. Zapytaj ponownie albo innymi słowami.',
  thoughtTooLong:
    'Samo myślenie wyczerpało limit długości, więc odpowiedzi nie ma. Wybierz mniejszą głębokość myślenia albo zadaj węższe pytanie.',
  stoppedBy: (name) => `Zatrzymane przez: ${name}.`,
  brokenOff: 'Ta odpowiedź nie jest pełna.',
  interrupted: 'Ponowne uruchomienie przerwało mi, zanim padła odpowiedź. Zapytaj jeszcze raz.',
  interruptedWithin: 'Ponowne uruchomienie przerwało tę odpowiedź. Poproś o nią jeszcze raz przez /retry.',
  error: {
    'config.invalid': { why: 'Moje ustawienia są błędne.', remedy: TELL },
    'model.unavailable': { why: 'Model jest teraz nieosiągalny.', remedy: 'Zapytaj ponownie za minutę.' },
    'model.quota': {
      why: 'Mój limit pytań do modelu został wyczerpany.',
      remedy: 'Spróbuj ponownie później albo powiadom osobę, która mną zarządza.',
    },
    'model.rejected': { why: 'Model nie przyjmuje tego pytania.', remedy: 'Zadaj je inaczej.' },
    'model.key': { why: 'Model nie przyjmuje mojego klucza.', remedy: TELL },
    'model.empty': { why: 'Model dwa razy odpowiedział pustym tekstem.', remedy: OTHER_WORDS },
    'stream.broken': { why: 'Połączenie z modelem zostało przerwane.', remedy: ASK_AGAIN },
    'platform.unavailable': { why: 'Nie mogę teraz nic tu napisać.', remedy: 'Spróbuj ponownie za minutę.' },
    'platform.rejected': { why: 'Nie wolno mi tego tu napisać.', remedy: TELL },
    'storage.unavailable': {
      why: 'Moja pamięć jest teraz nieosiągalna, więc mogę zapomnieć to, co teraz mówimy.',
      remedy: 'Spróbuj ponownie za minutę.',
    },
    'storage.corrupt': {
      why: 'Nie mogę odczytać części tego, co tu pamiętam.',
      remedy: 'Zapytaj jeszcze raz. Jeśli to się powtórzy, powiedz o tym osobie, która mnie prowadzi.',
    },
    'budget.spent': { why: 'Limit pytań został wyczerpany.', remedy: 'Zapytaj ponownie później.' },
    'tool.failed': { why: 'Nie udało mi się czegoś sprawdzić.', remedy: ASK_AGAIN },
    defect: { why: 'Coś się we mnie zepsuło.', remedy: 'Spróbuj ponownie.' },
  },
  rejection: {
    request: 'Model nie przyjmuje tego pytania. Zadaj je inaczej.',
    'too-long': 'Ta rozmowa jest dla modelu za długa. Zacznij nową.',
    'question-too-long': 'To pytanie jest dla modelu za długie. Skróć je albo to, co do niego dołączono.',
    'too-large': 'To jest dla modelu za duże. Wyślij mniej naraz.',
    media: 'Model nie potrafi odczytać pliku albo adresu z tego pytania. Zapytaj bez niego.',
    'model-gone': `Model, którego używam, nie jest już oferowany. ${TELL}`,
    region: `Model nie jest oferowany tam, gdzie działam. ${TELL}`,
    'wrong-address': `Pod adresem, który mi podano, nie ma modelu. ${TELL}`,
    'blocked-network': `Sieć, w której działam, nie dopuszcza mnie do modelu. ${TELL}`,
  },
  successor: (model) => `Jego następcą jest ${model}.`,
  reference: (reference) => `Jeśli to się powtórzy, podaj osobie, która mną zarządza, ten kod: ${reference}.`,
  tryAgain: (wait) => `Spróbuj ponownie ${wait}.`,
  inTime: {
    second: (count) => `za ${countOf(count, ['sekundę', 'sekundy', 'sekund'])}`,
    minute: (count) => `za ${countOf(count, ['minutę', 'minuty', 'minut'])}`,
    hour: (count) => `za ${countOf(count, ['godzinę', 'godziny', 'godzin'])}`,
    day: (count) => `za ${countOf(count, ['dzień', 'dni', 'dni'])}`,
  },
  files: {
    kind: (names) =>
      `Nie umiem odczytać: ${names}. Wyślij obrazy jako PNG, JPEG albo WebP, inne pliki jako PDF, dźwięk, wideo albo tekst.`,
    size: (names, count) => `Za duże dla mnie: ${names}. Wyślij ${count === 1 ? 'mniejszy plik' : 'mniejsze pliki'}.`,
    count: (names) => `Za dużo plików naraz; pomijam: ${names}. Wyślij resztę w następnej wiadomości.`,
    download: (names, count) => `Nie udało mi się pobrać: ${names}. Wyślij ${count === 1 ? 'go' : 'je'} ponownie.`,
    page: (names, count) =>
      `Przychodzi strona internetowa, może logowania, zamiast: ${names}. Wyślij ${count === 1 ? 'sam plik' : 'same pliki'}.`,
  },
  unshownPictures: (count) =>
    `Nie mogę tu pokazać ${countOf(count, ['obrazu', 'obrazów', 'obrazów'])}: za duże, inne niż PNG, JPEG i WebP, albo nie wolno tu wysyłać plików.`,
};

/** The words for 1, for 2 to 4 and the like (but not 12 to 14), and for every other number. */
type Forms = readonly [one: string, few: string, many: string];

function formOf(count: number, [one, few, many]: Forms): string {
  const rule = PLURAL.select(count);
  if (rule === 'one') return one;
  return rule === 'few' ? few : many;
}

function countOf(count: number, forms: Forms): string {
  return `${count} ${formOf(count, forms)}`;
}

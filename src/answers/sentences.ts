/** What is said of one answer when something is to be done with it, in each language; and the heading of its sources. */
import type { Language } from '../core/conversation.ts';

export interface AnswerSentences {
  readonly stopped: string;
  readonly nothingToStop: string;
  /** To whoever neither asked nor may take away what others write. */
  readonly notYours: string;
  readonly again: string;
  readonly notAgain: string;
  readonly alreadyAgain: string;
  readonly noConversation: string;
  /** The turn is not remembered, or not any more. */
  readonly gone: string;
  readonly goesOn: string;
  readonly goesOnAlready: string;
  readonly isWhole: string;
  /** What the model is asked to go on with. */
  readonly goOn: string;
  readonly noSources: string;
  readonly noThoughts: string;
  readonly sources: string;
  readonly quotes: string;
  /** How surely a source supports a passage; `percent` from 0 to 100. */
  readonly sure: (percent: number) => string;
  readonly thanks: string;
  readonly changed: string;
  readonly known: string;
}

const ENGLISH: AnswerSentences = {
  stopped: 'Stopped.',
  nothingToStop: 'I am not writing anything in this conversation.',
  notYours: 'Only who asked may stop this answer, and those who moderate here.',
  again: 'I am answering again.',
  notAgain: 'There is no answer here that I could write again.',
  alreadyAgain: 'I am answering that again already.',
  noConversation: 'Here each question opens a conversation of its own. Use this in one of them.',
  gone: 'I do not remember this answer any more, so I can do nothing with it.',
  goesOn: 'I am going on.',
  goesOnAlready: 'I went on with this answer already.',
  isWhole: 'This answer is complete.',
  goOn: 'Go on exactly where your last answer broke off. Do not repeat any of it.',
  noSources: 'This answer names no sources.',
  noThoughts: 'The thoughts behind this answer were not kept.',
  sources: 'Sources',
  quotes: 'Quotes',
  sure: (percent) => `${percent}% sure`,
  thanks: 'Thank you. I have noted what you think of this answer.',
  changed: 'I have noted that you changed your mind.',
  known: 'I have noted that already.',
};

const POLISH: AnswerSentences = {
  stopped: 'Zatrzymano.',
  nothingToStop: 'Niczego w tej rozmowie nie piszę.',
  notYours: 'Tę odpowiedź może zatrzymać tylko osoba, która zapytała, albo moderator.',
  again: 'Odpowiadam jeszcze raz.',
  notAgain: 'Nie ma tu odpowiedzi do napisania od nowa.',
  alreadyAgain: 'Już odpowiadam na to jeszcze raz.',
  noConversation: 'Tutaj każde pytanie otwiera własną rozmowę. Użyj tego w jednej z nich.',
  gone: 'Nie pamiętam już tej odpowiedzi, więc nic nie mogę z nią zrobić.',
  goesOn: 'Piszę dalej.',
  goesOnAlready: 'Ta odpowiedź ma już dalszy ciąg.',
  isWhole: 'Ta odpowiedź jest pełna.',
  goOn: 'Pisz dalej dokładnie od miejsca, w którym urwała się twoja ostatnia odpowiedź. Niczego nie powtarzaj.',
  noSources: 'Ta odpowiedź nie podaje źródeł.',
  noThoughts: 'Myśli stojące za tą odpowiedzią nie zostały zachowane.',
  sources: 'Źródła',
  quotes: 'Cytowane teksty',
  sure: (percent) => `pewność ${percent}%`,
  thanks: 'Dziękuję. Twoja opinia o tej odpowiedzi jest zapisana.',
  changed: 'Zmiana opinii jest zapisana.',
  known: 'Ta opinia jest już zapisana.',
};

export function answerSentencesIn(language: Language): AnswerSentences {
  return { en: ENGLISH, pl: POLISH }[language];
}

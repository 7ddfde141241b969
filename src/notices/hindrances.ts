/** What is said where a server does not let the bot say something, in each language. */
import type { Language } from '../core/conversation.ts';

/** Each is plain text of 200 characters at most, but for the names it is given. */
export interface Hindrances {
  /** Under an answer whose sources are left out, because a link among them was refused. */
  readonly withoutLinks: string;
  /** Under the part of an answer that was let through; and where nothing was. */
  readonly withoutRest: string;
  readonly withheld: string;
  /** Said elsewhere, of an answer whose thread was locked while it was written; and of one that may not be written at all. */
  readonly locked: string;
  readonly mayNotWrite: string;
  /** Above a private answer that took too long to be shown where it was asked for. */
  readonly goesOnHere: string;
  /** In a conversation in which it may not read what does not name it. */
  readonly hearsOnlyMentions: string;
  /** Said where others read it, of a private answer that can be shown to its asker neither there nor in a direct message. */
  readonly lostInPrivate: string;
  /** `names` is a list of permissions, 1 or more. */
  readonly lacks: (names: readonly string[]) => string;
}

const HINDRANCES: Readonly<Record<Language, Hindrances>> = {
  en: {
    withoutLinks: 'The rules of this server refuse a link of this answer, so its sources are left out.',
    withoutRest: 'The rules of this server did not let me show the rest of this answer.',
    withheld: 'The rules of this server do not let me show this answer. Asking in other words may help.',
    locked: 'The thread was locked while I was writing, so my answer there is not complete.',
    mayNotWrite: 'I may not write where you asked me, so there is no complete answer there.',
    goesOnHere: 'Your private answer took longer than it can be shown where you asked, so here it is.',
    lostInPrivate:
      'A private answer took too long to be shown here, and I may not write to who asked for it, so it is lost. Please ask again.',
    hearsOnlyMentions:
      'I can only read messages here that mention me, or reply to me with a ping. Please write that one again so.',
    lacks: (names) => `I lack a permission here: ${names.join(', ')}. Whoever runs this server can grant it.`,
  },
  pl: {
    withoutLinks: 'Zasady tego serwera nie dopuszczają pewnego linku tej odpowiedzi, więc pomijam jej źródła.',
    withoutRest: 'Zasady tego serwera nie pozwoliły mi pokazać reszty tej odpowiedzi.',
    withheld: 'Zasady tego serwera nie pozwalają mi pokazać tej odpowiedzi. Może pomóc pytanie innymi słowami.',
    locked: 'Wątek zamknięto, w trakcie pisania, więc moja odpowiedź w nim nie jest pełna.',
    mayNotWrite: 'Nie wolno mi pisać tam, gdzie pada pytanie, więc nie ma tam pełnej odpowiedzi.',
    goesOnHere: 'Twoja prywatna odpowiedź trwała dłużej, niż można ją pokazać w tamtym miejscu, więc jest tutaj.',
    lostInPrivate:
      'Prywatna odpowiedź trwała za długo, by ją tu pokazać, a pytającej osobie nie mogę napisać, więc przepadła. Zapytaj jeszcze raz.',
    hearsOnlyMentions:
      'Czytam tu tylko wiadomości, które mnie oznaczają lub odpowiadają mi z powiadomieniem. Napisz tę jeszcze raz w ten sposób.',
    lacks: (names) => `Brakuje mi tu uprawnienia: ${names.join(', ')}. Może je dać osoba prowadząca serwer.`,
  },
};

/** @param language Default: English. */
export function hindrancesIn(language: Language = 'en'): Hindrances {
  return HINDRANCES[language];
}

/** The commands in the menu of a message: what they are called, and what is asked about it. */
import type { Words } from '../core/inbound.ts';

interface MessageCommand {
  readonly name: Words;
}

/** Asks about the message. */
export const ABOUT = {
  name: { en: 'Ask Halley about this', pl: 'Zapytaj Halley o to' },
  question: {
    en: 'Explain this message, and say what else is worth knowing about it.',
    pl: 'Wyjaśnij tę wiadomość i powiedz, co jeszcze warto o tym wiedzieć.',
  },
} as const satisfies MessageCommand & { readonly question: Words };

/** Answers once more, where the message is an answer of the bot. */
export const AGAIN = { name: { en: 'Retry', pl: 'Ponów' } } as const satisfies MessageCommand;

export const MESSAGE_COMMANDS: readonly MessageCommand[] = [ABOUT, AGAIN];

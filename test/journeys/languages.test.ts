/** The bot speaks each reader's language: after what was seen, never instead of it. */
import { expect } from 'vitest';
import type { LanguageChoice } from '../../src/core/conversation.ts';
import { cutAfter, failure, heldAfter, text } from '../simulators/gemini/answers.ts';
import { gate } from '../simulators/gemini/script.ts';
import { seen, seenText, type Stage, type StageOptions } from '../support/stage.ts';
import { journey } from './journey.ts';

const SAID = {
  'en-US': {
    cut: 'This answer reached its length limit and is not complete. Ask me to continue for the rest.',
    blocked: 'The model’s safety filter stopped this answer. Asking in other words may help.',
    stopped: 'Stopped.',
    stoppedBy: 'Stopped by Ada.',
    broken: 'This answer is not complete. The connection to the model broke off. Please ask again.',
    empty: 'The model gave an empty answer, twice. Please ask in other words.',
    quota: 'I have used up what I may ask the model for. Please try again in 48 seconds.',
    key: 'The model does not accept my key. Please tell the person who runs me.',
    busy: 'I am still answering here. Please ask again when I am done.',
    nothingAsked: 'What would you like to know? Write your question in the same message as my name.',
    flag: '--think takes auto, off, minimal, low, medium, high, a number of tokens, not “deep”.',
    set: 'Google Search is now set to on in this conversation.',
    interrupted: 'A restart interrupted this answer. Ask for it again with /retry.',
  },
  pl: {
    cut: 'Ta odpowiedź osiągnęła limit długości i nie jest pełna. Poproś o ciąg dalszy, aby poznać resztę.',
    blocked: 'Filtr bezpieczeństwa modelu zatrzymał tę odpowiedź. Spróbuj zapytać innymi słowami.',
    stopped: 'Zatrzymano.',
    stoppedBy: 'Zatrzymane przez: Ada.',
    broken: 'Ta odpowiedź nie jest pełna. Połączenie z modelem zostało przerwane. Zapytaj ponownie.',
    empty: 'Model dwa razy odpowiedział pustym tekstem. Spróbuj zapytać innymi słowami.',
    quota: 'Mój limit pytań do modelu został wyczerpany. Spróbuj ponownie za 48 sekund.',
    key: 'Model nie przyjmuje mojego klucza. Powiadom osobę, która mną zarządza.',
    busy: 'Wciąż tu odpowiadam. Zapytaj ponownie, gdy skończę.',
    nothingAsked: 'Co chcesz wiedzieć? Napisz pytanie w tej samej wiadomości, w której mnie wołasz.',
    flag: '--think przyjmuje auto, off, minimal, low, medium, high, liczbę tokenów, a nie „deep”.',
    set: 'Wyszukiwarka Google: od teraz on w tej rozmowie.',
    interrupted: 'Ponowne uruchomienie przerwało tę odpowiedź. Poproś o nią jeszcze raz przez /retry.',
  },
};

const TYPE = 'type.googleapis.com/google.rpc';
const QUOTA = {
  error: {
    code: 429,
    message: 'You exceeded your current quota.',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': `${TYPE}.RetryInfo`, retryDelay: '48s' }],
  },
};
const KEY = {
  error: {
    code: 400,
    message: 'API key not valid.',
    status: 'INVALID_ARGUMENT',
    details: [{ '@type': `${TYPE}.ErrorInfo`, reason: 'API_KEY_INVALID' }],
  },
};

/** The answer as it is seen once the sentence stands under it, or alone where there is no answer. */
async function under(stage: Stage, sentence: string, answer = ''): Promise<void> {
  const talk = await stage.open('go on');
  const seen = await seenText(talk, sentence);
  expect(seen.text.startsWith(answer)).toBe(true);
  expect(seen.text.endsWith(sentence)).toBe(true);
  if (answer === '') expect(seen.text.replace('-# ', '')).toBe(sentence);
}

/** An app that answers one question at a time, takes nothing up again, and speaks as said. */
function speaking(language: LanguageChoice, locale: string): StageOptions {
  const configure: StageOptions['configure'] = (settings) => ({
    ...settings,
    conversation: { ...settings.conversation, language, maxWaiting: 0, resumeMs: 0 },
  });
  return { locale, configure };
}

for (const [locale, said] of Object.entries(SAID))
  journey(
    `a reader of ${locale}`,
    {
      'is told under an answer that it was cut': async (stage) => {
        stage.harness.gemini.next(text('As far as', { finishReason: 'MAX_TOKENS' }));
        await under(stage, said.cut, 'As far as');
      },

      'is told under an answer why it was blocked': async (stage) => {
        stage.harness.gemini.next(text('As far as', { finishReason: 'SAFETY' }));
        await under(stage, said.blocked, 'As far as');
      },

      'is told under an answer that it broke off': async (stage) => {
        stage.harness.gemini.next(cutAfter(text('Half. Whole.', { chunks: 2 }), 1, { kind: 'reset' }));
        await under(stage, said.broken, 'Half.');
      },

      'is told in place of an answer that it is empty': async (stage) => {
        stage.harness.gemini.next(text(''), text(''));
        await under(stage, said.empty);
      },

      'is told in place of an answer how long the quota is used up': async (stage) => {
        stage.harness.gemini.next(failure(429, QUOTA));
        await under(stage, said.quota);
      },

      'is told in place of an answer that the key is wrong': async (stage) => {
        stage.harness.gemini.next(failure(400, KEY));
        await under(stage, said.key);
      },

      'is told what is missing from a message of flags alone': async (stage) => {
        const talk = await stage.open('--search');
        await seenText(talk, said.nothingAsked);
      },

      'is told under the answer what a flag takes': async (stage) => {
        stage.harness.gemini.next(text('Answered.'));
        const talk = await stage.open('why? --think deep');
        expect((await seenText(talk, said.flag)).text.startsWith('Answered.')).toBe(true);
      },

      'is answered a command': async (stage) => {
        stage.harness.gemini.next(text('Answered.'));
        const talk = await stage.open('why?');
        await seenText(talk, 'Answered.');
        expect((await talk.command('/search on')).text).toBe(said.set);
      },

      'is told who stopped an answer, and that no more are taken meanwhile': async (stage) => {
        const hold = gate();
        stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
        const talk = await stage.open('go on', 'Ada');
        await seenText(talk, 'Half.');
        await talk.say('and?', 'Ada');
        await seenText(talk, said.busy);
        expect((await talk.command('/stop')).text).toBe(said.stopped);
        const [answer] = await seen(talk, (all) => all[0]?.text.includes(said.stoppedBy) ?? false);
        expect(answer?.text.startsWith('Half.')).toBe(true);
        hold.open();
      },

      'is told after a restart what became of the question': async (stage) => {
        const hold = gate();
        stage.harness.gemini.next(heldAfter(text('Half. Whole.', { chunks: 2 }), 1, hold));
        const talk = await stage.open('go on');
        await seenText(talk, 'Half.');
        await stage.restart(0);
        await seenText(talk, said.interrupted);
        hold.open();
      },
    },
    speaking('auto', locale),
  );

journey(
  'a bot that speaks Polish',
  {
    'does so to everybody, and what it said stands after a restart': async (stage) => {
      stage.harness.gemini.next(text('As far as', { finishReason: 'MAX_TOKENS' }));
      const talk = await stage.open('go on');
      const { text: before } = await seenText(talk, SAID.pl.cut);
      await stage.harness.untilLogged('turn.done');
      await stage.restart();
      expect((await seenText(talk, SAID.pl.cut)).text).toBe(before);
      expect((await talk.command('/search on')).text).toBe(SAID.pl.set);
    },
  },
  speaking('pl', 'en-US'),
);

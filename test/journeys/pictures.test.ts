import { expect } from 'vitest';
import { image, parts, text } from '../simulators/gemini/answers.ts';
import { BLUE, inline, RED, SVG } from '../support/pictures.ts';
import { seen, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

const CAPTION = 'A red dot, as you asked.';

journey(
  'a picture',
  {
    'stands with its text, without the drafts of it, also after a restart': async (stage) => {
      stage.harness.gemini.next(image({ data: RED, drafts: [BLUE, BLUE] }, { caption: CAPTION }));
      const talk = await stage.open('draw a red dot');
      const drawn = { text: CAPTION, links: [], pictures: 1 };
      expect(await seen(talk, ([answer]) => answer?.pictures === 1)).toEqual([drawn]);
      await stage.restart();
      expect(await seen(talk, ([answer]) => answer?.pictures === 1)).toEqual([drawn]);
    },

    'is an answer without a word, and is remembered: the model is sent it with the next question': async (stage) => {
      stage.harness.gemini.next(image({ data: RED }), text('It is red.'));
      const talk = await stage.open('draw a dot');
      expect(await seen(talk, ([answer]) => answer?.pictures === 1)).toEqual([{ text: '', links: [], pictures: 1 }]);
      await talk.say('which colour is it?');
      await seenText(talk, 'It is red.');
      expect((await talk.answers()).map(({ pictures }) => pictures)).toEqual([1, 0]);
      expect(JSON.stringify(stage.harness.gemini.requests[1]?.body?.['contents'])).toContain(RED.toString('base64'));
    },

    'that is none is told of, and the others stand': async (stage) => {
      const drawn = [{ text: CAPTION }, { inlineData: inline(SVG, 'image/png') }, { inlineData: inline(RED) }];
      stage.harness.gemini.next(parts([drawn]));
      const talk = await stage.open('draw a red dot');
      const [answer] = await seen(talk, (all) => all[0]?.pictures === 1);
      expect(answer?.text).toMatch(/^A red dot, as you asked\.\n[^]*1 picture /);
    },
  },
  { configure: (settings) => ({ ...settings, model: { ...settings.model, id: 'gemini-nano-banana-2.1' } }) },
);

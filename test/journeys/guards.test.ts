import { expect } from 'vitest';
import type { Config } from '../../src/config/load.ts';
import { text } from '../simulators/gemini/answers.ts';
import { seen, seenText } from '../support/stage.ts';
import { journey } from './journey.ts';

type Settings = Config['settings'];

const closed = (settings: Settings): Settings => ({ ...settings, access: { ...settings.access, usually: 'closed' } });

const limited =
  (day: Settings['budget']['person']['day']) =>
  (settings: Settings): Settings => ({ ...settings, budget: { ...settings.budget, person: { day: day ?? {} } } });

journey(
  'somebody who may not ask',
  {
    'is told so in private, the model is not asked, and nothing is kept': async (stage) => {
      const { talk, told } = await stage.refused('why?');
      expect(told).toContain('may not answer you here');
      expect((await talk.command('/settings')).text).toMatch(/may not answer you here/);
      expect((await talk.command('/forget me')).text).toMatch(/Forgotten: 0 turns/);
      expect(stage.harness.gemini.requests).toHaveLength(0);
    },
  },
  { configure: closed },
);

journey(
  'somebody whose turns for the day are used up',
  {
    'is told in private when there are more, and what is left of them': async (stage) => {
      stage.harness.gemini.next(text('One.'));
      const talk = await stage.open('first?');
      await seenText(talk, 'One.');
      expect((await talk.command('/usage')).text).toMatch(/today: 1 turn,.*Left: 0 of 1 turns/);
      await talk.say('second?');
      await expect.poll(() => talk.whispered()).toMatch(/used up\. You can ask again in \d+/);
      expect((await talk.command('/forget me')).text).toMatch(/counts towards your limits stays/);
      await stage.restart();
      expect((await talk.command('/usage')).text).toMatch(/Left: 0 of 1 turns/);
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },
  },
  { configure: limited({ turns: 1 }) },
);

journey(
  'another answer',
  {
    'counts as a turn of whoever wants it, who alone is told where that is too many': async (stage) => {
      stage.harness.gemini.next(text('One.'), text('Better.'));
      const talk = await stage.open('first?', 'Ada');
      await seenText(talk, 'One.');
      await stage.harness.untilLogged('turn.done');
      expect((await talk.command('/retry', 'Ada')).text).toMatch(/You can ask again in/);
      await talk.command('/retry', 'Grace');
      await seenText(talk, 'Better.');
      await stage.harness.untilLogged('turn.done', 2);
      expect((await talk.command('/usage', 'Grace')).text).toMatch(/Left: 0 of 1 turns/);
      expect((await talk.command('/retry', 'Grace')).text).toMatch(/You can ask again in/);
      expect(await seen(talk, (all) => all.length === 1)).toHaveLength(1);
      expect(stage.harness.gemini.requests).toHaveLength(2);
    },
  },
  { configure: limited({ turns: 1 }) },
);

journey(
  'somebody with little left',
  {
    'gets a shorter answer, and none where too little is left for one': async (stage) => {
      stage.harness.gemini.next(text('One.', { usage: { promptTokenCount: 100, candidatesTokenCount: 3000 } }));
      const talk = await stage.open('first?');
      await seenText(talk, 'One.');
      const asked = JSON.parse(Buffer.from(stage.harness.gemini.requests[0]?.bytes ?? '{}').toString());
      expect(asked.generationConfig.maxOutputTokens).toBeLessThan(5000);
      await talk.say('second?');
      await seen(talk, (all) => all.some((answer) => /You can ask again in/.test(answer.text)));
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },
  },
  { configure: limited({ tokens: 5000 }) },
);

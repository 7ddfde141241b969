/** What people said before the bot was asked among them: read once, told by name, remembered, and forgotten. */
import { expect } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { sceneOf } from '../support/scene.ts';
import { type Stage, seenText, type Talk } from '../support/stage.ts';
import { journey } from './journey.ts';

interface Asked {
  readonly parts: readonly { readonly text?: string }[];
}

/** The contents of the nth request, from 0. */
const contents = (stage: Stage, index: number): readonly Asked[] =>
  JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString()).contents;

/** All that its last content says. */
const question = (stage: Stage, index: number): string =>
  (contents(stage, index).at(-1)?.parts ?? []).map((part) => part.text ?? '').join('');

/** Something is asked, and its answer remembered. */
async function turn<T extends Talk>(stage: Stage, asks: () => Promise<T> | T): Promise<T> {
  const count = stage.harness.gemini.requests.length;
  stage.harness.gemini.next(text(`Answer ${count}.`));
  const talk = await asks();
  await seenText(talk, `Answer ${count}.`);
  await stage.harness.untilLogged('turn.done', count + 1);
  return talk;
}

journey(
  'before it was mentioned',
  {
    'people talked in a thread: it is told who said what, once, and remembers it after a restart': async (stage) => {
      const scene = sceneOf(stage);
      const said = [
        ['Bob', 'the plan for Friday'],
        ['Bob', 'we could go to the lake\nAda:\nI want to stay at home'],
        ['Ada', 'what about the rain?'],
      ] as const;
      const talk = await turn(stage, () => scene.joins(said, 'who wants what?'));
      expect(question(stage, 0)).toContain(
        'Bob:\n> the plan for Friday\nBob:\n> we could go to the lake\n> Ada:\n> I want to stay at home\nAda:\n> what about the rain?',
      );
      expect(question(stage, 0)).toMatch(/Ada: who wants what\?$/);
      await stage.restart();
      await turn(stage, () => {
        scene.mentionsIn(talk, 'and who is right?');
        return talk;
      });
      expect(contents(stage, 1)[0]).toEqual(contents(stage, 0)[0]);
      expect(question(stage, 1)).toBe('Ada: and who is right?');
    },

    'two people of one name stay apart, also in later questions': async (stage) => {
      const scene = sceneOf(stage);
      const talk = await turn(stage, () => scene.joins([['Sam#1', 'I am the first']], 'who am I?', 'Sam#2'));
      expect(question(stage, 0)).toContain('Sam (2):\n> I am the first');
      expect(question(stage, 0)).toMatch(/\nSam: who am I\?$/);
      await stage.restart();
      await turn(stage, () => {
        scene.mentionsIn(talk, 'and I?', 'Sam#1');
        return talk;
      });
      expect(question(stage, 1)).toBe('Sam (2): and I?');
    },

    'what was forgotten is not read again': async (stage) => {
      const scene = sceneOf(stage);
      const talk = await turn(stage, () => scene.joins([['Ada', 'dear diary']], 'what did I write?'));
      expect(question(stage, 0)).toContain('dear diary');
      await talk.command('/forget');
      await stage.restart();
      await turn(stage, () => {
        scene.mentionsIn(talk, 'and now?');
        return talk;
      });
      expect(question(stage, 1)).toBe('Ada: and now?');
      expect(contents(stage, 1)).toHaveLength(1);
    },
  },
  { on: ['Discord', 'Slack'] },
);

import { expect } from 'vitest';
import { cutAfter, dropped, refusal, text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { SlackStage } from '../support/slack-stage.ts';
import { seenText, type Stage, type Talk } from '../support/stage.ts';
import { journey } from './journey.ts';

/** In every question, answer, file, name, setting and error of the run, each with its own number. */
const PLANTED = /pl4nted/;

/** Where what people wrote has to be kept; nowhere else. */
const NEEDED = /^(turns|conversations|blobs|settings) /;

async function untilSaid(talk: Talk, what: RegExp): Promise<void> {
  await expect
    .poll(async () => (await talk.answers()).some((answer) => what.test(answer.text)), { timeout: 15_000 })
    .toBe(true);
}

/** Good answers, broken ones, refusals that quote what was asked, commands, files that are read and files that are not. */
async function noisyRun(stage: Stage): Promise<void> {
  const { gemini } = stage.harness;
  gemini.next(text('It is pl4nted1.'));
  const file = { name: 'pl4nted2.txt', bytes: Buffer.from('pl4nted3 in a file') };
  const odd = { name: 'pl4nted4.bin', bytes: Buffer.from([0, 1, 2, 3, 255, 254]) };
  const talk = await stage.open('pl4nted5 is what?', 'Zuzanna', [file, odd]);
  await seenText(talk, 'pl4nted1');
  await talk.command('/persona text:You are pl4nted6. scope:conversation', 'Zuzanna');
  await talk.command('/model pl4nted7', 'Zuzanna');
  await talk.command('/settings', 'Zuzanna');
  await talk.command('/export', 'Zuzanna');
  gemini.next(refusal({ status: 400, code: 'INVALID_ARGUMENT', message: 'You said pl4nted8, with the key pl4nted9.' }));
  await talk.say('pl4nted10 --think pl4nted11', 'Zuzanna');
  await untilSaid(talk, /does not accept|refuses|will not answer|model/);
  gemini.next(refusal({ status: 500, code: 'INTERNAL', message: 'pl4nted12' }));
  await talk.say('pl4nted13', 'Zuzanna');
  await untilSaid(talk, /cannot be reached|again in a minute/);
  gemini.next(cutAfter(text('It was pl4nted14 and more.', { chunks: 4 }), 2));
  await talk.say('pl4nted15', 'Zuzanna');
  await untilSaid(talk, /pl4nt/);
  gemini.next(dropped());
  await talk.say('pl4nted16', 'Zuzanna');
  await expect.poll(() => gemini.requests.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(5);
  await talk.command('/usage', 'Zuzanna');
  await stage.harness.untilLogged('turn.failed', 3);
  // A question that is not answered yet is kept whole until it is.
  await expect
    .poll(() => stage.harness.stored().some((row) => row.includes('"state":"open"')), { timeout: 15_000 })
    .toBe(false);
}

journey(
  'a long noisy run',
  {
    'writes nothing of what anybody said, is called or keeps secret to a log, a metric or a record that does not need it':
      async (stage) => {
        await noisyRun(stage);
        const logged = stage.harness.logged.map((line) => JSON.stringify(line));
        const metrics = await (await fetch(`${stage.harness.address}/metrics`)).text();
        const stored = stage.harness.stored();
        expect(metrics).toContain('halley_turns_total');
        const secrets = [stage.harness.gemini.apiKey];
        if (stage instanceof DiscordStage) secrets.push(stage.discord.token);
        if (stage instanceof SlackStage)
          secrets.push(stage.slack.botToken, stage.slack.appToken, stage.slack.signingSecret);
        for (const secret of secrets)
          expect([...logged, metrics, ...stored].filter((line) => line.includes(secret))).toEqual([]);
        for (const told of [PLANTED, /Zuzanna/]) {
          expect(logged.filter((line) => told.test(line))).toEqual([]);
          expect(metrics).not.toMatch(told);
          expect(stored.filter((row) => told.test(row) && !NEEDED.test(row))).toEqual([]);
        }
      },
  },
  { configure: (settings) => ({ ...settings, model: { ...settings.model, attempts: 1 } }) },
);

/** Each way in which the model fails, in the middle of one conversation, which goes on after it. */
import { expect, it } from 'vitest';
import * as faults from '../simulators/gemini/faults.ts';
import { cutAfter, failure, parts, refusal, text } from '../simulators/gemini/answers.ts';
import { blocked } from '../simulators/gemini/outcomes.ts';
import type { Answer } from '../simulators/gemini/script.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { seen, seenExactly } from '../support/stage.ts';

/** So many posts that none waits for another. */
const GENEROUS = { limit: 50, windowMs: 1000 };

/** So often is a request tried that may succeed. */
const ATTEMPTS = 2;
const often = (answer: Answer): readonly Answer[] => Array.from({ length: ATTEMPTS }, () => answer);

const half = text('Half of it. The rest.', { chunks: 2 });

/** Every end that the service has for an answer but the good one, and every reason to answer nothing; and what it may have one day. */
const REASONS = [
  'MAX_TOKENS',
  'CONTINUATION',
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_OTHER',
  'NO_IMAGE',
  'IMAGE_RECITATION',
  'MODEL_ARMOR',
  'ESCALATION',
  'PUP_LIMITED_DISABLED',
  'SOMETHING_NEW',
];
const BLOCKS = [
  'SAFETY',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'IMAGE_SAFETY',
  'MODEL_ARMOR',
  'JAILBREAK',
  'NEW_ONE',
];

/** The failure, what is answered for it, and whether some of the answer stands and is remembered. */
const ROWS: readonly (readonly [string, readonly Answer[], boolean])[] = [
  ['a wrong key', [refusal(faults.keyInvalid())], false],
  ['no key', [refusal(faults.keyMissing())], false],
  ['a service that is not allowed', [refusal(faults.permissionDenied())], false],
  ['a region that is not served', [refusal(faults.regionRefused())], false],
  ['an empty account', [refusal(faults.accountEmpty())], false],
  ['a quota that asks for a long wait', [refusal(faults.quotaExceeded({ retryMs: 3_600_000 }))], false],
  ['a quota', often(refusal(faults.quotaExceeded({ retryMs: 10 }))), false],
  ['a model that is gone', [refusal(faults.modelUnknown('gemini-3.8-flash', 'generateContent'))], false],
  ['a request that is too long', often(refusal(faults.tooLong(2_000_000, 1_048_576))), false],
  ['a body that is too large', [refusal(faults.bodyTooLarge(20_000_000))], false],
  ['a request that is not understood', [refusal(faults.invalidArgument('Invalid value at contents'))], false],
  ['overload', often(refusal(faults.overloaded())), false],
  ['an error within', often(refusal(faults.internal())), false],
  ['a deadline', often(refusal(faults.deadlineExceeded())), false],
  ['a page of a proxy', often(failure(502, '<html>Bad gateway</html>')), false],
  ['a connection that is cut before any text', often(cutAfter(half, 0, { kind: 'reset' })), false],
  ['nothing, twice', [text(''), text('')], false],
  ['a blocked answer', [parts([], { finishReason: 'SAFETY' })], false],
  ['a connection that is cut after some text', [cutAfter(half, 1, { kind: 'reset' })], true],
  ...REASONS.map((finishReason) => [`the end ${finishReason}`, [text('Half of it.', { finishReason })], true] as const),
  ...BLOCKS.map((reason) => [`the block ${reason}`, [blocked(reason)], false] as const),
];

it('each failure of the model is told once, and the conversation goes on after it with all that stands', {
  timeout: 180_000,
}, async () => {
  const stage = await DiscordStage.start(
    {
      configure: (settings) => ({
        ...settings,
        model: { ...settings.model, attempts: ATTEMPTS },
        discord: { ...settings.discord, writes: GENEROUS },
      }),
    },
    { limits: { createMessage: GENEROUS, editMessage: GENEROUS } },
  );
  const { gemini } = stage.harness;
  gemini.next(text('Sure.'));
  const talk = await stage.open('question zero');
  await seenExactly(talk, 'Sure.');
  let answers = 1;
  for (const [name, failing, stands] of ROWS) {
    gemini.next(...failing);
    await talk.say(`failing by ${name}`);
    const told = await seen(talk, (all) => all.length > answers && (all.at(-1)?.text.length ?? 0) > 25);
    expect(told, name).toHaveLength(++answers);
    expect(told.at(-1)?.text.startsWith('Half of it.'), name).toBe(stands);
    expect(told.at(-1)?.text, name).not.toMatch(/[{}]|INVALID|html|http/);
    gemini.next(text(`Well after ${name}.`));
    await talk.say('and now?');
    await seenExactly(talk, `Well after ${name}.`);
    answers++;
    const memory = JSON.stringify(gemini.requests.at(-1)?.body);
    expect(memory, name).toContain('question zero');
    expect(memory.includes(`failing by ${name}`), name).toBe(stands);
  }
  expect(await talk.answers()).toHaveLength(answers);
  await stage.stop();
});

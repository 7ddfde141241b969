/** Answers beyond all measure on Discord, and endings that cannot be shown in full: what stands is whole, and the talk goes on. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { DiscordStage } from '../support/discord-stage.ts';
import { RedirectHost } from '../support/redirects.ts';
import { seen, seenText } from '../support/stage.ts';

const EDIT = 'PATCH /channels/{channel_id}/messages/{message_id}';
const A = 'https://a.example/page';

let isFound: () => void;
const host = await RedirectHost.start({
  late: (response) => {
    isFound = () => void response.writeHead(302, { location: A }).end();
  },
});
afterAll(() => host[Symbol.asyncDispose]());

let stage: DiscordStage;
beforeEach(async () => {
  stage = await DiscordStage.start({
    redirectOrigin: host.origin,
    configure: (settings) => ({
      ...settings,
      sources: { resolveMs: 30_000 },
      discord: { ...settings.discord, maxPosts: 3 },
    }),
  });
});
afterEach(() => stage.stop());

describe('an answer of a megabyte with a thousand passages that rest on sources', () => {
  it('stands as far as there are messages for it and whole in a file, and the next question is answered', async () => {
    const sentences = Array.from(
      { length: 10_000 },
      (_, at) => `Sentence ${at} of **żółć**, which goes on and on for a hundred letters or so, to fill it.`,
    );
    const answer = sentences.join(' ');
    const supports = sentences.slice(0, 1000).map((passage, at) => ({ passage, sources: [at % 2] }));
    const sources = [A, 'https://b.example/'].map((uri) => ({ uri, title: uri }));
    stage.harness.gemini.next(text(answer, { chunks: 400, grounding: { sources, supports } }), text('Next.'));
    const talk = await stage.open('tell me all --search');
    await stage.harness.untilLogged('turn.done', 1, 20_000);
    const reads = stage.discord.readsOfBot(talk.channelId);
    expect(reads[0]?.content.startsWith('Sentence 0 of **żółć**')).toBe(true);
    expect(reads[0]?.content).toContain(' to fill it. [1] Sentence 1 of');
    const [file] = reads.flatMap(({ files }) => files);
    expect(Buffer.from(file?.bytes ?? []).toString()).toBe(answer);
    await talk.say('and then?');
    await seenText(talk, 'Next.');
  }, 60_000);
});

describe('sources that were found and cannot be shown', () => {
  it('leave the answer whole as it stands, and remembered so', async () => {
    const grounding = {
      sources: [{ uri: host.link('late'), title: 'Late' }],
      supports: [{ passage: 'One.', sources: [0] }],
    };
    stage.harness.gemini.next(text('One. Two.', { grounding }), text('Next.'));
    const talk = await stage.open('count! --search');
    await seen(talk, ([only]) => only?.text === 'One. Two.' && stage.harness.gemini.requests.length === 1);
    await expect.poll(() => host.asked.length).toBeGreaterThan(0);
    const blocked = { message: 'Message was blocked by automatic moderation', code: 200_000 };
    stage.discord.fail(EDIT, { status: 400, body: blocked, times: Number.POSITIVE_INFINITY });
    isFound();
    await stage.harness.untilLogged('turn.done', 1, 20_000);
    stage.discord.mend(EDIT);
    expect((await talk.answers()).map((each) => each.text)).toEqual(['One. Two.']);
    await talk.say('and then?');
    await seenText(talk, 'Next.');
    expect(JSON.stringify(stage.harness.gemini.requests[1]?.body)).toContain('One. Two.');
  });
});

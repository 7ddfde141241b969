import type { ServerResponse } from 'node:http';
import { afterAll, expect } from 'vitest';
import { text } from '../simulators/gemini/answers.ts';
import { never, RedirectHost } from '../support/redirects.ts';
import { seen, seenText, type Talk } from '../support/stage.ts';
import { journey } from './journey.ts';

const A = 'https://a.example/page';
const B = 'https://b.example/page';

/** Answers that wait for the test. */
const held: ServerResponse[] = [];
const host = await RedirectHost.start({
  a: A,
  'a-too': A,
  b: B,
  held: (response) => void held.push(response),
  refused: (response) => void response.writeHead(403).end(),
  slow: never,
});
afterAll(() => host[Symbol.asyncDispose]());

const sourced = (...links: readonly string[]) => links.map((uri, at) => ({ uri, title: `Source ${at + 1}` }));

/** The links of all posts of the only answer, once there are so many. */
async function seenLinks(talk: Talk, count: number): Promise<readonly string[]> {
  const answers = await seen(talk, (all) => all.flatMap(({ links }) => links).length === count);
  return answers.flatMap(({ links }) => links);
}

journey(
  'sources',
  {
    'are marked where they belong, over several posts, and listed at the end': async (stage) => {
      const filler = 'And so on, for as long as it takes. '.repeat(70);
      const answer = `Blue light scatters.\n\n${filler}\n\nRed light does **not**. It goes on.`;
      const supports = [
        { passage: 'Blue light scatters', sources: [1] },
        { passage: 'Red light does **not', sources: [0, 1] },
      ];
      const grounding = { sources: sourced(A, B, 'https://c.example/'), supports };
      stage.harness.gemini.next(text(answer, { grounding, chunks: 2 }));
      const talk = await stage.open('why is the sky blue? --search');
      expect(await seenLinks(talk, 6)).toEqual([B, B, A, B, A, 'https://c.example/']);
      const whole = (await talk.answers()).map((each) => each.text).join('\n');
      expect(whole).toMatch(
        /^Blue light scatters\. ?\[?1[^]*Red light does (\*\*)?not(\*\*)?\. ?\[?1[^]*Sources[^]*Source 2/u,
      );
    },

    'are shown with the addresses that their links lead to, and kept with them': async (stage) => {
      const supports = [
        { passage: 'One.', sources: [1] },
        { passage: 'Two.', sources: [0, 2] },
      ];
      const grounding = { sources: sourced(host.link('b'), host.link('a'), host.link('a-too')), supports };
      stage.harness.gemini.next(text('One. Two.', { grounding }));
      const talk = await stage.open('count! --search');
      expect(await seenLinks(talk, 5)).toEqual([A, A, B, A, B]);
      await stage.harness.untilLogged('turn.done');
      await stage.restart();
      expect(await seenLinks(talk, 5)).toEqual([A, A, B, A, B]);
    },

    'never hold back the text: they follow it': async (stage) => {
      const grounding = { sources: sourced(host.link('held')), supports: [{ passage: 'One.', sources: [0] }] };
      stage.harness.gemini.next(text('One. Two.', { grounding }));
      const talk = await stage.open('count! --search');
      await seenText(talk, 'One. Two.');
      await expect.poll(() => held.length, { timeout: 5000 }).toBe(1);
      expect((await talk.answers()).flatMap(({ links }) => links)).toEqual([]);
      for (const response of held.splice(0)) response.writeHead(302, { location: A }).end();
      expect(await seenLinks(talk, 2)).toEqual([A, A]);
    },

    'keep another question waiting for no more than a moment': async (stage) => {
      const links = [host.link('slow'), host.link('a')];
      stage.harness.gemini.next(text('One. Two.', { grounding: { sources: sourced(...links) } }), text('Three.'));
      const talk = await stage.open('count! --search');
      await seenText(talk, 'One. Two.');
      await talk.say('and then?');
      await seen(talk, (all) => all.at(-1)?.text.startsWith('Three.') === true);
      expect(await seenLinks(talk, 2)).toEqual([host.link('slow'), A]);
    },

    'keep the links of which nothing is known': async (stage) => {
      const links = [host.link('refused'), host.link('a')];
      stage.harness.gemini.next(text('One. Two.', { grounding: { sources: sourced(...links) } }));
      const talk = await stage.open('count! --search');
      expect(await seenLinks(talk, 2)).toEqual([host.link('refused'), A]);
    },

    'are not lost when the process ends while they are looked up': async (stage) => {
      const grounding = { sources: sourced(host.link('slow')), supports: [{ passage: 'One.', sources: [0] }] };
      stage.harness.gemini.next(text('One. Two.', { grounding }));
      const talk = await stage.open('count! --search');
      await seenText(talk, 'One. Two.');
      await stage.restart(0);
      expect(await seenLinks(talk, 2)).toEqual([host.link('slow'), host.link('slow')]);
      expect(stage.harness.gemini.requests).toHaveLength(1);
    },

    'come with the searches, as links to their results': async (stage) => {
      const queries = ['', 'sky colour', 'rayleigh & mie'];
      const grounding = { sources: sourced(A), supports: [{ passage: 'Blue.', sources: [0] }], queries };
      stage.harness.gemini.next(text('Blue.', { grounding }));
      const talk = await stage.open('why? --search');
      const results = 'https://www.google.com/search?q=';
      expect(await seenLinks(talk, 4)).toEqual([A, A, `${results}sky%20colour`, `${results}rayleigh%20%26%20mie`]);
      expect((await talk.answers())[0]?.text).toMatch(/Google Search[^]*sky colour[^]*rayleigh & mie/u);
    },

    'of Google Maps are named so': async (stage) => {
      const place = { title: 'Café Größe', uri: 'https://maps.google.com/?cid=1', placeId: 'p1' };
      const grounding = { sources: [place], supports: [{ passage: 'Go there.', sources: [0] }] };
      stage.harness.gemini.next(text('Go there.', { grounding }));
      const talk = await stage.open('where? --maps');
      expect(await seenLinks(talk, 2)).toEqual([place.uri, place.uri]);
      expect((await talk.answers())[0]?.text).toMatch(/Café Größe[^]*Google Maps/u);
    },

    'stand apart from quotes': async (stage) => {
      const citations = [{ uri: A, startIndex: 0, endIndex: 4 }, {}, { uri: A }, { uri: B, title: 'A book' }];
      stage.harness.gemini.next(text('To be or not.', { citations }));
      const talk = await stage.open('quote!');
      expect(await seenLinks(talk, 2)).toEqual([A, B]);
      expect((await talk.answers())[0]?.text).toMatch(/^To be or not\.\n[^]*Quotes[^]*a\.example[^]*A book/u);
    },
  },
  {
    redirectOrigin: host.origin,
    configure: (settings) => ({ ...settings, sources: { resolveMs: 30_000 } }),
  },
);

journey(
  'sources that take too long',
  {
    'are shown with the links as they came, beside those that were found': async (stage) => {
      const grounding = { sources: sourced(host.link('slow'), host.link('a')) };
      stage.harness.gemini.next(text('One. Two.', { grounding }));
      const talk = await stage.open('count! --search');
      expect(await seenLinks(talk, 2)).toEqual([host.link('slow'), A]);
    },
  },
  {
    redirectOrigin: host.origin,
    configure: (settings) => ({ ...settings, sources: { resolveMs: 1000 } }),
  },
);

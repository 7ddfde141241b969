import { expect } from 'vitest';
import { call, text } from '../simulators/gemini/answers.ts';
import { seenText, type Stage } from '../support/stage.ts';
import { journey } from './journey.ts';

function sent(stage: Stage, index: number): { readonly tools: unknown; readonly thinking: unknown } {
  const body = JSON.parse(Buffer.from(stage.harness.gemini.requests[index]?.bytes ?? '{}').toString());
  return { tools: body.tools, thinking: body.generationConfig?.thinkingConfig };
}

const SEARCH = [{ googleSearch: {} }];

journey('search', {
  'is off until somebody asks for it, and then on for this conversation': async (stage) => {
    stage.harness.gemini.next(text('One.'), text('Two.'), text('Three.'));
    const talk = await stage.open('first?');
    await seenText(talk, 'One.');
    expect((await talk.command('/search on')).text).toMatch(/search/i);
    await talk.say('second?');
    await seenText(talk, 'Two.');
    await talk.command('/search off');
    await talk.say('third?');
    await seenText(talk, 'Three.');
    expect([0, 1, 2].map((index) => sent(stage, index).tools)).toEqual([undefined, SEARCH, undefined]);
  },

  'is on for one message with --search, which the model does not read': async (stage) => {
    stage.harness.gemini.next(text('One.'), text('Two.'));
    const talk = await stage.open('who won? --search');
    await seenText(talk, 'One.');
    await talk.say('who lost?');
    await seenText(talk, 'Two.');
    expect([0, 1].map((index) => sent(stage, index).tools)).toEqual([SEARCH, undefined]);
    expect(JSON.stringify(stage.harness.gemini.requests[0]?.body)).not.toContain('--search');
  },

  'stays on over a restart': async (stage) => {
    stage.harness.gemini.next(text('One.'), text('Two.'));
    const talk = await stage.open('first?');
    await seenText(talk, 'One.');
    await talk.command('/search on');
    await stage.restart();
    await talk.say('second?');
    await seenText(talk, 'Two.');
    expect(sent(stage, 1).tools).toEqual(SEARCH);
  },

  'brings sources: numbered, each once, each a working link': async (stage) => {
    const sources = [
      { url: 'https://vertexaisearch.cloud.google.com/grounding-api-redirect/aaa', title: 'example.com' },
      { url: 'https://vertexaisearch.cloud.google.com/grounding-api-redirect/bbb', title: 'example.org' },
    ];
    const grounding = {
      sources: sources.map(({ url, title }) => ({ uri: url, title })),
      supports: [{ passage: 'won', sources: [0] }],
    };
    stage.harness.gemini.next(text('Ångström won.', { grounding }));
    const talk = await stage.open('who won? --search');
    const answer = await seenText(talk, 'example.org');
    expect(answer.text.startsWith('Ångström won.')).toBe(true);
    const [won, other] = sources.map(({ url }) => url);
    expect(answer.links).toEqual([won, won, other]);
  },
});

journey('thinking', {
  'is left to the model until somebody chooses': async (stage) => {
    stage.harness.gemini.next(text('One.'), text('Two.'), text('Three.'));
    const talk = await stage.open('first?');
    await seenText(talk, 'One.');
    await talk.command('/think high');
    await talk.say('second?');
    await seenText(talk, 'Two.');
    await talk.say('third? --think low');
    await seenText(talk, 'Three.');
    expect([0, 1, 2].map((index) => sent(stage, index).thinking)).toEqual([
      undefined,
      { thinkingLevel: 'HIGH' },
      { thinkingLevel: 'LOW' },
    ]);
  },

  'at a depth that the model does not have is explained: where it is chosen, and once where a flag chose it': async (
    stage,
  ) => {
    stage.harness.gemini.next(text('One.'), text('Two.'));
    const talk = await stage.open('first? --think minimal');
    await seenText(talk, 'I use low.');
    expect((await talk.command('/think minimal')).text).toContain('I use low.');
    await talk.say('second?');
    expect((await seenText(talk, 'Two.')).text).not.toContain('does not have');
    expect([0, 1].map((index) => sent(stage, index).thinking)).toEqual([
      { thinkingLevel: 'LOW' },
      { thinkingLevel: 'LOW' },
    ]);
  },

  'at a depth that does not exist is explained, and the question is answered': async (stage) => {
    stage.harness.gemini.next(text('Thought about it.'));
    const talk = await stage.open('why? --think deep');
    const answer = await seenText(talk, 'Thought about it.');
    expect((await seenText(talk, 'minimal')).text.length).toBeGreaterThan(answer.text.length - 1);
  },
});

journey('tools of one message', {
  'are Maps with --maps and code with --code, and JSON with --json': async (stage) => {
    stage.harness.gemini.next(text('Near you.'), text('Counted.'), text('{"a": 1}'), text('Certainly: {'));
    const talk = await stage.open('lunch? --maps');
    await seenText(talk, 'Near you.');
    await talk.say('how many primes? --code');
    await seenText(talk, 'Counted.');
    await talk.say('as data --json');
    await seenText(talk, '"a": 1');
    await talk.say('as data once more --json');
    expect((await seenText(talk, 'did not answer in valid JSON')).text).toContain('Certainly: {');
    expect([0, 1, 2].map((index) => sent(stage, index).tools)).toEqual([
      [{ googleMaps: {} }],
      [{ codeExecution: {} }],
      undefined,
    ]);
    expect(Buffer.from(stage.harness.gemini.requests[2]?.bytes ?? '').toString()).toContain(
      '"responseMimeType":"application/json"',
    );
  },
});

journey(
  'what the operator asks for with every request',
  {
    'is sent, and functions that are switched on are called': async (stage) => {
      stage.harness.gemini.next(call({ name: 'current_time', args: { timeZone: 'Asia/Tokyo' } }), text('Late.'));
      const talk = await stage.open('what time is it in Tokyo?');
      await seenText(talk, 'Late.');
      const body = Buffer.from(stage.harness.gemini.requests[0]?.bytes ?? '').toString();
      expect(JSON.parse(body)).toMatchObject({
        generationConfig: { maxOutputTokens: 2000, thinkingConfig: { includeThoughts: true } },
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }],
        tools: [{ functionDeclarations: [{ name: 'current_time' }] }],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['current_time'] } },
      });
      expect(stage.harness.gemini.requests[0]?.operation).toBe('generateContent');
      expect(Buffer.from(stage.harness.gemini.requests[1]?.bytes ?? '').toString()).toContain('functionResponse');
    },
  },
  {
    configure: (settings) => ({
      ...settings,
      tools: ['current_time'],
      model: {
        ...settings.model,
        request: {
          ...settings.model.request,
          includeThoughts: true,
          maxOutputTokens: 2000,
          delivery: 'whole',
          functionCalling: { mode: 'ANY', allowed: ['current_time'] },
          safety: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' }],
        },
      },
    }),
  },
);

/** Plain values for tests, complete and valid, with only what a test cares about spelled out. */
import type { TurnPlan } from '../../src/conversation/turn.ts';
import type { Chunk, Content, InlineData } from '../../src/core/content.ts';
import { conversationIdOf, type Settings, type Turn } from '../../src/core/conversation.ts';
import type { Mention } from '../../src/core/inbound.ts';
import type { ModelRequest } from '../../src/core/model.ts';

export const aConversation = conversationIdOf({
  platform: 'playground',
  workspace: 'local',
  channel: 'page',
  thread: 't1',
});

/** What holds where nobody chose, as `config/default.yaml` has it. */
export const someSettings: Settings = {
  model: 'gemini-3.8-flash',
  thinking: 'auto',
  search: 'off',
  maps: 'off',
  code: 'off',
  persona: { name: 'default' },
  language: 'auto',
  thoughts: 'off',
  replyStyle: 'thread',
  messageStyle: 'plain',
  freeTalk: 'on',
  footer: 'off',
};

export function aMention(change: Partial<Mention> = {}): Mention {
  return {
    id: 'playground:page/m1',
    conversation: aConversation,
    author: { id: 'u1', name: 'Ada' },
    place: { platform: 'playground', workspace: 'local', channel: 'page', kind: 'direct' },
    text: 'Why is the sky blue?',
    attachments: [],
    replyTo: { platform: 'playground', channel: 't1', message: 'm1' },
    receivedAt: 1_780_000_000_000,
    ...change,
  };
}

/** What a turn asks: the mention's text, and nothing beside it but what `change` says. */
export function aPlan(change: Partial<ModelRequest> = {}, mention = aMention()): TurnPlan {
  const question: Content = { role: 'user', parts: [{ text: mention.text }] };
  const request = { model: 'gemini-3.8-flash', systemInstruction: 'Be brief.', contents: [question] };
  return {
    mention,
    text: mention.text,
    question,
    request: { ...request, thinking: 'auto', googleSearch: false, ...change },
  };
}

/** A complete turn whose model answered `answer`, and then with the pictures. */
export function aTurn(
  change: Partial<Turn> = {},
  answer = 'Because of Rayleigh scattering.',
  images: readonly InlineData[] = [],
): Turn {
  const question: Content = { role: 'user', parts: [{ text: change.text ?? 'Why is the sky blue?' }] };
  return {
    id: 'playground:page/m1',
    author: { id: 'u1', name: 'Ada' },
    text: 'Why is the sky blue?',
    contents: [question, { role: 'model', parts: [{ text: answer }, ...images.map((inlineData) => ({ inlineData }))] }],
    ending: { kind: 'complete' },
    sources: [],
    model: 'gemini-3.8-flash',
    usage: { promptTokenCount: 10, candidatesTokenCount: 20, totalTokenCount: 30 },
    posts: [{ channel: 't1', message: 'p1' }],
    receivedAt: 1_780_000_000_000,
    endedAt: 1_780_000_002_000,
    ...change,
  };
}

/** A chunk of visible text; with a finish reason, the last one. */
export function aChunk(text: string, finishReason?: string): Chunk {
  return {
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        index: 0,
        ...(finishReason === undefined ? {} : { finishReason }),
      },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: text.length, totalTokenCount: 10 + text.length },
    modelVersion: 'gemini-3.8-flash',
    responseId: 'r1',
  };
}

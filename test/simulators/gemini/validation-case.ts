/** A table row about what the service takes and what it refuses, and the check of it. */
import { expect } from 'vitest';
import type { JsonObject } from '../../../src/core/content.ts';
import { ask, QUESTION } from './plain-client.ts';
import type { GeminiSimulator } from './simulator.ts';

export interface Case {
  /** What the request is like. */
  readonly of: string;
  readonly body: JsonObject;
  readonly model?: string;
  /** What the refusal says; without it the request is answered. */
  readonly says?: string | RegExp;
  readonly status?: number;
}

export async function check(service: GeminiSimulator, { body, model, says, status = 400 }: Case): Promise<void> {
  const answer = await ask(service, body, { operation: 'generateContent', ...(model && { model }) });
  if (says === undefined) return expect([answer.status, answer.text]).toEqual([200, 'fine']);
  const { error } = JSON.parse(answer.body);
  expect(error.message).toMatch(says);
  expect(answer.status).toBe(status);
}

export function config(generationConfig: JsonObject): JsonObject {
  return { ...QUESTION, generationConfig };
}

export function tools(...list: readonly JsonObject[]): JsonObject {
  return { ...QUESTION, tools: list };
}

export function turns(...contents: readonly (readonly [role: string, ...parts: JsonObject[]])[]): JsonObject {
  return { contents: contents.map(([role, ...parts]) => ({ role, parts })) };
}

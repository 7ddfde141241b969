import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/content.ts';
import { ToolFailed } from '../../src/core/errors.ts';
import type { Tool } from '../../src/core/ports.ts';
import { EVERYDAY } from '../../src/tools/everyday.ts';
import { CheckedToolbox } from '../../src/tools/toolbox.ts';
import { aMention } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const { conversation, author, place } = aMention();
const where = { conversation, author, place };
const never = new AbortController().signal;

const aTool = (run: Tool['run'], change: Partial<Tool['declaration']> = {}, timeoutMs = 1000): Tool => ({
  declaration: { name: 'double', description: 'Doubles a number.', ...change },
  timeoutMs,
  run,
});
const NUMBER: JsonObject = {
  type: 'object',
  properties: { value: { type: 'number' }, unit: { type: 'string', enum: ['m', 'km'] } },
  required: ['value'],
};
const double = aTool(async (args) => ({ result: Number(args['value']) * 2 }), { parametersJsonSchema: NUMBER });

async function answerOf(tool: Tool, args?: JsonObject, signal = never): Promise<JsonObject> {
  const call = { name: tool.declaration.name, ...(args === undefined ? {} : { args }) };
  const [response] = await new CheckedToolbox([tool], quietLog).answer([call], where, signal);
  return response?.response ?? {};
}

describe('CheckedToolbox', () => {
  it('answers every call, in order, with the ids they came with', async () => {
    const calls = [
      { id: 'a', name: 'double', args: { value: 2 } },
      { name: 'double', args: { value: 3 } },
    ];
    expect(await new CheckedToolbox([double], quietLog).answer(calls, where, never)).toEqual([
      { id: 'a', name: 'double', response: { result: 4 } },
      { name: 'double', response: { result: 6 } },
    ]);
  });

  it('tells of a tool that does not exist', async () => {
    const [response] = await new CheckedToolbox([double], quietLog).answer([{ name: 'halve' }], where, never);
    expect(response).toEqual({ name: 'halve', response: { error: 'There is no tool halve.' } });
  });

  it.each([
    [{}, /value is missing/],
    [{ value: null }, /value is missing/],
    [{ value: 'two' }, /value must be .*number/],
    [{ value: 1, unit: 'mile' }, /unit must be .*km/],
    [{ value: 1, colour: 'red' }, /no argument colour/],
  ])('tells what is wrong with %j, without running the tool', async (args, error) => {
    const tool = aTool(() => Promise.reject(new RangeError('was run')), { parametersJsonSchema: NUMBER });
    expect((await answerOf(tool, args))['error']).toMatch(error);
  });

  it('runs a tool that takes nothing when the call carries nothing', async () => {
    expect(await answerOf(aTool(async () => ({ ok: true })))).toEqual({ ok: true });
  });

  it('passes on what a tool says of its failure, and nothing of a defect', async () => {
    const failing = aTool(() => Promise.reject(new ToolFailed('There is no such city.')));
    expect(await answerOf(failing)).toEqual({ error: 'There is no such city.' });
    const broken = aTool(() => Promise.reject(new TypeError('secret path')));
    expect(await answerOf(broken)).toEqual({ error: 'The tool failed.' });
  });

  it('ends a tool that takes too long, also one that ignores its signal', async () => {
    const stuck = aTool(() => new Promise(() => undefined), {}, 10);
    expect(await answerOf(stuck)).toEqual({ error: 'The tool did not answer within 10 ms.' });
  });

  it('rejects with the reason when the turn is stopped', async () => {
    const stop = new AbortController();
    const running = answerOf(
      aTool(() => new Promise(() => undefined)),
      {},
      stop.signal,
    );
    stop.abort(new RangeError('stopped'));
    await expect(running).rejects.toThrow(RangeError);
  });
});

describe('current_time', () => {
  const [tool] = EVERYDAY;
  if (tool === undefined) throw new Error('there is no everyday tool');

  it('tells the time of a zone, and of UTC when none is named', async () => {
    expect((await answerOf(tool, { timeZone: 'Asia/Tokyo' }))['now']).toMatch(/GMT\+9|JST/);
    expect((await answerOf(tool))['timeZone']).toBe('UTC');
  });

  it('tells the model when there is no such zone', async () => {
    expect(await answerOf(tool, { timeZone: 'Mars/Base' })).toEqual({ error: 'There is no time zone Mars/Base.' });
  });
});

/** An Answer as HTTP: its status, its headers and the beats of its body, in the form that was asked for. */
import type { Dialect } from './dialect.ts';
import type { Fault } from './faults.ts';
import { type Call, merged, type Rendered, render } from './render.ts';
import type { Beat } from './schedule.ts';
import type { Answer, Delivery } from './script.ts';

export interface Transmission {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly beats: readonly Beat[];
  readonly delivery: Delivery;
}

/** The form of the body: one object, server-sent events, or Google's array of the same objects. */
export type Form = 'object' | 'events' | 'array';

export function transmissionOf(answer: Answer, form: Form, call: Call): Transmission {
  const { delivery } = answer;
  if (answer.kind === 'fault') return refusalOf(answer.fault, form, { ...call, delivery });
  if (answer.kind === 'verbatim') {
    const beats = answer.steps.map((step) => (step.kind === 'bytes' ? bytes(step.bytes) : step));
    return { status: answer.status, headers: answer.headers, beats, delivery };
  }
  const beats = formed(render(answer, call), form, { dialect: call.dialect, delivery });
  return { status: 200, headers: typed(form === 'events' ? EVENTS : JSON_TYPE), beats, delivery };
}

interface Refusing {
  readonly dialect: Dialect;
  readonly responseId: string;
  readonly delivery: Delivery;
}

/** Google labels a refusal as the stream that was asked for, although it is plain JSON. */
export function refusalOf(fault: Fault, form: Form, { dialect, responseId, delivery }: Refusing): Transmission {
  const { status, body } = dialect.refusal(fault, responseId);
  const retry = fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
  const type = form === 'events' && dialect.name === 'google' ? EVENTS : JSON_TYPE;
  return { status, headers: { ...typed(type), ...retry }, beats: [bytes(body)], delivery };
}

const EVENTS = 'text/event-stream';
const JSON_TYPE = 'application/json; charset=UTF-8';

function typed(type: string): Readonly<Record<string, string>> {
  return { 'content-type': type };
}

function bytes(content: string | Uint8Array): Extract<Beat, { kind: 'bytes' }> {
  return { kind: 'bytes', bytes: typeof content === 'string' ? Buffer.from(content) : content };
}

interface Forming {
  readonly dialect: Dialect;
  readonly delivery: Delivery;
}

function formed(rendered: readonly Rendered[], form: Form, { dialect, delivery }: Forming): readonly Beat[] {
  if (form === 'events') return eventBeats(rendered, dialect, delivery);
  return form === 'array' ? arrayBeats(rendered) : objectBeats(rendered);
}

function eventBeats(rendered: readonly Rendered[], dialect: Dialect, delivery: Delivery): readonly Beat[] {
  const end = delivery.lineEnd ?? dialect.lineEnd;
  const endings = { 'blank-line': end + end, 'line-end': end, nothing: '' };
  const beats = rendered.map((step, index): Beat => {
    if (step.kind === 'bytes') return bytes(step.bytes);
    if (step.kind !== 'chunk') return step;
    const ending = index === rendered.length - 1 ? endings[delivery.ending ?? 'blank-line'] : end + end;
    return bytes(`data: ${dialect.json(step.chunk)}${ending}`);
  });
  return delivery.byteOrderMark === true ? [bytes('\uFEFF'), ...beats] : beats;
}

/** What Google sends without `alt=sse`: the array grows as the stream would. */
function arrayBeats(rendered: readonly Rendered[]): readonly Beat[] {
  let open = '[';
  const beats = rendered.flatMap((step): readonly Beat[] => {
    if (step.kind === 'bytes') return [];
    if (step.kind !== 'chunk') return [step];
    const beat = bytes(open + JSON.stringify(step.chunk, null, 2));
    open = '\n,\r\n';
    return [beat];
  });
  return [...beats, bytes(open === '[' ? '[]' : '\n]')];
}

/** Pauses come first, then the whole object; before a reset, the first half of it. */
function objectBeats(rendered: readonly Rendered[]): readonly Beat[] {
  const pauses = rendered.filter((step) => step.kind === 'delay' || step.kind === 'hold');
  const chunks = rendered.flatMap((step) => (step.kind === 'chunk' ? [step.chunk] : []));
  const body = bytes(`${JSON.stringify(merged(chunks), null, 2)}\n`);
  const reset = rendered.find((step) => step.kind === 'reset');
  if (!reset) return [...pauses, body];
  return [...pauses, bytes(body.bytes.subarray(0, body.bytes.length / 2)), reset];
}

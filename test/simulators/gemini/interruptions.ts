/** What was seen between and after the events of a stream, as steps to put into an answer with `after` and `cutAfter`. */
import type { Fault } from './faults.ts';
import type { Step } from './script.ts';

function bytes(content: string): Step {
  return { kind: 'bytes', bytes: content };
}

/** A comment, as relays send to keep a connection open. */
export function comment(words = 'PING'): Step {
  return bytes(`: ${words}\n\n`);
}

/** The end mark of another API, which some relays add. */
export function done(): Step {
  return bytes('data: [DONE]\n\n');
}

/** An event without data. */
export function emptyEvent(): Step {
  return bytes('data:\n\n');
}

/** A relay was seen to say STOP long before the end. @see https://github.com/Chevey339/kelivo/issues/1003 */
export function earlyStop(): Step {
  return { kind: 'event', candidate: { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP' } };
}

/** Usage alone, without candidates. */
export function withoutCandidates(): Step {
  return { kind: 'event' };
}

/** An error as an event of a stream that began well. */
export function errorEvent(fault: Fault): Step {
  return bytes(`data: ${JSON.stringify(errorOf(fault))}\r\n\r\n`);
}

/** The same without `data:` and over several lines, as Google was recorded to send it. */
export function bareError(fault: Fault): Step {
  return bytes(`${JSON.stringify(errorOf(fault), null, 2)}\r\n`);
}

/** An event whose JSON ends in the middle. */
export function brokenEvent(): Step {
  return bytes('data: {"candidates": [{"content": {"parts": [{"text": "half a\r\n\r\n');
}

/** An event whose chunk stands in an array. */
export function arrayEvent(text: string): Step {
  const chunk = { candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0 }] };
  return bytes(`data: ${JSON.stringify([chunk])}\r\n\r\n`);
}

/** The connection is reset here. */
export function reset(): Step {
  return { kind: 'reset' };
}

function errorOf({ status, code, message }: Fault) {
  return { error: { code: status, message, status: code } };
}

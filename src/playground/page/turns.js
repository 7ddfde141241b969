/** The page's one rule: what a server-sent event makes of the turns that are shown. */
// @ts-check

/**
 * @typedef {import('../surface.ts').TurnView} TurnView
 * @typedef {import('../surface.ts').PageEvent} PageEvent
 */

/**
 * Turns that an event does not touch stay the same objects, so that only what changed is drawn again.
 * @param {readonly TurnView[]} turns
 * @param {PageEvent} event
 * @returns {readonly TurnView[]}
 */
export function applyEvent(turns, event) {
  switch (event.kind) {
    case 'snapshot':
      return event.turns;
    case 'turn':
      return turns.some((turn) => turn.id === event.turn.id) ? turns : [...turns, event.turn];
    case 'asked':
      return changed(turns, event.id, (turn) => ({ ...turn, question: event.question }));
    case 'withdrawn':
      return turns.filter((turn) => turn.id !== event.id);
    case 'view': {
      const { kind, keep, text, ...change } = event;
      return changed(turns, event.id, (turn) => ({ ...turn, ...change, text: turn.text.slice(0, keep) + text }));
    }
    case 'reply': {
      const { kind, keep, text, ...end } = event;
      return changed(turns, event.id, ({ author, question, files, receivedAt, text: shown }) => {
        const asked = { author, question, ...(files === undefined ? {} : { files }), receivedAt };
        return { ...asked, ...end, text: shown.slice(0, keep) + text };
      });
    }
    case 'note': {
      const { kind, ...change } = event;
      return changed(turns, event.id, (turn) => ({ ...turn, ...change }));
    }
    default:
      return turns;
  }
}

/**
 * @param {readonly TurnView[]} turns
 * @param {string} id
 * @param {(turn: TurnView) => TurnView} change
 */
function changed(turns, id, change) {
  return turns.map((turn) => (turn.id === id ? change(turn) : turn));
}

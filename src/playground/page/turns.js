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
    case 'withdrawn':
      return turns.filter((turn) => turn.id !== event.id);
    case 'view':
    case 'reply': {
      const { kind, keep, text, ...change } = event;
      return turns.map((turn) =>
        turn.id === event.id ? { ...turn, ...change, text: turn.text.slice(0, keep) + text } : turn,
      );
    }
    default:
      return turns;
  }
}

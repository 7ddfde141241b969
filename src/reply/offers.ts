/** What is offered under an answer: Stop while it is written and, when it stands, what can still be done with it. */
import { isVisible, type Turn } from '../core/conversation.ts';
import { ACTION_NAMES, type ActionName } from '../core/inbound.ts';
import type { Offer } from '../core/reply.ts';
import type { Notices } from '../notices/notices.ts';

/** Whose answer is meant. */
export type Offered = Pick<Offer, 'turn' | 'conversation'>;

/** Why an answer ends that can be continued. */
const TOO_LONG: ReadonlySet<string> = new Set(['MAX_TOKENS', 'CONTINUATION']);

/** What can be done with an answer that stands, in order; nothing where there is nothing of it to be seen. */
export function actionsOf(turn: Turn): readonly ActionName[] {
  const { origin, ending, sources, quotes = [], thoughts, attempt = 1 } = turn;
  const visible = isVisible(turn);
  const isOffered: Readonly<Record<ActionName, boolean>> = {
    stop: false,
    // An answer that was to take the place of another is remembered, whatever came of it.
    retry: origin !== undefined && (visible || attempt > 1),
    continue: visible && ending.kind === 'cut' && TOO_LONG.has(ending.reason),
    sources: visible && sources.length + quotes.length > 0,
    thoughts: thoughts !== undefined && visible,
    good: visible,
    bad: visible,
  };
  return ACTION_NAMES.filter((name) => isOffered[name]);
}

/** The actions with their words; nothing where there are none. */
export function offerOf(offered: Offered, names: readonly ActionName[], { actions }: Notices): { offer?: Offer } {
  const { turn, conversation } = offered;
  if (names.length === 0) return {};
  return { offer: { turn, conversation, actions: names.map((name) => ({ name, label: actions[name] })) } };
}

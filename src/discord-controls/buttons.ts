/** The buttons under an answer: drawn from what is offered, and read again when one is pressed, also after a restart. */
import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import { type ConversationId, conversationIdOf } from '../core/conversation.ts';
import { ACTION_NAMES, type ActionName, type MentionId, type Place } from '../core/inbound.ts';
import type { Offer } from '../core/reply.ts';

export type Buttons = APIActionRowComponent<APIButtonComponent>;

/** @see https://docs.discord.com/developers/components/reference#action-row */
const MAX_IN_ROW = 5;

/** What a button of ours under an answer begins with. */
const OURS = 'answer';

const RATINGS: ReadonlySet<ActionName> = new Set(['good', 'bad']);

/** In one row or, where there are too many, with the ratings in a row of their own. */
export function buttonsOf(offer: Offer | undefined): readonly Buttons[] {
  if (offer === undefined) return [];
  const isOneRow = offer.actions.length <= MAX_IN_ROW;
  const rows = [
    offer.actions.filter(({ name }) => isOneRow || !RATINGS.has(name)),
    offer.actions.filter(({ name }) => !isOneRow && RATINGS.has(name)),
  ];
  return rows
    .filter((row) => row.length > 0)
    .map((row) => ({
      type: ComponentType.ActionRow,
      components: row.map(({ name, label }) => ({
        type: ComponentType.Button,
        style: ButtonStyle.Secondary,
        label,
        custom_id: idOf(name, offer),
      })),
    }));
}

/**
 * All that a press says, in well below the 100 characters that there are: what is to be done, the last part of the
 * conversation's id, and the turn's id. The other parts are those of the place in which it is pressed.
 * @see https://docs.discord.com/developers/components/reference#anatomy-of-a-component-custom-id
 */
function idOf(name: ActionName, { turn, conversation }: Offer): string {
  const [, , thread = ''] = conversation.split('/');
  return [OURS, name, thread, turn.slice(turn.indexOf(':') + 1)].join(':');
}

/** What was pressed under which answer. */
export interface Pressed {
  readonly name: ActionName;
  readonly turn: MentionId;
  /** The last part of the conversation's id; absent where it has none. */
  readonly thread?: string;
}

/** Undefined for a button that is none of ours under an answer. */
export function pressedIn(customId: string): Pressed | undefined {
  const [ours, named, thread = '', turn] = customId.split(':');
  const name = ACTION_NAMES.find((each) => each === named);
  if (ours !== OURS || name === undefined || turn === undefined) return undefined;
  return { name, turn: `discord:${turn}`, ...(thread === '' ? {} : { thread }) };
}

/** What the memory of private answers is called in a channel. */
const PRIVATE = 'private-';

/** Where the answer belongs whose button was pressed there. `channel` is the thread or the channel itself. */
export function conversationAt(
  { platform, workspace, channel: parent }: Place,
  channel: string,
  thread?: string,
): ConversationId {
  if (thread === undefined) return conversationIdOf({ platform, workspace, channel: parent });
  return conversationIdOf({ platform, workspace, channel: isPrivate(thread) ? channel : parent, thread });
}

/** The last part of the id under which a person's private answers are remembered. */
export function privateThread(person: string): string {
  return PRIVATE + person;
}

export function isPrivate(thread: string | undefined): boolean {
  return thread?.startsWith(PRIVATE) === true;
}

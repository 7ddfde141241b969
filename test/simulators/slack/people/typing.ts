/** What Slack's composer makes of what a person types: escaped text, mention and link tokens, and a `rich_text` block beside it. */
import type { Json } from '../../discord/json.ts';
import type { Workspace } from '../state/model.ts';

/** A word after `@` or `#` that names somebody or something, a broadcast, or an address. */
const TOKEN = /@(here|channel|everyone)\b|@([\p{L}\p{N}_.-]+)|#([\p{L}\p{N}_-]+)|(https?:\/\/[^\s<>]+)/gu;

export interface Typed {
  readonly text: string;
  readonly blocks: readonly Json[];
}

interface Piece {
  readonly text: string;
  readonly element: Json;
}

export function typed(workspace: Workspace, input: string): Typed {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of input.matchAll(TOKEN)) {
    const piece = pieceOf(workspace, match);
    if (!piece) continue;
    if (match.index > at) pieces.push(plain(input.slice(at, match.index)));
    pieces.push(piece);
    at = match.index + match[0].length;
  }
  if (at < input.length) pieces.push(plain(input.slice(at)));
  const section = { type: 'rich_text_section', elements: pieces.map(({ element }) => element) };
  return {
    text: pieces.map(({ text }) => text).join(''),
    blocks: input === '' ? [] : [{ type: 'rich_text', block_id: 'typed', elements: [section] }],
  };
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function plain(text: string): Piece {
  return { text: escaped(text), element: { type: 'text', text } };
}

function pieceOf(workspace: Workspace, match: RegExpExecArray): Piece | undefined {
  const [, range, handle, channelName, url] = match;
  if (range !== undefined) return { text: `<!${range}>`, element: { type: 'broadcast', range } };
  if (url !== undefined) return { text: `<${escaped(url)}>`, element: { type: 'link', url } };
  if (handle !== undefined) {
    const lower = handle.toLowerCase();
    const user = [...workspace.users.values()].find(
      ({ name, realName }) => name === lower || realName.toLowerCase() === lower,
    );
    return user && { text: `<@${user.id}>`, element: { type: 'user', user_id: user.id } };
  }
  const channel = [...workspace.channels.values()].find(({ name }) => name === channelName);
  return channel && { text: `<#${channel.id}|>`, element: { type: 'channel', channel_id: channel.id } };
}

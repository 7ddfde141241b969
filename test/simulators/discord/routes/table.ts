/** Every route there is, and the one a call means. */
import type { Route } from '../route.ts';
import { pinRoutes } from '../content/pins.ts';
import { pollRoutes } from '../content/votes.ts';
import { basicRoutes } from './basics.ts';
import { channelRoutes } from './channels.ts';
import { commandRoutes } from './commands.ts';
import { interactionRoutes } from './interactions.ts';
import { messageRoutes } from './messages.ts';
import { reactionRoutes } from './reactions.ts';
import { threadRoutes } from './threads.ts';

/** The first whose path fits is taken, so literal parts stand before parameters. */
export const ROUTES: readonly Route[] = [
  ...basicRoutes,
  ...pinRoutes,
  ...pollRoutes,
  ...messageRoutes,
  ...reactionRoutes,
  ...channelRoutes,
  ...threadRoutes,
  ...commandRoutes,
  ...interactionRoutes,
];

export interface Found {
  readonly route: Route;
  readonly params: Record<string, string>;
}

export function pathOf(pathname: string): string | undefined {
  return /^\/api\/v10(\/.*)$/.exec(pathname)?.[1];
}

export function findRoute(method: string, pathname: string): Found | undefined {
  const path = pathOf(pathname);
  if (path === undefined) return undefined;
  const parts = path.split('/').map(decodeURIComponent);
  for (const route of ROUTES) {
    const params = route.method === method ? paramsOf(route.path.split('/'), parts) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith('{')) params[expected.slice(1, -1)] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}

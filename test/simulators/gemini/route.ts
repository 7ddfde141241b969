/** Which operation a request line asks for, and with which key. */
import type { IncomingMessage } from 'node:http';
import type { Operation } from './request.ts';

export interface Route {
  readonly operation: Operation;
  /** Empty where the operation needs none, or where it is missing. */
  readonly model: string;
  readonly sse: boolean;
  readonly key?: string;
}

const OPERATIONS = ['generateContent', 'streamGenerateContent', 'countTokens'] as const;

export function routeOf(request: IncomingMessage): Route {
  const url = new URL(`http://service${request.url ?? '/'}`);
  const key = keyOf(request, url);
  const sse = url.searchParams.get('alt') === 'sse';
  return { ...operationOf(request.method ?? '', url.pathname), sse, ...(key !== undefined && { key }) };
}

function operationOf(method: string, path: string): { readonly operation: Operation; readonly model: string } {
  const [, model, asked] = /^\/v1beta\/models(?:\/([^/:]*))?(?::(\w+))?$/.exec(path) ?? [];
  const operation = OPERATIONS.find((each) => each === asked);
  if (method === 'POST' && operation) return { operation, model: decodeURIComponent(model ?? '') };
  if (method === 'GET' && asked === undefined && path.startsWith('/v1beta/models'))
    return { operation: 'models', model: decodeURIComponent(model ?? '') };
  return { operation: 'unknown', model: '' };
}

function keyOf(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers['x-goog-api-key'];
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return (typeof header === 'string' ? header : undefined) ?? bearer ?? url.searchParams.get('key') ?? undefined;
}

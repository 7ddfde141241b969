/** Bodies of calls: forms, multipart and JSON, and single arguments read out of them. */
import type { IncomingMessage } from 'node:http';
import { isJson, type Json } from '../../discord/json.ts';
import { refuse } from './errors.ts';

export interface UploadedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Body {
  readonly args: Json;
  readonly raw: Buffer;
  readonly files: readonly UploadedBytes[];
}

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  const contentType = request.headers['content-type'] ?? '';
  if (raw.length === 0) return { args: {}, raw, files: [] };
  if (contentType.startsWith('multipart/form-data')) return await multipart(raw, contentType);
  if (contentType.startsWith('application/json')) return { args: jsonBody(raw.toString()), raw, files: [] };
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return { args: Object.fromEntries(new URLSearchParams(raw.toString())), raw, files: [] };
  return { args: {}, raw, files: [] };
}

function jsonBody(text: string): Json {
  const value = parsed(text);
  if (value === undefined) throw refuse('invalid_json');
  if (!isJson(value)) throw refuse('json_not_object');
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function multipart(raw: Buffer, contentType: string): Promise<Body> {
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } }).formData();
  const args: Json = {};
  const files: UploadedBytes[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') args[name] = value;
    else files.push({ name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { args, raw, files };
}

/** A structured argument: JSON text in a form, itself in a JSON body; undefined where absent, null where it is no JSON. */
export function structured(args: Json, name: string): unknown {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? (parsed(value) ?? null) : value;
}

export function text(args: Json, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function flag(args: Json, name: string): boolean | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  return value === true || value === 'true' || value === '1' || value === 1;
}

export function integer(args: Json, name: string): number | undefined {
  const value = Number(args[name] ?? Number.NaN);
  return Number.isInteger(value) ? value : undefined;
}

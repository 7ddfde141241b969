/** Reads a body as the service does, in the service's order: size, JSON, names, model, then the model's own rules. */
import type { JsonObject, JsonValue } from '../../../src/core/content.ts';
import { contentRules } from './content-rules.ts';
import type { DialectName } from './dialect.ts';
import { type Fault, bodyTooLarge, invalidArgument, modelUnknown, unknownNames } from './faults.ts';
import { COUNT_REQUEST, isObject, readFields, REQUEST } from './fields.ts';
import { modelRules } from './model-rules.ts';
import type { Model, ModelTable } from './models.ts';
import { relayed } from './relay.ts';
import type { GenerateRequest } from './request.ts';
import type { Route } from './route.ts';
import type { Signer } from './signatures.ts';

/** A request whose names are known, for a model that exists. */
export interface Checked {
  readonly request: GenerateRequest;
  readonly asked: Model;
  /** The model that answers: its rules hold. */
  readonly model: Model;
  readonly dialect: DialectName;
  readonly signer: Signer;
}

/** One thing the service insists on. */
export type Rule = (call: Checked) => Fault | undefined;

/** What the service understood of a body, and what it objects to. */
export interface Understanding {
  readonly body: JsonObject;
  readonly request: GenerateRequest;
  readonly fault?: Fault | undefined;
}

export interface Service {
  readonly dialect: DialectName;
  readonly models: ModelTable;
  readonly signer: Signer;
  readonly maxBodyBytes: number;
}

export function understand(bytes: Uint8Array, route: Route, service: Service): Understanding {
  const body = parsed(bytes);
  if (body === undefined) return { body: {}, request: {}, fault: notJson(bytes) };
  const read = readBody(body, route, service.dialect);
  const request = read.value as GenerateRequest; // readFields has checked the names; rules read values with care
  const understood = { body, request };
  if (bytes.length > service.maxBodyBytes) return { ...understood, fault: bodyTooLarge(service.maxBodyBytes) };
  const asked = service.models.find(route.model.replace(/^models\//, ''));
  if (route.model === '') return { ...understood, fault: modelNameMissing() };
  if (!asked) return { ...understood, fault: modelUnknown(route.model, route.operation) };
  if (read.violations.length > 0) return { ...understood, fault: unknownNames(read.violations) };
  const call = { request, asked, model: service.models.serving(asked), ...service };
  return { ...understood, fault: firstFault(call) };
}

function firstFault(call: Checked): Fault | undefined {
  for (const rule of [...contentRules, ...modelRules]) {
    const fault = rule(call);
    if (fault) return fault;
  }
  return undefined;
}

/** For countTokens, the request that is counted. */
function readBody(body: JsonObject, route: Route, dialect: DialectName) {
  const through = dialect === 'comet' ? relayed(body) : body;
  if (route.operation !== 'countTokens') return readFields(through, REQUEST);
  const read = readFields(body, COUNT_REQUEST);
  const inner = isObject(read.value) ? read.value['generateContentRequest'] : undefined;
  return { ...read, value: inner ?? read.value };
}

function parsed(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function notJson(bytes: Uint8Array): Fault {
  const start = Buffer.from(bytes.subarray(0, 40)).toString();
  const message = `Invalid JSON payload received. Unexpected token.\n${start}\n^`;
  return {
    ...invalidArgument(message),
    comet: { status: 400, code: 'invalid_request', message: 'invalid request body' },
  };
}

function modelNameMissing(): Fault {
  return { ...modelUnknown('', 'generateContent'), comet: { status: 400, message: 'model name is required' } };
}

/** Everything beside the model calls: the list of models, and what wrong addresses are answered with. */
import type { DialectName } from './dialect.ts';
import { modelUnknown } from './faults.ts';
import type { ModelTable } from './models.ts';
import type { Answer } from './script.ts';

/** `GET /v1beta/models` and `GET /v1beta/models/{model}`. @see https://ai.google.dev/api/models */
export function directory(models: ModelTable, wanted: string): Answer {
  if (wanted === '') return json({ models: models.ids.map(entry) });
  return models.find(wanted)
    ? json(entry(wanted))
    : { kind: 'fault', fault: modelUnknown(wanted, 'get'), delivery: {} };
}

function entry(id: string) {
  return {
    name: `models/${id}`,
    version: '001',
    displayName: id,
    inputTokenLimit: 1_048_576,
    outputTokenLimit: 65_536,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
    thinking: true,
  };
}

function json(value: object): Answer {
  return page(200, JSON.stringify(value, null, 2), { 'content-type': 'application/json; charset=UTF-8' });
}

const HTML = { 'content-type': 'text/html; charset=UTF-8' };

/** An address nobody serves: Google says so; the relay redirects a double slash and shows its web page for the rest. */
export function elsewhere(path: string, dialect: DialectName): Answer {
  if (dialect === 'google')
    return page(404, '<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n', HTML);
  const clean = path.replace(/\/{2,}/g, '/');
  if (clean !== path)
    return page(301, `<a href="${encodeURI(clean)}">Moved Permanently</a>.\n`, { ...HTML, location: clean });
  return page(200, '<!doctype html><html lang="en"><title>CometAPI</title><div id="root"></div></html>', HTML);
}

function page(status: number, body: string, headers: Readonly<Record<string, string>>): Answer {
  return { kind: 'verbatim', status, headers, steps: [{ kind: 'bytes', bytes: body }], delivery: {} };
}

/** The simulator against Discord's own description of its API: no route without one, and nothing slips past the check. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Checker } from './openapi.ts';
import { ROUTES } from './routes/table.ts';
import type { Route } from './route.ts';

const directory = process.env['OPENAPI_DIR'];
const README = join(import.meta.dirname, '../README.md');

function routeOf(method: Route['method'], path: string): Route {
  return { method, path, limit: 'other', handle: () => ({ status: 200 }) };
}

describe.skipIf(Checker.open(directory) === undefined)("Discord's description", () => {
  function checker(): Checker {
    const opened = Checker.open(directory);
    if (!opened) throw new Error('skipped without it');
    return opened;
  }

  const post = routeOf('POST', '/channels/{channel_id}/messages');

  it.each([
    ['more than ten embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) }],
    ['a property nobody knows', { contents: 'typo' }],
    ['a misspelt property deep inside', { allowed_mentions: { parse: [], repliedUser: false } }],
    ['a nonce of 26 characters', { nonce: 'x'.repeat(26) }],
  ])('catches a request with %s', (_what, body) => {
    const check = checker();
    check.request(post, body);
    expect(check.violations).toHaveLength(1);
  });

  it('accepts what the bot really sends', () => {
    const check = checker();
    check.request(post, { content: 'x', flags: 4, nonce: '1', enforce_nonce: true, allowed_mentions: { parse: [] } });
    const put = routeOf('PUT', '/applications/{application_id}/commands');
    check.request(put, [{ name: 'x', description: 'y', default_member_permissions: '0' }]);
    expect(check.violations).toEqual([]);
  });

  it('catches an answer that lacks a field, and a status that does not exist', () => {
    const check = checker();
    check.response(post, { status: 200, body: { id: '1' } });
    check.response(post, { status: 201, body: {} });
    expect(check.violations).toHaveLength(2);
  });

  it('names every route there is, but for one that is known to work without', () => {
    const paths = JSON.parse(readFileSync(join(directory ?? '', 'discord.json'), 'utf8')).paths;
    const missing = ROUTES.filter(({ method, path }) => paths[path]?.[method.toLowerCase()] === undefined);
    expect(missing.map(({ path }) => path)).toEqual(['/attachments/refresh-urls']);
  });
});

describe('the list of endpoints', () => {
  it.skipIf(!existsSync(README))('names every route', () => {
    const text = readFileSync(README, 'utf8');
    const missing = ROUTES.filter(({ method, path }) => !text.includes(`\`${method} ${path}\``));
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});

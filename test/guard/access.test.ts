import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Author, Place } from '../../src/core/inbound.ts';
import { Access, type AccessRules } from '../../src/guard/access.ts';
import { aMention } from '../support/builders.ts';
import { quietLog } from '../support/model.ts';

const nobody = { workspaces: [], channels: [], roles: [], people: [] };
const open: AccessRules = { usually: 'open', directMessages: true, refusals: 'told', allow: nobody, deny: nobody };
const closed: AccessRules = { ...open, usually: 'closed' };

const ada: Author = { id: 'ada', name: 'Ada', roles: ['staff'] };
const place: Place = { platform: 'discord', workspace: 'w1', channel: 'c1', kind: 'channel' };
const direct: Place = { platform: 'discord', workspace: '@me', channel: 'd1', kind: 'direct' };

function admits(rules: AccessRules, where: Place = place, author: Author = ada): boolean {
  return new Access(rules, quietLog).admits({ author, place: where });
}

describe('access that is usually open', () => {
  it('lets everybody in whom no list keeps out', () => {
    expect(admits(open)).toBe(true);
    expect(admits(open, direct)).toBe(true);
  });

  it.each([
    ['workspaces', 'w1'],
    ['channels', 'c1'],
    ['roles', 'staff'],
    ['people', 'ada'],
  ])('keeps out whoever is denied by %s', (list, id) => {
    expect(admits({ ...open, deny: { ...nobody, [list]: ['other', id] } })).toBe(false);
    expect(admits({ ...open, deny: { ...nobody, [list]: ['other'] } })).toBe(true);
  });

  it('answers no direct message where they are off, and everything else', () => {
    expect(admits({ ...open, directMessages: false }, direct)).toBe(false);
    expect(admits({ ...open, directMessages: false })).toBe(true);
  });

  it('counts a person without known roles as one who has none', () => {
    const unknown: Author = { id: 'ada', name: 'Ada' };
    expect(admits({ ...open, deny: { ...nobody, roles: ['staff'] } }, place, unknown)).toBe(true);
    expect(admits({ ...closed, allow: { ...nobody, roles: ['staff'] } }, place, unknown)).toBe(false);
  });
});

describe('access that is usually closed', () => {
  it('lets nobody in where nothing is listed', () => {
    expect(admits(closed)).toBe(false);
    expect(admits(closed, direct)).toBe(false);
  });

  it.each([
    ['workspaces', 'w1'],
    ['channels', 'c1'],
    ['roles', 'staff'],
    ['people', 'ada'],
  ])('lets in whoever is listed by %s', (list, id) => {
    expect(admits({ ...closed, allow: { ...nobody, [list]: ['other', id] } })).toBe(true);
    expect(admits({ ...closed, allow: { ...nobody, [list]: ['other'] } })).toBe(false);
  });

  it('wants both the place and the person listed where both are listed at all', () => {
    const rules = { ...closed, allow: { ...nobody, channels: ['c1'], roles: ['staff'] } };
    expect(admits(rules)).toBe(true);
    expect(admits(rules, { ...place, channel: 'c2' })).toBe(false);
    expect(admits(rules, place, { ...ada, roles: ['guest'] })).toBe(false);
  });

  it('lets a listed workspace not stand for the direct messages of everybody', () => {
    expect(admits({ ...closed, allow: { ...nobody, workspaces: ['w1'] } }, direct)).toBe(false);
    expect(admits({ ...closed, allow: { ...nobody, workspaces: ['w1', '@me'] } }, direct)).toBe(true);
  });
});

describe('whoever is denied', () => {
  const id = fc.constantFrom('a', 'b', 'c');
  const lists = fc.record({
    workspaces: fc.array(id),
    channels: fc.array(id),
    roles: fc.array(id),
    people: fc.array(id),
  });
  const rules = fc.record({
    usually: fc.constantFrom('open' as const, 'closed' as const),
    directMessages: fc.boolean(),
    refusals: fc.constantFrom('told' as const, 'silent' as const),
    allow: lists,
    deny: lists,
  });
  const asking = fc.record({
    author: fc.record({ id, name: id, roles: fc.array(id) }),
    place: fc.record({
      platform: fc.constant('slack' as const),
      workspace: id,
      channel: id,
      kind: fc.constantFrom('direct' as const, 'channel' as const, 'thread' as const),
    }),
  });

  it('stays out whatever is allowed, and nobody is let in where it is closed but by a list', () => {
    fc.assert(
      fc.property(rules, asking, (given, { author, place: where }) => {
        const isIn = admits(given, where, author);
        const { allow, deny } = given;
        const isDenied =
          deny.workspaces.includes(where.workspace) ||
          deny.channels.includes(where.channel) ||
          deny.people.includes(author.id) ||
          author.roles.some((role) => deny.roles.includes(role));
        if (isDenied) expect(isIn).toBe(false);
        const isNamed =
          allow.workspaces.includes(where.workspace) ||
          allow.channels.includes(where.channel) ||
          allow.people.includes(author.id) ||
          author.roles.some((role) => allow.roles.includes(role));
        if (given.usually === 'closed' && !isNamed) expect(isIn).toBe(false);
      }),
    );
  });
});

describe('a refusal', () => {
  it('is told, unless silence is wanted or nothing in the message named the bot', async () => {
    const rules = { ...open, deny: { ...nobody, people: ['ada'] } };
    const mention = aMention({ author: ada });
    const check = (given: AccessRules, isFree = false) =>
      new Access(given, quietLog).check(isFree ? { ...mention, isFree } : mention);
    expect(await check(rules)).toEqual({ kind: 'not-allowed' });
    expect(await check({ ...rules, refusals: 'silent' })).toEqual({ kind: 'not-allowed', isSilent: true });
    expect(await check(rules, true)).toEqual({ kind: 'not-allowed', isSilent: true });
    expect(await check(open)).toBeUndefined();
  });

  it('goes by the rules that stand when it is asked for', async () => {
    const access = new Access(open, quietLog);
    access.rules = closed;
    expect(await access.check(aMention())).toEqual({ kind: 'not-allowed' });
  });
});

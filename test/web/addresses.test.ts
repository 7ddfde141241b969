/** Which addresses count as public, and what becomes of a name that leads elsewhere. */
import type { LookupAddress } from 'node:dns';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublic, publicLookup } from '../../src/web/addresses.ts';

describe('isPublic', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001:0:7f00::1',
  ])('says no to %s', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '162.159.129.233', '2606:4700::1111', '2a00:1450:4001::200e'])(
    'says yes to %s',
    (address) => {
      expect(isPublic(address)).toBe(true);
    },
  );

  it('says no to every address of a private network, however it is reached', () => {
    const octet = fc.nat(255);
    const hidden = fc.oneof(
      fc.tuple(fc.constant(10), octet, octet, octet),
      fc.tuple(fc.constant(127), octet, octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    );
    fc.assert(
      fc.property(hidden, (octets) => {
        const address = octets.join('.');
        expect(isPublic(address)).toBe(false);
        expect(isPublic(`::ffff:${address}`)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('publicLookup', () => {
  const led = (addresses: readonly LookupAddress[]) => publicLookup((_name, _options, done) => done(null, addresses));

  function looked(addresses: readonly LookupAddress[], all: boolean): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    led(addresses)('files.test', { all }, (error, address, family) => resolve(error ?? [address, family]));
    return promise;
  }

  const shown = { address: '8.8.8.8', family: 4 };
  const hidden = { address: '10.0.0.7', family: 4 };

  it('gives the addresses as sockets ask for them: all, or the first', async () => {
    expect(await looked([shown], true)).toEqual([[shown], undefined]);
    expect(await looked([shown], false)).toEqual(['8.8.8.8', 4]);
  });

  it.each([[[hidden]], [[shown, hidden]], [[]]])(
    'fails where any address is not public, or there is none: %j',
    async (found) => {
      expect(await looked(found, true)).toMatchObject({ code: 'NOT_PUBLIC' });
      expect(await looked(found, false)).toMatchObject({ code: 'NOT_PUBLIC' });
    },
  );

  it('passes on why a name was not found', async () => {
    const failed = publicLookup((_name, _options, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), []));
    const { promise, resolve } = Promise.withResolvers<unknown>();
    failed('files.test', { all: true }, resolve);
    expect(await promise).toMatchObject({ code: 'ENOTFOUND' });
  });

  it('is asked once a connection, and what it found is connected to: a name that leads elsewhere a moment later leads nowhere', async () => {
    const answers = [[shown], [{ address: '127.0.0.1', family: 4 }]];
    let looks = 0;
    const changing = publicLookup((_name, _options, done) => {
      const found = answers[looks++] ?? [];
      setImmediate(() => done(null, found));
    });
    const connected = async (): Promise<unknown> => {
      const socket = connect({ host: 'localhost', port: 443, lookup: changing });
      const { promise, resolve } = Promise.withResolvers<unknown>();
      socket.on('error', resolve);
      // Told before the connection is tried, which a test must not do.
      socket.on('lookup', (error, address) => {
        resolve(error ?? address);
        socket.destroy();
      });
      return promise;
    };
    expect([await connected(), looks]).toEqual(['8.8.8.8', 1]);
    expect([await connected(), looks]).toMatchObject([{ code: 'NOT_PUBLIC' }, 2]);
  });
});

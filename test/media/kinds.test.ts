/** What a file is: its bytes decide, whatever its name and its sender say. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/media/kinds.ts';
import { FILES } from '../support/files.ts';
import { SVG } from '../support/pictures.ts';

const unnamed = { name: 'file', mimeType: 'application/octet-stream' };

describe('kindOf', () => {
  it.each([
    ['png', 'image', 'image/png'],
    ['jpg', 'image', 'image/jpeg'],
    ['webp', 'image', 'image/webp'],
    ['heic', 'image', 'image/heic'],
    ['pdf', 'document', 'application/pdf'],
    ['wav', 'audio', 'audio/wav'],
    ['mp3', 'audio', 'audio/mp3'],
    ['flac', 'audio', 'audio/flac'],
    ['ogg', 'audio', 'audio/ogg'],
    ['mp4', 'video', 'video/mp4'],
    ['mov', 'video', 'video/quicktime'],
    ['webm', 'video', 'video/webm'],
  ] as const)('knows %s by its bytes, and calls it as the service does', async (extension, medium, mimeType) => {
    expect(await kindOf(unnamed, FILES[extension])).toEqual({ kind: 'medium', medium, mimeType });
    const disguised = { name: 'notes.txt', mimeType: 'text/plain' };
    expect(await kindOf(disguised, FILES[extension])).toEqual({ kind: 'medium', medium, mimeType });
  });

  it.each(['gif', 'bmp', 'm4a', 'zip', 'exe'] as const)('gives the model no %s', async (extension) => {
    expect(await kindOf({ name: 'a.png', mimeType: 'image/png' }, FILES[extension])).toEqual({ kind: 'unknown' });
  });

  it.each([
    ['BMW builds cars', 'image/bmp'],
    ['MZ is a country code', 'application/octet-stream'],
    ['FORMAT: one line each', 'audio/aiff'],
    ['MAC addresses', 'application/octet-stream'],
    ['GIF89a was a format', 'image/gif'],
    ['PKZIP made archives', 'application/zip'],
    ['ID3 is a tag', 'audio/mpeg'],
    ['%!PS is how PostScript begins', 'application/postscript'],
  ])('takes letters for text, whatever they spell at first: %j', async (text, mimeType) => {
    expect(await kindOf({ name: 'note', mimeType }, Buffer.from(text))).toEqual({ kind: 'text', text });
  });

  it('takes a TypeScript file for text, although its name is that of a video', async () => {
    const file = { name: 'main.ts', mimeType: 'video/mp2t' };
    expect(await kindOf(file, Buffer.from('let x = 1;\n'))).toEqual({ kind: 'text', text: 'let x = 1;\n' });
  });

  it('takes a picture in letters for its source', async () => {
    const file = { name: 'a.svg', mimeType: 'image/svg+xml' };
    expect(await kindOf(file, SVG)).toEqual({ kind: 'text', text: SVG.toString() });
  });

  const page = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>';

  it.each([
    ['photo.png', 'image/png'],
    ['photo.png', ''],
    ['voice', 'audio/ogg'],
    ['paper.pdf', 'application/pdf'],
    ['paper', 'application/pdf'],
  ])('sees that a web page came in place of %s (%s)', async (name, mimeType) => {
    expect(await kindOf({ name, mimeType }, Buffer.from(page))).toEqual({ kind: 'page' });
  });

  it.each([
    ['page.html', 'text/html'],
    ['page.txt', 'text/plain'],
    ['page', 'application/octet-stream'],
  ])('takes a web page that was meant for text: %s', async (name, mimeType) => {
    expect(await kindOf({ name, mimeType }, Buffer.from(page))).toEqual({ kind: 'text', text: page });
  });

  it('does not unpack an archive that claims to be small', async () => {
    const bomb = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(1_000_000)]);
    expect(await kindOf(unnamed, bomb)).toEqual({ kind: 'unknown' });
  });

  const head = fc.constantFrom(...Object.values(FILES));
  const spoiled = fc
    .tuple(head, fc.nat(200), fc.uint8Array({ maxLength: 200 }), fc.nat(64))
    .map(([file, keep, rest, at]) => {
      const mixed = Buffer.concat([file.subarray(0, keep), rest]);
      if (mixed.length > 0) mixed[at % mixed.length] = at;
      return mixed;
    });

  it('says something of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 400 }), spoiled),
        fc.string(),
        fc.string(),
        async (bytes, name, mimeType) => {
          const known = await kindOf({ name, mimeType }, bytes);
          expect(['text', 'medium', 'page', 'unknown']).toContain(known.kind);
          if (known.kind === 'medium') expect(known.mimeType).toMatch(/^(image|audio|video|application)\/[\w-]+$/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

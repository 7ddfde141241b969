/** Small real pictures, written out, and pictures as a model gives them. */
import { crc32, deflateSync } from 'node:zlib';
import type { InlineData } from '../../src/core/content.ts';

/** Two pixels by two, red. */
export const RED = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000104944415478da6338212707' +
    '440c100a001f2604114a8e8d200000000049454e44ae426082',
  'hex',
);

/** The same in blue. */
export const BLUE = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73000000104944415478da6390933b01' +
    '440c100a0019d60411a211fd930000000049454e44ae426082',
  'hex',
);

/** What a browser would run as a page, under a name that promises less. */
export const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="run"</script></svg>');

/** Of this many bytes: what follows the end of a PNG is ignored by whoever shows it. */
export function pngOf(bytes: number): Buffer {
  return Buffer.concat([RED, Buffer.alloc(bytes - RED.length)]);
}

export function inline(data: Buffer, mimeType = 'image/png'): InlineData {
  return { mimeType, data: data.toString('base64') };
}

/** A real black PNG of this many pixels. @see https://www.w3.org/TR/png-3/#5DataRep */
export function canvas(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const rows = deflateSync(Buffer.alloc((width + 1) * height));
  return Buffer.concat([
    RED.subarray(0, 8),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

import { describe, expect, it } from 'vitest';
import { imageLine, recordedStreams, smallEvents, type Workload } from './inputs.ts';
import { halley, naive, readers, sdk } from './readers.ts';

function bodyOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString();
}

describe('the input of a benchmark', () => {
  it('is the same each time', () => {
    expect(smallEvents(50).bodies).toEqual(smallEvents(50).bodies);
    expect(imageLine(1).payloads).toEqual(imageLine(1).payloads);
  });

  it('is framed as Google frames it, in pieces of 16 KB at most', () => {
    const { bodies, payloads, bytes } = smallEvents(500);
    const [pieces = []] = bodies;
    expect(bodyOf(pieces)).toBe(payloads.map((json) => `data: ${json}\r\n\r\n`).join(''));
    expect(Math.max(...pieces.map((piece) => piece.length))).toBe(16_384);
    expect(bytes).toBe(Buffer.byteLength(bodyOf(pieces)));
  });

  it('has characters that a cut can fall into', () => {
    const [pieces = []] = smallEvents(2000).bodies;
    const cutInside = pieces.some((piece) => ((piece[0] ?? 0) & 0xc0) === 0x80);
    expect(cutInside).toBe(true);
  });

  it('has one line where it says so', () => {
    const { payloads, bytes } = imageLine(2);
    expect(payloads).toHaveLength(1);
    expect(bytes).toBeGreaterThan(2 * 1024 * 1024);
  });
});

describe('the readers', () => {
  const workloads: readonly Workload[] = [smallEvents(300), imageLine(1), ...[recordedStreams() ?? []].flat()];
  const pairs = readers.flatMap((reader) => workloads.map((workload) => ({ reader, workload })));

  it.each(pairs)('$reader.name finds every event of $workload.name', async ({ reader, workload }) => {
    let count = 0;
    for (const pieces of workload.bodies) count += await reader.read(pieces);
    expect(count).toBe(workload.payloads.length);
  });

  it('are this one, a naive one and a foreign one', () => {
    expect(readers).toEqual([halley, naive, sdk]);
  });
});

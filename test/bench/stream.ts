/** From bytes to parsed chunks: this reader beside others and beside the limit, which is `JSON.parse` of the same payloads. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { imageLine, recordedStreams, smallEvents, type Workload } from './inputs.ts';
import { halley, readers, type StreamReader } from './readers.ts';

const IMAGE_MB = 8;
const GROWTH_MB = [2, 8, 32];
/** Each figure is the fastest of the runs that fit into this time: the one least disturbed, long after warming up. */
const TIME_MS = 3000;
const LEAST_RUNS = 3;
const CLOCK_MS = 200;

export async function streamBench(): Promise<string> {
  const recorded = recordedStreams();
  const workloads = [smallEvents(20_000), imageLine(IMAGE_MB), ...(recorded ? [recorded] : [])];
  const tables: string[] = [];
  for (const workload of workloads) tables.push(await tableOf(workload));
  const growth = await growthLine();
  const memory = await memoryLine();
  const missing = recorded ? [] : ['RECORDED_DIR is not set: the recorded streams are left out.'];
  return [...tables, growth, memory, ...missing].join('\n\n');
}

async function tableOf(workload: Workload): Promise<string> {
  const limit = await fastestMs(() => parseAll(workload.payloads));
  const rows = [`| bare \`JSON.parse\` | ${msOf(limit)} | ${rateOf(workload, limit)} | 1.00 | 100 % |`];
  for (const reader of readers) {
    const ms = await fastestMs(() => readAll(reader, workload));
    const share = `${Math.round((limit / ms) * 100)} %`;
    rows.push(`| ${reader.name} | ${msOf(ms)} | ${rateOf(workload, ms)} | ${(ms / limit).toFixed(2)} | ${share} |`);
  }
  const size = `${(workload.bytes / 1_000_000).toFixed(1)} MB, ${workload.payloads.length.toLocaleString('en')} events`;
  const head = ['| reader | ms | MB/s | times the limit | share of `JSON.parse` |', '|---|--:|--:|--:|--:|'];
  return [`### ${workload.name} (${size})`, '', ...head, ...rows].join('\n');
}

function msOf(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 1);
}

function rateOf(workload: Workload, ms: number): string {
  return Math.round(workload.bytes / 1000 / ms).toLocaleString('en');
}

function parseAll(payloads: readonly string[]): number {
  let count = 0;
  for (const payload of payloads) if (JSON.parse(payload)) count++;
  return count;
}

/** Fails when a reader does not find every event: a fast reader that loses some is no reader. */
async function readAll(reader: StreamReader, { bodies, payloads, name }: Workload): Promise<number> {
  let count = 0;
  for (const pieces of bodies) {
    const found = reader.read(pieces);
    // A reader that does not wait is not made to: with bodies this short, even that would show.
    count += typeof found === 'number' ? found : await found;
  }
  if (count !== payloads.length)
    throw new Error(`${reader.name} found ${count} of ${payloads.length} events in ${name}.`);
  return count;
}

/** The least CPU time of one reading, in milliseconds: of this thread alone, so that a busy machine changes little. */
async function fastestMs(work: () => unknown): Promise<number> {
  const begin = performance.now();
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < LEAST_RUNS || performance.now() - begin < TIME_MS; run++)
    fastest = Math.min(fastest, await cpuMs(work));
  return fastest;
}

/** The mean of as many readings as it takes for the clock, whose steps can be some milliseconds wide, not to matter. */
async function cpuMs(work: () => unknown): Promise<number> {
  const start = process.threadCpuUsage();
  for (let rounds = 1; ; rounds++) {
    await work();
    const { user, system } = process.threadCpuUsage(start);
    const ms = (user + system) / 1000;
    if (ms >= CLOCK_MS) return ms / rounds;
  }
}

/** A reader that is linear stays at about the same multiple of the limit, however long the line. */
async function growthLine(): Promise<string> {
  const times: string[] = [];
  for (const megabytes of GROWTH_MB) {
    const line = imageLine(megabytes);
    const limit = await fastestMs(() => parseAll(line.payloads));
    const ms = await fastestMs(() => readAll(halley, line));
    times.push(`${megabytes} MB in ${msOf(ms)} ms, ${(ms / limit).toFixed(2)} times the limit`);
  }
  return `Longer image lines, ${halley.name}: ${times.join('; ')}.`;
}

/** The most memory that reading the image line held beyond what stood before, garbage included. */
async function memoryLine(): Promise<string> {
  const line = imageLine(IMAGE_MB);
  const rows: string[] = [];
  for (const reader of readers) {
    const peak = await peakBytes(reader, line);
    rows.push(`${reader.name} ${(peak / line.bytes).toFixed(1)}`);
  }
  return `Peak extra memory while reading the image line, in times the line: ${rows.join(', ')}.`;
}

async function peakBytes(reader: StreamReader, { bodies }: Workload): Promise<number> {
  collectGarbage();
  const before = heldBytes();
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, heldBytes() - before);
  };
  for (const pieces of bodies) await reader.read(pieces, look);
  return peak;
}

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

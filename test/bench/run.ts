/** `npm run bench -- <name> [options]` runs one benchmark and prints its tables; without a name, all of them. */
import { cpus } from 'node:os';
import { floodBench } from './load/flood.ts';
import { soakBench } from './load/soak.ts';
import { renderBench } from './render.ts';
import { streamBench } from './stream.ts';
import { streamingBench } from './streaming/bench.ts';
import { UsageError } from './usage.ts';

const benches: Readonly<Record<string, (options: readonly string[]) => Promise<string>>> = {
  stream: withoutOptions(streamBench),
  streaming: streamingBench,
  render: withoutOptions(renderBench),
  flood: withoutOptions(floodBench),
  soak: soakBench,
};

function withoutOptions(bench: () => Promise<string>): (options: readonly string[]) => Promise<string> {
  return ([option]) => {
    if (option !== undefined) throw new UsageError(`This benchmark takes no options, not even "${option}".`);
    return bench();
  };
}

async function main([first, ...options]: readonly string[]): Promise<void> {
  for (const name of first === undefined ? Object.keys(benches) : [first]) {
    const bench = benches[name];
    if (!bench) throw new UsageError(`There is no benchmark "${name}". There are: ${Object.keys(benches).join(', ')}.`);
    console.log(`## ${name}\n\nNode ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}.\n`);
    console.log(await bench(options));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

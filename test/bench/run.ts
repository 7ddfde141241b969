/** `npm run bench -- <name>` runs one benchmark and prints its tables; without a name, all of them. */
import { cpus } from 'node:os';
import { renderBench } from './render.ts';
import { streamBench } from './stream.ts';

const benches: Readonly<Record<string, () => Promise<string>>> = {
  stream: streamBench,
  render: renderBench,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
for (const name of names) {
  const bench = benches[name];
  if (!bench) throw new Error(`There is no benchmark "${name}". There are: ${Object.keys(benches).join(', ')}.`);
  console.log(`## ${name}\n\nNode ${process.version}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}.\n`);
  console.log(await bench());
}

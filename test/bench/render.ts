/** From the chunks of a long answer to the pages of every view of it: what each step costs, beside making all of it anew each time. */
import { format, PAGE, pagesOf } from '../../src/discord-text/format.ts';
import { Pager } from '../../src/markdown/paginate.ts';
import { Scanner } from '../../src/markdown/scanner.ts';
import { Draft } from '../../src/reply/draft.ts';

export const ANSWER_CHARS = 30_000;
export const CHUNKS = 400;
/** Each figure is the fastest of the runs that fit into this time; each run takes many times the clock's steps. */
const TIME_MS = 3000;
const CLOCK_MS = 200;

/** A section as models write them: every kind of block, and half of it text. */
function section(number: number): string {
  return `## ${number}. What the stream brings

The answer comes in **small pieces**, each a few words long, and \`every view\` of it has to be whole; see [the notes on
it](https://example.org/notes/${number}?from=answer&to=reader) for how that is done elsewhere. A second sentence follows the
first one, as it does in most paragraphs, and a third one with 東京 and Καλημέρα in it ends this one.

- The first point is made in one line, with *emphasis* where it belongs.
- **The second point:** it has a name, and points of its own:
  - one about \`code${number}()\`
  - one about prices, from $${number} to $${number + 5}
- The third point is short.

\`\`\`ts
export function step${number}(views: readonly string[]): number {
  // How many of them are longer than the one before.
  return views.filter((view, at) => view.length > (views[at - 1]?.length ?? 0)).length;
}
\`\`\`

| Step | Calls | What it does |
|------|------:|--------------|
| add | ${number} | takes a chunk |
| view | ${number * 2} | closes what is **open** |
| pages | ${number * 3} | cuts what is new |

> What is quoted is quoted in a sentence or two, which is long enough to be cut.

1. Do this first, and mind the order of what follows.
2. Then do that, and look at [the result](https://example.org/results/${number}).

`;
}

/** The same answer each time, in pieces of the same length. */
export function chunksOf(characters: number, count: number): readonly string[] {
  let text = '';
  for (let number = 1; text.length < characters; number++) text += section(number);
  const size = Math.ceil(characters / count);
  return Array.from({ length: count }, (_, index) => text.slice(0, characters).slice(index * size, (index + 1) * size));
}

type Show = (markdown: string) => string;

/** Feeds a draft and looks at it after every chunk, as far as the steps go. */
export const steps: Readonly<Record<string, (chunks: readonly string[]) => readonly string[]>> = {
  'draft.add': (chunks) => {
    const draft = new Draft();
    for (const text of chunks) draft.add({ kind: 'text', text });
    return [draft.text];
  },
  'draft.view': (chunks) => {
    const draft = new Draft();
    return chunks.map((text) => {
      draft.add({ kind: 'text', text });
      return draft.view().text;
    });
  },
  pages: (chunks) => paged(chunks, (markdown) => markdown),
  format: (chunks) => paged(chunks, format),
};

function paged(chunks: readonly string[], show: Show): readonly string[] {
  const draft = new Draft();
  const pager = new Pager(PAGE, show);
  let pages: readonly string[] = [];
  for (const text of chunks) {
    draft.add({ kind: 'text', text });
    pages = pager.pages(draft.view().exact);
  }
  return pages;
}

/** Every view made of the whole text: read, closed, cut and formatted from its beginning. */
export function anew(chunks: readonly string[]): readonly string[] {
  let text = '';
  let pages: readonly string[] = [];
  for (const chunk of chunks) {
    text += chunk;
    const scanner = new Scanner();
    scanner.add(text);
    pages = pagesOf(scanner.healed());
  }
  return pages;
}

export function renderBench(): Promise<string> {
  const chunks = chunksOf(ANSWER_CHARS, CHUNKS);
  const first = cpuMs(() => steps.format?.(chunks), 0);
  let before = 0;
  const rows = Object.entries(steps).map(([name, step]) => {
    const ms = fastestMs(() => step(chunks));
    const own = Math.max(0, ms - before);
    before = ms;
    return { name, own };
  });
  const total = rows.reduce((sum, { own }) => sum + own, 0);
  const whole = cpuMs(() => anew(chunks), 0);
  const head = [
    `${ANSWER_CHARS.toLocaleString('en')} characters in ${CHUNKS} chunks, a view for each, pages as for Discord.`,
    '',
    '| step | CPU ms in all | µs a view | share |',
    '|---|--:|--:|--:|',
  ];
  const lines = rows.map(({ name, own }) => rowOf(name, own, total));
  const ends = [
    rowOf('**all**', total, total),
    '',
    `The first answer of a process, before the engine has compiled anything: ${first.toFixed(0)} ms.`,
    `Every view made of the whole text: ${whole.toFixed(0)} ms, ${Math.round(whole / total)} times as much.`,
  ];
  return Promise.resolve([...head, ...lines, ...ends].join('\n'));
}

function rowOf(name: string, ms: number, total: number): string {
  return `| ${name} | ${ms.toFixed(1)} | ${((ms * 1000) / CHUNKS).toFixed(1)} | ${Math.round((ms / total) * 100)} % |`;
}

function fastestMs(work: () => unknown): number {
  const begin = performance.now();
  let fastest = Number.POSITIVE_INFINITY;
  while (performance.now() - begin < TIME_MS) fastest = Math.min(fastest, cpuMs(work, CLOCK_MS));
  return fastest;
}

/** CPU time of this thread, the mean of as many rounds as take `leastMs`: of one for 0. */
function cpuMs(work: () => unknown, leastMs: number): number {
  const start = process.threadCpuUsage();
  for (let rounds = 1; ; rounds++) {
    work();
    const { user, system } = process.threadCpuUsage(start);
    const ms = (user + system) / 1000;
    if (ms >= leastMs) return ms / rounds;
  }
}

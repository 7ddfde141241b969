/** The answers a model gives in the bench: Markdown of every common block, and the chunks it comes in, by seed. */
import { type Chance, chanceOf } from '../random.ts';

/** How fast a model writes. Each pair is a range, both ends included. */
export interface Pacing {
  /** Before the first chunk. */
  readonly silenceMs: number;
  readonly gapMs: readonly [number, number];
  /** UTF-16 units. */
  readonly chunkChars: readonly [number, number];
}

export interface PlannedChunk {
  readonly text: string;
  /** Milliseconds since the request came. */
  readonly dueMs: number;
}

export interface AnswerText {
  readonly text: string;
  /** Sentences of the text, in order, that rest on a source. */
  readonly passages: readonly string[];
}

const PARTS = ['mirror', 'shutter', 'dome motor', 'guide star', 'cooling loop', 'spectrograph', 'focus drive'] as const;
const VERBS = ['align', 'calibrate', 'inspect', 'record', 'compare', 'repeat', 'limit'] as const;
const NIGHTS = ['a humid night', 'the first frost', 'a full moon', 'strong wind', 'a dry spell'] as const;
const PEOPLE = ['Zoë', 'Łucja', 'Jürgen', 'Nguyễn', '佐々木', 'Олена', 'Δανάη', 'ليلى'] as const;
const SAYINGS = [
  '空が澄む夜を待つ。',
  '先校准，再观测。',
  '기록 없는 관측은 없다.',
  'Cierpliwość popłaca – zawsze.',
] as const;
const SIGNS = ['🔭', '🌒', '✨', '🛰️', '👩🏽‍🔬'] as const;

interface Section {
  readonly text: string;
  readonly passage?: string;
}

/** Every line names the instrument, so that a post of a shared channel is known by any part of it. */
const SECTIONS: readonly [SectionMaker, ...SectionMaker[]] = [
  prose,
  steps,
  script,
  plan,
  table,
  quote,
  remedies,
  aside,
];
type SectionMaker = (name: string, chance: Chance) => Section;

function prose(name: string, c: Chance): Section {
  const passage = `On ${c.pick(NIGHTS)} the ${c.pick(PARTS)} of ${name} drifts by ${c.int(2, 90)} µm within ${c.int(3, 40)} minutes.`;
  const more = `**${c.pick(PEOPLE)}** measured it ${c.int(3, 60)} times with \`${name} --probe ${c.int(1, 99)}\` and found *no* link to the outside temperature, which is ${c.int(1, 9)}.${c.int(0, 9)} °C at the median – “calm”, as the log of ${name} says.`;
  return { text: `${passage} ${more}\n\n`, passage };
}

function steps(name: string, c: Chance): Section {
  const depth = '#'.repeat(c.int(2, 4));
  return {
    text: `${depth} How to ${c.pick(VERBS)} the ${c.pick(PARTS)} of ${name}\n\n1. Park ${name} at ${c.int(20, 80)}° and wait ${c.int(2, 20)} minutes.\n2. Take ${c.int(3, 30)} flat frames:\n   - ${name} at gain ${c.int(1, 300)};\n   - the lamp at ${c.int(5, 95)} %.\n3. ${c.pick(PEOPLE)} signs the sheet of ${name}.\n\n`,
  };
}

function script(name: string, c: Chance): Section {
  return {
    text: `The loop that keeps ${name} on target:\n\n\`\`\`ts\n// ${name}: at most ${c.int(2, 40)} corrections a second\nexport async function hold(target: Angle, limit = ${c.int(2, 64)}): Promise<void> {\n  for (let n = 0; n < limit && !target.reached; n++) {\n    const error = await read('${name}', { axis: ${c.int(0, 2)} });\n    if (error > 0.${c.int(10, 99)}) await nudge(-error / ${c.int(2, 9)}); // <= ${c.int(2, 30)} ms\n  }\n}\n\`\`\`\n\n`,
  };
}

function plan(name: string, c: Chance): Section {
  return {
    text: `For ${name} the night is planned in Python:\n\n\`\`\`python\ndef windows(dusk: float, dawn: float) -> list[tuple[float, float]]:\n    """Slots of ${name}, ${c.int(5, 60)} minutes each."""\n    step = ${c.int(5, 60)} / 60\n    return [(at, at + step) for at in arange(dusk, dawn, step) if moon(at) < 0.${c.int(10, 90)}]\n\`\`\`\n\n`,
  };
}

function table(name: string, c: Chance): Section {
  const rows = Array.from(
    { length: c.int(3, 7) },
    () => `| ${c.pick(PARTS)} of ${name} | ${c.int(1, 400)} | ${c.int(1, 99)}.${c.int(0, 9)} | ${c.pick(VERBS)} |\n`,
  );
  return {
    text: `| What, ${name} no. ${c.int(100, 999)} | µm | hours | then |\n| --- | ---: | ---: | :--- |\n${rows.join('')}\n`,
  };
}

function quote(name: string, c: Chance): Section {
  return {
    text: `> ${c.pick(PEOPLE)} wrote in the book of ${name}: “${c.pick(VERBS)} first, then ${c.pick(VERBS)}”. ${c.pick(SAYINGS)} ${c.pick(SIGNS)}\n\n`,
  };
}

function remedies(name: string, c: Chance): Section {
  return {
    text: `- **Seen:** ${name} loses its ${c.pick(PARTS)} after ${c.int(2, 50)} exposures ${c.pick(SIGNS)}\n- **Why:** \`${name}.backlash\` stood at ${c.int(1, 30)}, see [the chart](https://charts.example/${name}/${c.int(100, 999)}).\n- **Then:** ${c.pick(VERBS)} the ${c.pick(PARTS)} and run \`check ${name} -n ${c.int(1, 40)}\`; the *last* column counts.\n\n`,
  };
}

function aside(name: string, c: Chance): Section {
  const passage = `Nobody should ${c.pick(VERBS)} ${name} and its ${c.pick(PARTS)} in the same ${c.int(2, 12)} hours.`;
  return {
    text: `Why so slowly? A plate that is ${c.int(60, 95)} % exposed hides what one at ${c.int(10, 50)} % shows, and ${name} cannot tell the two apart. ${passage} Costs: ~${c.int(2, 90)} €, or ${c.int(1, 9)}× that with ${c.pick(PEOPLE)}’s naïve method.\n\n`,
    passage,
  };
}

/**
 * An answer about the instrument `name`.
 * @param length Of the text, in UTF-16 units; from 400 up.
 */
export function answerText(name: string, length: number): AnswerText {
  const chance = chanceOf(name);
  const close = `In short: ${chance.pick(VERBS)} ${name} first, and be patient. ${chance.pick(SIGNS)}`;
  let text = `${name} needs a plan before you ${chance.pick(VERBS)} anything; here is one.\n\n`;
  const passages: string[] = [];
  let last: SectionMaker | undefined;
  for (;;) {
    const maker = chance.pick(SECTIONS);
    if (maker === last) continue;
    const section = maker(name, chance);
    if (text.length + section.text.length + close.length + 2 > length) break;
    text += section.text;
    if (section.passage !== undefined) passages.push(section.passage);
    last = maker;
  }
  return { text: `${text}${filler(name, length - text.length - close.length)}${close}`, passages };
}

/** Words up to exactly this length, a paragraph of their own where there is room for one. */
function filler(name: string, length: number): string {
  if (length < 4) return ' '.repeat(Math.max(0, length));
  const words = `Keep the notes of ${name} with the plates, by date and by hand, and read them again. `.repeat(
    Math.ceil(length / 60),
  );
  return `${words.slice(0, length - 3).trimEnd()}.`.padEnd(length - 2, '.') + '\n\n';
}

/** Cuts a text into chunks and says when each is due; between code points, as the service does. */
export function chunksOf(text: string, pacing: Pacing, seed: string): readonly PlannedChunk[] {
  const chance = chanceOf(seed);
  const chunks: PlannedChunk[] = [];
  let dueMs = pacing.silenceMs;
  for (let at = 0; at < text.length; ) {
    const end = wholeCodePoint(text, Math.min(text.length, at + chance.int(...pacing.chunkChars)));
    chunks.push({ text: text.slice(at, end), dueMs });
    at = end;
    dueMs += pacing.gapMs[0] + chance.next() * (pacing.gapMs[1] - pacing.gapMs[0]);
  }
  return chunks;
}

function wholeCodePoint(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + 1 : at;
}

/** Holds the code to docs/architecture.md: who may import whom, sizes, headers, exports, layout. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, headerOf, LAYOUT, layout, ROOT } from './support/layout.ts';

/** Room → rooms and packages it may import. Every arrow points at core. */
const MAY_IMPORT: Readonly<
  Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }>
> = {
  core: { rooms: [], packages: [] },
  markdown: { rooms: ['core'], packages: [] },
  sources: { rooms: ['core', 'markdown'], packages: [] },
  notices: { rooms: ['core'], packages: [] },
  reply: { rooms: ['core', 'markdown', 'notices'], packages: [] },
  commands: { rooms: ['core'], packages: [] },
  answers: { rooms: ['core', 'notices', 'reply'], packages: [] },
  steering: { rooms: ['answers', 'core', 'commands', 'models', 'notices'], packages: [] },
  media: { rooms: ['core'], packages: ['file-type'] },
  place: { rooms: ['core'], packages: [] },
  conversation: {
    rooms: ['answers', 'core', 'media', 'notices', 'place', 'reply', 'sources', 'steering'],
    packages: [],
  },
  models: { rooms: ['core'], packages: [] },
  gemini: { rooms: ['core', 'models'], packages: ['undici', 'eventsource-parser'] },
  'discord-controls': { rooms: ['core', 'commands'], packages: ['discord.js'] },
  'discord-reading': { rooms: ['core', 'notices', 'place'], packages: ['discord.js'] },
  'discord-text': { rooms: ['core', 'discord-controls', 'markdown', 'notices', 'sources'], packages: ['discord.js'] },
  'discord-reply': { rooms: ['core', 'discord-text', 'notices', 'reply'], packages: ['discord.js', 'undici'] },
  discord: {
    rooms: [
      'core',
      'commands',
      'discord-controls',
      'discord-reading',
      'discord-reply',
      'discord-text',
      'notices',
      'place',
      'reply',
    ],
    packages: ['discord.js'],
  },
  'slack-text': { rooms: ['core', 'markdown', 'notices', 'sources'], packages: [] },
  'slack-api': { rooms: ['core', 'reply'], packages: ['@slack/bolt'] },
  'slack-reading': { rooms: ['core', 'place', 'slack-api'], packages: [] },
  'slack-reply': { rooms: ['core', 'markdown', 'notices', 'reply', 'slack-api', 'slack-text'], packages: [] },
  slack: {
    rooms: ['core', 'commands', 'notices', 'place', 'reply', 'slack-api', 'slack-reading', 'slack-reply', 'slack-text'],
    packages: ['@slack/bolt'],
  },
  playground: { rooms: ['core', 'commands', 'markdown', 'notices', 'reply', 'sources'], packages: [] },
  storage: { rooms: ['core'], packages: ['keyv', 'hookified'] },
  guard: { rooms: ['core', 'models'], packages: [] },
  tools: { rooms: ['core'], packages: [] },
  web: { rooms: ['core'], packages: ['undici'] },
  ops: { rooms: ['core'], packages: ['pino', 'prom-client'] },
  config: { rooms: ['core'], packages: ['yaml', 'zod'] },
};
/** The composition root knows everything. */
const ROOT_FILES = ['src/app.ts', 'src/main.ts', 'src/parts.ts', 'src/platforms.ts'];
const TOP_LEVEL = [
  '.ci',
  '.gitignore',
  '.npmrc',
  '.nvmrc',
  '.oxlintrc.json',
  '.dockerignore',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  'LICENSE',
  'README.md',
  'biome.json',
  'config',
  'docs',
  'knip.json',
  'package-lock.json',
  'package.json',
  'src',
  'test',
  'tsconfig.json',
  'vitest.config.ts',
]; // prettier-ignore
const NOT_OURS = ['.git', '.vitest', 'node_modules', 'data', '.env'];
const VAGUE = /(^|\/)(utils?|helpers?|common|misc|shared|managers?|services?|handlers?|base|types|index)(\.ts|\/)/;

const sources = filesBelow('src');
const everything = [...sources, ...filesBelow('test')];

function importsOf(text: string): readonly string[] {
  return [
    ...text.matchAll(/^(?:import|export)\s[^;]*?\sfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('the rooms', () => {
  it.each(sources.filter((file) => !ROOT_FILES.includes(file.path)))('$path imports only what its room may', (file) => {
    const rule = MAY_IMPORT[file.room];
    expect(rule, `src/${file.room} is not a room of docs/architecture.md`).toBeDefined();
    for (const specifier of importsOf(file.text)) {
      if (specifier.startsWith('node:')) {
        expect(file.room, `core does no I/O: ${specifier}`).not.toBe('core');
      } else if (specifier.startsWith('.')) {
        const target = join('/', file.path, '..', specifier).split('/')[2] ?? '';
        if (target !== file.room) expect(rule?.rooms, specifier).toContain(target);
      } else {
        expect(rule?.packages, specifier).toContain(packageOf(specifier));
      }
    }
  });

  it.each(Object.keys(MAY_IMPORT))('%s holds nine files at most', (room) => {
    expect(sources.filter((file) => file.room === room).length).toBeLessThanOrEqual(9);
  });

  it('names a platform only in its own folder, the conversation ids, config and the composition root', () => {
    const allowed =
      /^src\/(discord|slack|playground|config|app\.ts|parts\.ts|platforms\.ts|main\.ts|core\/conversation\.ts)/;
    const naming = sources.filter(
      (file) => !allowed.test(file.path) && /\b(discord|slack|playground)\b/i.test(codeOf(file.text)),
    );
    expect(naming.map((file) => file.path)).toEqual([]);
  });

  it('reads the environment in config/load.ts alone', () => {
    const reading = sources.filter((file) => /process\.env/.test(codeOf(file.text))).map((file) => file.path);
    expect(reading).toEqual(['src/config/load.ts']);
  });
});

describe('every file', () => {
  it.each(sources)('$path opens with a sentence and holds 250 lines at most', (file) => {
    expect(headerOf(file.text)).toMatch(/^[A-Z`].{10,}[.:]$/);
    expect(file.text.split('\n').length - 1).toBeLessThanOrEqual(250);
  });

  it('has named exports only, and passes nothing on', () => {
    const faulty = sources.filter((file) => /^export (default|\*|\{[^}]*\} from)/m.test(file.text));
    expect(faulty.map((file) => file.path)).toEqual([]);
  });

  it('is named for what it holds', () => {
    const faulty = everything.filter((file) => VAGUE.test(file.path) || !/^[a-z0-9/.-]+$/.test(file.path));
    expect(faulty.map((file) => file.path)).toEqual([]);
  });

  it('leaves nothing for later and silences no check', () => {
    const faulty = sources.filter((file) =>
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)|oxlint-disable|: any\b/.test(file.text),
    );
    expect(faulty.map((file) => file.path)).toEqual([]);
  });

  it('imports nothing of test into src', () => {
    const faulty = sources.filter((file) => importsOf(file.text).some((specifier) => /(^|\/)test\//.test(specifier)));
    expect(faulty.map((file) => file.path)).toEqual([]);
  });
});

describe('the project', () => {
  it('has nothing else at the top', () => {
    const here = readdirSync(ROOT).filter((name) => !NOT_OURS.includes(name));
    expect(here.filter((name) => !TOP_LEVEL.includes(name))).toEqual([]);
  });

  it('has a docs/layout.md that is true (npm run layout writes it)', () => {
    expect(readFileSync(LAYOUT, 'utf8')).toBe(layout());
  });
});

/** The code without its comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

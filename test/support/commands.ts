/** Makes docs/commands.md from the list of commands; `npm run commands` writes it, a test compares it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ACTIONS, COMMANDS } from '../../src/commands/list.ts';
import type { CommandOption } from '../../src/core/inbound.ts';
import { noticesIn } from '../../src/notices/notices.ts';
import { FLAGS } from '../../src/steering/flags.ts';
import { ROOT } from './layout.ts';

export const COMMANDS_PAGE = join(ROOT, 'docs/commands.md');

/** What an option takes, in words. */
function kindOf(option: CommandOption): string {
  switch (option.kind) {
    case 'text':
      return `text, ${option.maxChars} characters at most`;
    case 'word':
      return `text, completed as a ${option.suggests === 'thinking' ? 'thinking depth' : option.suggests}`;
    case 'choice':
      return option.choices.map((choice) => `\`${choice}\``).join(', ');
    case 'switch':
      return 'yes or no';
    case 'file':
      return 'a file';
  }
}

/** The page, whole. */
export function commandsPage(): string {
  const lines = [
    '# Commands',
    '',
    'Made by `npm run commands` from `src/commands/list.ts` and `src/steering/flags.ts`. Do not edit.',
    '',
    'What is typed after a command goes to its first option; the others are written as `option:value`. Every answer is for the',
    'person who gave the command alone, except that of `/ask` and of `/search` with a question.',
  ];
  for (const { name, description, options } of COMMANDS) {
    lines.push('', `## /${name}`, '', `${description.en}. (${description.pl}.)`);
    if (options.length === 0) continue;
    lines.push('', '| option | takes | |', '| --- | --- | --- |');
    for (const option of options) {
      const required = option.isRequired === true ? ' (required)' : '';
      lines.push(`| ${option.name}${required} | ${kindOf(option)} | ${option.description.en} |`);
    }
  }
  lines.push(
    '',
    '## Under an answer',
    '',
    'Buttons, which still work after a restart. On an answer that was forgotten they say so.',
  );
  lines.push('', '| button | what it does | |', '| --- | --- | --- |');
  for (const { name, description } of ACTIONS)
    lines.push(`| ${noticesIn().actions[name]} | ${description.en} | ${description.pl} |`);
  const flags = FLAGS.map((flag) => `\`${flag}\``).join(', ');
  lines.push('', '## Flags', '', `At the beginning or the end of a message, for its answer alone: ${flags}.`);
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(COMMANDS_PAGE, commandsPage());

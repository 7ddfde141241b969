/** Model texts that try to ping or to forge links, and what Slack would read of a text as its own markup. */
import * as fc from 'fast-check';

const token = fc.constantFrom(
  '<!channel>',
  '<!here>',
  '<!everyone>',
  '<!subteam^S0123>',
  '<@U0123456>',
  '<#C0123456|general>',
  '<!date^1^{date}|now>',
  '<https://evil.example|https://bank.example>',
  '<mailto:a@b.example|me>',
  '<!channel',
  '<',
  '>',
  '&lt;!channel&gt;',
);

const around = fc.constantFrom(
  (text: string) => text,
  (text: string) => `\`${text}\``,
  (text: string) => `\`\`a ${text} \` b\`\``,
  (text: string) => `\n\`\`\`${text}\n${text}\n\`\`\`\n`,
  (text: string) => `\n> ${text}\n`,
  (text: string) => `\n- > ${text}\n`,
  (text: string) => `\n# ${text}\n`,
  (text: string) => `**${text}**`,
  (text: string) => `[${text}](https://a.example)`,
  (text: string) => `[a](${text})`,
  (text: string) => `[a](<${text}>)`,
  (text: string) => `\n| a | ${text} |\n|---|---|\n| ${text} | b |\n`,
  (text: string) => `\n${`| ${text} `.repeat(22)}|\n${'|---'.repeat(22)}|\n${'| x '.repeat(22)}|\n`,
  (text: string) => `\\${text}`,
  (text: string) => `\`${text}`,
  (text: string) => `x${text}x `,
);

/** Every token of Slack's, in every kind of Markdown, beside harmless words. */
export const hostile = fc
  .array(
    fc.oneof(
      fc.tuple(token, around).map(([text, wrap]) => wrap(text)),
      fc.tuple(token, around, around).map(([text, inner, outer]) => outer(inner(text))),
      fc.constantFrom(' and ', '\n\n', 'a < b', 'Map<string, number>', '-> ', '`code`', '```'),
      fc.string({ unit: fc.constantFrom('<', '>', '!', '@', '#', '`', 'a', ' ', '\n', '|', ':'), maxLength: 20 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

/** What of the text Slack would read: mentions, commands and links in angle brackets, wherever they stand. */
export function tokensIn(text: string): readonly string[] {
  return text.match(/<(?:[!@#]|[a-z][a-z\d+.-]*:)[^<>]*>?/giu) ?? [];
}

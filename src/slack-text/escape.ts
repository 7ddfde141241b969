/** What keeps text of others from being read as Slack's own markup: no mention, no link and no date can be forged. */

/** Plain text and mrkdwn: all three signs that Slack reads. @see https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text that is shown as it is in mrkdwn: marks of emphasis and code lose their meaning by a sign that takes no room. */
export function plain(text: string): string {
  return escaped(text).replace(/[*_~`]/gu, (mark) => `${mark}\u200b`);
}

/** The label of a mrkdwn link: on one line, without what would end it or make more of it. */
export function labelOf(text: string, max: number): string {
  const signs = Array.from(text.replace(/[|`*_~\s\p{C}]+/gu, ' ').trim());
  return escaped(signs.length > max ? `${signs.slice(0, max).join('')}…` : signs.join(''));
}

/** Addresses beyond it are not shown. */
const MAX_URL = 1500;

/** An address as it can stand in a link, in mrkdwn and in Markdown; undefined for one that is no web address. */
export function hrefOf(url: string): string | undefined {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/u.test(address.protocol) || address.href.length > MAX_URL) return undefined;
  return encodedUrl(address.href);
}

/** The same address without signs that end a link or are read as markup. */
export function encodedUrl(url: string): string {
  return url.replace(/[()\\<>\s`*|~_[\]]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A mrkdwn link; the label alone where the address cannot be one. */
export function linkOf(label: string, url: string): string {
  const href = hrefOf(url);
  return href === undefined ? label : `<${escaped(href)}|${label}>`;
}

/** A code span with its content, a link's target in angle brackets, an address in them, or a sign on its own. */
const SIGNS =
  /(?<!`)(?<ticks>`+)(?!`)(?<code>.+?)(?<!`)\k<ticks>(?!`)|\]\(<(?<target>[^<>]*)>|<(?<url>https?:\/\/[^\s<>|]+)>|[<>]/gu;

/** A quote's marks, which open nothing, also within a list. */
const LEAD = /^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*/u;

/**
 * A line of Markdown outside of code blocks. Slack reads its own `<…>` also in Markdown, so the angle brackets of all text
 * become entities, which Slack shows and does not read again. The ampersand stays: addresses have it.
 */
export function safeLine(line: string): string {
  if (!line.includes('<') && !line.includes('>')) return line;
  const lead = LEAD.exec(line)?.[0] ?? '';
  return (
    lead +
    line.slice(lead.length).replace(SIGNS, (all, ...rest) => {
      // The last argument of a replacer is the record of named groups, when the pattern has any.
      const { ticks, target, url } = rest.at(-1) as Record<string, string | undefined>;
      if (ticks !== undefined) return safeCode(all);
      if (target !== undefined) return `](${encodedUrl(target)}`;
      return url ?? (all === '<' ? '&lt;' : '&gt;');
    })
  );
}

/** What Slack would read within code: a mention, a command, or an address. */
const TOKEN = /<(?<inner>(?:[!@#]|[a-z][a-z\d+.-]*:)[^<>]*)(?<end>>?)/giu;

/** Code: whether Slack decodes entities there is not known, so only what it would read as its own is changed. */
export function safeCode(code: string): string {
  return code.replace(TOKEN, (_, inner: string, end: string) => `&lt;${inner}${end === '' ? '' : '&gt;'}`);
}

/** A conversation as files for the person who asks: Markdown to read, JSON to keep. */
import type { CommandFile } from '../core/reply.ts';
import { answerTextOf, imagesOf, type Turn } from '../core/conversation.ts';

/** The turns, oldest first, once as Markdown and once as JSON. Pictures are counted, not held. */
export function filesOf(turns: readonly Turn[]): readonly CommandFile[] {
  const json = JSON.stringify({ turns: turns.map(recordOf) }, undefined, 2);
  return [
    { name: 'conversation.md', mimeType: 'text/markdown', text: turns.map(markdownOf).join('\n---\n\n') },
    { name: 'conversation.json', mimeType: 'application/json', text: `${json}\n` },
  ];
}

function recordOf(turn: Turn) {
  const { id, author, text, thoughts, sources, ending, model, modelVersion, usage, receivedAt, endedAt } = turn;
  const { files, citations, notice, footer, attempt } = turn;
  return {
    id,
    author: author.name,
    askedAt: new Date(receivedAt).toISOString(),
    answeredAt: new Date(endedAt).toISOString(),
    question: text,
    files: files?.map(({ name }) => name),
    answer: answerTextOf(turn),
    pictures: imagesOf(turn).length,
    thoughts,
    sources,
    citations,
    notice,
    footer,
    attempt,
    ending,
    model: modelVersion ?? model,
    usage,
  };
}

function markdownOf(turn: Turn): string {
  const { author, text, thoughts, sources, receivedAt } = turn;
  const pictures = imagesOf(turn).length;
  const at = new Date(receivedAt).toISOString().slice(0, 16).replace('T', ' ');
  const blocks = [
    `**${lineOf(author.name)}**, ${at} UTC`,
    quoted(text),
    ...(thoughts === undefined ? [] : [quoted(thoughts)]),
    answerTextOf(turn).trim(),
    ...(pictures === 0 ? [] : [`[${pictures} × 🖼]`]),
    sources.map(({ number, title, url }) => `${number}. [${lineOf(title)}](<${url}>)`).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function quoted(text: string): string {
  return text.replace(/^/gmu, '> ');
}

/** On one line, with nothing that could end the bold or the label it stands in. */
function lineOf(text: string): string {
  return text.replace(/[\s*[\]<>\\]+/gu, ' ').trim();
}

/** Puts marks into a text, or into the pages that it was split into, without moving any of it. */
import type { Mark, Source } from '../core/reply.ts';
import type { Page } from '../markdown/paginate.ts';

/** The text with what stands for each of its marks. */
export function withMarks(text: string, marks: readonly Mark[], show: (mark: Mark) => string): string {
  let [marked, from] = ['', 0];
  for (const mark of marks) {
    marked += text.slice(from, mark.at) + show(mark);
    from = mark.at;
  }
  return marked + text.slice(from);
}

/**
 * What stands for a mark, best first: a link to each of its sources, or their numbers alone.
 * @param targetOf The address as it stands in a link; none where it cannot be linked.
 */
export function formsOfMarks(
  sources: readonly Source[],
  targetOf: (url: string) => string | undefined,
): readonly ((mark: Mark) => string)[] {
  const targets = new Map(sources.map(({ number, url }) => [number, targetOf(url)]));
  const label = (number: number): string => `[${number}]`;
  const link = (number: number): string => label(number) + (targets.get(number) ? `(${targets.get(number)})` : '');
  return [({ sources }) => ` ${sources.map(link).join(' ')}`, ({ sources }) => ` ${sources.map(label).join('')}`];
}

/** The marks of each page, counted from the beginning of its body; one that stands in a page's trail stands at its body's end. */
export function marksByPage(pages: readonly Page[], marks: readonly Mark[]): readonly (readonly Mark[])[] {
  let end = 0;
  return pages.map(({ lead, body, trail }) => {
    const [start, from] = [end, end + lead.length];
    end = from + body.length + trail.length;
    const own = marks.filter(({ at }) => start < at && at <= end);
    return own.map(({ at, sources }) => ({ at: Math.min(Math.max(at - from, 0), body.length), sources }));
  });
}

/** How the page shows a finished reply: its text, what it rests on, where its pictures are, and what is said about it. */
import type { MentionId } from '../core/inbound.ts';
import type { Offer, Reply, Source, Sourced } from '../core/reply.ts';
import { noticesIn } from '../notices/notices.ts';
import { siteOf } from '../sources/sources.ts';
import { addressesOf } from './pictures.ts';

/** A source with what is named beside its title, if anything. */
interface ShownSource extends Source {
  readonly site?: string;
}

/** What a finished answer has beside its text. */
export interface End extends Sourced {
  readonly sources: readonly ShownSource[];
  readonly quotes?: readonly ShownSource[];
  /** Where the page fetches them; absent when there are none. */
  readonly pictures?: readonly string[];
  readonly notice?: string;
  readonly footer?: string;
  /** Buttons under it; absent where nothing can be done with it. */
  readonly actions?: Offer['actions'];
}

/** How the page shows a finished reply; it tells of pictures that it cannot show. */
export function endOf(id: MentionId, { text, images = [], notice, language, footer, offer, ...reply }: Reply) {
  const { sources, marks, searches, quotes } = reply;
  const pictures = addressesOf(id, images);
  const unshown = images.length - pictures.length;
  const notices = [notice, ...(unshown === 0 ? [] : [noticesIn(language).ofPictures(unshown)])].filter(
    (one) => one !== undefined,
  );
  return {
    text,
    state: 'done',
    sources: sources.map(withSite),
    ...(marks === undefined ? {} : { marks }),
    ...(searches === undefined ? {} : { searches }),
    ...(quotes === undefined ? {} : { quotes: quotes.map(withSite) }),
    ...(pictures.length === 0 ? {} : { pictures }),
    ...(notices.length === 0 ? {} : { notice: notices.join('\n') }),
    ...(footer === undefined ? {} : { footer }),
    ...(offer === undefined ? {} : { actions: offer.actions }),
  } as const;
}

function withSite(source: Source): ShownSource {
  const site = siteOf(source);
  return site === undefined ? source : { ...source, site };
}

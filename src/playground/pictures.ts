/** The pictures of answers: the page fetches each by an address, so that views and their events carry no megabytes. */
import type { InlineData } from '../core/content.ts';
import { imagesOf } from '../core/conversation.ts';
import type { MentionId } from '../core/inbound.ts';
import type { TurnStore } from '../core/ports.ts';
import { type PictureKind, pictureKindOf } from '../core/reply.ts';
import { conversationOf, HERE } from './inbound.ts';

/** Base64 characters kept at hand: some dozens of pictures. The answer last kept is kept whatever its size. */
const MAX_AT_HAND_CHARACTERS = 64 * 1024 * 1024;

const ADDRESS = /^\/api\/pictures\/([\w-]{1,64})\/([\w-]{1,64})\/([1-9]\d?)$/;

/** A picture as it is sent to the page. */
export interface Picture {
  readonly kind: PictureKind;
  readonly bytes: Buffer;
}

/** Finds pictures by their addresses: first among those at hand, then in the store. */
export class Pictures {
  readonly #turns: Pick<TurnStore, 'turns'>;
  /** In the order they were kept, the newest last. */
  readonly #atHand = new Map<MentionId, readonly InlineData[]>();

  constructor(turns: Pick<TurnStore, 'turns'>) {
    this.#turns = turns;
  }

  /** Has the pictures of an answer at hand: it may not be stored yet, or too large for it, and reading the store is slow. */
  keep(id: MentionId, images: readonly InlineData[]): void {
    if (images.length === 0) return;
    this.#atHand.delete(id);
    this.#atHand.set(id, images);
    let room = MAX_AT_HAND_CHARACTERS;
    for (const [kept, pictures] of [...this.#atHand].toReversed()) {
      room -= pictures.reduce((sum, { data }) => sum + data.length, 0);
      if (room < 0 && kept !== id) this.#atHand.delete(kept);
    }
  }

  /** The pictures of an answer that is gone are no longer found. */
  drop(id: MentionId): void {
    this.#atHand.delete(id);
  }

  /** @throws StorageUnavailable, StorageCorrupt */
  async find(address: string): Promise<Picture | undefined> {
    const [, thread, message, number] = ADDRESS.exec(address) ?? [];
    if (thread === undefined) return undefined;
    const id = `${HERE.platform}:${thread}/${message}`;
    const images = this.#atHand.get(id) ?? (await this.#stored(thread, id));
    const image = images.filter((each) => pictureKindOf(each) !== undefined)[Number(number) - 1];
    const kind = image && pictureKindOf(image);
    return kind && { kind, bytes: Buffer.from(image.data, 'base64') };
  }

  async #stored(thread: string, id: MentionId): Promise<readonly InlineData[]> {
    const turn = (await this.#turns.turns(conversationOf(thread))).find((one) => one.id === id);
    const images = turn === undefined ? [] : imagesOf(turn);
    this.keep(id, images);
    return images;
  }
}

/** The addresses of the pictures that can be shown, in order. */
export function addressesOf(id: MentionId, images: readonly InlineData[]): readonly string[] {
  const shown = images.filter((image) => pictureKindOf(image) !== undefined);
  return shown.map((_, at) => `/api/pictures/${id.slice(HERE.platform.length + 1)}/${at + 1}`);
}

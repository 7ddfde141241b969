/** Stickers: pictures of the server's own or of Discord's packs, sent beside or instead of a text. */
import { refuse } from '../errors.ts';
import { type Json, listOf } from '../json.ts';
import type { World } from '../state.ts';

/** @see https://discord.com/developers/docs/resources/sticker#sticker-object-sticker-format-types */
export const StickerFormat = { png: 1, apng: 2, lottie: 3, gif: 4 } as const;

export interface Sticker {
  readonly id: string;
  readonly name: string;
  readonly format: number;
}

const MAX_STICKERS = 3;

export const stickerJson = ({ id, name, format }: Sticker): Json => ({ id, name, format_type: format });

/** @throws ApiError 30039 or 50081 */
export function stickersOf(world: World, ids: unknown): readonly Sticker[] {
  const wanted = listOf(ids);
  if (wanted.length > MAX_STICKERS) throw refuse('tooManyStickers');
  return wanted.map((id) => {
    const sticker = world.stickers.get(String(id));
    if (!sticker) throw refuse('invalidSticker');
    return sticker;
  });
}

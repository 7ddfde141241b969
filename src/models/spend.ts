/** What a turn used, what that costs by the list, and what it leaves of a limit. */
import type { UsageMetadata } from '../core/content.ts';
import type { Limit, ModelPrice, Spend } from '../core/model.ts';

/** What one turn used; thoughts cost what output costs. */
export function spendOf(usage: UsageMetadata, price: ModelPrice | undefined): Spend {
  const toolTokens = usage.toolUsePromptTokenCount ?? 0;
  const inTokens = (usage.promptTokenCount ?? 0) + toolTokens;
  const cachedTokens = Math.min(usage.cachedContentTokenCount ?? 0, inTokens);
  const [outTokens, thoughtTokens] = [usage.candidatesTokenCount ?? 0, usage.thoughtsTokenCount ?? 0];
  const { inputUsd = 0, outputUsd = 0, cachedInputUsd = inputUsd } = price ?? {};
  const perMillion =
    (inTokens - cachedTokens) * inputUsd + cachedTokens * cachedInputUsd + (outTokens + thoughtTokens) * outputUsd;
  const counts = { turns: 1, inTokens, cachedTokens, toolTokens, outTokens, thoughtTokens };
  return { ...counts, usd: perMillion / 1_000_000, unpricedTurns: price === undefined ? 1 : 0 };
}

/** What is limited, each with what is left of it, from 0. */
export function restsOf(
  limit: Limit,
  spend: Spend | undefined,
): readonly { readonly kind: keyof Limit; readonly most: number; readonly left: number }[] {
  const { turns = 0, inTokens = 0, outTokens = 0, thoughtTokens = 0, usd = 0 } = spend ?? {};
  const used = { turns, tokens: inTokens + outTokens + thoughtTokens, usd };
  return (['turns', 'tokens', 'usd'] as const).flatMap((kind) => {
    const most = limit[kind];
    return most === undefined ? [] : [{ kind, most, left: Math.max(0, most - used[kind]) }];
  });
}

/** A price that no listed model is above. */
export function dearestOf(models: readonly { readonly price?: ModelPrice }[]): ModelPrice {
  const prices = models.flatMap(({ price }) => price ?? []);
  const inputUsd = Math.max(0, ...prices.map((price) => price.inputUsd));
  const outputUsd = Math.max(0, ...prices.map((price) => price.outputUsd));
  return { inputUsd, outputUsd };
}

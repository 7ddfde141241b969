/** What a turn used, and what that costs by the list. */
import type { UsageMetadata } from '../core/content.ts';
import type { ModelPrice, Spend } from '../core/model.ts';

/** What one turn used; thoughts cost what output costs. */
export function spendOf(usage: UsageMetadata, price: ModelPrice | undefined): Spend {
  const inTokens = (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0);
  const cachedTokens = Math.min(usage.cachedContentTokenCount ?? 0, inTokens);
  const [outTokens, thoughtTokens] = [usage.candidatesTokenCount ?? 0, usage.thoughtsTokenCount ?? 0];
  const { inputUsd = 0, outputUsd = 0, cachedInputUsd = inputUsd } = price ?? {};
  const perMillion =
    (inTokens - cachedTokens) * inputUsd + cachedTokens * cachedInputUsd + (outTokens + thoughtTokens) * outputUsd;
  const counts = { turns: 1, inTokens, cachedTokens, outTokens, thoughtTokens };
  return { ...counts, usd: perMillion / 1_000_000, unpricedTurns: price === undefined ? 1 : 0 };
}

// usage-key.ts: the weak key of a model request: its usage vector, for sources that know no id of the request.
import type { TokenCounts } from '#proto/telemetry.ts'

/**
 * `<all input, cached or not>/<cache reads>/<output with reasoning>` of one request, from counts that do not overlap.
 * The whole input side is one number because sources disagree on whether they tell cache writes apart; the ledger scopes
 * the key by tool and session and joins the n-th request of one source with the n-th of another.
 */
export function usageKey(counts: TokenCounts): string {
  const cached = counts.cacheReadTokens ?? 0
  const input = (counts.inputTokens ?? 0) + cached + (counts.cacheWriteTokens ?? 0)
  return `${input}/${cached}/${counts.outputTokens ?? 0}`
}

// otlp-counts.ts: token counts and money as agents send them → counts that never overlap.
import { type AttributeValue, numeric } from '#proto/attributes.ts'
import type { TokenCounts } from '#proto/telemetry.ts'

/** No single request has more; the ledger says so in its audit where one claims it. */
const countMax = 1_000_000_000

/**
 * A count attribute: `undefined` when it is absent, NaN when it is there but no number, so that the ledger can tell the
 * difference and name it. Negative and absurd numbers pass through for the same reason.
 */
export function countOf(value: AttributeValue | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return numeric(value) ?? Number.NaN
}

/** Whether a count can be one, and so be reckoned with. */
export function isCount(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= countMax
}

/** Counts whose input holds the cached part and whose output holds the reasoning (OpenAI, Google, the GenAI conventions). */
export type Inclusive = {
  input?: number
  cached?: number
  written?: number
  output?: number
  reasoning?: number
}

/**
 * The same counts without overlap. A part that claims to be larger than the whole is cut to it; one that is no count is
 * left for the ledger to refuse and takes nothing away.
 */
export function withoutOverlap({ input, cached, written, output, reasoning }: Inclusive): TokenCounts {
  const counts: TokenCounts = {
    inputTokens: input,
    cacheReadTokens: cached,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: reasoning,
  }
  if (isCount(input)) {
    if (isCount(cached)) counts.cacheReadTokens = Math.min(cached, input)
    const read = isCount(counts.cacheReadTokens) ? counts.cacheReadTokens : 0
    if (isCount(written)) counts.cacheWriteTokens = Math.min(written, input - read)
    const write = isCount(counts.cacheWriteTokens) ? counts.cacheWriteTokens : 0
    counts.inputTokens = input - read - write
  }
  if (isCount(output) && isCount(reasoning)) counts.reasoningTokens = Math.min(reasoning, output)
  return known(counts)
}

/** Output and reasoning that are told apart (Gemini CLI, OpenCode) as one output; see {@link TokenCounts}. */
export function withReasoning(output: number | undefined, reasoning: number | undefined): TokenCounts {
  const both = isCount(output) && isCount(reasoning) ? output + reasoning : output
  return known({ outputTokens: both, reasoningTokens: reasoning })
}

/** USD as integer nano-USD; `undefined` when the value is no amount. */
export function nanoUsd(value: AttributeValue | undefined): number | undefined {
  const usd = numeric(value)
  const nano = usd === undefined ? Number.NaN : Math.round(usd * 1e9)
  return nano >= 0 && nano <= Number.MAX_SAFE_INTEGER ? nano : undefined
}

/** Leaves out what is not known, so that records hold only what was said. A copy: deleting keys makes objects slow. */
export function known<T extends object>(facts: T): T {
  const told = {} as T
  for (const key in facts) if (facts[key] !== undefined) told[key] = facts[key]
  return told
}

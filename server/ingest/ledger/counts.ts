// counts.ts: the numbers of a request from what its observations counted.
import type { countFields, Kept } from './observation.ts'

/** More tokens than this in one request is no count: the largest context windows hold some ten million. */
export const requestTokensMax = 1_000_000_000

/** All counts of a request, 0 where nobody told. */
export type Counts = Record<(typeof countFields)[number], number>

/** The counts of the best observation; what it does not know comes from the next that does and fits. */
export function countsOf(counts: readonly Kept[]): Counts {
  const inputTokens = firstKnown(counts, 'inputTokens')
  const cacheReadTokens = firstKnown(counts, 'cacheReadTokens')
  const cacheWriteTokens = firstKnown(counts, 'cacheWriteTokens')
  const outputTokens = firstKnown(counts, 'outputTokens')
  // Claude Code writes 0 searches beside the usage and the true number beside the result: the larger, never the sum.
  let webSearches = 0
  for (const observation of counts) webSearches = Math.max(webSearches, readable(observation.webSearches) ?? 0)
  return {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    ...cacheWriteSplit(counts, cacheWriteTokens),
    outputTokens,
    reasoningTokens: reasoningOf(counts, outputTokens),
    webSearches,
  }
}

/** {@link countsOf} one observation. */
export function countsAlone(only: Kept): Counts {
  const cacheWriteTokens = readable(only.cacheWriteTokens) ?? 0
  const outputTokens = readable(only.outputTokens) ?? 0
  const reasoningTokens = readable(only.reasoningTokens) ?? 0
  const isSplit = only.cacheWrite5mTokens !== undefined || only.cacheWrite1hTokens !== undefined
  const { cacheWrite5mTokens, cacheWrite1hTokens } = isSplit
    ? cacheWriteSplit([only], cacheWriteTokens)
    : { cacheWrite5mTokens: cacheWriteTokens, cacheWrite1hTokens: 0 }
  return {
    inputTokens: readable(only.inputTokens) ?? 0,
    cacheReadTokens: readable(only.cacheReadTokens) ?? 0,
    cacheWriteTokens,
    cacheWrite5mTokens,
    cacheWrite1hTokens,
    outputTokens,
    reasoningTokens: reasoningTokens > outputTokens ? 0 : reasoningTokens,
    webSearches: readable(only.webSearches) ?? 0,
  }
}

/** Whether {@link unreadableCounts} has nothing to say of it. */
export function isReadable(only: Kept): boolean {
  return (
    only.unreadable === undefined &&
    only.usages === undefined &&
    canBe(only.inputTokens) &&
    canBe(only.cacheReadTokens) &&
    canBe(only.cacheWriteTokens) &&
    canBe(only.cacheWrite5mTokens) &&
    canBe(only.cacheWrite1hTokens) &&
    canBe(only.outputTokens) &&
    canBe(only.reasoningTokens) &&
    canBe(only.webSearches)
  )
}

const canBe = (count: number | undefined) => count === undefined || (count >= 0 && count <= requestTokensMax)

function firstKnown(counts: readonly Kept[], field: (typeof countFields)[number]): number {
  for (const observation of counts) {
    const value = readable(observation[field])
    if (value !== undefined) return value
  }
  return 0
}

/** A count that can be one; a negative or absurd number is none and is told in `differences`. */
export function readable(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= requestTokensMax ? value : undefined
}

/**
 * How the cache writes divide into five minutes and one hour: from any observation whose parts sum to the writes that are
 * used (only transcripts tell). Unknown writes count as five minutes (pricing rule 5).
 */
function cacheWriteSplit(counts: readonly Kept[], writes: number) {
  for (const { cacheWrite5mTokens, cacheWrite1hTokens } of counts) {
    if (cacheWrite5mTokens === undefined && cacheWrite1hTokens === undefined) continue
    const oneHour = readable(cacheWrite1hTokens) ?? writes - (readable(cacheWrite5mTokens) ?? writes)
    const fiveMinutes = readable(cacheWrite5mTokens) ?? writes - oneHour
    if (fiveMinutes >= 0 && oneHour >= 0 && fiveMinutes + oneHour === writes)
      return { cacheWrite5mTokens: fiveMinutes, cacheWrite1hTokens: oneHour }
  }
  return { cacheWrite5mTokens: writes, cacheWrite1hTokens: 0 }
}

/** Reasoning is inside the output; a number from an observation with another output may be larger than the output. */
function reasoningOf(counts: readonly Kept[], output: number): number {
  let fallback = 0
  for (const { outputTokens, reasoningTokens } of counts) {
    const value = readable(reasoningTokens)
    if (value === undefined || value > output) continue
    if (outputTokens === undefined || outputTokens === output) return value
    fallback ||= value
  }
  return fallback
}

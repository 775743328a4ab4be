// transcript-usage.ts: tokens and AI units as Copilot counts them.
import type { TokenCounts } from '#proto/telemetry.ts'
import { countOf, type JsonObject, numberOf, objectOf } from '../json-values.ts'

/** Cache reads and writes are inside the input, reasoning is inside the output. */
export function countsOf(usage: JsonObject): TokenCounts | undefined {
  const input = countOf(usage.inputTokens)
  const output = countOf(usage.outputTokens)
  if (input === undefined && output === undefined) return undefined
  return split(
    input ?? 0,
    countOf(usage.cacheReadTokens) ?? 0,
    countOf(usage.cacheWriteTokens) ?? 0,
    output ?? 0,
    countOf(usage.reasoningTokens) ?? 0,
  )
}

export function split(input: number, read: number, write: number, output: number, reasoning: number): TokenCounts {
  const cacheReadTokens = Math.min(read, input)
  const cacheWriteTokens = Math.min(write, input - cacheReadTokens)
  return {
    inputTokens: input - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: output,
    reasoningTokens: Math.min(reasoning, output),
  }
}

/** The bill: 1 USD is 100 AI units of a thousand million parts each. Nothing when it was not billed in units. */
export function nanoUsdOf(usage: JsonObject): number | undefined {
  const nanoUnits =
    numberOf(usage.totalNanoAiu) ?? numberOf(objectOf(usage.copilotUsage).totalNanoAiu) ?? numberOf(usage.nanoAiu)
  return nanoUsdOfUnits(nanoUnits)
}

export function nanoUsdOfUnits(nanoUnits: number | undefined): number | undefined {
  return nanoUnits !== undefined && nanoUnits > 0 ? Math.round(nanoUnits / 100) : undefined
}

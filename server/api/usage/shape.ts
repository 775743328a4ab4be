// shape.ts: the numbers of contract §4 `Usage`: as columns of a query, as an answer, and as sums of each other.
import { z } from 'zod'
import { big, int, maybe, type Row } from '../../store/query.ts'
import { Raw } from '../json.ts'

/** Dollars, exact: the integer nano-USD behind them divided by 10^9. */
const dollars = z.number().nullable()

/** Contract §4 Usage without its keys. Token counts never overlap. */
export const usageShape = {
  requests: z.number().describe('answered model requests'),
  inputTokens: z.number().describe('uncached input'),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
  cacheWrite5mTokens: z.number(),
  cacheWrite1hTokens: z.number(),
  outputTokens: z.number().describe('includes reasoningTokens'),
  reasoningTokens: z.number(),
  totalTokens: z.number().describe('input + cacheRead + cacheWrite + output'),
  webSearches: z.number(),
  errors: z.number().describe('failed model requests'),
  costUsd: dollars.describe('the cost in force; null when nothing of it is known'),
  reportedCostUsd: dollars.describe('what the agents said; null when they said nothing'),
  computedCostUsd: dollars.describe('what the price table says; null when it knows none of the models'),
  unpricedTokens: z.number().describe('tokens that are in no costUsd'),
  basis: z
    .enum(['reported', 'computed', 'mixed', 'unpriced', 'included'])
    .describe('where costUsd comes from; included: free or part of a plan'),
}
export const UsageNumbers = z.object(usageShape)
export type UsageNumbers = z.infer<typeof UsageNumbers>

/** The columns that usage is read from; every statement that sums `model_calls` selects them under these names. */
export const usageColumns = {
  requests: int,
  input_tokens: int,
  cache_read_tokens: int,
  cache_write_tokens: int,
  cache_write_5m_tokens: int,
  cache_write_1h_tokens: int,
  output_tokens: int,
  reasoning_tokens: int,
  total_tokens: int,
  web_searches: int,
  errors: int,
  cost_nano_usd: maybe(big),
  reported_cost_nano_usd: maybe(big),
  computed_cost_nano_usd: maybe(big),
  unpriced_tokens: int,
  /** The bases of the costs of what used anything, as bits: see {@link basisBits}. */
  bases: int,
}
export type UsageRow = Row<typeof usageColumns>

/** The bits of `bases`; the statements that make it know the same numbers. */
const basisBits = { reported: 1, computed: 2, unpriced: 4, included: 8 } as const

/** Usage of nothing. */
export const noUsage: UsageRow = Object.freeze({
  requests: 0,
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  total_tokens: 0,
  web_searches: 0,
  errors: 0,
  cost_nano_usd: null,
  reported_cost_nano_usd: null,
  computed_cost_nano_usd: null,
  unpriced_tokens: 0,
  bases: 0,
})

/** The sum of usages. An unknown cost adds nothing, and only unknown costs make an unknown sum. */
export function summed(rows: readonly UsageRow[]): UsageRow {
  const sum: UsageRow = { ...noUsage }
  for (const row of rows) {
    for (const key of Object.keys(noUsage) as (keyof UsageRow)[]) {
      const value = row[key]
      if (value === null) continue
      if (key === 'bases') sum.bases |= row.bases
      else if (typeof value === 'bigint')
        (sum as Record<string, unknown>)[key] = ((sum[key] as bigint | null) ?? 0n) + value
      else (sum as Record<string, unknown>)[key] = (sum[key] as number) + value
    }
  }
  return sum
}

/** Contract §4 Usage of a row. */
export function usageOf(row: UsageRow) {
  return {
    requests: row.requests,
    inputTokens: row.input_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWrite5mTokens: row.cache_write_5m_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    totalTokens: row.total_tokens,
    webSearches: row.web_searches,
    errors: row.errors,
    costUsd: usd(costOf(row)),
    reportedCostUsd: usd(row.reported_cost_nano_usd),
    computedCostUsd: usd(row.computed_cost_nano_usd),
    unpricedTokens: row.unpriced_tokens,
    basis: basisOf(row),
  }
}

/** Nano-USD in force: 0 where nothing was used, unknown where only what nobody prices was used. */
export function costOf(row: UsageRow): bigint | null {
  return row.bases === basisBits.unpriced ? null : (row.cost_nano_usd ?? 0n)
}

function basisOf(row: UsageRow): UsageNumbers['basis'] {
  const bases = (Object.keys(basisBits) as (keyof typeof basisBits)[]).filter((basis) => row.bases & basisBits[basis])
  if (bases.length > 1) return 'mixed'
  // Nothing was used: that costs nothing by any table.
  return bases[0] ?? (row.reported_cost_nano_usd === null ? 'computed' : 'reported')
}

/** Dollars of integer nano-USD, written digit by digit so that no cost is rounded on its way. */
export function usd(nano: bigint | null): Raw<number> | null {
  if (nano === null) return null
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '')
  return new Raw(`${nano < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`)
}

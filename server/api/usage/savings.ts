// savings.ts: what caches saved: the input that came from one or was written to one, priced as if there were none.
import { z } from 'zod'
import type { Prices } from '../../ingest/prices/prices.ts'
import { costOf } from '../../ingest/prices/rates.ts'
import { int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import savingsSql from './cache-savings.sql' with { type: 'text' }
import { keyExpression, type UsageAsked, type UsageKey, usageParameters } from './read-usage.ts'

export const Savings = z
  .object({
    withCacheUsd: z.number().describe('what the cached and uncached input of these requests costs by the price table'),
    withoutCacheUsd: z.number().describe('what the same tokens cost as plain input'),
    savedUsd: z.number().describe('the difference; below 0 where writes were not read often enough'),
    cacheReadTokens: z.number(),
    cacheWriteTokens: z.number(),
    unpricedTokens: z.number().describe('cached tokens of models without a price, in none of the sums'),
  })
  .meta({ id: 'CacheSavings' })
export type Savings = z.infer<typeof Savings>

type Sums = { withNano: number; withoutNano: number; reads: number; writes: number; unpriced: number }
const nothing: Sums = { withNano: 0, withoutNano: 0, reads: 0, writes: 0, unpriced: 0 }

const columns = {
  tool: text,
  model: text,
  provider: maybe(text),
  speed: maybe(text),
  tier: maybe(text),
  hour: int,
  first_time: time,
  input_tokens: int,
  cache_read_tokens: int,
  cache_write_tokens: int,
  cache_write_5m_tokens: int,
  cache_write_1h_tokens: int,
}

/**
 * The savings by one key (`null`: not known), the largest first, and of all. Only input is compared: output costs the same
 * either way. Requests of a plan save nothing that is paid for and are left out.
 */
export async function readSavings(
  runner: Runner,
  prices: Prices,
  { groupBy, from, to, filters }: Pick<UsageAsked, 'from' | 'to' | 'filters'> & { groupBy: UsageKey | undefined },
): Promise<{ rows: { key: string | null; savings: Savings }[]; totals: Savings }> {
  const { mcpServer, querySource, ...rest } = filters
  const statement = query(
    savingsSql.replace('/* key */', `${groupBy ? keyExpression(groupBy) : 'null::varchar'} as key,`),
    usageParameters,
    { key: maybe(text), ...columns },
  )
  const groups = new Map<string | null, Sums>()
  const all = { ...nothing }
  for (const row of await statement(runner, {
    from,
    to,
    mcp_server: mcpServer,
    query_source: querySource,
    ...rest,
  })) {
    let sums = groups.get(row.key)
    if (!sums) {
      sums = { ...nothing }
      groups.set(row.key, sums)
    }
    const writes = Math.max(row.cache_write_tokens, row.cache_write_5m_tokens + row.cache_write_1h_tokens)
    const { rates, included } = prices.ratesOf(
      {
        tool: row.tool,
        model: row.model,
        provider: row.provider ?? undefined,
        speed: row.speed ?? undefined,
        timeUnixNano: row.first_time,
      },
      row.tier ?? undefined,
    )
    if (included) continue
    const counts = {
      inputTokens: row.input_tokens,
      cacheReadTokens: row.cache_read_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      cacheWrite5mTokens: row.cache_write_5m_tokens,
      cacheWrite1hTokens: row.cache_write_1h_tokens,
      outputTokens: 0,
      reasoningTokens: 0,
      webSearches: 0,
    }
    const withCache = rates && costOf(rates, counts, 0)
    const without =
      rates &&
      costOf(
        rates,
        {
          ...counts,
          inputTokens: row.input_tokens + row.cache_read_tokens + writes,
          cacheReadTokens: 0,
          cacheWriteTokens: 0,
          cacheWrite5mTokens: 0,
          cacheWrite1hTokens: 0,
        },
        0,
      )
    const priced = withCache !== null && withCache !== undefined && without !== null && without !== undefined
    for (const one of [sums, all]) {
      one.reads += row.cache_read_tokens
      one.writes += writes
      if (!priced) one.unpriced += row.cache_read_tokens + writes
      else {
        one.withNano += withCache
        one.withoutNano += without
      }
    }
  }
  return {
    rows: [...groups]
      .map(([key, sums]) => ({ key, savings: savingsOf(sums) }))
      .sort((a, b) => b.savings.savedUsd - a.savings.savedUsd || (a.key ?? '').localeCompare(b.key ?? '')),
    totals: savingsOf(all),
  }
}

function savingsOf({ withNano, withoutNano, reads, writes, unpriced }: Sums): Savings {
  return {
    withCacheUsd: withNano / 1e9,
    withoutCacheUsd: withoutNano / 1e9,
    savedUsd: (withoutNano - withNano) / 1e9,
    cacheReadTokens: reads,
    cacheWriteTokens: writes,
    unpricedTokens: unpriced,
  }
}

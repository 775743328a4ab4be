// reprice.ts: the costs of all requests computed anew by the table as it is now, and what that moved.

import { big, flag, int, list, maybe, query, type Row, text, time } from '../../store/query.ts'
import type { Store, Tx } from '../../store/store.ts'
import { costInForce, type PricingMode } from '../ledger/price.ts'
import { type Difference, difference, type MovedCost } from './moved-cost.ts'
import type { Price, Prices } from './prices.ts'
import callsSql from './reprice-calls.sql' with { type: 'text' }
import updateSql from './reprice-update.sql' with { type: 'text' }

export type { MovedCost } from './moved-cost.ts'

export type RepriceReport = {
  dryRun: boolean
  /** Requests looked at, and those whose cost or whose price's provenance changed. */
  calls: number
  changed: number
  /** Integer nano-USD over everything, before and after; unpriced requests count nothing. */
  costNanoUsd: { before: bigint; after: bigint }
  /** Where the cost changed, by tool and model, the largest change first. */
  moved: MovedCost[]
  durationMs: number
}

const callColumns = {
  row: int,
  tool: text,
  model: text,
  provider: maybe(text),
  time,
  speed: maybe(text),
  is_aggregate: flag,
  input_tokens: int,
  cache_read_tokens: int,
  cache_write_tokens: int,
  cache_write_5m_tokens: int,
  cache_write_1h_tokens: int,
  output_tokens: int,
  reasoning_tokens: int,
  total_tokens: int,
  web_searches: int,
  reported: maybe(int),
  computed: maybe(big),
  cost: maybe(big),
  basis: text,
  source: maybe(text),
  price_model: maybe(text),
  rule: maybe(text),
  tier: maybe(text),
  valid_from: maybe(time),
}
type Call = Row<typeof callColumns>
const callsAfter = query(callsSql, { after: int, limit: int }, callColumns)
const updateCalls = query(
  updateSql,
  {
    changes: text,
    basis: list(text),
    source: list(maybe(text)),
    price_model: list(maybe(text)),
    rule: list(maybe(text)),
    tier: list(maybe(text)),
    valid_from: list(maybe(big)),
  },
  {},
)

/** Requests held in memory at once. */
const pageCalls = 50_000

/** Thrown to leave the transaction of a dry run. */
class DryRun extends Error {}

/**
 * Computes the cost of every request by the present table, in one transaction: a reader sees the old costs or the new ones.
 * Reported costs stay what they are; which of the two is in force follows `mode` as it did when the request came.
 */
export async function reprice(
  store: Store,
  prices: Prices,
  mode: PricingMode,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<RepriceReport> {
  const started = performance.now()
  const differences = new Map<string, Difference>()
  let calls = 0
  let changed = 0
  const work = async (tx: Tx) => {
    for (let after = -1; ; ) {
      const page = await callsAfter(tx, { after, limit: pageCalls })
      const last = page.at(-1)
      if (!last) break
      after = last.row
      calls += page.length
      const repriced = page.flatMap((call) => {
        const now = priced(call, prices, mode)
        difference(differences, call, now.cost)
        return isSame(call, now) ? [] : [now]
      })
      changed += repriced.length
      if (repriced.length > 0 && !dryRun) await updateCalls(tx, changesOf(repriced))
    }
    if (dryRun) throw new DryRun()
  }
  await store.transaction(work).catch((error) => {
    if (!(error instanceof DryRun)) throw error
  })
  const all = [...differences.values()]
  return {
    dryRun,
    calls,
    changed,
    costNanoUsd: {
      before: all.reduce((sum, { before }) => sum + before, 0n),
      after: all.reduce((sum, { after }) => sum + after, 0n),
    },
    moved: all
      .filter((one) => one.calls > 0)
      .sort((a, b) => Number(size(b) - size(a)))
      .map(({ tool, model, calls, before, after, newlyPriced, newlyUnpriced }) => ({
        tool,
        model,
        calls,
        costNanoUsd: { before, after },
        newlyPriced,
        newlyUnpriced,
      })),
    durationMs: Math.round(performance.now() - started),
  }
}

const size = ({ before, after }: Difference) => (after > before ? after - before : before - after)

/** What the columns of a request's price become. */
type Repriced = Pick<
  Call,
  'row' | 'computed' | 'cost' | 'basis' | 'source' | 'price_model' | 'rule' | 'tier' | 'valid_from'
>

function priced(call: Call, prices: Prices, mode: PricingMode): Repriced {
  const price: Price = prices.price({
    tool: call.tool,
    model: call.model,
    provider: call.provider ?? undefined,
    timeUnixNano: call.time,
    speed: call.speed ?? undefined,
    aggregate: call.is_aggregate,
    inputTokens: call.input_tokens,
    cacheReadTokens: call.cache_read_tokens,
    cacheWriteTokens: call.cache_write_tokens,
    cacheWrite5mTokens: call.cache_write_5m_tokens,
    cacheWrite1hTokens: call.cache_write_1h_tokens,
    outputTokens: call.output_tokens,
    reasoningTokens: call.reasoning_tokens,
    webSearches: call.web_searches,
  })
  const used = call.total_tokens > 0 || call.web_searches > 0
  const { costNanoUsd, basis } = costInForce(call.reported ?? undefined, price, mode, used)
  return {
    row: call.row,
    computed: nano(used ? price.costNanoUsd : 0),
    cost: nano(costNanoUsd),
    basis,
    source: price.source ?? null,
    price_model: price.modelId ?? null,
    rule: price.rule ?? null,
    tier: price.tier ?? null,
    valid_from: price.validFrom ?? null,
  }
}

function nano(value: number | null): bigint | null {
  return value === null ? null : BigInt(value)
}

function isSame(call: Call, now: Repriced): boolean {
  return (Object.keys(now) as (keyof Repriced)[]).every((key) => call[key] === now[key])
}

/**
 * The parameters of the update. Prices are few and rows many, so that a row names its price by number; and one long text is
 * bound and taken apart in a tenth of the time that a list of as many values takes.
 */
function changesOf(rows: readonly Repriced[]) {
  const numbers = new Map<string, number>()
  const prices: Repriced[] = []
  const lines = rows.map((row) => {
    const key = [row.basis, row.source, row.price_model, row.rule, row.tier, row.valid_from].join('\n')
    let number = numbers.get(key)
    if (number === undefined) {
      number = prices.push(row)
      numbers.set(key, number)
    }
    return `${row.row},${row.computed ?? ''},${row.cost ?? ''},${number}`
  })
  return {
    changes: lines.join('\n'),
    basis: prices.map(({ basis }) => basis),
    source: prices.map(({ source }) => source),
    price_model: prices.map(({ price_model }) => price_model),
    rule: prices.map(({ rule }) => rule),
    tier: prices.map(({ tier }) => tier),
    valid_from: prices.map(({ valid_from }) => valid_from),
  }
}

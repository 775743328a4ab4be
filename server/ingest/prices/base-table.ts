// base-table.ts: @pydantic/genai-prices (MIT, bundled, works offline) compiled into integer rates, one model at a time.
import { type ConditionalPrice, calcPrice, type ModelPrice } from '@pydantic/genai-prices'
import { type PriceVersion, perMillion, type Rates, type Tier } from './rates.ts'

/** A model of the base table with all its prices over time. */
export type TableModel = {
  providerId: string
  modelId: string
  versions: PriceVersion[]
  /** Prices differ by the time of day: the version must be asked for each time. */
  byTimeOfDay: boolean
}

/** The package's date of release is part of every answer about provenance. */
export const baseTableName = 'genai-prices'

/** Looks a model up in the base table; `undefined` when it has no price. Costs 20 µs, so callers keep the answer. */
export function findInBaseTable(
  modelId: string,
  providerId: string | undefined,
  timeUnixNano: bigint,
): TableModel | undefined {
  const found = ask(modelId, providerId, timeUnixNano)
  if (!found) return undefined
  const { model, provider } = found
  const conditional: ConditionalPrice[] = Array.isArray(model.prices) ? model.prices : []
  const byTimeOfDay = conditional.some((price) => price.constraint?.type === 'time_of_date')
  if (byTimeOfDay) {
    return {
      providerId: provider.id,
      modelId: model.id,
      versions: [compile(found.model_price, undefined)],
      byTimeOfDay,
    }
  }
  const starts = conditional.flatMap((price) =>
    price.constraint?.type === 'start_date' ? [price.constraint.start_date] : [],
  )
  const times = [
    undefined,
    ...[...new Set(starts)].sort().map((date) => BigInt(Date.parse(`${date}T00:00:00Z`)) * 1_000_000n),
  ]
  const versions = times.flatMap((from) => {
    // Before the first start date: any time that is long gone.
    const price = ask(modelId, providerId, from ?? 0n)?.model_price
    return price ? [compile(price, from)] : []
  })
  return { providerId: provider.id, modelId: model.id, versions, byTimeOfDay }
}

function ask(modelId: string, providerId: string | undefined, timeUnixNano: bigint) {
  const timestamp = new Date(Number(timeUnixNano / 1_000_000n))
  try {
    return (
      calcPrice({ input_tokens: 1 }, modelId, providerId === undefined ? { timestamp } : { providerId, timestamp }) ??
      undefined
    )
  } catch {
    // The package throws for a provider it does not know.
    return undefined
  }
}

type Key =
  | 'input_mtok'
  | 'output_mtok'
  | 'cache_read_mtok'
  | 'cache_write_mtok'
  | 'cache_write_5m_mtok'
  | 'cache_write_1h_mtok'
  | 'output_reasoning_mtok'
  | 'web_searches_kcount'

function compile(price: ModelPrice, validFrom: bigint | undefined): PriceVersion {
  const thresholds = new Set<number>()
  for (const value of Object.values(price)) {
    if (typeof value === 'object') for (const tier of value.tiers) thresholds.add(tier.start)
  }
  const tiers: Tier[] = [...thresholds].sort((a, b) => a - b).map((above) => ({ above, rates: ratesOf(price, above) }))
  return { validFrom, base: ratesOf(price, undefined), tiers }
}

/** The rates in force above a threshold (`undefined`: the base). */
function ratesOf(price: ModelPrice, above: number | undefined): Rates {
  const dollars = (key: Key): number | undefined => {
    const value = price[key]
    if (value === undefined || typeof value === 'number') return value
    let found = value.base
    for (const tier of value.tiers) if (above !== undefined && tier.start <= above) found = tier.price
    return found
  }
  const input = dollars('input_mtok') ?? 0
  const output = dollars('output_mtok') ?? 0
  // A kind without a price of its own is billed as the input it is, never free.
  const cacheRead = dollars('cache_read_mtok') ?? input
  const cacheWrite5m = dollars('cache_write_5m_mtok') ?? dollars('cache_write_mtok') ?? input
  const cacheWrite1h = dollars('cache_write_1h_mtok') ?? cacheWrite5m
  return {
    input: perMillion(input),
    output: perMillion(output),
    cacheRead: perMillion(cacheRead),
    cacheWrite5m: perMillion(cacheWrite5m),
    cacheWrite1h: perMillion(cacheWrite1h),
    reasoning: perMillion(dollars('output_reasoning_mtok') ?? output),
    webSearch: Math.round((dollars('web_searches_kcount') ?? 0) * 1e6),
  }
}

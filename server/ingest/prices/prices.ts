// prices.ts: the price of a request: the user's own price, else the overlay, else the base table; or unpriced.
import { baseTableName, findInBaseTable, type TableModel } from './base-table.ts'
import { candidates } from './match.ts'
import overlay from './overlay.json' with { type: 'json' }
import { type Counts, costOf, type PriceVersion, type Rates, ratesFor, versionAt } from './rates.ts'

/** What is to be priced. Counts that are absent are 0. */
export type Priceable = Partial<Counts> & {
  tool?: string | undefined
  provider?: string | undefined
  model: string
  timeUnixNano: bigint
  speed?: string | undefined
  /** The counts are a sum over several requests: no long-context tier. */
  aggregate?: boolean | undefined
}

/** What a request costs, and which price said so. `costNanoUsd` is null only when unpriced. */
export type Price = {
  state: 'priced' | 'included' | 'unpriced'
  costNanoUsd: number | null
  source?: 'genai-prices' | 'overlay' | 'user'
  modelId?: string
  rule?: string
  tier?: string
  validFrom?: bigint
}

/** A price that the user set: dollars are already integer nano-USD per million tokens. */
export type UserPrice = { model: string; validFrom: bigint | undefined; included: boolean; rates: Rates }

/** A model's price in force, for lists. */
export type ListedPrice = {
  model: string
  source: NonNullable<Price['source']>
  modelId: string
  rule: string
  included: boolean
  version: PriceVersion
}

export type Prices = {
  /** Prices one request. Pure but for its memory; 2 M calls/s. */
  price(call: Priceable): Price
  /** Replaces the user's own prices. */
  setUserPrices(prices: readonly UserPrice[]): void
  /** The price in force for a model at a time, with where it comes from; `undefined` when unpriced. */
  show(model: string, provider: string | undefined, timeUnixNano: bigint): ListedPrice | undefined
}

type Found = {
  source: NonNullable<Price['source']>
  modelId: string
  rule: string
  included: boolean
  versions: PriceVersion[]
  byTimeOfDay: boolean
}

const unpriced: Price = Object.freeze({ state: 'unpriced', costNanoUsd: null })
const aliases = new Map(overlay.aliases.map(({ model, as }) => [model, as]))
const speeds = overlay.speed.map(({ model, speed, factor }) => ({ model: new RegExp(model), speed, factor }))
/** Entries kept; agents name a few dozen models, hostile input may name any number. */
const memoryMax = 10_000

export function createPrices(userPrices: readonly UserPrice[] = []): Prices {
  let own = byModel(userPrices)
  const memory = new Map<string, Found | undefined>()

  function find(model: string, provider: string | undefined, timeUnixNano: bigint): Found | undefined {
    const key = `${provider ?? ''}\u0000${model}`
    const known = memory.get(key)
    if (known !== undefined && !known.byTimeOfDay) return known
    if (known === undefined && memory.has(key)) return undefined
    const found = search(model, provider, timeUnixNano)
    if (memory.size >= memoryMax) memory.clear()
    memory.set(key, found)
    return found
  }

  function search(model: string, provider: string | undefined, timeUnixNano: bigint): Found | undefined {
    const tries = candidates(model, provider)
    for (const { modelId, rule } of tries) {
      const mine = own.get(modelId)
      if (mine)
        return { source: 'user', modelId, rule, included: mine.included, versions: mine.versions, byTimeOfDay: false }
    }
    for (const { modelId, providerId, rule } of tries) {
      const alias = aliases.get(modelId)
      const inTable = findInBaseTable(alias ?? modelId, providerId, timeUnixNano)
      if (inTable) return found(inTable, alias ? 'overlay' : baseTableName, alias ? `${rule}+alias` : rule)
    }
    return undefined
  }

  return {
    price(call) {
      if (call.model === '') return unpriced
      const entry = find(call.model, call.provider, call.timeUnixNano)
      const version = entry && versionAt(entry.versions, call.timeUnixNano)
      if (!entry || !version) return unpriced
      const counts = countsOf(call)
      const { rates, tier } = ratesFor(version, counts, call.aggregate === true)
      const factor = speedFactor(entry.modelId, call)
      const price: Price = {
        state: entry.included ? 'included' : 'priced',
        costNanoUsd: entry.included ? 0 : costOf(rates, counts, factor),
        source: factor === 1000 ? entry.source : 'overlay',
        modelId: entry.modelId,
        rule: factor === 1000 ? entry.rule : `${entry.rule}+speed`,
        tier,
      }
      if (version.validFrom !== undefined) price.validFrom = version.validFrom
      return price
    },
    setUserPrices(prices) {
      own = byModel(prices)
      memory.clear()
    },
    show(model, provider, timeUnixNano) {
      const entry = find(model, provider, timeUnixNano)
      const version = entry && versionAt(entry.versions, timeUnixNano)
      if (!entry || !version) return undefined
      return {
        model,
        source: entry.source,
        modelId: entry.modelId,
        rule: entry.rule,
        included: entry.included,
        version,
      }
    },
  }
}

function found(model: TableModel, source: NonNullable<Price['source']>, rule: string): Found {
  const isFree = model.versions.every(({ base }) => base.input === 0 && base.output === 0)
  return {
    source,
    modelId: model.modelId,
    rule,
    included: isFree,
    versions: model.versions,
    byTimeOfDay: model.byTimeOfDay,
  }
}

function byModel(prices: readonly UserPrice[]): Map<string, { included: boolean; versions: PriceVersion[] }> {
  const grouped = new Map<string, { included: boolean; versions: PriceVersion[] }>()
  const ascending = [...prices].sort((a, b) => Number((a.validFrom ?? -1n) - (b.validFrom ?? -1n)))
  for (const price of ascending) {
    const id = price.model.toLowerCase()
    const entry = grouped.get(id) ?? { included: price.included, versions: [] }
    entry.included = price.included
    entry.versions.push({ validFrom: price.validFrom, base: price.rates, tiers: [] })
    grouped.set(id, entry)
  }
  return grouped
}

/** Thousandths by which a speed multiplies the list price; an id that ends in `-fast` says it itself. */
function speedFactor(modelId: string, call: Priceable): number {
  const speed =
    call.speed && call.speed !== 'normal' && call.speed !== 'standard'
      ? call.speed
      : /-fast$/.test(call.model)
        ? 'fast'
        : undefined
  if (!speed) return 1000
  return speeds.find((entry) => entry.speed === speed && entry.model.test(modelId))?.factor ?? 1000
}

function countsOf(call: Priceable): Counts {
  return {
    inputTokens: call.inputTokens ?? 0,
    cacheReadTokens: call.cacheReadTokens ?? 0,
    cacheWriteTokens: call.cacheWriteTokens ?? 0,
    cacheWrite5mTokens: call.cacheWrite5mTokens ?? 0,
    cacheWrite1hTokens: call.cacheWrite1hTokens ?? 0,
    outputTokens: call.outputTokens ?? 0,
    reasoningTokens: call.reasoningTokens ?? 0,
    webSearches: call.webSearches ?? 0,
  }
}

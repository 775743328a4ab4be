// prices.ts: the price of a request: the user's own price, else the overlay, else the base table; or unpriced.
import type { baseTableName } from './base-table.ts'
import { find, type Segment } from './find.ts'
import { pricedSpeed } from './overlay.ts'
import { baseTier, type Counts, costOf, type PriceVersion, type Rates, tierFor, tierName, versionAt } from './rates.ts'

/** What is to be priced. Counts that are absent are 0. */
export type Priceable = { [K in keyof Counts]?: number | undefined } & {
  tool?: string | undefined
  provider?: string | undefined
  model: string
  timeUnixNano: bigint
  speed?: string | undefined
  /** The counts are a sum over several requests: no long-context tier, no fee by the request. */
  aggregate?: boolean | undefined
}

/** Where a price comes from. */
export type PriceSource = typeof baseTableName | 'overlay' | 'user'

/** What a request costs, and which price said so. `costNanoUsd` is null only when unpriced. */
export type Price = {
  state: 'priced' | 'included' | 'unpriced'
  /** Integer nano-USD. */
  costNanoUsd: number | null
  source?: PriceSource
  modelId?: string
  /** How the model was found; see {@link candidates}. */
  rule?: string
  /** `base`, or the long-context tier. */
  tier?: string
  /** ns since 1970 from when the price holds; absent for one that always held. */
  validFrom?: bigint
}

/** A price that the user set: integer nano-USD per million tokens. */
export type UserPrice = { model: string; validFrom: bigint | undefined; included: boolean; rates: Rates }

/** The price in force for a model at a time. */
export type ShownPrice = {
  model: string
  source: PriceSource
  providerId: string | undefined
  modelId: string
  rule: string
  validFrom: bigint | undefined
  version: PriceVersion
}

export type Prices = {
  /** Prices one request. Pure but for its memory; 2 M calls/s. */
  price(call: Priceable): Price
  /** Replaces the user's own prices; those of the configuration stay. */
  setUserPrices(prices: readonly UserPrice[]): void
  /** Those of the configuration, then the user's. */
  userPrices(): readonly UserPrice[]
  /** The rates that a request of the named tier had at its time; none when it is unpriced. `included`: it is part of a plan. */
  ratesOf(call: Omit<Priceable, keyof Counts>, tier?: string): { rates?: Rates; included: boolean }
  /** The price in force for a model at a time, with where it comes from; `undefined` when unpriced. */
  show(model: string, provider: string | undefined, timeUnixNano: bigint): ShownPrice | undefined
}

/** What is remembered of a combination of model, provider, tool and speed. */
type Known = {
  provider: string | undefined
  tool: string | undefined
  speed: string | undefined
  segments: readonly Segment[]
}

const unpriced: Price = Object.freeze({ state: 'unpriced', costNanoUsd: null })
/** Models kept; agents name a few dozen, hostile input may name any number. */
const memoryMax = 5000
/** Combinations kept for a model. */
const combinationsMax = 64

/** Makes the price table in force. Where both price a model from the same time, `userPrices` stand over `configured`. */
export function createPrices(userPrices: readonly UserPrice[] = [], configured: readonly UserPrice[] = []): Prices {
  let own: readonly UserPrice[] = [...configured, ...userPrices]
  const memory = new Map<string, Known[]>()

  function segmentsOf({ model, provider, tool, speed }: Priceable): readonly Segment[] {
    let known = memory.get(model)
    if (known === undefined) {
      if (memory.size >= memoryMax) memory.clear()
      known = []
      memory.set(model, known)
    }
    for (const one of known) {
      if (one.provider === provider && one.speed === speed && one.tool === tool) return one.segments
    }
    const segments = find({ model, provider, tool, speed: pricedSpeed(speed), userPrices: own })
    if (known.length >= combinationsMax) known.length = 0
    known.push({ provider, tool, speed, segments })
    return segments
  }

  return {
    price(call) {
      const segment = segmentAt(segmentsOf(call), call.timeUnixNano)
      if (segment === undefined) return unpriced
      const version = versionAt(segment.versions, call.timeUnixNano)
      if (version === undefined) return unpriced
      const counts = countsOf(call)
      const isAggregate = call.aggregate === true
      const tier = tierFor(version, counts, isAggregate)
      const included = version.included === true
      const costNanoUsd = included ? 0 : costOf(tier?.rates ?? version.base, counts, isAggregate ? 0 : 1)
      const price: Price = {
        state: included ? 'included' : costNanoUsd === null ? 'unpriced' : 'priced',
        costNanoUsd,
        source: segment.source,
        modelId: segment.modelId,
        rule: segment.rule,
        tier: tier ? tierName(tier) : baseTier,
      }
      const validFrom = beginning(segment, version)
      if (validFrom !== undefined) price.validFrom = validFrom
      return price
    },
    setUserPrices(prices) {
      own = [...configured, ...prices]
      memory.clear()
    },
    userPrices: () => own,
    ratesOf(call, tier) {
      const segment = segmentAt(segmentsOf(call), call.timeUnixNano)
      const version = segment && versionAt(segment.versions, call.timeUnixNano)
      if (!version) return { included: false }
      const rates = version.tiers.find((one) => tierName(one) === tier)?.rates ?? version.base
      return { rates, included: version.included === true }
    },
    show(model, provider, timeUnixNano) {
      const segment = segmentAt(segmentsOf({ model, provider, timeUnixNano }), timeUnixNano)
      const version = segment && versionAt(segment.versions, timeUnixNano)
      if (!segment || !version) return undefined
      const { source, providerId, modelId, rule } = segment
      return { model, source, providerId, modelId, rule, validFrom: beginning(segment, version), version }
    },
  }
}

function segmentAt(segments: readonly Segment[], timeUnixNano: bigint): Segment | undefined {
  for (let index = segments.length - 1; index >= 0; index--) {
    const segment = segments[index] as Segment
    if (segment.from === undefined || segment.from <= timeUnixNano) return segment
  }
  return undefined
}

/** From when a price holds: since its name means this model and since this model costs that. */
function beginning(segment: Segment, version: PriceVersion): bigint | undefined {
  if (segment.from === undefined) return version.validFrom
  return version.validFrom === undefined || version.validFrom < segment.from ? segment.from : version.validFrom
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

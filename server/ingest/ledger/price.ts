// price.ts: which of the costs of a request is in force, and on what basis.
import type { Price, Prices } from '../prices/prices.ts'

/** Prices one request, or (`aggregate`) the sum of several, which gets no long-context tier. */
export type PriceCall = Prices['price']

/** `auto`: reported if the agent reported one, else computed; `calculate`: computed; `display`: reported or none. */
export type PricingMode = 'auto' | 'calculate' | 'display'

export type CostBasis = 'reported' | 'computed' | 'unpriced' | 'included'
export type Cost = { costNanoUsd: number | null; basis: CostBasis }

/**
 * The cost in force (pricing rule 3). A reported 0 is no price: OpenCode reports it for subscriptions and for models
 * without a price, Copilot for keys of one's own; what the table computes stands over it, and where the table knows
 * nothing the cost is unknown. `used` is false for a request that used nothing (it failed): that costs nothing.
 */
export function costInForce(reported: number | undefined, price: Price, mode: PricingMode, used: boolean): Cost {
  if (mode === 'display')
    return reported === undefined
      ? { costNanoUsd: null, basis: 'unpriced' }
      : { costNanoUsd: reported, basis: 'reported' }
  if (mode === 'auto' && reported !== undefined && (reported > 0 || !used))
    return { costNanoUsd: reported, basis: 'reported' }
  if (!used) return { costNanoUsd: 0, basis: 'computed' }
  if (price.state === 'included') return { costNanoUsd: price.costNanoUsd ?? 0, basis: 'included' }
  if (price.costNanoUsd === null) return { costNanoUsd: null, basis: 'unpriced' }
  return { costNanoUsd: price.costNanoUsd, basis: 'computed' }
}

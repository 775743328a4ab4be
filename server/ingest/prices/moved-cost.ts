// moved-cost.ts: what re-pricing changed, summed by tool and model.

/** The requests of a model whose cost changed. Integer nano-USD; unpriced requests count nothing. */
export type MovedCost = {
  tool: string
  model: string
  calls: number
  costNanoUsd: { before: bigint; after: bigint }
  newlyPriced: number
  newlyUnpriced: number
}

/** Sums of one tool and model while they are made; `before` and `after` are over all its requests. */
export type Difference = {
  tool: string
  model: string
  calls: number
  before: bigint
  after: bigint
  newlyPriced: number
  newlyUnpriced: number
}

/** Adds one request to the sums of its tool and model. */
export function difference(
  sums: Map<string, Difference>,
  { tool, model, cost: before }: { tool: string; model: string; cost: bigint | null },
  after: bigint | null,
): void {
  const key = `${tool}\n${model}`
  let sum = sums.get(key)
  if (!sum) {
    sum = { tool, model, calls: 0, before: 0n, after: 0n, newlyPriced: 0, newlyUnpriced: 0 }
    sums.set(key, sum)
  }
  sum.before += before ?? 0n
  sum.after += after ?? 0n
  if (before === after) return
  sum.calls++
  if (before === null) sum.newlyPriced++
  if (after === null) sum.newlyUnpriced++
}

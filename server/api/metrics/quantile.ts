// quantile.ts: percentiles of merged histograms, and of summaries.

/** Measurements that lie between two bounds; `null` is open. */
export type Bucket = { lower: number | null; upper: number | null; count: number }

/**
 * The value below which a share `q` of the measurements lies, interpolated within buckets as if they lay evenly. Buckets may
 * overlap (histograms of different bounds or scales merged) and may be negative where cumulative points of other bounds
 * were taken off.
 *
 * An open end is closed by the least or greatest measurement where the histogram tells it; else the lowest bucket begins at
 * 0 (or has no width when it lies below), and the highest has no width: its lower bound is the answer, as in Prometheus.
 * `null` when nothing was measured.
 */
export function quantileOf(
  buckets: readonly Bucket[],
  q: number,
  ends: { least: number | null; most: number | null },
): number | null {
  const closed = buckets.map((bucket) => close(bucket, ends)).filter(({ count }) => count !== 0)
  const pieces = closed.some(overlaps) ? evened(closed) : closed
  const total = pieces.reduce((sum, { count }) => sum + Math.max(count, 0), 0)
  if (total <= 0) return null
  let left = q * total
  let last = pieces[0]!.upper
  for (const { lower, upper, count } of pieces) {
    if (count <= 0) continue
    if (left <= count) return within(lower + (upper - lower) * (left / count), ends)
    left -= count
    last = upper
  }
  return within(last, ends)
}

type Closed = { lower: number; upper: number; count: number }

function close(
  { lower, upper, count }: Bucket,
  { least, most }: { least: number | null; most: number | null },
): Closed {
  const low = lower ?? (least !== null && (upper === null || least <= upper) ? least : Math.min(0, upper ?? 0))
  const high = upper ?? (most !== null && most >= low ? most : low)
  // The least and the greatest measurement also narrow the bucket they lie in.
  const from = least !== null && least > low && least <= high ? least : low
  const to = most !== null && most < high && most >= from ? most : high
  return { lower: from, upper: to, count }
}

function overlaps(bucket: Closed, index: number, all: Closed[]): boolean {
  return index > 0 && bucket.lower < all[index - 1]!.upper
}

/** Buckets cut at every bound of any of them, each count spread evenly, so that none overlap. In order. */
function evened(buckets: readonly Closed[]): Closed[] {
  const bounds = [...new Set(buckets.flatMap(({ lower, upper }) => [lower, upper]))].sort((a, b) => a - b)
  const index = new Map(bounds.map((bound, at) => [bound, at]))
  const wide = bounds.slice(1).map((upper, at) => ({ lower: bounds[at]!, upper, count: 0 }))
  const points = bounds.map((bound) => ({ lower: bound, upper: bound, count: 0 }))
  for (const { lower, upper, count } of buckets) {
    if (lower === upper) {
      points[index.get(lower)!]!.count += count
      continue
    }
    for (let at = index.get(lower)!; at < index.get(upper)!; at++) {
      const piece = wide[at]!
      piece.count += (count * (piece.upper - piece.lower)) / (upper - lower)
    }
  }
  return bounds.flatMap((_, at) => (wide[at] ? [points[at]!, wide[at]] : [points[at]!]))
}

function within(value: number, { least, most }: { least: number | null; most: number | null }): number {
  if (least !== null && value < least) return least
  if (most !== null && value > most) return most
  return value
}

/** A quantile of a summary: as it was sent, else between its neighbours; `null` beyond the outermost that was sent. */
export function summaryQuantile(quantiles: readonly number[], values: readonly number[], q: number): number | null {
  const above = quantiles.findIndex((quantile) => quantile >= q)
  if (above === -1) return null
  if (quantiles[above] === q) return values[above]!
  if (above === 0) return null
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!]
  return values[above - 1]! + ((values[above]! - values[above - 1]!) * (q - low)) / (high - low)
}

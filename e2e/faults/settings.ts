// settings.ts: how long the fault tests run, and what makes a run repeatable.

/** FAULTS=full (`make faults`): the acceptance sizes, timings and memory included. Else a short run of each fault. */
export const isFull = process.env.FAULTS === 'full'

/** SEED repeats a run; it is in the name of every test that draws from it. */
export const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** mulberry32: small, and the same everywhere. */
export function randomFrom(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The smallest value that at least this share of the others does not exceed; `NaN` of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

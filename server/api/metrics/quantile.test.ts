import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Bucket, quantileOf, summaryQuantile } from './quantile.ts'

const open = { least: null, most: null }
const explicit = (bounds: number[], counts: number[]): Bucket[] =>
  counts.map((count, at) => ({ lower: bounds[at - 1] ?? null, upper: bounds[at] ?? null, count }))

describe('quantileOf', () => {
  test('interpolates within the bucket that holds the rank', () => {
    // 10 in (0, 10], 10 in (10, 20]: the median is the bound, three quarters lie halfway into the second.
    const buckets = explicit([10, 20], [10, 10, 0])
    expect(quantileOf(buckets, 0.5, open)).toBe(10)
    expect(quantileOf(buckets, 0.75, open)).toBe(15)
  })
  test('answers the last bound for what lies beyond it, or goes on to the greatest measurement when that is known', () => {
    const buckets = explicit([10], [0, 4])
    expect(quantileOf(buckets, 0.5, open)).toBe(10)
    expect(quantileOf(buckets, 0.5, { least: null, most: 30 })).toBe(20)
  })
  test('never leaves what was measured', () => {
    const buckets = explicit([100], [2, 0])
    expect(quantileOf(buckets, 0.99, { least: 3, most: 5 })).toBeCloseTo(4.98)
    expect(quantileOf(buckets, 0.5, { least: 4, most: 4 })).toBe(4)
  })
  test('merges buckets of other bounds by spreading them evenly', () => {
    const merged = [...explicit([10, 20], [0, 10, 0]), ...explicit([5, 15], [0, 10, 0])]
    merged.sort((a, b) => (a.lower ?? -1) - (b.lower ?? -1))
    // (5,10]: 5, (10,15]: 5 + 5, (15,20]: 5 → half of 20 lies in the middle of (10,15].
    expect(quantileOf(merged, 0.5, open)).toBe(12.5)
  })
  test('takes buckets of negative numbers', () => {
    const buckets: Bucket[] = [
      { lower: -4, upper: -2, count: 2 },
      { lower: 0, upper: 0, count: 1 },
      { lower: 1, upper: 2, count: 1 },
    ]
    expect(quantileOf(buckets, 0.25, open)).toBe(-3)
    expect(quantileOf(buckets, 0.75, open)).toBe(0)
  })
  test('of nothing is nothing', () => {
    expect(quantileOf([], 0.5, open)).toBeNull()
    expect(quantileOf(explicit([1], [0, 0]), 0.5, open)).toBeNull()
  })
  test('lies within the width of a bucket of the true value', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (values, q) => {
          const bounds = Array.from({ length: 10 }, (_, at) => at * 100)
          const counts = Array.from({ length: 11 }, () => 0)
          for (const value of values)
            counts[
              bounds.findIndex((bound) => value <= bound) % 11 < 0 ? 10 : bounds.findIndex((bound) => value <= bound)
            ]!++
          const sorted = values.toSorted((a, b) => a - b)
          const truth = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
          const ends = { least: sorted[0]!, most: sorted.at(-1)! }
          expect(Math.abs(quantileOf(explicit(bounds, counts), q, ends)! - truth)).toBeLessThanOrEqual(100)
        },
      ),
    )
  })
})

test('a quantile of a summary is the one sent, or lies between its neighbours', () => {
  expect(summaryQuantile([0, 0.5, 1], [1, 5, 9], 0.5)).toBe(5)
  expect(summaryQuantile([0.5, 1], [5, 15], 0.95)).toBeCloseTo(14)
  expect(summaryQuantile([0.5], [5], 0.95)).toBeNull()
  expect(summaryQuantile([], [], 0.5)).toBeNull()
})

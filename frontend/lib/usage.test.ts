// usage.test.ts: sums, shares and buckets of usage rows.
import { describe, expect, test } from 'bun:test'
import type { UsageReport, UsageRow } from './shapes.ts'
import { added, bucketStart, byGroup, cacheHitRate, errorRate, noUsage, totalsByBucket, usageSeries } from './usage.ts'

const row = (given: Partial<UsageRow>): UsageRow => ({ ...noUsage, ...given })
const usage = (rows: UsageRow[]): UsageReport => ({
  groupBy: ['model'],
  interval: 'day',
  tz: 'UTC',
  rows,
  totals: noUsage,
})

describe('buckets', () => {
  test('are instants in whichever form they come', () => {
    const midnight = Date.UTC(2026, 7, 22)
    expect(bucketStart('2026-08-22', 'utc')).toBe(midnight)
    expect(bucketStart('2026-08-22T00:00:00Z', 'local')).toBe(midnight)
    expect(bucketStart('2026-08-22T02:00:00+02:00', 'local')).toBe(midnight)
    expect(bucketStart('2026-08', 'utc')).toBe(Date.UTC(2026, 7, 1))
    expect(bucketStart('soon', 'utc')).toBeNaN()
  })
  test('in which nothing was used are zero', () => {
    const rows = [row({ bucket: '2026-08-20', requests: 3 }), row({ bucket: '2026-08-22', requests: 5 })]
    const from = Date.UTC(2026, 7, 19, 12)
    expect(totalsByBucket(rows, (one) => one.requests, 'day', from, Date.UTC(2026, 7, 22, 9), 'utc')).toEqual([
      0, 3, 0, 5,
    ])
  })
})

describe('an unknown price', () => {
  test('is a gap in a series, not zero', () => {
    const [series] = usageSeries(
      usage([
        row({ bucket: '2026-08-20', model: 'm', costUsd: null }),
        row({ bucket: '2026-08-21', model: 'm', costUsd: 2 }),
      ]),
      'model',
      'costUsd',
      'utc',
      (label) => ({ label, color: '' }),
    )
    expect(series?.points.map(([, value]) => value)).toEqual([null, 2])
  })
  test('takes nothing from the known cost it is added to, and two unknown ones stay unknown', () => {
    expect(added(row({ costUsd: null, unpricedTokens: 7 }), row({ costUsd: 2 }))).toMatchObject({
      costUsd: 2,
      unpricedTokens: 7,
    })
    expect(added(row({ costUsd: null }), row({ costUsd: null })).costUsd).toBeNull()
  })
  test('makes its group the last', () => {
    const rows = [
      row({ model: 'a', costUsd: null, totalTokens: 9 }),
      row({ model: 'b', costUsd: 0.1 }),
      row({ model: 'b', costUsd: 0.2 }),
    ]
    const groups = byGroup(rows, 'model', 'costUsd')
    expect(groups.map(({ value }) => value)).toEqual(['b', 'a'])
    expect(groups[0]?.usage.costUsd).toBeCloseTo(0.3)
  })
})

test('rates are absent where there is nothing to divide by', () => {
  expect([cacheHitRate(noUsage), errorRate(noUsage)]).toEqual([undefined, undefined])
  expect(cacheHitRate(row({ inputTokens: 10, cacheReadTokens: 80, cacheWriteTokens: 10 }))).toBe(0.8)
  expect(errorRate(row({ requests: 19, errors: 1 }))).toBe(0.05)
})

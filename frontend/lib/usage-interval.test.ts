// usage-interval.test.ts: which stretches usage is added up by, and where they begin.
import { describe, expect, test } from 'bun:test'
import {
  bucketLabel,
  bucketOf,
  fittingIntervals,
  intervalFor,
  intervalMs,
  intervalName,
  nextBucket,
  usageInterval,
  usageIntervals,
} from './usage-interval.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const at = (text: string) => Date.parse(text)

test('a range is cut into a few dozen stretches, however short it is', () => {
  const spans = [
    5 * minute,
    15 * minute,
    hour,
    3 * hour,
    4 * hour,
    6 * hour,
    12 * hour,
    day,
    7 * day,
    30 * day,
    365 * day,
  ]
  expect(spans.map(usageInterval)).toEqual(['1m', '1m', '1m', '5m', '5m', '5m', '15m', 'hour', 'day', 'day', 'week'])
  // As long as a range whose start was rounded down.
  expect(spans.map((span) => usageInterval(span * (1 + 1 / 240)))).toEqual(spans.map(usageInterval))
  for (const span of spans.slice(2)) expect(span / intervalMs(usageInterval(span))).toBeWithin(6, 80)
})

describe('a chosen interval', () => {
  test('is taken where it fits', () => {
    expect([intervalFor(4 * hour, '15m'), intervalFor(4 * hour, 'day'), intervalFor(day, '1m')]).toEqual([
      '15m',
      'day',
      '1m',
    ])
  })
  test('that would make more bars than there are pixels is not, nor one that there is not', () => {
    expect([intervalFor(365 * day, '1m'), intervalFor(day, 'fortnight'), intervalFor(day, undefined)]).toEqual([
      'week',
      'hour',
      'hour',
    ])
    expect(fittingIntervals(hour)).toEqual([...usageIntervals])
    expect(fittingIntervals(30 * day)).toEqual(['hour', 'day', 'week', 'month'])
  })
})

describe('a bucket', () => {
  test('begins on a whole stretch of time', () => {
    const time = at('2026-11-22T04:38:41Z')
    expect(['1m', '5m', '15m', 'hour', 'day'].map((one) => bucketOf(time, one as '1m', 'utc'))).toEqual([
      at('2026-11-22T04:38:00Z'),
      at('2026-11-22T04:35:00Z'),
      at('2026-11-22T04:30:00Z'),
      at('2026-11-22T04:00:00Z'),
      at('2026-11-22T00:00:00Z'),
    ])
  })
  test('is followed by the next one, also over the end of a month', () => {
    expect([
      nextBucket(at('2026-11-22T23:45:00Z'), '15m', 'utc'),
      nextBucket(at('2026-11-22T23:59:00Z'), '1m', 'utc'),
      nextBucket(at('2026-02-01T00:00:00Z'), 'month', 'utc'),
      nextBucket(at('2026-12-01T00:00:00Z'), 'month', 'utc'),
      nextBucket(at('2026-11-23T00:00:00Z'), 'week', 'utc'),
    ]).toEqual([
      at('2026-11-23T00:00:00Z'),
      at('2026-11-23T00:00:00Z'),
      at('2026-03-01T00:00:00Z'),
      at('2027-01-01T00:00:00Z'),
      at('2026-11-30T00:00:00Z'),
    ])
  })
  test('is named as exactly as it is long', () => {
    const start = at('2026-11-22T04:30:00Z')
    expect(bucketLabel(start, '15m', 'utc')).toContain('04:30')
    expect(bucketLabel(start, 'day', 'utc')).not.toContain('04:30')
    expect(bucketLabel(start, 'month', 'utc')).toBe('2026-11')
  })
})

test('intervals have names that are read out', () => {
  expect(usageIntervals.map(intervalName)).toEqual([
    'minute',
    '5 minutes',
    '15 minutes',
    'hour',
    'day',
    'week',
    'month',
  ])
})

// format.test.ts: the number table of the design, cell by cell, and the edges where rounding crosses a rule.
import { describe, expect, test } from 'bun:test'
import {
  bytes,
  change,
  cost,
  costTitle,
  count,
  duration,
  durationMs,
  exact,
  exactCost,
  inUnit,
  rate,
  ratio,
  signedRatio,
} from './format.ts'

const minute = 60e9
const hour = 60 * minute

describe('tokens', () => {
  test('are exact below 10,000 and have three significant digits above', () => {
    expect([942, 9_840, 34_500, 1_230_000, 0, 12_345_678_901].map(count)).toEqual([
      '942',
      '9,840',
      '34.5k',
      '1.23M',
      '0',
      '12.3B',
    ])
  })
  test('change unit where rounding would need a fourth digit', () => {
    expect([9_999, 10_000, 99_950, 999_499, 999_500, 999_999_999].map(count)).toEqual([
      '9,999',
      '10.0k',
      '100k',
      '999k',
      '1.00M',
      '1.00B',
    ])
  })
  test('that are absent are a dash, never zero', () => {
    expect([undefined, null, Number.NaN].map(count)).toEqual(['—', '—', '—'])
  })
  test('are exact where they are copied', () => {
    expect(exact(1_234_567)).toBe('1,234,567')
  })
  test('that are averages keep three digits', () => {
    expect([0.5, 12.25, 3, 2_522.5].map(count)).toEqual(['0.5', '12.3', '3', '2,523'])
  })
})

describe('cost', () => {
  test('has two decimals from $1, two significant digits below, and is grouped above $1,000', () => {
    expect([12.34, 0.42, 0.0061, 1_284].map(cost)).toEqual(['$12.34', '$0.42', '$0.0061', '$1,284'])
  })
  test('rounds across its limits without a third form', () => {
    expect([0.994, 0.996, 0.0999, 999.994, 999.996, 0.5, 1].map(cost)).toEqual([
      '$0.99',
      '$1.00',
      '$0.10',
      '$999.99',
      '$1,000',
      '$0.50',
      '$1.00',
    ])
  })
  test('of an unknown price is a dash; of a measured nothing it is zero', () => {
    expect([cost(null), cost(undefined), cost(0)]).toEqual(['—', '—', '$0.00'])
  })
  test('tells in its tooltip every digit, or which models have no price', () => {
    expect([
      costTitle(0.006112345, 'a'),
      costTitle(0, 'a'),
      costTitle(null, 'a, b'),
      costTitle(null, undefined),
    ]).toEqual(['$0.006112345', '$0.00', 'no price is known for a, b', 'no cost is known'])
  })
  test('below zero has a minus sign before the dollar', () => {
    expect(cost(-3.5)).toBe('−$3.50')
  })
  test('in full shows every nano-dollar that is there', () => {
    expect([0.006112345, 1_284.5, 2].map(exactCost)).toEqual(['$0.006112345', '$1,284.50', '$2.00'])
  })
})

describe('duration', () => {
  test('has one unit under a minute and two above', () => {
    expect([85e3, 340e6, 1.24e9, 3 * minute + 12e9, hour + 4 * minute].map(duration)).toEqual([
      '85 µs',
      '340 ms',
      '1.24 s',
      '3m 12s',
      '1h 04m',
    ])
  })
  test('never shows 60 seconds, 60 minutes, 24 hours or 1,000 of a smaller unit', () => {
    expect(
      [999.6e3, 999.6e6, 59.94e9, 59.96e9, 59 * minute + 59.6e9, 23 * hour + 59.6 * minute, 50 * hour].map(duration),
    ).toEqual(['1 ms', '1 s', '59.9 s', '1m 00s', '1h 00m', '1d 00h', '2d 02h'])
  })
  test('of nanoseconds is not rounded to nothing', () => {
    expect([1, 850, 0].map(duration)).toEqual(['1 ns', '850 ns', '0 ms'])
  })
  test('in milliseconds is the same span', () => {
    expect([durationMs(1_240), durationMs(undefined)]).toEqual(['1.24 s', '—'])
  })
})

describe('ratio', () => {
  test('has no decimals from 10 % and one below', () => {
    expect([0.87, 0.042, 1, 0, 0.0996, 0.0994].map(ratio)).toEqual(['87%', '4.2%', '100%', '0%', '10%', '9.9%'])
  })
  test('as a change carries its sign, and becomes a factor when percent no longer says much', () => {
    expect([0.12, -0.042, 0, 13].map(signedRatio)).toEqual(['+12%', '−4.2%', '0%', '×14'])
  })
  test('to nothing before is no change that can be told', () => {
    expect([change(5, 0), change(5, undefined), change(6, 5)]).toEqual([undefined, undefined, 0.2])
  })
})

describe('bytes, rates and units', () => {
  test('bytes have three significant digits', () => {
    expect([840, 1_240_000, 999_600, 0].map(bytes)).toEqual(['840 B', '1.24 MB', '1 MB', '0 B'])
  })
  test('a rate that is not zero never looks like zero', () => {
    expect([0, 0.03, 12.34, 1_240].map(rate)).toEqual(['0/s', '<0.1/s', '12.3/s', '1,240/s'])
  })
  test('a metric is shown in its own unit', () => {
    expect([inUnit(0.42, 'USD'), inUnit(1_240, 'ms'), inUnit(2.5, 's'), inUnit(34_500, 'tokens')]).toEqual([
      '$0.42',
      '1.24 s',
      '2.5 s',
      '34.5k',
    ])
  })
})

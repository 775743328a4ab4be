// time.test.ts: times as people read them, and nanoseconds that survive.
import { describe, expect, test } from 'bun:test'
import { absolute, ago, dayTime, fromNano, nanosWithin, preciseClock, startOf, toMs, toNano } from './time.ts'

const now = Date.parse('2026-08-22T14:03:00Z')

describe('reading', () => {
  test('nanoseconds are exact', () => {
    expect(toNano('2026-11-22T04:00:00.123456789Z')).toBe(1795320000123456789n)
    expect(fromNano(1795320000123456789n)).toBe('2026-11-22T04:00:00.123456789Z')
    expect(toNano('2026-11-22T04:00:00Z')).toBe(1795320000000000000n)
    expect(toNano('2026-11-22T04:00:00.5Z')).toBe(1795320000500000000n)
  })
  test('milliseconds drop what is finer', () => {
    expect(toMs('2026-11-22T04:00:00.123999999Z')).toBe(1795320000123)
  })
  test('what a millisecond does not hold is told apart', () => {
    const times = [
      '2026-11-22T04:00:00.123456789Z',
      '2026-11-22T04:00:00.1234Z',
      '2026-11-22T04:00:00.5Z',
      '2026-11-22T04:00:00Z',
    ]
    expect(times.map(nanosWithin)).toEqual([456_789, 400_000, 0, 0])
    for (const time of times) expect(BigInt(toMs(time)) * 1_000_000n + BigInt(nanosWithin(time))).toBe(toNano(time))
  })
  test('what is not a time is not a time', () => {
    expect(toMs('yesterday')).toBeNaN()
  })
})

describe('lists', () => {
  test('are relative under 24 hours', () => {
    const at = (secondsBefore: number) => ago(now - secondsBefore * 1000, now, 'utc')
    expect([at(1), at(42), at(185), at(3_600 * 5 + 120), at(-90)]).toEqual([
      'now',
      '42s ago',
      '3m ago',
      '5h ago',
      'in 1m',
    ])
  })
  test('are dated from 24 hours on, with the year when it is another', () => {
    expect(ago(Date.parse('2026-08-21T14:03:00Z'), now, 'utc')).toBe('Aug 21 14:03')
    expect(dayTime(Date.parse('2025-12-31T23:59:00Z'), 'utc', now)).toBe('Dec 31 2025 23:59')
  })
  test('with an unreadable time show a dash', () => {
    expect(ago(Number.NaN, now, 'utc')).toBe('—')
  })
})

describe('details', () => {
  test('are absolute, keep the digits that were sent, and name the zone', () => {
    expect(absolute('2026-11-22T04:00:00.123456789Z', 'utc')).toBe('2026-11-22 04:00:00.123456789 UTC')
    expect(absolute('2026-11-22T04:00:00.120000000Z', 'utc')).toBe('2026-11-22 04:00:00.120 UTC')
  })
  test('of rows show milliseconds', () => {
    expect(preciseClock(1795320000007, 'utc')).toBe('04:00:00.007')
  })
})

test('a week starts on Monday and a month on its first', () => {
  const iso = (unit: 'day' | 'week' | 'month') => new Date(startOf(unit, now, 'utc')).toISOString().slice(0, 10)
  expect([iso('day'), iso('week'), iso('month')]).toEqual(['2026-08-22', '2026-08-17', '2026-08-01'])
})

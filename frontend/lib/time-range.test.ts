// time-range.test.ts: presets, custom ranges, and what they ask for.
import { describe, expect, test } from 'bun:test'
import { periodBefore, presets, rangeLabel, rangeParams, readRange, stepSeconds, windowOf } from './time-range.ts'

const now = Date.parse('2026-08-22T14:03:07Z')
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

test('there are 18 presets and each survives the URL', () => {
  expect(presets.length).toBe(18)
  for (const { id } of presets) {
    const params = new URLSearchParams(rangeParams({ preset: id }) as Record<string, string>).toString()
    expect(readRange(`?${params}`)).toEqual({ preset: id })
  }
})

describe('the URL', () => {
  test('keeps two instants', () => {
    const range = { from: Date.parse('2026-08-20T00:00:00Z'), to: Date.parse('2026-08-21T12:30:00Z') }
    expect(readRange(`?${new URLSearchParams(rangeParams(range) as Record<string, string>)}`)).toEqual(range)
  })
  test('with a range backwards or unreadable gives the default', () => {
    expect(readRange('?from=2026-08-21&to=2026-08-20')).toEqual({ preset: '7d' })
    expect(readRange('?range=fortnight')).toEqual({ preset: '7d' })
  })
})

describe('windows', () => {
  test('a sliding range is the same question a moment later', () => {
    expect(windowOf({ preset: '24h' }, now, 'utc')).toEqual(windowOf({ preset: '24h' }, now + 60_000, 'utc'))
    expect(iso(windowOf({ preset: '24h' }, now, 'utc').from)).toBe('2026-08-21T14:00:00.000Z')
  })
  test('calendar ranges start with their unit and all time has no start', () => {
    expect(iso(windowOf({ preset: 'today' }, now, 'utc').from)).toBe('2026-08-22T00:00:00.000Z')
    expect(windowOf({ preset: 'all' }, now, 'utc')).toEqual({ from: undefined, to: undefined })
  })
  test('the period before ends where the range starts and is as long', () => {
    const before = periodBefore({ from: now - 1_000, to: now }, now)
    expect(before).toEqual({ from: now - 2_000, to: now - 1_001 })
    expect(periodBefore({ from: undefined, to: undefined }, now)).toBeUndefined()
  })
  test('the period before a day, week or month that is not over is the same part of the one before', () => {
    const before = (preset: 'today' | 'week' | 'month', at: string) => {
      const moment = Date.parse(at)
      const window = windowOf({ preset }, moment, 'utc')
      const { from, to } = periodBefore(window, moment, { preset }, 'utc')!
      return `${iso(from)} ${iso(to)}`
    }
    expect(before('today', '2026-08-22T14:03:07Z')).toBe('2026-08-21T00:00:00.000Z 2026-08-21T14:03:59.999Z')
    expect(before('week', '2026-08-20T06:00:00Z')).toBe('2026-08-10T00:00:00.000Z 2026-08-13T05:59:59.999Z')
    expect(before('month', '2026-08-22T00:00:00Z')).toBe('2026-07-01T00:00:00.000Z 2026-07-21T23:59:59.999Z')
    // February ends before the 30th: all of it.
    expect(before('month', '2026-03-30T12:00:00Z')).toBe('2026-02-01T00:00:00.000Z 2026-02-28T23:59:59.999Z')
  })
})

test('labels name what is needed and no more', () => {
  const at = (text: string) => Date.parse(text)
  expect(rangeLabel({ preset: '7d' }, 'utc', now)).toBe('Last 7 days')
  expect(rangeLabel({ from: at('2026-08-22T10:00:00Z'), to: at('2026-08-22T12:30:00Z') }, 'utc', now)).toBe(
    'Aug 22 10:00 – 12:30',
  )
  expect(rangeLabel({ from: at('2026-08-01T00:00:00Z'), to: at('2026-08-20T00:00:00Z') }, 'utc', now)).toBe(
    'Aug 1 – Aug 20',
  )
})

test('intervals cut a span into few enough parts', () => {
  expect([stepSeconds(3_600_000, 60), stepSeconds(86_400_000, 100), stepSeconds(7 * 86_400_000, 180)]).toEqual([
    60, 900, 3_600,
  ])
})

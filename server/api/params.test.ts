import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { allTime, firstIssue, parseInterval, timeRange } from './params.ts'
import { parseTime } from './time.ts'

describe('timeRange', () => {
  test('is the last 24 hours unless said otherwise', () => {
    const { from, to } = timeRange({})
    expect(to - from).toBe(86_400_000_000_000n)
    expect(Math.abs(Number(to / 1_000_000n) - Date.now())).toBeLessThan(60_000)
  })
  test('ends at `to` when only that is given', () => {
    const to = parseTime('2026-11-22T12:00:00Z')!
    expect(timeRange({ to })).toEqual({ from: parseTime('2026-11-21T12:00:00Z')!, to })
  })
  test('refuses a range that ends before it begins', () => {
    expect(() => timeRange({ from: 2n, to: 1n })).toThrow('from: is after to')
    expect(() => allTime({ from: 2n, to: 1n })).toThrow('from: is after to')
  })
  test('takes a lone `from` in the future as an empty range', () => {
    const from = parseTime('2100-01-01')!
    expect(timeRange({ from })).toEqual({ from, to: from })
  })
})

describe('parseInterval', () => {
  for (const [text, seconds] of [
    ['60', 60],
    ['1 minute', 60],
    ['5m', 300],
    ['1h', 3600],
    ['2 hours', 7200],
    ['1 day', 86_400],
    ['1 week', 604_800],
  ] as const) {
    test(`reads ${text}`, () => expect(parseInterval(text)).toBe(seconds))
  }
  for (const text of ['', '0', '-1', '1.5h', 'hour', '1 month', "1 day'); --", '1e3', '9999999999']) {
    test(`does not take ${JSON.stringify(text)}`, () => expect(parseInterval(text)).toBeUndefined())
  }
})

test('what is of the wrong type is said in words', () => {
  const said = (schema: z.ZodType, value: unknown) =>
    firstIssue(z.object({ limit: schema }).safeParse({ limit: value }).error!)
  expect(said(z.number(), '1')).toBe('limit: is not a number')
  expect(said(z.array(z.string()), 'a')).toBe('limit: is not a list')
  expect(said(z.string().min(1), '')).toBe('limit: is empty')
  expect(said(z.string(), undefined)).toBe('limit: is missing')
  expect(firstIssue(z.object({}).safeParse([]).error!)).toBe('the request: is not an object')
})

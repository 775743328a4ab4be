// calendar.test.ts: every day of the year once, in its week.
import { expect, test } from 'bun:test'
import { startOf } from '../lib/time.ts'
import { calendar } from './calendar.ts'

const now = Date.parse('2026-11-24T12:00:00Z')

test('the last day is today and weeks start on Monday', () => {
  const { days } = calendar(new Map(), now, 53, 'utc')
  expect(new Date(days.at(-1)!.start).toISOString().slice(0, 10)).toBe('2026-11-24')
  expect(days.at(-1)).toMatchObject({ column: 52, row: 1 })
  expect(new Date(days[0]!.start).getUTCDay()).toBe(1)
})

test('no day is left out or doubled where clocks change', () => {
  const { days } = calendar(new Map(), now, 53, 'local')
  expect(new Set(days.map(({ start }) => start)).size).toBe(days.length)
  expect(days.every(({ start }) => start === startOf('day', start, 'local'))).toBe(true)
})

test('levels are quarters, so that one wild day leaves the others visible', () => {
  const today = startOf('day', now, 'utc')
  const values = new Map([1, 2, 3, 4, 5, 6, 7, 8_000].map((value, index) => [today - index * 86_400_000, value]))
  const level = (value: number) => calendar(values, now, 4, 'utc').days.find((day) => day.value === value)?.level
  expect([level(1), level(3), level(5), level(7), level(8_000)]).toEqual([1, 2, 3, 4, 4])
})

// forecast.test.ts: the pace of a month.
import { expect, test } from 'bun:test'
import { monthForecast } from './forecast.ts'

test('ten dollars in ten of thirty days make thirty', () => {
  expect(monthForecast(10, Date.parse('2026-11-11T00:00:00Z'), 'utc')).toBeCloseTo(30)
})

test('the first day of a month is no pace', () => {
  expect(monthForecast(10, Date.parse('2026-11-01T12:00:00Z'), 'utc')).toBeUndefined()
})

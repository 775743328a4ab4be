// scale.test.ts: axes end on round values and hold the data.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { niceTicks, timeTicks } from './scale.ts'

describe('values', () => {
  test('stand on round steps from zero', () => {
    expect(niceTicks(0, 97)).toEqual([0, 20, 40, 60, 80, 100])
    expect(niceTicks(0, 0.34)).toEqual([0, 0.1, 0.2, 0.3, 0.4])
    expect(niceTicks(0, 0)).toEqual([0, 1])
  })
  test('below zero are held too', () => {
    expect(niceTicks(-30, 50)).toEqual([-40, -20, 0, 20, 40, 60])
  })
  test('of any size lie between the first and the last of few lines', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (high) => {
        const ticks = niceTicks(0, high)
        expect(ticks[0]).toBe(0)
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(high * 0.999)
        expect(ticks.length).toBeLessThanOrEqual(7)
      }),
    )
  })
})

describe('times', () => {
  const at = (text: string) => Date.parse(text)
  test('of a day stand on full hours', () => {
    // Of another year a day would tell it.
    const year = new Date().getUTCFullYear()
    const ticks = timeTicks(at(`${year}-08-22T10:30:00Z`), at(`${year}-08-23T10:30:00Z`), 8, 'utc')
    expect(ticks.map(({ label }) => label)).toEqual([
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      'Aug 23',
      '03:00',
      '06:00',
      '09:00',
    ])
  })
  test('of a month stand on midnights, few enough', () => {
    const ticks = timeTicks(at('2026-08-01T00:00:00Z'), at('2026-08-30T00:00:00Z'), 8, 'utc')
    expect(ticks.length).toBeLessThanOrEqual(8)
    expect(ticks.every(({ at: ms }) => ms % 86_400_000 === 0)).toBe(true)
  })
  test('of a year stand on the first of months', () => {
    const ticks = timeTicks(at('2026-01-01T00:00:00Z'), at('2026-12-31T00:00:00Z'), 6, 'utc')
    expect(ticks.map(({ at: ms }) => new Date(ms).toISOString().slice(5, 10))).toEqual([
      '01-01',
      '04-01',
      '07-01',
      '10-01',
    ])
  })
})

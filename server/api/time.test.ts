import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { earliest, formatTime, latest, parseTime } from './time.ts'

describe('parseTime', () => {
  test('keeps nanoseconds', () => {
    expect(parseTime('2026-11-22T04:00:39.516696915Z')).toBe(1795320039516696915n)
  })
  test('takes offsets, also where a URL turned the plus into a space', () => {
    const utc = parseTime('2026-11-22T04:00:00Z')
    expect(parseTime('2026-11-22T06:00:00+02:00')).toBe(utc)
    expect(parseTime('2026-11-22T06:00:00 02:00')).toBe(utc)
    expect(parseTime('2026-11-21T22:30:00-05:30')).toBe(utc)
  })
  test('takes a date alone as its first nanosecond, and at the end of a range as its last', () => {
    expect(parseTime('2026-11-22')).toBe(parseTime('2026-11-22T00:00:00Z'))
    expect(parseTime('2026-11-22', 'end')).toBe(parseTime('2026-11-22T23:59:59.999999999Z'))
  })
  test('moves bounds beyond what a column can hold to its ends', () => {
    expect(parseTime('0001-01-01T00:00:00Z')).toBe(earliest)
    expect(parseTime('9999-12-31T23:59:59Z')).toBe(latest)
  })
  for (const text of [
    '',
    'now',
    '1795320039',
    '2026-11-22T04:00:39',
    '2026-02-30',
    '2026-13-01',
    '2026-11-22T24:00:00Z',
    '2026-11-22T04:60:00Z',
    '2026-11-22T04:00:00+25:00',
    '2026-11-22T04:00Z',
    ' 2026-11-22',
    "2026-11-22' or 1=1",
  ]) {
    test(`does not take ${JSON.stringify(text)}`, () => {
      expect(parseTime(text)).toBeUndefined()
    })
  }
})

test('what is formatted is read back the same, whatever the nanosecond', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 61n), max: latest }), (time) => {
      const text = formatTime(time)
      // Years before 1970 that the pattern of four digits can spell.
      expect(parseTime(text)).toBe(time)
    }),
  )
})

test('fraction digits are as few as hold the value, in threes', () => {
  expect(formatTime(1795320039516696915n)).toBe('2026-11-22T04:00:39.516696915Z')
  expect(formatTime(1795320039516696000n)).toBe('2026-11-22T04:00:39.516696Z')
  expect(formatTime(1795320039000000000n)).toBe('2026-11-22T04:00:39.000Z')
  expect(formatTime(-1n)).toBe('1969-12-31T23:59:59.999999999Z')
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { atOnce } from '#proto/steps.ts'
import { Raw, rawDouble, writeJson, writtenInSteps } from './json.ts'
import { withTimes } from './raw-times.ts'

test('64-bit integers, stored JSON and numbers that are not finite keep their value', () => {
  expect(
    writeJson({
      big: 18446744073709551615n,
      stored: new Raw('{"a":9007199254740993,"b":5.0}'),
      infinite: Number.POSITIVE_INFINITY,
      nothing: Number.NaN,
      zero: -0,
      absent: undefined,
      list: [1n, undefined, null],
    }),
  ).toBe(
    '{"big":18446744073709551615,"stored":{"a":9007199254740993,"b":5.0},"infinite":"Infinity","nothing":"NaN","zero":-0,"list":[1,null,null]}',
  )
})

test('a double keeps its point, so that 5.0 and 5 stay apart', () => {
  expect(rawDouble(5).text).toBe('5.0')
  expect(rawDouble(0.1).text).toBe('0.1')
  expect(rawDouble(1e300).text).toBe('1e+300')
  expect(rawDouble(Number.NaN).text).toBe('"NaN"')
})

test('whatever plain JSON can hold is written so that JSON.parse gives it back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON.stringify writes -0 as 0; ours keeps it (tested above), so both are compared as JSON.stringify has them.
      expect(JSON.stringify(JSON.parse(writeJson(value)))).toBe(JSON.stringify(value))
    }),
  )
})

test('a lone surrogate becomes U+FFFD and never breaks the document', () => {
  expect(JSON.parse(writeJson({ text: 'a\ud800b' }))).toEqual({ text: 'a\ufffdb' })
})

test('times of events are rewritten and nothing else, whatever the attributes look like', () => {
  const tricky = '"x\\\\\\"},{\\"timeUnixNano\\":1,"'
  const stored = `[{"timeUnixNano":1795320039516696915,"name":${tricky},"attributes":{"list":[{"timeUnixNano":7,"n":9007199254740993}]}},{"timeUnixNano":0,"name":"b","attributes":{}}]`
  expect(withTimes(stored).text).toBe(
    `[{"timestamp":"2026-11-22T04:00:39.516696915Z","name":${tricky},"attributes":{"list":[{"timeUnixNano":7,"n":9007199254740993}]}},{"timestamp":"1970-01-01T00:00:00.000Z","name":"b","attributes":{}}]`,
  )
})

test('a list written in steps is what it is at once', () => {
  for (const length of [0, 1, 499, 500, 501, 1700]) {
    const list = Array.from({ length }, (_, i) => [i, `"${i}"`, BigInt(i), null])
    expect(atOnce(writtenInSteps(list)).text).toBe(writeJson(list))
  }
})

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type AttributeValue, Double, jsonAttributes, jsonString, jsonValue, noAttributes } from './attributes.ts'

test('the JSON text of a string is what JSON.stringify makes of it, whatever it holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
      expect(jsonString(text)).toBe(JSON.stringify(text))
    }),
  )
  for (const text of [
    '',
    'a"b',
    'a\\b',
    '\0',
    '\n',
    '\u007f',
    '\u2028',
    'ä',
    '🎈',
    'x'.repeat(300),
    `${'x'.repeat(300)}"`,
  ])
    expect(jsonString(text)).toBe(JSON.stringify(text))
})

test('a lone surrogate becomes U+FFFD', () => {
  expect(jsonString('a\ud800b')).toBe('"a\ufffdb"')
  expect(jsonAttributes(Object.assign(noAttributes(), { '\udc00': 'x\ud800' }))).toBe('{"\ufffd":"x\ufffd"}')
})

test.each<[AttributeValue, string]>([
  [5, '5'],
  [new Double(5), '5.0'],
  [new Double(-0), '-0.0'],
  [new Double(1e21), '1e+21'],
  [new Double(Number.NaN), '"NaN"'],
  [new Double(Number.NEGATIVE_INFINITY), '"-Infinity"'],
  [0.1, '0.1'],
  [9223372036854775807n, '9223372036854775807'],
  [true, 'true'],
  [null, 'null'],
  [new Uint8Array([1, 2, 255]), '"AQL/"'],
  [['a', 1, null], '["a",1,null]'],
  [Object.assign(noAttributes(), { k: [false] }), '{"k":[false]}'],
])('%p is written as %s', (value, text) => {
  expect(jsonValue(value)).toBe(text)
})

test('attributes keep their order, and any key is a key', () => {
  const attributes = noAttributes()
  for (const key of ['b', 'a', '__proto__', 'constructor', '', 'with "quotes"', 'ä']) attributes[key] = key
  expect(jsonAttributes(attributes)).toBe(
    '{"b":"b","a":"a","__proto__":"__proto__","constructor":"constructor","":"","with \\"quotes\\"":"with \\"quotes\\"","ä":"ä"}',
  )
  expect(jsonAttributes(noAttributes())).toBe('{}')
})

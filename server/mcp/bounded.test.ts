import { expect, test } from 'bun:test'
import { bounded } from './bounded.ts'

const bytes = (text: string) => Buffer.byteLength(text)

test('what fits stays as it is', () => {
  expect(bounded({ a: [1, 'ü'] })).toEqual({ text: '{"a":[1,"ü"]}', isCut: false })
})

test('long texts are cut before lists are shortened', () => {
  const value = { list: [1, 2, 3], text: 'ä'.repeat(5000) }
  const { text, isCut } = bounded(value, 2000)
  expect(isCut).toBe(true)
  expect(bytes(text)).toBeLessThanOrEqual(2000)
  expect(JSON.parse(text)).toEqual({ list: [1, 2, 3], text: `${'ä'.repeat(200)}… (4800 more characters)` })
})

test('lists are shortened until they fit, and say by how many', () => {
  const value = { total: 1000, rows: Array.from({ length: 1000 }, (_, at) => ({ at, word: 'word' })) }
  const { text } = bounded(value, 1000)
  expect(bytes(text)).toBeLessThanOrEqual(1000)
  const { rows, total } = JSON.parse(text)
  const left = Number(/… (\d+) more left out/.exec(rows.at(-1))![1])
  expect([total, rows.length - 1 + left]).toEqual([1000, 1000])
  expect(value.rows).toHaveLength(1000)
})

test('whatever it is, it fits', () => {
  const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`key ${at}`, '👍'.repeat(50)]))
  const deep = [[[Array.from({ length: 500 }, () => 'x')], [[['y'.repeat(9000)]]]]]
  for (const value of [wide, deep, 'z'.repeat(5000), [[wide, wide], [deep]]])
    for (const most of [100, 333, 2000]) expect(bytes(bounded(value, most).text)).toBeLessThanOrEqual(most)
})

// colors.test.ts: a name's colour is the same everywhere, and the first eight names differ.
import { expect, test } from 'bun:test'
import { type Hue, slotOf, tokenKindHue } from './colors.ts'

test('a name keeps its slot whatever comes after', () => {
  const taken = new Map<string, Hue>()
  const first = slotOf('claude-sonnet-4-5', taken)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) slotOf(name, taken)
  expect(slotOf('claude-sonnet-4-5', taken)).toBe(first)
})

test('the first eight names have eight colours', () => {
  const taken = new Map<string, Hue>()
  const hues = Array.from({ length: 8 }, (_, index) => slotOf(`model-${index}`, taken))
  expect(new Set(hues).size).toBe(8)
})

test('a ninth name gets the slot of its hash', () => {
  const taken = new Map<string, Hue>()
  for (let index = 0; index < 8; index++) slotOf(`model-${index}`, taken)
  expect(slotOf('gpt-5', taken)).toBe(slotOf('gpt-5', new Map()))
})

test('a token kind has its fixed colour however it is spelled', () => {
  expect(
    ['input', 'cacheRead', 'cache_read', 'cacheCreation', 'output', 'reasoning_output', 'total'].map(tokenKindHue),
  ).toEqual([1, 5, 5, 3, 2, 4, undefined])
})

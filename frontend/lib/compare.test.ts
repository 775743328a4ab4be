// compare.test.ts: what is compared lies on what it is compared with.
import { expect, test } from 'bun:test'
import { shifted, summedReference, windowBefore } from './compare.ts'

test('the window before is moved by whole steps and ends before the window begins', () => {
  expect(windowBefore(1_000, 2_000, 300)).toEqual({ from: -200, to: 800, shift: 1_200 })
  expect(windowBefore(0, 600, 300)).toEqual({ from: -600, to: -1, shift: 600 })
})

test('a reference is the sum of what was measured; where nothing was it is a gap', () => {
  const series = (...values: (number | null)[]) => ({
    name: 'm',
    labels: {},
    datapoints: values.map((value, index): [number, number | null] => [index * 10, value]),
  })
  const { points, reference } = summedReference(shifted([series(1, null, 3), series(2, null, null)], 100), 'Before')
  expect(points).toEqual([
    [100, 3],
    [110, null],
    [120, 3],
  ])
  expect(reference).toBe(true)
})

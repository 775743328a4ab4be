// histogram.test.ts: levels over time.
import { expect, test } from 'bun:test'
import { histogramSeries } from './histogram.ts'

test('spellings of a level are one series, errors stand on top', () => {
  const series = histogramSeries({
    intervalSeconds: 60,
    buckets: [
      { time: 60_000, levels: { error: 1, INFO: 5 } },
      { time: 0, levels: { ERROR: 2, Info: 1, info: 2 } },
    ],
  })
  expect(series.map(({ key, points }) => [key, points])).toEqual([
    [
      'INFO',
      [
        [0, 3],
        [60_000, 5],
      ],
    ],
    [
      'ERROR',
      [
        [0, 2],
        [60_000, 1],
      ],
    ],
  ])
})

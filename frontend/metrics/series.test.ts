// series.test.ts: metrics as they are shown.
import { expect, test } from 'bun:test'
import type { MetricPoint } from '../lib/shapes.ts'
import { attributesOf, chartSeries, statisticsFor, summarize } from './series.ts'

const point = (attributes: Record<string, unknown>) => ({ attributes }) as unknown as MetricPoint

test('attributes that tell groups apart come first, ids last', () => {
  const points = [
    point({ 'session.id': 'a', type: 'input', os: 'linux' }),
    point({ 'session.id': 'b', type: 'output', os: 'linux' }),
  ]
  expect(attributesOf(points)).toEqual(['type', 'os', 'session.id'])
})

test('each kind of metric has its usual statistic', () => {
  expect((['sum', 'gauge', 'histogram', 'summary', undefined] as const).map((type) => statisticsFor(type)[0])).toEqual([
    'sum',
    'avg',
    'p95',
    'p50',
    'sum',
  ])
})

test('a gap counts as nothing measured, not as zero', () => {
  const series = chartSeries(
    [
      {
        name: 'm',
        labels: { type: 'input' },
        datapoints: [
          [0, 4],
          [1, null],
          [2, 2],
        ],
      },
    ],
    'type',
    'M',
    () => 'red',
  )
  expect(summarize(series)[0]).toMatchObject({
    label: 'input',
    last: 2,
    total: 6,
    average: 3,
    least: 2,
    most: 4,
    points: 2,
  })
})

// metric-series.test.ts: metrics as they are shown.
import { expect, test } from 'bun:test'
import { attributesInOrder, chartSeries, statisticsFor, summarize } from './metric-series.ts'

test('the usual breakdowns come first, then what tells groups apart, ids and resources last', () => {
  const attribute = (name: string, values: number, resource = false) => ({ name, values, resource })
  const names = attributesInOrder(
    [
      attribute('session.id', 9),
      attribute('os', 1),
      attribute('host.name', 2, true),
      attribute('type', 4),
      attribute('model', 2),
      attribute('effort', 3),
    ],
    ['type', 'nobody', 'model'],
  ).map(({ name }) => name)
  expect(names).toEqual(['type', 'model', 'effort', 'os', 'session.id', 'host.name'])
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

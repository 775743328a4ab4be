import { beforeAll, describe, expect, test } from 'bun:test'
import { at, histogram, metric, metricsApi } from './testing.ts'

const t = metricsApi()
const { values } = t

describe('a histogram', () => {
  const bounds = { explicitBounds: [10, 20] }
  beforeAll(async () => {
    await t.send(
      'metrics',
      metric(
        'h',
        histogram(1, [
          {
            ...bounds,
            startTimeUnixNano: at(0),
            timeUnixNano: at(10),
            count: '4',
            sum: 40,
            bucketCounts: ['2', '2', '0'],
            min: 4,
            max: 16,
          },
          {
            ...bounds,
            startTimeUnixNano: at(0),
            timeUnixNano: at(20),
            count: '4',
            sum: 60,
            bucketCounts: ['0', '4', '0'],
            min: 11,
            max: 19,
          },
        ]),
      ),
    )
    await t.send(
      'metrics',
      metric(
        'hc',
        histogram(2, [
          {
            ...bounds,
            startTimeUnixNano: at(0),
            timeUnixNano: at(10),
            count: '4',
            sum: 40,
            bucketCounts: ['4', '0', '0'],
          },
          {
            ...bounds,
            startTimeUnixNano: at(0),
            timeUnixNano: at(70),
            count: '6',
            sum: 76,
            bucketCounts: ['4', '2', '0'],
          },
          {
            ...bounds,
            startTimeUnixNano: at(0),
            timeUnixNano: at(130),
            count: '6',
            sum: 76,
            bucketCounts: ['4', '2', '0'],
          },
        ]),
      ),
    )
  })
  test('is its sum, count, mean, ends and rate', async () => {
    for (const [stat, value] of [
      ['sum', 100],
      ['count', 8],
      ['avg', 12.5],
      ['min', 4],
      ['max', 19],
      ['rate', 100 / 60],
    ] as const)
      expect([stat, (await values(`name=h&stat=${stat}`))![0]]).toEqual([stat, value])
    expect((await values('name=h'))!.slice(0, 2)).toEqual([100, null])
  })
  test('has percentiles, interpolated over all its points', async () => {
    // 2 in [4, 10], 6 in (10, 19]: the median is two sixths into the second bucket.
    expect((await values('name=h&stat=p50'))![0]).toBeCloseTo(10 + (9 * 2) / 6)
    expect((await values('name=h&stat=p99'))![0]).toBeCloseTo(10 + (9 * 5.92) / 6)
  })
  test('that is cumulative is what it grew by, in sums and in percentiles', async () => {
    expect((await values('name=hc'))!.slice(0, 4)).toEqual([40, 36, 0, null])
    expect((await values('name=hc&stat=count'))!.slice(0, 3)).toEqual([4, 2, 0])
    expect((await values('name=hc&stat=p50'))!.slice(0, 3)).toEqual([5, 15, null])
    expect(await values('name=hc&stat=p50&aggregate=true')).toEqual([7.5])
  })
  test('with exponential buckets has percentiles too', async () => {
    await t.send(
      'metrics',
      metric('e', {
        exponentialHistogram: {
          aggregationTemporality: 1,
          dataPoints: [
            {
              timeUnixNano: at(10),
              count: '7',
              sum: 30,
              scale: 0,
              zeroCount: '1',
              positive: { offset: 1, bucketCounts: ['2', '2'] },
              negative: { offset: 0, bucketCounts: ['2'] },
            },
          ],
        },
      }),
    )
    // Negative 2 in [-2, -1), zero 1, positive 2 in (2, 4], 2 in (4, 8].
    expect((await values('name=e&stat=p50'))![0]).toBeCloseTo(2.5)
    expect((await values('name=e&stat=p99'))![0]).toBeCloseTo(4 + (4 * 1.93) / 2)
    expect((await values('name=e&stat=sum'))![0]).toBe(30)
  })
})

describe('a summary', () => {
  test('has the quantiles that it was sent with, and grows like a counter', async () => {
    const quantiles = (median: number) => [
      { quantile: 0, value: 1 },
      { quantile: 0.5, value: median },
      { quantile: 1, value: 30 },
    ]
    await t.send(
      'metrics',
      metric('s', {
        summary: {
          dataPoints: [
            { startTimeUnixNano: at(0), timeUnixNano: at(10), count: '3', sum: 20, quantileValues: quantiles(5) },
            { startTimeUnixNano: at(0), timeUnixNano: at(70), count: '5', sum: 28, quantileValues: quantiles(6) },
          ],
        },
      }),
    )
    expect((await values('name=s'))!.slice(0, 2)).toEqual([20, 8])
    expect((await values('name=s&stat=p50'))!.slice(0, 2)).toEqual([5, 6])
    expect((await values('name=s&stat=max'))![0]).toBe(30)
  })
})

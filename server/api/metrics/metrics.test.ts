import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { MetricList, SeriesList } from '../shapes.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

const second = 1_000_000_000n
const base = 1795320000n * second // 2026-11-22T04:00:00Z
const at = (seconds: number) => String(base + BigInt(Math.round(seconds * 1e9)))
const from = '2026-11-22T04:00:00Z'
/** Ten minutes, in minutes. */
const range = `from=${from}&to=2026-11-22T04:09:59Z&interval=60`
const baseMs = Number(base / 1_000_000n)

type Attributes = Record<string, string | number>
const attributesOf = (attributes: Attributes = {}) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }))

/** An OTLP/JSON request with one metric of one service. */
function metric(name: string, data: object, service = 'shop', resource: Attributes = {}) {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf({ 'service.name': service, ...resource }) },
        scopeMetrics: [{ scope: { name: 'meter' }, metrics: [{ name, unit: '1', ...data }] }],
      },
    ],
  }
}
type Point = { t: number; v: number; start?: number; attributes?: Attributes }
const numbers = (points: Point[]) =>
  points.map(({ t, v, start, attributes }) => ({
    timeUnixNano: at(t),
    ...(start === undefined ? {} : { startTimeUnixNano: at(start) }),
    asDouble: v,
    attributes: attributesOf(attributes),
  }))
const gauge = (points: Point[]) => ({ gauge: { dataPoints: numbers(points) } })
const sum = (temporality: 1 | 2, points: Point[], isMonotonic = true) => ({
  sum: { aggregationTemporality: temporality, isMonotonic, dataPoints: numbers(points) },
})

async function series(query: string): Promise<{ labels: any; values: (number | null)[] }[]> {
  const { status, body } = await t.ask(`/api/metrics/series?${range}&${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  SeriesList.parse(body)
  return body.series.map((one: any) => ({ labels: one.labels, values: one.datapoints.map(([, value]: any) => value) }))
}
const values = async (query: string) => (await series(query))[0]?.values

describe('a gauge', () => {
  beforeAll(() =>
    t.send(
      'metrics',
      metric(
        'g',
        gauge([
          { t: 10, v: 10 },
          { t: 50, v: 20 },
          { t: 130, v: 7 },
          { t: 140, v: Number.NaN },
        ]),
      ),
    ),
  )
  test('is averaged in each interval, and an interval without points is a gap', async () => {
    const { body } = await t.ask(`/api/metrics/series?${range}&name=g`)
    expect(body.series[0].datapoints).toEqual([
      [baseMs, 15],
      [baseMs + 60_000, null],
      [baseMs + 120_000, 7],
      ...Array.from({ length: 7 }, (_, n) => [baseMs + (n + 3) * 60_000, null]),
    ])
  })
  test('is its last value as one number', async () => {
    expect(await series('name=g&aggregate=true')).toEqual([{ labels: {}, values: [7] }])
    const { body } = await t.ask(`/api/metrics/series?${range}&name=g&aggregate=true`)
    expect(body.series[0].datapoints).toEqual([[0, 7]])
  })
  for (const [stat, value] of [
    ['sum', 30],
    ['avg', 15],
    ['min', 10],
    ['max', 20],
    ['p50', 15],
    ['count', 2],
  ] as const) {
    test(`has a ${stat}`, async () => expect((await values(`name=g&stat=${stat}`))![0]).toBe(value))
  }
  test('has no rate', async () => {
    const { status, body } = await t.ask(`/api/metrics/series?${range}&name=g&stat=rate`)
    expect([status, body.message]).toEqual([422, 'stat: g is a gauge, which has no rate; use avg, min or max'])
  })
})

describe('a delta counter', () => {
  beforeAll(() =>
    t.send(
      'metrics',
      metric(
        'd',
        sum(1, [
          { t: 10, v: 3, start: 0, attributes: { kind: 'a' } },
          { t: 20, v: 4, start: 10, attributes: { kind: 'b' } },
          { t: 65, v: 5, start: 60, attributes: { kind: 'a' } },
        ]),
      ),
    ),
  )
  test('is summed', async () => {
    expect((await values('name=d'))!.slice(0, 3)).toEqual([7, 5, null])
    expect(await values('name=d&aggregate=true')).toEqual([12])
  })
  test('has a rate a second', async () => {
    expect((await values('name=d&stat=rate'))![0]).toBeCloseTo(7 / 60)
    expect((await values('name=d&stat=rate&aggregate=true'))![0]).toBeCloseTo(12 / 599)
  })
  test('is told apart by an attribute, the largest first', async () => {
    expect(await series('name=d&aggregate=true&groupBy=kind')).toEqual([
      { labels: { kind: 'a' }, values: [8] },
      { labels: { kind: 'b' }, values: [4] },
    ])
    expect((await t.ask('/api/metrics/breakdown-values?name=d&attribute=kind')).body).toEqual({ values: ['a', 'b'] })
  })
})

describe('a cumulative counter', () => {
  test('is what it grew by: from its start, over a reset, whatever the order of arrival', async () => {
    const run = [
      { t: 10, v: 5, start: 0 },
      { t: 70, v: 9, start: 0 },
      { t: 130, v: 9, start: 0 },
      // The process began anew: its start time says so, although the value is higher.
      { t: 250, v: 20, start: 240 },
    ]
    await t.send('metrics', metric('c', sum(2, [run[3]!, run[1]!])))
    await t.send('metrics', metric('c', sum(2, [run[2]!, run[0]!])))
    expect((await values('name=c'))!.slice(0, 6)).toEqual([5, 4, 0, null, 20, null])
    expect(await values('name=c&aggregate=true')).toEqual([29])
  })
  test('is differenced for each series: two that alternate are no resets', async () => {
    await t.send('metrics', metric('c2', sum(2, [{ t: 10, v: 100, start: 0, attributes: { s: 'x' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 20, v: 1, start: 0, attributes: { s: 'y' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 30, v: 110, start: 0, attributes: { s: 'x' } }])))
    await t.send('metrics', metric('c2', sum(2, [{ t: 40, v: 3, start: 0, attributes: { s: 'y' } }])))
    expect(await values('name=c2&aggregate=true')).toEqual([113])
  })
  test('of the same attributes from two hosts are two series', async () => {
    for (const host of ['one', 'two'])
      await t.send('metrics', metric('c3', sum(2, [{ t: 10, v: 50, start: 0 }]), 'shop', { 'host.name': host }))
    expect(await values('name=c3&aggregate=true')).toEqual([100])
    expect((await series('name=c3&aggregate=true&groupBy=host.name')).map((one) => one.labels)).toEqual([
      { 'host.name': 'one' },
      { 'host.name': 'two' },
    ])
  })
  test('goes on from the point before the range', async () => {
    await t.send(
      'metrics',
      metric(
        'c4',
        sum(2, [
          { t: -100, v: 1000, start: -9000 },
          { t: -50, v: 1010, start: -9000 },
          { t: 30, v: 1015, start: -9000 },
        ]),
      ),
    )
    expect(await values('name=c4&aggregate=true')).toEqual([5])
  })
  test('without a start time counts from its first point, and a fall is a reset', async () => {
    await t.send(
      'metrics',
      metric(
        'c5',
        sum(2, [
          { t: 10, v: 7 },
          { t: 70, v: 9 },
          { t: 130, v: 4 },
        ]),
      ),
    )
    expect((await values('name=c5'))!.slice(0, 3)).toEqual([null, 2, 4])
  })
  test('that may fall is a level: the sum of the last values', async () => {
    await t.send(
      'metrics',
      metric(
        'level',
        sum(
          2,
          [
            { t: 10, v: 5, start: 0, attributes: { q: 'a' } },
            { t: 20, v: 3, start: 0, attributes: { q: 'a' } },
            { t: 15, v: 10, start: 0, attributes: { q: 'b' } },
          ],
          false,
        ),
      ),
    )
    expect((await values('name=level'))!.slice(0, 2)).toEqual([13, null])
  })
  test('and its derived .delta series agree', async () => {
    for (const name of ['c', 'c2', 'c3', 'c4', 'c5']) {
      const all = 'from=2026-11-21&to=2026-11-23&aggregate=true'
      const one = (await t.ask(`/api/metrics/series?${all}&name=${name}`)).body.series
      const other = (await t.ask(`/api/metrics/series?${all}&name=${name}.delta`)).body.series
      expect([name, one[0].datapoints]).toEqual([name, other[0].datapoints])
    }
  })
})

const histogram = (temporality: 1 | 2, points: object[]) => ({
  histogram: { aggregationTemporality: temporality, dataPoints: points },
})

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

describe('series', () => {
  test('are at most 50, the largest, and the answer says how many there are', async () => {
    await t.send(
      'metrics',
      metric(
        'wide',
        sum(
          1,
          Array.from({ length: 60 }, (_, n) => ({ t: 1, v: n + 1, attributes: { n: `n${n}` } })),
        ),
      ),
    )
    const { body } = await t.ask(`/api/metrics/series?${range}&name=wide&groupBy=n&aggregate=true`)
    expect([body.series.length, body.seriesTotal, body.series[0].labels]).toEqual([50, 60, { n: 'n59' }])
  })
  test('are told apart by keys of any spelling, of the resource too', async () => {
    await t.send(
      'metrics',
      metric('odd', sum(1, [{ t: 1, v: 1, attributes: { 'a/b~c."d"': 'yes' } }]), 'odd', { 'os.type': 'linux' }),
    )
    expect(await series(`name=odd&aggregate=true&groupBy=${encodeURIComponent('a/b~c."d"')}`)).toEqual([
      { labels: { 'a/b~c."d"': 'yes' }, values: [1] },
    ])
    expect((await series('name=odd&aggregate=true&groupBy=os.type'))[0]!.labels).toEqual({ 'os.type': 'linux' })
    expect((await series('name=odd&aggregate=true&groupBy=absent'))[0]!.labels).toEqual({})
    expect((await series("name=odd&aggregate=true&groupBy=x'||(select 1)||'"))[0]!.labels).toEqual({})
    expect((await series('name=odd&aggregate=true&groupBy=service'))[0]!.labels).toEqual({ service: 'odd' })
  })
  test('of a metric that nobody sent are none', async () => {
    expect((await t.ask('/api/metrics/series?name=nobody')).body.series).toEqual([])
  })
  test('choose a usual interval where none is asked for', async () => {
    const { body } = await t.ask(`/api/metrics/series?name=d&from=${from}&to=2026-11-22T05:00:00Z`)
    expect([body.intervalSeconds, body.series[0].datapoints.length]).toEqual([15, 241])
  })
  test('of weeks begin on Monday', async () => {
    const { body } = await t.ask('/api/metrics/series?name=d&from=2026-11-16&to=2026-11-29&interval=1+week')
    expect(body.series[0].datapoints.map(([time]: number[]) => new Date(time!).toISOString())).toEqual([
      '2026-11-16T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
    ])
  })
  test('of all time are answered, whatever the interval', async () => {
    for (const query of ['', '&interval=100+weeks', '&interval=36525d', '&aggregate=true']) {
      const { status, body } = await t.ask(`/api/metrics/series?name=d&from=0001-01-01&to=9999-12-31${query}`)
      const values = body.series?.[0]?.datapoints.map(([, value]: [number, number | null]) => value)
      expect([query, status, values?.filter((value: number | null) => value !== null).length]).toEqual([query, 200, 1])
    }
    const { status, body } = await t.ask('/api/metrics/series?name=d&interval=999999999w')
    expect([status, body.message]).toEqual([400, expect.stringContaining('at most 100 years')])
  })

  test('with more intervals than anybody could see are refused', async () => {
    const { status, body } = await t.ask('/api/metrics/series?name=d&from=2020-01-01&to=2026-01-01&interval=1')
    expect([status, body.message]).toEqual([400, expect.stringContaining('50000 are the most')])
  })
})

describe('batch-series', () => {
  test('answers each query by its id, and a bad one fails alone', async () => {
    const { status, body } = await t.post('/api/metrics/batch-series', {
      from,
      to: '2026-11-22T04:09:59Z',
      interval: '1 minute',
      queries: [
        { id: 'good', name: 'd', aggregate: true },
        { id: 'grouped', name: 'd', groupBy: 'kind', interval: '1h' },
        { id: 'nameless' },
        { id: 'stat', name: 'd', stat: 'median' },
        { id: 'interval', name: 'd', interval: 'soon' },
        { id: 'rate', name: 'g', stat: 'rate' },
      ],
    })
    expect(status).toBe(200)
    expect(body.results.map(({ id, success }: any) => [id, success])).toEqual([
      ['good', true],
      ['grouped', true],
      ['nameless', false],
      ['stat', false],
      ['interval', false],
      ['rate', false],
    ])
    expect(body.results[0].series).toEqual([{ name: 'd', labels: {}, datapoints: [[0, 12]] }])
    expect(body.results[1].series.map((one: any) => one.datapoints)).toEqual([[[baseMs, 8]], [[baseMs, 4]]])
    expect(body.results[2].error).toBe('name: is missing')
    expect(body.results[3].error).toContain('"median" is not valid; use sum, avg')
  })
  test('takes 50 queries and no more', async () => {
    const queries = Array.from({ length: 51 }, (_, n) => ({ id: `q${n}`, name: 'd' }))
    expect((await t.post('/api/metrics/batch-series', { queries })).status).toBe(400)
    expect((await t.post('/api/metrics/batch-series', { queries: queries.slice(1) })).body.results.length).toBe(50)
  })
})

describe('the list', () => {
  test('has every field of every kind, exact', async () => {
    await t.send('metrics', {
      resourceMetrics: [
        {
          resource: { attributes: attributesOf({ 'service.name': 'exact' }) },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'int',
                  description: 'an integer',
                  unit: 'By',
                  sum: {
                    aggregationTemporality: 2,
                    isMonotonic: true,
                    dataPoints: [
                      {
                        startTimeUnixNano: at(0),
                        timeUnixNano: at(1.000000001),
                        asInt: '9223372036854775807',
                        attributes: [],
                        exemplars: [
                          { timeUnixNano: at(1), asDouble: 2, traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
                        ],
                      },
                    ],
                  },
                },
                { name: 'double', gauge: { dataPoints: [{ timeUnixNano: at(1), asDouble: 5 }] } },
                { name: 'infinite', gauge: { dataPoints: [{ timeUnixNano: at(1), asDouble: 'Infinity' }] } },
                {
                  name: 'hist',
                  histogram: {
                    aggregationTemporality: 1,
                    dataPoints: [
                      {
                        timeUnixNano: at(1),
                        count: '18446744073709551615',
                        bucketCounts: ['18446744073709551615'],
                        explicitBounds: [],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    })
    const day = 'from=2026-11-22&to=2026-11-22'
    const { text, body } = await t.ask(`/api/metrics?${day}&service=exact`)
    MetricList.parse(body)
    const byName = Object.fromEntries(body.metrics.map((one: any) => [one.metricName, one]))
    expect(byName.int).toMatchObject({
      timestamp: '2026-11-22T04:00:01.000000001Z',
      startTimestamp: '2026-11-22T04:00:00.000Z',
      metricType: 'sum',
      metricUnit: 'By',
      metricDescription: 'an integer',
      aggregationTemporality: 2,
      isMonotonic: true,
      exemplars: [{ timestamp: '2026-11-22T04:00:01.000Z', value: 2, traceId: 'ab'.repeat(16) }],
    })
    expect(text).toContain('"value":9223372036854775807,')
    expect(text).toContain('"value":5.0')
    expect(byName.infinite.value).toBe('Infinity')
    expect(text).toContain('"count":18446744073709551615,"bucketCounts":[18446744073709551615]')
    expect(byName['int.delta']).toMatchObject({ derived: true, aggregationTemporality: 1 })
    expect((await t.ask(`/api/metrics?${day}&service=exact&type=histogram`)).body.total).toBe(1)
    expect((await t.ask(`/api/metrics?${day}&service=exact&name=double`)).body.total).toBe(1)
  })
  test('comes in pages that neither lose nor repeat points of the same time', async () => {
    const seen: string[] = []
    for (let more = true; more; ) {
      const { body } = await t.ask(`/api/metrics?from=2026-11-22&name=wide&limit=7&offset=${seen.length}`)
      seen.push(...body.metrics.map((one: any) => one.attributes.n))
      more = body.hasMore
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60])
  })
  test('of names is by service', async () => {
    expect((await t.ask('/api/metrics/names?service=odd')).body).toEqual({ names: ['odd'] })
  })
})

test('token types of a recorded run are canonical in the breakdown', async () => {
  await t.replay(`gemini/otlp/${await firstFolder('gemini')}`)
  const { body } = await t.ask('/api/metrics/breakdown-values?name=gemini_cli.token.usage&attribute=type')
  expect(body.values).not.toContain('thought')
  expect(body.values).toEqual(expect.arrayContaining(['input', 'output']))
})

async function firstFolder(agent: string): Promise<string> {
  const { readdirSync } = await import('node:fs')
  return readdirSync(new URL(`../../../fixtures/${agent}/otlp`, import.meta.url)).sort()[0]!
}

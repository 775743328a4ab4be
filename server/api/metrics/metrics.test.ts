import { beforeAll, describe, expect, test } from 'bun:test'
import { MetricList } from '../shapes.ts'
import { at, attributesOf, baseMs, from, gauge, metric, metricsApi, range, sum, twoKinds } from './testing.ts'

const t = metricsApi()
const { series } = t
beforeAll(async () => {
  await t.send('metrics', metric('d', twoKinds))
  await t.send('metrics', metric('g', gauge([{ t: 10, v: 10 }])))
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

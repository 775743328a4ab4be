// filter.test.ts: a chart of those points alone that carry certain attributes, and what a metric's points carry.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
  const second = 1_000_000_000n
  const start = 1795320000n * second // 2026-11-22T04:00:00Z
  const at = (seconds: number) => String(start + BigInt(seconds) * second)
  const attributes = (given: Record<string, string>) =>
    Object.entries(given).map(([key, value]) => ({ key, value: { stringValue: value } }))
  const point = (seconds: number, value: number, given: Record<string, string>) => ({
    timeUnixNano: at(seconds),
    startTimeUnixNano: at(0),
    asDouble: value,
    attributes: attributes(given),
  })
  await t.send('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop', region: 'north' }) },
        scopeMetrics: [
          {
            scope: { name: 'meter' },
            metrics: [
              {
                name: 'sold',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [
                    point(10, 5, { kind: 'tea', 'a/b~c': 'x' }),
                    point(70, 9, { kind: 'tea', 'a/b~c': 'x' }),
                    point(10, 100, { kind: 'coffee' }),
                    point(70, 150, { kind: 'coffee' }),
                    point(10, 1000, {}),
                  ],
                },
              },
              {
                name: 'waited',
                histogram: {
                  aggregationTemporality: 1,
                  dataPoints: ['tea', 'coffee'].map((kind, index) => ({
                    timeUnixNano: at(10),
                    count: '2',
                    sum: 10 ** index,
                    bucketCounts: ['2', '0'],
                    explicitBounds: [10 ** index],
                    attributes: attributes({ kind }),
                  })),
                },
              },
              {
                name: 'size',
                summary: {
                  dataPoints: ['tea', 'coffee'].map((kind, index) => ({
                    timeUnixNano: at(10),
                    startTimeUnixNano: at(0),
                    count: '2',
                    sum: 10 ** index,
                    quantileValues: [{ quantile: 0.5, value: 7 * 10 ** index }],
                    attributes: attributes({ kind }),
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  })
})
afterAll(() => t.close())

const range = 'from=2026-11-22T04:00:00Z&to=2026-11-22T04:01:59Z&interval=60'
async function values(query: string, filter: unknown) {
  const { status, body } = await t.ask(
    `/api/metrics/series?${range}&${query}&filter=${encodeURIComponent(JSON.stringify(filter))}`,
  )
  expect([status, body.message]).toEqual([200, undefined])
  return body.series.map((one: any) => one.datapoints.map(([, value]: any) => value))
}

test('a counter is what those of its series grew by that carry the attribute', async () => {
  expect(await values('name=sold', {})).toEqual([[1105, 54]])
  expect(await values('name=sold', { kind: 'tea' })).toEqual([[5, 4]])
  expect(await values('name=sold', { kind: ['tea', 'coffee'] })).toEqual([[105, 54]])
  expect(await values('name=sold', { kind: '' })).toEqual([[1000, null]])
  expect(await values('name=sold', { kind: 'coffee', 'a/b~c': 'x' })).toEqual([])
  expect(await values('name=sold', { 'a/b~c': 'x' })).toEqual([[5, 4]])
  expect(await values('name=sold', { region: 'north', service: 'shop', kind: 'coffee' })).toEqual([[100, 50]])
  expect(await values('name=sold&stat=p50', { kind: 'tea' })).toEqual([[5, 4]])
  expect(await values('name=sold&groupBy=kind', { region: 'north' })).toEqual([
    [1000, null],
    [100, 50],
    [5, 4],
  ])
})

test('histograms and summaries are filtered by the same rule', async () => {
  expect(await values('name=waited&stat=avg', { kind: 'coffee' })).toEqual([[5, null]])
  expect(await values('name=waited&stat=max', { kind: 'nobody' })).toEqual([])
  const [[fast], [slow]] = [
    (await values('name=waited&stat=p50', { kind: 'tea' }))[0],
    (await values('name=waited&stat=p50', { kind: 'coffee' }))[0],
  ]
  expect(slow).toBeCloseTo(fast * 10, 6)
  expect(await values('name=size&stat=p50', { kind: 'coffee' })).toEqual([[70, null]])
})

test('each query of a batch has its own filter, and a bad one fails alone', async () => {
  const { body } = await t.post('/api/metrics/batch-series', {
    from: '2026-11-22T04:00:00Z',
    to: '2026-11-22T04:01:59Z',
    queries: [
      { id: 'tea', name: 'sold', aggregate: true, filter: { kind: 'tea' } },
      { id: 'all', name: 'sold', aggregate: true },
      { id: 'bad', name: 'sold', filter: { kind: [] } },
    ],
  })
  expect(body.results.map((one: any) => [one.id, one.success, one.series?.[0].datapoints[0][1]])).toEqual([
    ['tea', true, 9],
    ['all', true, 1159],
    ['bad', false, undefined],
  ])
  expect(body.results[2].error).toContain('kind')
})

test('a filter that cannot be read is a 400 that shows how one looks', async () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`a${index}`, 'x']))
  for (const filter of ['{', '[]', '7', '{"kind":{}}', '{"kind":[]}', '{"":"x"}', JSON.stringify(many)]) {
    const { status, body } = await t.ask(`/api/metrics/series?${range}&name=sold&filter=${encodeURIComponent(filter)}`)
    expect([filter, status]).toEqual([filter, 400])
    expect(body.message).toContain('filter: ')
    expect(body.message).toContain('use {"type":"input"')
  }
})

test('`tool` is the tool that was called, not the agent that called it', async () => {
  const point = (tool: string, value: number) => ({
    timeUnixNano: '1795320010000000000',
    asInt: String(value),
    attributes: [{ key: 'tool', value: { stringValue: tool } }],
  })
  await t.send('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'codex_cli_rs' } }] },
        scopeMetrics: [
          {
            scope: { name: 'codex' },
            metrics: [
              {
                name: 'codex.tool.call',
                sum: {
                  aggregationTemporality: 1,
                  isMonotonic: true,
                  dataPoints: [point('shell', 3), point('read', 1)],
                },
              },
            ],
          },
        ],
      },
    ],
  })
  const { body } = await t.ask(`/api/metrics/series?${range}&name=codex.tool.call&aggregate=true&groupBy=tool`)
  expect(body.series.map((one: any) => [one.labels.tool, one.datapoints[0][1]])).toEqual([
    ['shell', 3],
    ['read', 1],
  ])
  expect(await values('name=codex.tool.call', { tool: 'read' })).toEqual([[1, null]])
})

test('a value is data, whatever it says', async () => {
  expect(await values('name=sold', { kind: `tea') or 1=1 --` })).toEqual([])
  expect(await values('name=sold', { "kind') or 1=1 --": 'tea' })).toEqual([])
})

test('the attributes of a metric are those of all its series, of points and of resources', async () => {
  const { body } = await t.ask('/api/metrics/attributes?name=sold')
  expect(body).toEqual({
    attributes: [
      { name: 'a/b~c', values: 1, resource: false },
      { name: 'kind', values: 2, resource: false },
      { name: 'region', values: 1, resource: true },
      { name: 'service.name', values: 1, resource: true },
    ],
  })
  expect((await t.ask('/api/metrics/attributes?name=nobody')).body).toEqual({ attributes: [] })
})

test('the catalogue knows some eighty metrics of the agents, each by one name', async () => {
  const { body } = await t.ask('/api/metrics/catalogue')
  const names = body.metrics.map((one: any) => one.name)
  expect(names.length).toBeGreaterThanOrEqual(80)
  expect(new Set(names).size).toBe(names.length)
  expect(body.metrics.find((one: any) => one.name === 'claude_code.token.usage')).toMatchObject({
    agent: 'claude-code',
    title: 'Tokens',
    unit: 'tokens',
    breakdowns: expect.arrayContaining(['type', 'model', 'skill.name']),
    inner: false,
  })
  expect(body.families).toContainEqual({ prefix: 'gemini_cli', name: 'Gemini CLI' })
})

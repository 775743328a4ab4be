import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from './testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
  await t.replay('claude-code/otlp/01-http-json')
})
afterAll(() => t.close())

const badTimes = ['yesterday', '1795320039', '2026-02-30', '2026-11-22T04:00:00', "2026-11-22' or 1=1", '']
const badLimits = ['0', '1001', '-1', '1.5', 'ten', '', '1e2', ' 5', '0x10']
const badOffsets = ['-1', '1.5', 'x', '', '99999999999999']

/** Each route with each of its parameters and what cannot be read as that. */
const bad: { path: string; values: Record<string, string[]> }[] = [
  {
    path: '/api/traces',
    values: { from: badTimes, to: badTimes, limit: badLimits, offset: badOffsets, kind: ['both'] },
  },
  { path: '/api/traces/recent', values: { limit: badLimits } },
  { path: `/api/traces/${'a'.repeat(32)}`, values: { kind: ['x', ''], offset: badOffsets } },
  { path: `/api/traces/${'a'.repeat(32)}/spans`, values: { kind: ['x', ''], limit: ['0', 'x'] } },
  { path: '/api/logs', values: { from: badTimes, to: badTimes, limit: badLimits, offset: badOffsets } },
  { path: '/api/logs/levels', values: { from: badTimes, to: badTimes } },
  {
    path: '/api/metrics',
    values: { from: badTimes, to: badTimes, limit: badLimits, offset: badOffsets, type: ['counter', ''] },
  },
  { path: '/api/metrics/breakdown-values?attribute=a', values: { name: [''] } },
  { path: '/api/metrics/breakdown-values?name=a', values: { attribute: [''] } },
  {
    path: '/api/metrics/series?name=claude_code.token.usage',
    values: {
      from: badTimes,
      to: badTimes,
      interval: ['0', 'soon', '1 month', "1 day'); --", ''],
      stat: ['median', '', 'SUM(1)'],
      aggregate: ['yes', ''],
    },
  },
]

describe('a parameter that cannot be read is a 400 that names it, never a silent default:', () => {
  for (const { path, values } of bad)
    for (const [name, texts] of Object.entries(values))
      test(`${name} of ${path}`, async () => {
        for (const text of texts) {
          const { status, body } = await t.ask(
            `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(text)}`,
          )
          expect([text, status, body.error]).toEqual([text, 400, 'Bad Request'])
          expect(body.message).toStartWith(`${name}: `)
        }
      })

  test('given twice', async () => {
    expect((await t.ask('/api/logs?limit=1&limit=2')).body.message).toBe('limit: is given more than once; give it once')
  })
  test('left out where it is needed', async () => {
    expect((await t.ask('/api/metrics/series')).body.message).toBe('name: is missing')
    expect((await t.ask('/api/metrics/breakdown-values?name=x')).body.message).toBe('attribute: is missing')
  })
  test('a range that ends before it begins', async () => {
    const { status, body } = await t.ask('/api/logs?from=2026-11-23&to=2026-11-22')
    expect([status, body.message]).toEqual([400, 'from: is after to; give them in order'])
  })
})

test('texts are values, never SQL: hostile filters find nothing and break nothing', async () => {
  const hostile = [
    "' or 1=1 --",
    '"; drop table spans; --',
    '%',
    '_',
    '\\',
    "'||(select 1)||'",
    '\u0000',
    '(a+)+$',
    '{}',
  ]
  const before = (await t.ask('/api/stats')).body
  const paths = [
    '/api/traces?from=2026-01-01&service=',
    '/api/traces?from=2026-01-01&sessionId=',
    '/api/logs?from=2026-01-01&service=',
    '/api/logs?from=2026-01-01&traceId=',
    '/api/logs?from=2026-01-01&sessionId=',
    '/api/logs?from=2026-01-01&severity=',
    '/api/metrics?from=2026-01-01&name=',
    '/api/metrics?from=2026-01-01&service=',
    '/api/metrics/names?service=',
    '/api/metrics/series?aggregate=true&from=2026-01-01&name=',
  ]
  for (const path of paths)
    for (const text of hostile) {
      const { status, body } = await t.ask(path + encodeURIComponent(text))
      expect([path, text, status]).toEqual([path, text, 200])
      expect([path, text, (Object.values(body)[0] as unknown[]).length]).toEqual([path, text, 0])
    }
  expect((await t.ask('/api/stats')).body).toEqual(before)
})

test('stats and services are of all time', async () => {
  const { body } = await t.ask('/api/stats')
  expect(body).toMatchObject({
    logCount: 98,
    metricCount: 74,
    serviceCount: 1,
    services: ['claude-code'],
    errorRate: 0,
  })
  expect(body.callCount).toBeGreaterThan(0)
  // Points as sent and those that follow from them and from the ledger, as the list has them.
  expect((await t.ask('/api/metrics?from=1970-01-01&limit=1')).body.total).toBe(74)
  expect((await t.ask('/api/services')).body).toEqual({ services: ['claude-code'] })
})

test('an empty store answers everything with nothing', async () => {
  const empty = await openTestApi()
  expect((await empty.ask('/api/traces')).body).toEqual({ traces: [], total: 0, hasMore: false })
  expect((await empty.ask('/api/logs')).body).toEqual({ logs: [], total: 0, hasMore: false })
  expect((await empty.ask('/api/logs/levels')).body).toEqual({})
  expect((await empty.ask('/api/metrics')).body).toEqual({ metrics: [], total: 0, hasMore: false })
  expect((await empty.ask('/api/stats')).body).toMatchObject({ errorRate: 0, services: [], traceCount: 0 })
  expect((await empty.ask('/api/agents')).body.agents[0].lastSeen).toBeNull()
  await empty.close()
})

test('status tells the state of every part, and that nothing was dropped', async () => {
  const { body } = await t.ask('/api/status')
  expect(body).toMatchObject({
    status: 'ok',
    version: '0.0.0-test',
    dropped: 0,
    queue: { batches: 0, bytes: 0 },
    receivers: { otlpHttp: { url: 'http://127.0.0.1:4318' } },
    recordsByTool: { 'claude-code': { logs: 98, metrics: 25, traces: 0 } },
  })
  expect(body.ingest.acceptedRecords).toBeGreaterThan(100)
  expect(body.database.databaseBytes + body.database.walBytes).toBeGreaterThan(0)
  expect(new Date(body.lastRecordByTool['claude-code']).getUTCFullYear()).toBe(2026)
})

test('what comes after the first reading of the status is counted too', async () => {
  const live = await openTestApi()
  expect((await live.ask('/api/status')).body.recordsByTool).toEqual({})
  await live.replay('claude-code/otlp/01-http-json')
  expect((await live.ask('/api/status')).body.recordsByTool['claude-code']).toMatchObject({ logs: 98, metrics: 25 })
  await live.close()
})

test('/metrics is Prometheus text', async () => {
  const { status, text, headers } = await t.ask('/metrics')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toMatch(/^telltale_ingest_batches_total\{outcome="stored"\} \d+$/m)
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/)
})

test('what is not there is 404, and another method 405 with what would do', async () => {
  expect((await t.ask('/api/nothing')).body).toEqual({
    error: 'Not Found',
    message: 'there is no GET /api/nothing; GET /docs lists what there is',
  })
  const { status, headers } = await t.ask('/api/logs', { method: 'DELETE' })
  expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect((await t.ask('/api/sql')).status).toBe(405)
  expect((await t.ask('/api/logs?from=2026-11-22', { method: 'HEAD' })).status).toBe(200)
})

test('a body beyond the limit is 413', async () => {
  const { status, body } = await t.post('/api/sql', { sql: 'x'.repeat(17 * 1024 * 1024) })
  expect([status, body.error]).toEqual([413, 'Payload Too Large'])
})

describe('/openapi.json', () => {
  test('describes every route with its parameters, and no reference is dangling', async () => {
    const { body, text } = await t.ask('/openapi.json')
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/health',
        '/api/traces',
        '/api/traces/{id}',
        '/api/metrics/batch-series',
        '/api/logs/levels',
        '/api/sql',
      ]),
    )
    const known = new Set(t.api.routes().map(({ path }) => path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')))
    for (const path of known) if (path.startsWith('/api/')) expect(body.paths).toHaveProperty([path])
    const names = body.paths['/api/logs'].get.parameters.map(({ name }: any) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'service',
        'severity',
        'traceId',
        'sessionId',
        'search',
        'from',
        'to',
        'limit',
        'offset',
      ]),
    )
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(body.components.schemas).toHaveProperty(name!)
    expect(text).not.toContain('$defs')
  })
  test('is shown by /docs, without any script', async () => {
    const { status, text } = await t.ask('/docs')
    expect(status).toBe(200)
    expect(text).toContain('GET /api/traces/{id}')
    expect(text).not.toContain('<script')
    expect((await t.ask('/docs/style.css')).headers.get('content-type')).toStartWith('text/css')
  })
})

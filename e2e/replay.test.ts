// replay.test.ts: every recorded HTTP request of every agent, byte for byte, into the compiled binary and out of its API.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'
import { agents, type Recorded, requests, send, variants } from './recordings.ts'
import { type Running, start } from './telltale.ts'

const schema = protobuf.loadSync(
  ['trace', 'metrics', 'logs'].map((signal) => `${import.meta.dir}/../proto/opentelemetry/${signal}-service.proto`),
)

type Signal = 'traces' | 'metrics' | 'logs'

/** The request's records as an independent reader sees them: protobufjs by reflection, or JSON.parse. */
function records(request: Recorded): { signal: Signal; tree: any } {
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body
  const json = request.headers['content-type']?.includes('json')
    ? JSON.parse(new TextDecoder().decode(body))
    : undefined
  for (const [signal, type, field] of [
    ['traces', 'trace.v1.ExportTraceServiceRequest', 'resourceSpans'],
    ['metrics', 'metrics.v1.ExportMetricsServiceRequest', 'resourceMetrics'],
    ['logs', 'logs.v1.ExportLogsServiceRequest', 'resourceLogs'],
  ] as const) {
    if (json) {
      if (field in json) return { signal, tree: json }
      continue
    }
    const named = /v1\/(traces|metrics|logs)$/.exec(request.path)?.[1] ?? 'logs'
    if (named !== signal) continue
    const message = schema.lookupType(`opentelemetry.proto.collector.${type}`)
    return { signal, tree: message.toObject(message.decode(body), { longs: String, bytes: String }) }
  }
  throw new Error(`${request.file}: no OTLP request`)
}

/** How many records of each kind a request holds; log records that are mined and not kept (contract §3) are left out. */
function count(request: Recorded): { spans: number; points: number; logs: number } {
  const { tree } = records(request)
  const list = (value: any): any[] => value ?? []
  const spans = list(tree.resourceSpans).flatMap((r) => list(r.scopeSpans).flatMap((s) => list(s.spans)))
  const points = list(tree.resourceMetrics).flatMap((r) =>
    list(r.scopeMetrics).flatMap((s) =>
      list(s.metrics).flatMap((m) =>
        list((m.sum ?? m.gauge ?? m.histogram ?? m.exponentialHistogram ?? m.summary)?.dataPoints),
      ),
    ),
  )
  const logs = list(tree.resourceLogs).flatMap((r) => list(r.scopeLogs).flatMap((s) => list(s.logRecords)))
  const kept = logs.filter((log) => {
    const name = list(log.attributes).find((attribute: any) => attribute.key === 'event.name')?.value?.stringValue
    return name !== 'codex.sse_event'
  })
  return { spans: spans.length, points: points.length, logs: kept.length }
}

const isHttp = (request: Recorded) => request.transport.startsWith('http')

for (const agent of agents) {
  describe(agent, () => {
    let server: Running
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server.dispose())

    const sum = { spans: 0, points: 0, logs: 0 }
    for (const variant of variants(agent)) {
      const recorded = requests(agent, variant).filter(isHttp)
      if (recorded.length === 0) continue
      test(`${variant}: every request is answered 200 and every record is there, once, also when sent twice`, async () => {
        for (const request of recorded) {
          const response = await send(server.otlpUrl, request)
          expect([request.file, response.status]).toEqual([request.file, 200])
          expect(response.headers.get('content-type')).toStartWith(request.headers['content-type']!.split(';')[0]!)
          const counted = count(request)
          sum.spans += counted.spans
          sum.points += counted.points
          sum.logs += counted.logs
        }
        for (const request of recorded) expect((await send(server.otlpUrl, request)).status).toBe(200)
        const all = 'from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=1'
        const stored = await query(
          server,
          `select (select count(*) from spans) as spans,
          (select count(*) from raw_metric_points where not is_derived) as points, (select count(*) from logs) as logs`,
        )
        expect(stored[0]!.map(Number)).toEqual([sum.spans, sum.points, sum.logs])
        expect((await server.get(`/api/logs?${all}`)).total).toBe(sum.logs)
      })
    }
  })
}

async function query(server: Running, sql: string): Promise<unknown[][]> {
  const response = await fetch(new URL('/api/sql', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { rows: unknown[][] }).rows
}

describe('fields', () => {
  let server: Running
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.dispose())

  test('ids, nanoseconds and attribute types of spans come back as they were sent', async () => {
    const recorded = requests('claude-code', '07-traces-beta-protobuf').filter(
      (r) => isHttp(r) && r.path.endsWith('traces'),
    )
    const sent = new Map<string, any>()
    for (const request of recorded) {
      expect((await send(server.otlpUrl, request)).status).toBe(200)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body
      const message = schema.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')
      const tree = message.toObject(message.decode(body), { longs: String, bytes: Array }) as any
      for (const r of tree.resourceSpans)
        for (const s of r.scopeSpans) for (const span of s.spans) sent.set(hex(span.spanId), span)
    }
    expect(sent.size).toBeGreaterThan(10)
    for (const traceId of new Set([...sent.values()].map((span) => hex(span.traceId)))) {
      const { spans } = await server.get(`/api/traces/${traceId}`)
      for (const span of spans) {
        const original = sent.get(span.spanId)
        expect(span.traceId).toBe(hex(original.traceId))
        expect(nanoseconds(span.timestamp)).toBe(BigInt(original.startTimeUnixNano))
        expect(BigInt(span.duration)).toBe(BigInt(original.endTimeUnixNano) - BigInt(original.startTimeUnixNano))
        expect(span.spanName).toBe(original.name)
        for (const { key, value } of original.attributes)
          expect([key, span.spanAttributes[key]]).toEqual([key, plain(value)])
        sent.delete(span.spanId)
      }
    }
    expect(sent.size).toBe(0)
  })
})

const hex = (bytes: number[]) => Buffer.from(bytes).toString('hex')

function nanoseconds(time: string): bigint {
  const [, seconds, fraction = ''] = /^(.+?)(?:\.(\d+))?Z$/.exec(time) ?? []
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

function plain(value: any): unknown {
  if ('stringValue' in value) return value.stringValue
  if ('intValue' in value) return Number(value.intValue)
  if ('doubleValue' in value) return value.doubleValue
  if ('boolValue' in value) return value.boolValue
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(plain)
  return null
}

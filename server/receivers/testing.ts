// testing.ts: what the receivers' tests share: records as comparable text, the recordings, raw sockets, a real server.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Double } from '#proto/attributes.ts'
import { loadSchema, requestType } from '#proto/schema.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { createIngest, type Ingest, type IngestOptions } from '../ingest/ingest.ts'
import { createLog } from '../log.ts'
import { openStore, type Store } from '../store/store.ts'
import type { Encoding, Signal } from './codec.ts'
import type { Authorize } from './guard.ts'
import { listenOtlpHttp, type OtlpHttpServerOptions, type Receiver } from './otlp-http-server.ts'

/** A record as plain JSON values in which every type can be told from every other. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value)
  if (value instanceof Double) return { double: plain(value.value) }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, content]) => content !== undefined)
      .map(([key, content]) => [key, plain(content)])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  }
  return value
}

/** Allows one token to do everything. */
export function oneToken(expected: string): Authorize {
  return (token) => (token === expected ? {} : undefined)
}

/** The three kinds of received records. */
export function received(telemetry: Telemetry): unknown {
  return plain({ spans: telemetry.spans, points: telemetry.points, logs: telemetry.logs })
}

/** One recorded request. */
export type Recording = {
  name: string
  path: string
  method: string
  headers: Record<string, string>
  signal: Signal
  encoding: Encoding
  grpc: boolean
  /** As received: still compressed where `content-encoding` says so. */
  bytes: Buffer
  /** Decompressed. */
  body: Buffer
}

const fixtures = join(import.meta.dir, '../../fixtures')

/** Every recorded OTLP request of every agent. */
export function recordings(): Recording[] {
  return readdirSync(fixtures).flatMap((agent) => {
    const folder = join(fixtures, agent, 'otlp')
    if (!existsSync(folder)) return []
    return (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => name.endsWith('.json'))
      .sort()
      .flatMap((name) => recording(`${agent}/${name}`, join(folder, name)))
  })
}

function recording(name: string, file: string): Recording[] {
  const meta = JSON.parse(readFileSync(file, 'utf8'))
  if (meta.method !== 'POST') return []
  const stored = file.replace(/\.json$/, '.bin')
  const bytes = existsSync(stored) ? readFileSync(stored) : gunzipSync(readFileSync(`${stored}.gz`))
  const headers: Record<string, string> = meta.headers
  const grpc = meta.transport === 'grpc'
  // Behind the gRPC prefix the recorder already decompressed.
  const body = !grpc && headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  const word = /(traces|metrics|logs)$/.exec(meta.path)?.[1] ?? /\.(trace|metrics|logs)\.v1/.exec(meta.path)?.[1]
  const signal = (word === 'trace' ? 'traces' : (word ?? 'logs')) as Signal
  const encoding = headers['content-type']?.includes('json') ? 'json' : 'protobuf'
  return [{ name, path: meta.path, method: meta.method, headers, signal, encoding, grpc, bytes, body }]
}

/** A real server on a free port, with a real ingest and a database in a folder of its own. */
export type TestServer = { receiver: Receiver; ingest: Ingest; store: Store; url: string; close(): Promise<void> }

export async function startServer(
  options: Partial<OtlpHttpServerOptions> & { ingestOptions?: Partial<IngestOptions> } = {},
): Promise<TestServer> {
  const { ingestOptions, ...rest } = options
  const folder = mkdtempSync(join(tmpdir(), 'telltale-receivers-'))
  const store = await openStore({ path: join(folder, 't.duckdb') })
  const ingest = await createIngest({ store, ...ingestOptions })
  const receiver = await listenOtlpHttp({
    host: '127.0.0.1',
    port: 0,
    ingest,
    bodyBytesMax: 64 * 1024 * 1024,
    log: createLog('ERROR'),
    ...rest,
  })
  return {
    receiver,
    ingest,
    store,
    url: `http://127.0.0.1:${receiver.port}`,
    async close() {
      await receiver.stop()
      await ingest.close()
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** How many rows a table has. */
export async function countOf(store: Store, table: 'spans' | 'logs' | 'raw_metric_points'): Promise<number> {
  return Number((await store.all(`select count(*) as n from ${table}`))[0]!.n)
}

/**
 * Writes to a socket, and returns all that came back until the other side closed or it sent
 * `answers` status lines and a moment passed.
 */
export function talk(
  port: number,
  chunks: (string | Uint8Array)[],
  { answers = 1, waitMs = 3000 } = {},
): Promise<{ text: string; closed: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ text: string; closed: boolean }>()
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const finish = (closed: boolean) => {
    clearTimeout(timer)
    resolve({ text, closed })
    socket.destroy()
  }
  const timer = setTimeout(() => finish(false), waitMs)
  socket.on('data', (data) => {
    text += data.toString('latin1')
    const whole = text.split(/HTTP\/1\.1 (?!100)\d{3}/).length - 1
    // The last answer may have its body in another packet, and the close that follows in yet another.
    if (whole >= answers) setTimeout(() => finish(false), 60)
  })
  socket.on('close', () => finish(true))
  socket.on('error', () => finish(true))
  for (const chunk of chunks) socket.write(chunk)
  return promise
}

/** Statuses of the answers in a raw conversation. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
}

const schema = loadSchema()
let serial = 0

/** A request of one good record that no other has, in both encodings. `test_id` is its name in the database. */
export function oneRecord(
  signal: Signal,
  testId = `record-${++serial}`,
): { testId: string; json: string; protobuf: Uint8Array<ArrayBuffer> } {
  const time = '1782938400123456789'
  const id = Bun.hash(testId).toString(16).padStart(16, '0')
  const requests = {
    traces: {
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ traceId: id + id, spanId: id, name: testId, startTimeUnixNano: time, endTimeUnixNano: time }] },
          ],
        },
      ],
    },
    metrics: {
      resourceMetrics: [
        {
          scopeMetrics: [{ metrics: [{ name: testId, gauge: { dataPoints: [{ timeUnixNano: time, asInt: '7' }] } }] }],
        },
      ],
    },
    logs: { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: time, severityText: testId }] }] }] },
  }
  const request = requests[signal]
  const type = requestType(schema, signal)
  const hex = (key: string, value: unknown) =>
    /^(traceId|spanId)$/.test(key) ? Buffer.from(value as string, 'hex').toString('base64') : value
  const object = JSON.parse(JSON.stringify(request, hex))
  return {
    testId,
    json: JSON.stringify(request),
    protobuf: new Uint8Array(type.encode(type.fromObject(object)).finish()),
  }
}

/** How often a record of {@link oneRecord} is in the database. */
export async function stored(store: Store, testId: string): Promise<number> {
  const rows = await store.all(
    `select (select count(*) from spans where name = $id) + (select count(*) from logs where severity_text = $id)
          + (select count(*) from raw_metric_points where name = $id) as n`,
    { id: testId },
  )
  return Number(rows[0]!.n)
}

export const contentType = { json: 'application/json', protobuf: 'application/x-protobuf' } as const
export const signals = ['traces', 'metrics', 'logs'] as const
export const encodings = ['json', 'protobuf'] as const

/** The Status or Export…ServiceResponse of an answer, read by protobufjs or JSON.parse. */
export async function read(
  response: Response,
  message: 'google.rpc.Status' | Signal,
): Promise<Record<string, unknown>> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (response.headers.get('content-type') === contentType.json) return JSON.parse(new TextDecoder().decode(bytes))
  const type =
    message === 'google.rpc.Status'
      ? schema.lookupType(message)
      : schema.lookupType(requestType(schema, message).fullName.replace('Request', 'Response'))
  return type.toObject(type.decode(bytes), { longs: String })
}

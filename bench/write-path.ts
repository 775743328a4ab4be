// write-path.ts: records per second from an HTTP request to its commit, beside what the database alone could take.
import { gzipSync } from 'node:zlib'
import { decode } from '#server/receivers/codec.ts'
import { type CeilingRows, ceiling } from './ceiling.ts'
import { type Generated, generator, type Sender, type Signal } from './generate.ts'
import { type BenchServer, startServer } from './server.ts'
import { table, thousands } from './table.ts'

const records = Number(process.argv[2] ?? 100_000)
const connections = 8

type Kind = { name: string; signal: Signal; sender: Sender; rows: CeilingRows }
const kinds: Kind[] = [
  { name: 'logs, 18 attributes', signal: 'logs', sender: 'shop', rows: 'logs' },
  { name: 'the same of Claude Code, each a model request', signal: 'logs', sender: 'claude-code', rows: 'logs' },
  { name: 'spans, 8 attributes, 1 event', signal: 'traces', sender: 'shop', rows: 'spans' },
  { name: 'number points, 6 attributes', signal: 'metrics', sender: 'shop', rows: 'points' },
]

type Encoding = 'protobuf' | 'protobuf, gzip' | 'JSON'
type Body = { body: Uint8Array<ArrayBuffer>; headers: Record<string, string>; records: number }

function encoded({ protobuf, json, records }: Generated, encoding: Encoding): Body {
  if (encoding === 'JSON')
    return { body: new TextEncoder().encode(json), headers: { 'content-type': 'application/json' }, records }
  const headers = { 'content-type': 'application/x-protobuf' }
  if (encoding === 'protobuf') return { body: protobuf, headers, records }
  return {
    body: new Uint8Array(gzipSync(protobuf, { level: 1 })),
    headers: { ...headers, 'content-encoding': 'gzip' },
    records,
  }
}

/** Sends every body over a few connections, as fast as answers come, or at a pace; gives the time each answer took, in ms. */
async function send(server: BenchServer, signal: Signal, bodies: Body[], perSecond?: number): Promise<number[]> {
  const took: number[] = []
  const started = performance.now()
  let next = 0
  async function client(): Promise<void> {
    while (next < bodies.length) {
      const index = next++
      const due = perSecond === undefined ? performance.now() : started + (index * 1000) / perSecond
      if (due > performance.now()) await Bun.sleep(due - performance.now())
      const { body, headers } = bodies[index]!
      const response = await fetch(`${server.otlpUrl}/v1/${signal}`, { method: 'POST', body, headers })
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
      await response.arrayBuffer()
      // Of a paced run, waiting for a free connection counts: the sender waits for it, too.
      took.push(performance.now() - due)
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  return took.sort((a, b) => a - b)
}

const percentile = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN

type Measured = { perSecond: number; cpuPerMillion: number; peak: number; p50: number; p99: number }

/** A server of its own, warmed up with a fifth of the bodies. */
async function measure(signal: Signal, bodies: Body[], perSecond?: number): Promise<Measured> {
  const server = await startServer(['--log-level', 'WARN'])
  try {
    const warm = Math.ceil(bodies.length / 5)
    await send(server, signal, bodies.slice(0, warm))
    server.resetPeak()
    const cpu = server.cpuSeconds()
    const started = performance.now()
    const took = await send(server, signal, bodies.slice(warm), perSecond)
    const seconds = (performance.now() - started) / 1000
    const sent = bodies.slice(warm).reduce((sum, { records }) => sum + records, 0)
    return {
      perSecond: sent / seconds,
      cpuPerMillion: ((server.cpuSeconds() - cpu) / sent) * 1e6,
      peak: server.peakMebibytes(),
      p50: percentile(took, 0.5),
      p99: percentile(took, 0.99),
    }
  } finally {
    await server.stop()
  }
}

/** Records per second of decoding alone, protobuf. */
function decodeRate(requests: Generated[]): number {
  let best = 0
  for (let round = 0; round < 3; round++) {
    const started = performance.now()
    for (const { signal, protobuf } of requests) decode(signal, 'protobuf', protobuf, 1n)
    best = Math.max(best, requests.reduce((sum, one) => sum + one.records, 0) / ((performance.now() - started) / 1000))
  }
  return best
}

const rows: (string | number)[][] = []
for (const { name, signal, sender, rows: of } of kinds) {
  const large = Array.from({ length: Math.ceil(records / 1000) }, generator(signal, 1000, 1, sender))
  const small = Array.from({ length: Math.ceil(records / 100) }, generator(signal, 100, 2, sender))
  const decoding = decodeRate(large)
  const limit = await ceiling(of, large)
  rows.push([name, 'the appender alone', '', thousands(limit), '100 %', '', '', '', ''])
  rows.push([
    name,
    'decoding protobuf alone',
    1000,
    thousands(decoding),
    `${Math.round((decoding / limit) * 100)} %`,
    '',
    '',
    '',
    '',
  ])
  for (const requests of [large, small]) {
    for (const encoding of ['protobuf', 'protobuf, gzip', 'JSON'] as const) {
      const got = await measure(
        signal,
        requests.map((request) => encoded(request, encoding)),
      )
      rows.push([
        name,
        encoding,
        requests[0]!.records,
        thousands(got.perSecond),
        `${Math.round((got.perSecond / limit) * 100)} %`,
        got.cpuPerMillion.toFixed(1),
        Math.round(got.peak),
        got.p50.toFixed(1),
        got.p99.toFixed(1),
      ])
    }
  }
  rows.push(['', '', '', '', '', '', '', '', ''])
}
const paced = Array.from({ length: 600 }, generator('traces', 100, 3, 'shop')).map((one) =>
  encoded(one, 'protobuf, gzip'),
)
const calm = await measure('traces', paced, 100)
rows.push([
  'spans at 10 k/s',
  'protobuf, gzip',
  100,
  thousands(calm.perSecond),
  '',
  calm.cpuPerMillion.toFixed(1),
  Math.round(calm.peak),
  calm.p50.toFixed(1),
  calm.p99.toFixed(1),
])
console.log(
  table(
    ['records', 'way', 'a request', 'records/s', 'of appender', 'CPU s/M', 'peak MiB', 'ack p50 ms', 'ack p99 ms'],
    rows,
  ),
)

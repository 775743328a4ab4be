// generate.ts: OTLP requests for the benches: records as agents send them, no two alike, the same for the same seed.
import type protobuf from 'protobufjs'
import { loadSchema, requestType } from '#proto/schema.ts'

export type Signal = 'traces' | 'metrics' | 'logs'

/** One request in both encodings, with what is in it. */
export type Generated = { signal: Signal; records: number; json: string; protobuf: Uint8Array<ArrayBuffer> }

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean }
type KeyValue = { key: string; value: Value }

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } })
const int = (key: string, intValue: number): KeyValue => ({ key, value: { intValue: String(intValue) } })
const double = (key: string, doubleValue: number): KeyValue => ({ key, value: { doubleValue } })

/** Numbers that look random and are the same for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function hex(roll: () => number, digits: number): string {
  let out = ''
  while (out.length < digits)
    out += Math.floor(roll() * 4294967296)
      .toString(16)
      .padStart(8, '0')
  return out.slice(0, digits)
}

const startUnixNano = 1782938400000000000n
const models = ['claude-sonnet-4-5-20250929', 'claude-opus-4-6', 'claude-haiku-4-5-20251001']
/** Whose records: Claude Code's also become model requests in the ledger, a plain service's are only kept. */
export type Sender = 'claude-code' | 'shop'

const resourceOf = (sender: Sender) => ({
  attributes: [
    text('service.name', sender),
    text('service.version', '2.1.197'),
    text('host.arch', 'amd64'),
    text('os.type', 'linux'),
    text('os.version', '6.18.44'),
  ],
})

type Made = { roll: () => number; time: bigint; session: string; serial: number; sender: Sender }

/** The 18 attributes of `claude_code.api_request`, as recorded from version 2.1.197. */
function logRecord({ roll, time, session, serial, sender }: Made) {
  const input = Math.floor(roll() * 5000)
  const cost = Math.floor(roll() * 100_000)
  return {
    timeUnixNano: String(time),
    observedTimeUnixNano: String(time),
    body: { stringValue: sender === 'shop' ? 'order.placed' : 'claude_code.api_request' },
    attributes: [
      text('user.id', 'afb0219260d747735fed622ba83191208444c9224b1a2e9d392a88b324948c41'),
      text('session.id', session),
      text('terminal.type', 'xterm-256color'),
      text('event.name', 'api_request'),
      text('event.timestamp', new Date(Number(time / 1_000_000n)).toISOString()),
      int('event.sequence', serial),
      text('prompt.id', `${hex(roll, 8)}-7cb8-4b58-a5a5-e8f14c4f6883`),
      text('model', models[Math.floor(roll() * models.length)]!),
      int('input_tokens', input),
      int('output_tokens', Math.floor(roll() * 2000)),
      int('cache_read_tokens', Math.floor(roll() * 200_000)),
      int('cache_creation_tokens', Math.floor(roll() * 5000)),
      double('cost_usd', cost / 1_000_000),
      int('cost_usd_micros', cost),
      int('duration_ms', Math.floor(roll() * 60_000)),
      text('request_id', `req_01${hex(roll, 22)}`),
      text('speed', 'normal'),
      text('query_source', 'repl_main_thread'),
    ],
  }
}

/** A span of a plain service: 8 attributes, one event. */
function span({ roll, time, session, serial }: Made) {
  return {
    traceId: hex(roll, 32),
    spanId: hex(roll, 16),
    parentSpanId: hex(roll, 16),
    name: `GET /orders/${serial % 50}`,
    kind: 2,
    startTimeUnixNano: String(time),
    endTimeUnixNano: String(time + BigInt(Math.floor(roll() * 1e9))),
    attributes: [
      text('http.request.method', 'GET'),
      text('url.path', `/orders/${serial}`),
      int('http.response.status_code', 200),
      text('session.id', session),
      text('server.address', 'shop.example'),
      int('server.port', 443),
      double('queue.wait', roll()),
      { key: 'cache.hit', value: { boolValue: roll() > 0.5 } },
    ],
    events: [{ timeUnixNano: String(time + 1000n), name: 'db.query', attributes: [text('db.system', 'postgresql')] }],
    status: { code: 1 },
  }
}

/** A point of `claude_code.token.usage`, as recorded: delta, a double, 6 attributes. */
function numberPoint({ roll, time, session }: Made) {
  return {
    startTimeUnixNano: String(time - 60_000_000_000n),
    timeUnixNano: String(time),
    asDouble: Math.floor(roll() * 10_000),
    attributes: [
      text('user.id', 'afb0219260d747735fed622ba83191208444c9224b1a2e9d392a88b324948c41'),
      text('session.id', session),
      text('terminal.type', 'xterm-256color'),
      text('type', ['input', 'output', 'cacheRead', 'cacheCreation'][Math.floor(roll() * 4)]!),
      text('model', models[Math.floor(roll() * models.length)]!),
      text('query_source', 'main'),
    ],
  }
}

/** Makes requests of one signal with `records` records each; every request is another one. */
export function generator(signal: Signal, records: number, seed = 1, sender: Sender = 'claude-code'): () => Generated {
  const type = requestType(loadSchema(), signal)
  const roll = dice(seed)
  const scope = { name: sender === 'shop' ? 'shop' : 'com.anthropic.claude_code', version: '2.1.197' }
  const resource = resourceOf(sender)
  let serial = 0
  return () => {
    const session = `${hex(roll, 8)}-e720-4efd-a4d4-a23229471452`
    const made = () => ({ roll, time: startUnixNano + BigInt(++serial) * 1_234_567n, session, serial, sender })
    const many = <T>(make: (from: Made) => T) => Array.from({ length: records }, () => make(made()))
    const request = {
      logs: () => ({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: many(logRecord) }] }] }),
      traces: () => ({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans: many(span) }] }] }),
      metrics: () => ({
        resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [tokenUsage(sender, many(numberPoint))] }] }],
      }),
    }[signal]()
    return { signal, records, json: JSON.stringify(request), protobuf: encode(type, request) }
  }
}

function tokenUsage(sender: Sender, dataPoints: unknown[]) {
  return {
    name: sender === 'shop' ? 'shop.items' : 'claude_code.token.usage',
    unit: 'tokens',
    sum: { dataPoints, aggregationTemporality: 1, isMonotonic: true },
  }
}

/** OTLP/JSON → protobuf: the ids are hex there, and base64 in protobufjs. */
function encode(type: protobuf.Type, request: object): Uint8Array<ArrayBuffer> {
  const ids = /^(traceId|spanId|parentSpanId)$/
  const based = JSON.parse(JSON.stringify(request), (key, value) =>
    ids.test(key) ? Buffer.from(value, 'hex').toString('base64') : value,
  )
  return new Uint8Array(type.encode(type.fromObject(based)).finish())
}

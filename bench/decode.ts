// decode.ts: records per second from bytes to flat records, beside what a tree of message objects costs.
import { loadSchema, requestType } from '#proto/schema.ts'
import { decodeJson } from '#server/receivers/codec-json.ts'
import { decodeProtobuf } from '#server/receivers/codec-protobuf.ts'
import { type Generated, generator, type Signal } from './generate.ts'

export type DecodeRow = {
  records: string
  /** Ours: protobuf and JSON, straight into flat records. */
  protobufPerSecond: number
  jsonPerSecond: number
  /** protobufjs: generated decoders into a tree of message objects, which would still have to be flattened. */
  treePerSecond: number
  /** JSON.parse alone. */
  jsonParsePerSecond: number
}

const recordsPerRequest = 1000
const requestsPerKind = 20

/** Measures each kind for about `secondsEach`; the best of several rounds, because other work disturbs only upwards. */
export function decodeBench(secondsEach = 0.5): DecodeRow[] {
  const schema = loadSchema()
  const names: Record<Signal, string> = {
    logs: 'logs, 18 attributes',
    traces: 'spans, 8 attributes, 1 event',
    metrics: 'number points, 6 attributes',
  }
  return (Object.keys(names) as Signal[]).map((signal) => {
    const next = generator(signal, recordsPerRequest)
    const requests = Array.from({ length: requestsPerKind }, next)
    const texts = new Map(requests.map((request) => [request, new TextEncoder().encode(request.json)]))
    const type = requestType(schema, signal)
    const rate = (decode: (request: Generated) => unknown) => best(requests, decode, secondsEach)
    return {
      records: names[signal],
      protobufPerSecond: rate((request) => decodeProtobuf(signal, request.protobuf, 1n)),
      jsonPerSecond: rate((request) => decodeJson(signal, texts.get(request)!, 1n)),
      treePerSecond: rate((request) => type.decode(request.protobuf)),
      jsonParsePerSecond: rate((request) => JSON.parse(request.json)),
    }
  })
}

function best(requests: Generated[], decode: (request: Generated) => unknown, seconds: number): number {
  const end = performance.now() + seconds * 1000
  let fastest = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    const start = performance.now()
    for (const request of requests) decode(request)
    fastest = Math.min(fastest, performance.now() - start)
  }
  return Math.round((requests.length * recordsPerRequest) / (fastest / 1000))
}

if (import.meta.main) {
  for (const { records, ...rates } of decodeBench()) {
    const each = Object.entries(rates).map(([name, rate]) => `${name} ${Math.round(rate / 1000)} k`)
    console.log(`${records.padEnd(30)} ${each.join('   ')}`)
  }
}

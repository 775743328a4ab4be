// schema.ts: the .proto files as protobufjs sees them. For `make proto`, the tests and the benches; the program itself
// reads the wire with otlp.gen.ts and its own decoder.
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import protobuf from 'protobufjs'

const folder = join(import.meta.dir, 'opentelemetry')

/** All messages, enums and services of proto/opentelemetry. */
export function loadSchema(): protobuf.Root {
  const root = new protobuf.Root()
  root.resolvePath = (_, target) => join(folder, basename(target))
  root.loadSync(readdirSync(folder).filter((name) => name.endsWith('.proto')))
  root.resolveAll()
  return root
}

/** The message that an exporter sends for a signal. */
export function requestType(root: protobuf.Root, signal: 'traces' | 'metrics' | 'logs'): protobuf.Type {
  const [service, message] = { traces: ['trace', 'Trace'], metrics: ['metrics', 'Metrics'], logs: ['logs', 'Logs'] }[
    signal
  ]
  return root.lookupType(`opentelemetry.proto.collector.${service}.v1.Export${message}ServiceRequest`)
}

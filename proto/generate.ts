// generate.ts: `make proto` writes otlp.gen.ts from the .proto files.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { loadSchema } from './schema.ts'

/** The wire type by which a field is recognised; a repeated number may also be packed, which is 2. */
function wireType(field: protobuf.Field): number {
  if (field.resolvedType instanceof protobuf.Type) return 2
  return protobuf.types.basic[field.type as keyof typeof protobuf.types.basic] ?? 0
}

function entries(map: Record<string, number | string>, quoted = false): string {
  return Object.entries(map)
    .map(([key, value]) => `  ${quoted ? `'${key}'` : key}: ${typeof value === 'string' ? `'${value}'` : value},\n`)
    .join('')
}

/** The text of otlp.gen.ts. */
export function generate(): string {
  const root = loadSchema()
  const otlp = (name: string) => `opentelemetry.proto.${name}`
  const enums = {
    spanKinds: 'trace.v1.Span.SpanKind',
    statusCodes: 'trace.v1.Status.StatusCode',
    severityNumbers: 'logs.v1.SeverityNumber',
    temporalities: 'metrics.v1.AggregationTemporality',
  }
  const records = { spanFields: 'trace.v1.Span', metricFields: 'metrics.v1.Metric', logFields: 'logs.v1.LogRecord' }
  const services = { trace: 'traces', metrics: 'metrics', logs: 'logs' }
  let out = '// otlp.gen.ts: made by `make proto` from proto/opentelemetry; never edited.\n'
  for (const [name, path] of Object.entries(enums)) {
    const values = root.lookupEnum(otlp(path)).values
    out += `\n/** ${path}, by name. */\nexport const ${name}: Record<string, number> = {\n${entries(values)}}\n`
  }
  for (const [name, path] of Object.entries(records)) {
    const fields = root.lookupType(otlp(path)).fieldsArray.toSorted((a, b) => a.id - b.id)
    const types = Object.fromEntries(fields.map((field) => [String(field.id), wireType(field)]))
    out += `\n/** The wire type of each field of ${path}. */\nexport const ${name}: Record<number, number> = {\n${entries(types)}}\n`
  }
  const methods = Object.entries(services).map(([service, signal]) => {
    const found = root.lookup(otlp(`collector.${service}.v1`), [protobuf.Namespace])!.toJSON() as unknown as {
      nested: Record<string, { methods?: object }>
    }
    const name = Object.keys(found.nested).find((key) => found.nested[key]!.methods)
    return [`/${otlp(`collector.${service}.v1`)}.${name}/Export`, signal]
  })
  out += `\n/** The Export methods of the three services, with their signal. */\nexport const exportMethods: Record<string, 'traces' | 'metrics' | 'logs'> = {\n${entries(Object.fromEntries(methods), true)}}\n`
  return out
}

if (import.meta.main) writeFileSync(join(import.meta.dir, 'otlp.gen.ts'), generate())

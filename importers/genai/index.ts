// index.ts: any other service that follows the GenAI conventions, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import type { Attributes } from '#proto/attributes.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'

export const genai: Agent = {
  id: 'genai',
  name: 'GenAI conventions',
  hue: 7,
  services: () => false,
  claims: speaksOfModels,
  otlp,
  metrics: {},
  metricCatalogue,
  setupText: ({ otlpUrl }) => `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
`,
}

/** Whether any record is about a model, an agent or a tool in the words of one of the conventions. */
function speaksOfModels(batch: Telemetry): boolean {
  return (
    batch.spans.some(({ attributes }) => isGenAi(attributes)) ||
    batch.logs.some(({ attributes, eventName }) => eventName.startsWith('gen_ai.') || isGenAi(attributes)) ||
    batch.points.some(({ name }) => name.startsWith('gen_ai.'))
  )
}

/** A handful of lookups, since every record of every plain service is asked. */
export function isGenAi(attributes: Attributes): boolean {
  return (
    'gen_ai.operation.name' in attributes ||
    'gen_ai.provider.name' in attributes ||
    'gen_ai.system' in attributes ||
    'gen_ai.request.model' in attributes ||
    'llm.model_name' in attributes ||
    'openinference.span.kind' in attributes ||
    'ai.operationId' in attributes ||
    'ai.model' in attributes
  )
}

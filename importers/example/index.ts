// index.ts: an agent that does not exist: the skeleton to copy. It is in no list, but runs in the tests like the others.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { otlp } from './otlp.ts'
import { transcripts } from './transcript.ts'

export const example: Agent = {
  id: 'example',
  name: 'Example',
  hue: 8,
  services: (name) => name === 'example-agent',
  claims: (batch) => hasScope(batch, (name) => name === 'com.example.agent'),
  otlp,
  // It sends neither tokens nor cost as metrics, so its requests appear under these names.
  metrics: { tokens: 'example.token.usage', cost: 'example.cost.usage' },
  transcripts,
  setupText: ({ otlpUrl }) => `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl}
export EXAMPLE_TELEMETRY=1
`,
}

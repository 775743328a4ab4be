// setup-text.ts: what a person types so that GitHub Copilot sends its telemetry here.
import type { Agent } from '#proto/agent.ts'

/** As of Copilot CLI 1.0.102, which speaks HTTP only. */
export const setupText: Agent['setupText'] = ({ otlpUrl }) => `export COPILOT_OTEL_ENABLED=true
export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
# optional: what was said
export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true
`

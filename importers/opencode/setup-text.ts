// setup-text.ts: what a person types so that OpenCode sends its telemetry here.
import type { Agent } from '#proto/agent.ts'

/**
 * As of OpenCode 1.18.33 with its plug-in @devtheops/opencode-plugin-otel 0.8.0, which knows the protocols `grpc` and
 * `http/protobuf` only (and sends JSON for the latter).
 */
export const setupText: Agent['setupText'] = ({ otlpUrl }) => `# opencode.json
{ "plugin": ["@devtheops/opencode-plugin-otel"] }

# environment
export OPENCODE_ENABLE_TELEMETRY=1
export OPENCODE_OTLP_PROTOCOL=http/protobuf
export OPENCODE_OTLP_ENDPOINT=${otlpUrl}
`

// setup-text.ts: what a person types so that Claude Code sends its telemetry here.
import type { Agent } from '#proto/agent.ts'

/** Names and values as of Claude Code 2.1.197; traces are a beta that has its own switch. */
export const setupText: Agent['setupText'] = ({ otlpUrl }) => `export CLAUDE_CODE_ENABLE_TELEMETRY=1
export OTEL_METRICS_EXPORTER=otlp
export OTEL_LOGS_EXPORTER=otlp
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpUrl}
# traces (beta)
export CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1
export OTEL_TRACES_EXPORTER=otlp
# optional: what was said and done, not only that it was
export OTEL_LOG_USER_PROMPTS=1
export OTEL_LOG_TOOL_DETAILS=1
`

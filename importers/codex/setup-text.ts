// setup-text.ts: what a person types so that Codex sends its telemetry here.
import type { Agent } from '#proto/agent.ts'

/**
 * For `~/.codex/config.toml`, as of Codex 0.169.0. The endpoints are used verbatim, so each needs its full path; gzip
 * must not be asked for by environment, or Codex sends nothing at all.
 */
export const setupText: Agent['setupText'] = ({ otlpUrl }) => `# ~/.codex/config.toml
[otel]
environment = "dev"
log_user_prompt = true
exporter = { otlp-http = { endpoint = "${otlpUrl}/v1/logs", protocol = "binary" } }
trace_exporter = { otlp-http = { endpoint = "${otlpUrl}/v1/traces", protocol = "binary" } }
metrics_exporter = { otlp-http = { endpoint = "${otlpUrl}/v1/metrics", protocol = "binary" } }
`

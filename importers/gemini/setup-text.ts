// setup-text.ts: what a person types so that Gemini CLI sends its telemetry here.
import type { Agent } from '#proto/agent.ts'

/** For `~/.gemini/settings.json`, as of Gemini CLI 0.61.0: it appends the signals' paths to the endpoint itself. */
export const setupText: Agent['setupText'] = ({ otlpUrl }) => `# ~/.gemini/settings.json
{
  "telemetry": {
    "enabled": true,
    "target": "local",
    "otlpEndpoint": "${otlpUrl}",
    "otlpProtocol": "http",
    "logPrompts": true,
    "traces": true
  }
}
`

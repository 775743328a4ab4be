// run-agent.ts: stands for an agent in run.test.ts: sends what a real one sent, to where its environment (or its file) says.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Recorded, requests, sendableHeaders } from './recordings.ts'

const [agent = '', variant = '', exit = '0'] = process.argv.slice(2)
const { env } = process
const isOn = (value: string | undefined) => value === '1' || value === 'true'

/** The address for each signal as the agent itself finds it; nothing when it is not told to send. */
const places: Record<string, () => ((path: string) => string) | undefined> = {
  'claude-code': () =>
    isOn(env.CLAUDE_CODE_ENABLE_TELEMETRY) && env.OTEL_LOGS_EXPORTER === 'otlp'
      ? appended(env.OTEL_EXPORTER_OTLP_ENDPOINT)
      : undefined,
  gemini: () =>
    isOn(env.GEMINI_TELEMETRY_ENABLED) && env.GEMINI_TELEMETRY_OTLP_PROTOCOL === 'http' && !env.GEMINI_TELEMETRY_OUTFILE
      ? appended(env.GEMINI_TELEMETRY_OTLP_ENDPOINT)
      : undefined,
  opencode: () =>
    JSON.parse(env.OPENCODE_CONFIG_CONTENT ?? '{}').experimental?.openTelemetry
      ? appended(env.OTEL_EXPORTER_OTLP_ENDPOINT)
      : undefined,
  copilot: () => (isOn(env.COPILOT_OTEL_ENABLED) ? appended(env.OTEL_EXPORTER_OTLP_ENDPOINT) : undefined),
  codex: () => {
    if (env.OTEL_EXPORTER_OTLP_COMPRESSION) return undefined
    const { otel } = Bun.TOML.parse(readFileSync(join(env.CODEX_HOME!, 'config.toml'), 'utf8')) as any
    return (path) => {
      const exporter = path.endsWith('logs')
        ? otel.exporter
        : path.endsWith('traces')
          ? otel.trace_exporter
          : otel.metrics_exporter
      return exporter['otlp-http'].endpoint
    }
  },
}
const appended = (base: string | undefined) => (base ? (path: string) => `${base}${path}` : undefined)

async function send(request: Recorded, to: string): Promise<void> {
  const response = await fetch(to, { method: 'POST', headers: sendableHeaders(request), body: request.body.slice() })
  if (!response.ok) throw new Error(`${to}: ${response.status} ${await response.text()}`)
}

const place = places[agent]?.()
if (place) for (const request of requests(agent, variant)) await send(request, place(request.path))
if (agent === 'codex') {
  // What it does to its folder in a day: a new file, one written anew in place of the old, one added to, a setting.
  const home = env.CODEX_HOME!
  writeFileSync(join(home, 'new.json'), 'new')
  writeFileSync(join(home, 'auth.tmp'), 'refreshed')
  renameSync(join(home, 'auth.tmp'), join(home, 'auth.json'))
  appendFileSync(join(home, 'sessions/old.jsonl'), 'more\n')
  writeFileSync(join(home, 'sessions/new.jsonl'), 'session\n')
  appendFileSync(join(home, 'config.toml'), '\n[projects."/trusted"]\ntrust_level = "trusted"\n')
}
process.stdout.write(`answer of ${agent}\n`)
process.stderr.write('a note\n')
process.exit(Number(exit))

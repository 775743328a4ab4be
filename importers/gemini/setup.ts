// setup.ts: Gemini CLI's `settings.json`: its `telemetry` block, and its hooks.
import { join } from 'node:path'
import type { Env } from '#proto/agent.ts'
import { type Setup, type SetupOptions, UnusableConfig } from '#proto/setup.ts'
import { changeJson, type JsonChange, readJson } from '../json-config.ts'
import { isObject, objectOf, textOf } from '../json-values.ts'
import { baseUrl, hasHook, withHook } from '../setup-values.ts'

/** The calls that `hooks.ts` understands, but for `PreCompress`, for which every request of the model would wait. */
const events = ['SessionStart', 'SessionEnd', 'BeforeAgent', 'AfterAgent', 'BeforeTool', 'AfterTool', 'Notification']

const folderOf = ({ home, vars }: Env) => join(vars.GEMINI_CLI_HOME || home, '.gemini')

/** As of Gemini CLI 0.61.0: it appends the signals' paths to the endpoint itself; its HTTP is JSON. */
function plan(current: string | undefined, options: SetupOptions): string {
  const root = readJson(current)
  if (root.telemetry !== undefined && !isObject(root.telemetry)) throw new UnusableConfig('telemetry is not an object')
  const present = objectOf(root.telemetry)
  const wanted: Record<string, unknown> = {
    enabled: true,
    target: 'local',
    otlpEndpoint: baseUrl(options),
    otlpProtocol: options.protocol === 'grpc' ? 'grpc' : 'http',
    logPrompts: options.privacy >= 2,
    // What was said is on spans, and only when this is set.
    traces: options.privacy >= 3,
  }
  // A file to write to wins over the endpoint.
  if (textOf(present.outfile)) wanted.outfile = ''
  const changes: JsonChange[] = Object.entries(wanted).map(([name, value]) => ({ path: ['telemetry', name], value }))
  if (options.hooks) {
    const hooks = objectOf(root.hooks)
    for (const event of events) {
      if (hooks[event] !== undefined && !Array.isArray(hooks[event]))
        throw new UnusableConfig(`hooks.${event} is not an array`)
      changes.push({ path: ['hooks', event], value: withHook(hooks[event], 'gemini', options.hook) })
    }
  }
  return changeJson(current, changes)
}

export const setup: Setup = {
  program: 'gemini',
  traces: (env) => [folderOf(env)],
  files: (env) => [
    {
      path: join(folderOf(env), 'settings.json'),
      plan,
      endpoint(current) {
        const telemetry = objectOf(readJson(current).telemetry)
        if (telemetry.enabled !== true || textOf(telemetry.outfile)) return undefined
        return textOf(telemetry.otlpEndpoint)
      },
      hooked: (current) => hasHook(readJson(current).hooks, 'gemini'),
    },
  ],
  run: (_env, options) => ({
    GEMINI_TELEMETRY_ENABLED: 'true',
    GEMINI_TELEMETRY_TARGET: 'local',
    GEMINI_TELEMETRY_OTLP_ENDPOINT: baseUrl(options),
    GEMINI_TELEMETRY_OTLP_PROTOCOL: 'http',
    GEMINI_TELEMETRY_LOG_PROMPTS: String(options.privacy >= 2),
    GEMINI_TELEMETRY_TRACES_ENABLED: String(options.privacy >= 3),
    GEMINI_TELEMETRY_OUTFILE: null,
  }),
  warnings({ vars }, options) {
    const warnings: string[] = []
    if (vars.GEMINI_TELEMETRY_ENABLED === 'false' || vars.GEMINI_TELEMETRY_OUTFILE)
      warnings.push('GEMINI_TELEMETRY_ENABLED=false or GEMINI_TELEMETRY_OUTFILE in this shell wins over the settings')
    if (vars.GEMINI_TELEMETRY_OTLP_ENDPOINT && vars.GEMINI_TELEMETRY_OTLP_ENDPOINT !== baseUrl(options))
      warnings.push('GEMINI_TELEMETRY_OTLP_ENDPOINT in this shell wins over the settings')
    if (options.token)
      warnings.push(
        'Gemini CLI takes no headers from its settings: export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20…" too',
      )
    return warnings
  },
}

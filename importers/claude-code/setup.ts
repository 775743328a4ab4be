// setup.ts: Claude Code's `settings.json`: its `env` block, and its hooks.
import { join } from 'node:path'
import type { Env } from '#proto/agent.ts'
import { type Setup, type SetupOptions, UnusableConfig } from '#proto/setup.ts'
import { changeJson, type JsonChange, readJson } from '../json-config.ts'
import { isObject, objectOf, textOf } from '../json-values.ts'
import { baseUrl, exportsOtlp, hasHook, headerList, withHook } from '../setup-values.ts'

/** The calls that `hooks.ts` understands. */
const events = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'SubagentStart',
  'SubagentStop',
  'Stop',
  'StopFailure',
  'PreCompact',
  'PostCompact',
]

const signals = ['METRICS', 'LOGS', 'TRACES'] as const

/** `CLAUDE_CONFIG_DIR` may be a list where transcripts are read; the agent itself takes the first. */
function folderOf({ home, vars }: Env): string {
  const [first] = (vars.CLAUDE_CONFIG_DIR ?? '').split(',').filter((folder) => folder.trim() !== '')
  return first?.trim() ?? join(home, '.claude')
}

/** Names as of Claude Code 2.1.240. Whether answers are logged follows the prompts unless it is said. */
function variables(options: SetupOptions, present: Record<string, unknown>): Record<string, string> {
  const wanted: Record<string, string> = {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
    OTEL_EXPORTER_OTLP_PROTOCOL: options.protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl(options),
  }
  for (const signal of signals) {
    const exporter = `OTEL_${signal}_EXPORTER`
    wanted[exporter] = exportsOtlp(present[exporter]) ? String(present[exporter]) : 'otlp'
    // A signal's own setting wins over the general one, so where there is one it must say the same.
    const path = options.protocol === 'grpc' ? '' : `/v1/${signal.toLowerCase()}`
    const own = `OTEL_EXPORTER_OTLP_${signal}`
    if (present[`${own}_ENDPOINT`] !== undefined) wanted[`${own}_ENDPOINT`] = `${baseUrl(options)}${path}`
    if (present[`${own}_PROTOCOL`] !== undefined) wanted[`${own}_PROTOCOL`] = options.protocol
  }
  if (options.token) wanted.OTEL_EXPORTER_OTLP_HEADERS = headerList(options.token)
  const content: [string, boolean][] = [
    ['OTEL_LOG_USER_PROMPTS', options.privacy >= 2],
    ['OTEL_LOG_TOOL_DETAILS', options.privacy >= 2],
    ['OTEL_LOG_ASSISTANT_RESPONSES', options.privacy >= 3],
    ['OTEL_LOG_TOOL_CONTENT', options.privacy >= 3],
  ]
  for (const [name, on] of content) {
    if (on) wanted[name] = '1'
    else if (present[name] !== undefined || (name === 'OTEL_LOG_ASSISTANT_RESPONSES' && options.privacy === 2))
      wanted[name] = '0'
  }
  return wanted
}

function plan(current: string | undefined, options: SetupOptions): string {
  const root = readJson(current)
  if (root.env !== undefined && !isObject(root.env)) throw new UnusableConfig('env is not an object')
  const changes: JsonChange[] = Object.entries(variables(options, objectOf(root.env))).map(([name, value]) => ({
    path: ['env', name],
    value,
  }))
  if (options.hooks) {
    const present = objectOf(root.hooks)
    for (const event of events) {
      if (present[event] !== undefined && !Array.isArray(present[event]))
        throw new UnusableConfig(`hooks.${event} is not an array`)
      changes.push({ path: ['hooks', event], value: withHook(present[event], 'claude-code', options.hook) })
    }
  }
  return changeJson(current, changes)
}

export const setup: Setup = {
  program: 'claude',
  traces: (env) => [folderOf(env)],
  files: (env) => [
    {
      path: join(folderOf(env), 'settings.json'),
      plan,
      endpoint(current) {
        const env = objectOf(readJson(current).env)
        if (
          env.CLAUDE_CODE_ENABLE_TELEMETRY !== '1' ||
          !signals.some((signal) => exportsOtlp(env[`OTEL_${signal}_EXPORTER`]))
        )
          return undefined
        return textOf(env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT) ?? textOf(env.OTEL_EXPORTER_OTLP_ENDPOINT)
      },
      hooked: (current) => hasHook(readJson(current).hooks, 'claude-code'),
    },
  ],
  run({ vars }, options) {
    const unset = ['DISABLE_TELEMETRY', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC'].filter((name) => vars[name])
    return { ...variables(options, vars), ...Object.fromEntries(unset.map((name) => [name, null])) }
  },
  warnings({ vars }) {
    const warnings: string[] = []
    if (vars.DISABLE_TELEMETRY || vars.CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC)
      warnings.push('DISABLE_TELEMETRY or CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC is set in this shell')
    if (vars.OTEL_METRICS_INCLUDE_SESSION_ID === 'false')
      warnings.push('OTEL_METRICS_INCLUDE_SESSION_ID=false also takes the session id from the logs: unset it')
    return warnings
  },
}

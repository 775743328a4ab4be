// setup.ts: Codex's `config.toml`: its [otel] table, and its `notify` program.
import { join } from 'node:path'
import type { Env } from '#proto/agent.ts'
import type { Setup, SetupOptions } from '#proto/setup.ts'
import { objectOf, textOf } from '../json-values.ts'
import { isOurHook } from '../setup-values.ts'
import { addRootKey, changeTable, readToml, type TomlValue } from '../toml-config.ts'

function folderOf({ home, vars }: Env): string {
  const [first] = (vars.CODEX_HOME ?? '').split(',').filter((folder) => folder.trim() !== '')
  return first?.trim() ?? join(home, '.codex')
}

/**
 * As of Codex 0.169.0: the endpoints are used as they stand, so each needs its full path; the metrics go to the maker unless
 * they have an exporter of their own.
 */
function exporter(path: string, options: SetupOptions): TomlValue {
  const headers: Record<string, TomlValue> = options.token
    ? { headers: { Authorization: `Bearer ${options.token}` } }
    : {}
  if (options.protocol === 'grpc') return { 'otlp-grpc': { endpoint: options.grpcUrl, ...headers } }
  const protocol = options.protocol === 'http/json' ? 'json' : 'binary'
  return { 'otlp-http': { endpoint: `${options.otlpUrl}${path}`, protocol, ...headers } }
}

function plan(current: string | undefined, options: SetupOptions): string {
  const present = objectOf(readToml(current).otel)
  const text = changeTable(current, 'otel', {
    ...(present.environment === undefined ? { environment: 'dev' } : {}),
    log_user_prompt: options.privacy >= 2,
    exporter: exporter('/v1/logs', options),
    trace_exporter: exporter('/v1/traces', options),
    metrics_exporter: exporter('/v1/metrics', options),
  })
  if (!options.hooks || readToml(text).notify !== undefined) return text
  return addRootKey(text, 'notify', words(options.hook))
}

/** The words of a command line of ours: quoted where the program's path needs it. */
const words = (command: string) => (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))

function notifies(current: string | undefined): boolean {
  const { notify } = readToml(current)
  return Array.isArray(notify) && isOurHook(notify.join(' '), 'codex')
}

export const setup: Setup = {
  program: 'codex',
  traces: (env) => [folderOf(env)],
  files: (env) => [
    {
      path: join(folderOf(env), 'config.toml'),
      plan,
      endpoint(current) {
        const { exporter, metrics_exporter } = objectOf(readToml(current).otel)
        // One of the two suffices for every request; where the metrics go is told by the plan.
        for (const one of [exporter, metrics_exporter]) {
          const { 'otlp-http': http, 'otlp-grpc': grpc } = objectOf(one)
          const endpoint = textOf(objectOf(http ?? grpc).endpoint)
          if (endpoint) return endpoint
        }
        return undefined
      },
      hooked: notifies,
    },
  ],
  // With compression set it exports nothing, silently.
  run: () => ({ OTEL_EXPORTER_OTLP_COMPRESSION: null }),
  runFolder: { variable: 'CODEX_HOME', folder: folderOf, file: 'config.toml' },
  warnings({ vars }, options) {
    const warnings: string[] = []
    if (vars.OTEL_EXPORTER_OTLP_COMPRESSION)
      warnings.push('with OTEL_EXPORTER_OTLP_COMPRESSION set Codex exports nothing, silently: unset it')
    if (options.hooks) warnings.push('a notify program that is set already is kept: Codex takes one only')
    return warnings
  },
}

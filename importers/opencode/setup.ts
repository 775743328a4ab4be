// setup.ts: OpenCode's configuration (the plug-in that sends telemetry) and the environment that plug-in reads.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from '#proto/agent.ts'
import { type Setup, UnusableConfig } from '#proto/setup.ts'
import { envFile } from '../env-file.ts'
import { changeJson, readJson } from '../json-config.ts'
import { arrayOf, objectOf } from '../json-values.ts'
import { baseUrl, headerList } from '../setup-values.ts'

const plugin = '@devtheops/opencode-plugin-otel'

const folderOf = ({ home, vars }: Env) => join(vars.XDG_CONFIG_HOME || join(home, '.config'), 'opencode')

/** The file that is there, else the usual one. */
function configOf(env: Env): string {
  if (env.vars.OPENCODE_CONFIG) return env.vars.OPENCODE_CONFIG
  const folder = folderOf(env)
  const found = ['opencode.jsonc', 'opencode.json', 'config.json'].find((name) => existsSync(join(folder, name)))
  return join(folder, found ?? 'opencode.json')
}

const isPlugin = (value: unknown) => typeof value === 'string' && (value === plugin || value.startsWith(`${plugin}@`))

export const setup: Setup = {
  program: 'opencode',
  traces: (env) => [folderOf(env), join(env.vars.XDG_DATA_HOME || join(env.home, '.local', 'share'), 'opencode')],
  files: (env, ourFolder) => [
    {
      path: configOf(env),
      plan(current) {
        const { plugin: present } = readJson(current)
        if (present !== undefined && !Array.isArray(present)) throw new UnusableConfig('plugin is not an array')
        if (arrayOf(present).some(isPlugin)) return current ?? ''
        if (present === undefined) return changeJson(current, [{ path: ['plugin'], value: [plugin] }])
        return changeJson(current, [{ path: ['plugin', arrayOf(present).length], value: plugin }])
      },
      // Where to is said by the environment; this file only tells that anything is sent at all.
      endpoint: (current) => (arrayOf(readJson(current).plugin).some(isPlugin) ? '' : undefined),
    },
    envFile(join(ourFolder, 'opencode.sh'), 'OPENCODE_OTLP_ENDPOINT', (options) => ({
      OPENCODE_ENABLE_TELEMETRY: '1',
      // The plug-in knows two protocols, and sends JSON for http/protobuf.
      OPENCODE_OTLP_PROTOCOL: options.protocol === 'grpc' ? 'grpc' : 'http/protobuf',
      OPENCODE_OTLP_ENDPOINT: baseUrl(options),
      ...(options.token ? { OPENCODE_OTLP_HEADERS: headerList(options.token) } : {}),
    })),
  ],
  run({ vars }, options) {
    // Its own telemetry is switched on by an address in the environment, the requests' spans by its configuration, which
    // takes a part of it from there; the plug-in, where somebody has it, sends to the same place.
    const given = readJson(vars.OPENCODE_CONFIG_CONTENT)
    const config = { ...given, experimental: { ...objectOf(given.experimental), openTelemetry: true } }
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: options.otlpUrl,
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      OPENCODE_ENABLE_TELEMETRY: '1',
      OPENCODE_OTLP_PROTOCOL: 'http/protobuf',
      OPENCODE_OTLP_ENDPOINT: options.otlpUrl,
      OPENCODE_OTLP_HEADERS: null,
      OPENCODE_METRIC_PREFIX: null,
    }
  },
  warnings({ vars }, options) {
    const warnings: string[] = []
    if (options.protocol === 'http/json')
      warnings.push('the plug-in knows grpc and http/protobuf only, and sends JSON for the latter: that is what is set')
    if (vars.OPENCODE_METRIC_PREFIX)
      warnings.push("OPENCODE_METRIC_PREFIX gives its metrics another agent's names: unset it")
    return warnings
  },
}

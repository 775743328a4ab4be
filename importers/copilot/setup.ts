// setup.ts: GitHub Copilot: the settings of VS Code where it is installed, and the environment of its command line.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from '#proto/agent.ts'
import type { Setup, SetupFile, SetupOptions } from '#proto/setup.ts'
import { envFile } from '../env-file.ts'
import { changeJson, type JsonChange, readJson } from '../json-config.ts'
import { textOf } from '../json-values.ts'
import { headerList } from '../setup-values.ts'

/** Where VS Code and its preview keep the user's settings. */
function editorFolders({ home, platform, vars }: Env): string[] {
  const base =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : platform === 'win32'
        ? vars.APPDATA || join(home, 'AppData', 'Roaming')
        : vars.XDG_CONFIG_HOME || join(home, '.config')
  return ['Code', 'Code - Insiders'].map((name) => join(base, name, 'User'))
}

const homeOf = ({ home, vars }: Env) => vars.COPILOT_HOME || join(home, '.copilot')

/** The chat of the editor, and the agents that it hosts, each have settings of their own. */
function changes(options: SetupOptions): JsonChange[] {
  return ['github.copilot.chat.otel', 'chat.agentHost.otel'].flatMap((prefix) => [
    { path: [`${prefix}.enabled`], value: true },
    { path: [`${prefix}.exporterType`], value: 'otlp-http' },
    { path: [`${prefix}.otlpEndpoint`], value: options.otlpUrl },
    { path: [`${prefix}.captureContent`], value: options.privacy >= 2 },
  ])
}

const editorFile = (folder: string): SetupFile => ({
  path: join(folder, 'settings.json'),
  plan(current, options) {
    const root = readJson(current)
    // A file to write to wins over the endpoint.
    const files = ['github.copilot.chat.otel.outfile', 'chat.agentHost.otel.outfile'].filter((name) =>
      textOf(root[name]),
    )
    return changeJson(current, [...changes(options), ...files.map((name) => ({ path: [name], value: '' }))])
  },
  endpoint(current) {
    const root = readJson(current)
    return root['github.copilot.chat.otel.enabled'] === true
      ? textOf(root['github.copilot.chat.otel.otlpEndpoint'])
      : undefined
  },
})

export const setup: Setup = {
  program: 'copilot',
  traces: (env) => [homeOf(env), ...editorFolders(env)],
  files: (env, ourFolder) => [
    ...editorFolders(env)
      .filter((folder) => existsSync(folder))
      .map(editorFile),
    envFile(join(ourFolder, 'copilot.sh'), 'OTEL_EXPORTER_OTLP_ENDPOINT', (options) => ({
      COPILOT_OTEL_ENABLED: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: options.otlpUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: options.protocol === 'http/json' ? 'http/json' : 'http/protobuf',
      ...(options.privacy >= 2 ? { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' } : {}),
      ...(options.token ? { OTEL_EXPORTER_OTLP_HEADERS: headerList(options.token) } : {}),
    })),
  ],
  run: (_env, options) => ({
    COPILOT_OTEL_ENABLED: 'true',
    COPILOT_OTEL_FILE_EXPORTER_PATH: null,
    OTEL_EXPORTER_OTLP_ENDPOINT: options.otlpUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    ...(options.privacy >= 2 ? { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' } : {}),
  }),
  warnings({ vars }, options) {
    const warnings: string[] = []
    if (options.protocol === 'grpc') warnings.push('Copilot does not speak gRPC: http/protobuf is set')
    if (vars.COPILOT_OTEL_FILE_EXPORTER_PATH)
      warnings.push('COPILOT_OTEL_FILE_EXPORTER_PATH in this shell sends telemetry to a file instead: unset it')
    warnings.push('the variables are shared by every program started from that shell')
    return warnings
  },
}

// run-environment.ts: what an agent finds in its environment so that it sends its telemetry here, whichever agent it is.
import { agents } from '#importers/index.ts'
import type { Env } from '#proto/agent.ts'
import type { SetupOptions } from '#proto/setup.ts'

/** The attribute by which the records of a run are found where an agent sends past us. */
export const runAttribute = 'telltale.run.id'

/** What every OpenTelemetry SDK reads. A signal's own setting would win over the general one, so there must be none. */
function general(vars: Env['vars'], otlpUrl: string, runId: string): Record<string, string | null> {
  const own = ['TRACES', 'METRICS', 'LOGS'].flatMap((signal) =>
    ['ENDPOINT', 'PROTOCOL', 'HEADERS', 'COMPRESSION'].map((what) => `OTEL_EXPORTER_OTLP_${signal}_${what}`),
  )
  const attributes = vars.OTEL_RESOURCE_ATTRIBUTES
  return {
    ...Object.fromEntries(own.map((name) => [name, null])),
    OTEL_SDK_DISABLED: null,
    OTEL_EXPORTER_OTLP_HEADERS: null,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_RESOURCE_ATTRIBUTES: `${attributes ? `${attributes},` : ''}${runAttribute}=${runId}`,
  }
}

/** The environment of a run: ours, what all SDKs read, and what each agent reads besides. */
export function runEnvironment(env: Env, options: SetupOptions, runId: string): Record<string, string> {
  const vars: Record<string, string | undefined> = { ...env.vars }
  const set = (wanted: Record<string, string | null>) => {
    for (const [name, value] of Object.entries(wanted)) vars[name] = value ?? undefined
  }
  set(general(env.vars, options.otlpUrl, runId))
  for (const { setup } of agents) if (setup) set(setup.run({ ...env, vars }, options))
  return Object.fromEntries(Object.entries(vars).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

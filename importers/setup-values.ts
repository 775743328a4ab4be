// setup-values.ts: small things that every agent's setup needs.
import type { SetupOptions } from '#proto/setup.ts'
import { arrayOf, isObject, objectOf, textOf } from './json-values.ts'

/** The base address for the protocol in use. */
export const baseUrl = (options: SetupOptions): string =>
  options.protocol === 'grpc' ? options.grpcUrl : options.otlpUrl

/** A list of headers as `OTEL_EXPORTER_OTLP_HEADERS` takes it: values are percent-encoded (W3C baggage). */
export const headerList = (token: string): string => `Authorization=Bearer%20${encodeURIComponent(token)}`

/** A line of a shell script that exports a variable. */
export const exportLine = (name: string, value: string): string =>
  `export ${name}=${/^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`}`

/** Whether a comma list of exporters names OTLP already. */
export const exportsOtlp = (value: unknown): boolean =>
  typeof value === 'string' &&
  value
    .split(',')
    .map((name) => name.trim())
    .includes('otlp')

/** Whether a command line is a call of ours, wherever the program lies and whatever follows its name (`telltale-linux-x64`). */
export const isOurHook = (command: unknown, tool: string): boolean =>
  typeof command === 'string' && new RegExp(`telltale[\\w.-]*['"]?\\s+hook\\s+${tool}\\b`).test(command)

/**
 * The hooks of one event with ours among them. Claude Code and Gemini CLI share the shape: groups, each with its hooks. A
 * call of ours under an older address is put right where it stands.
 */
export function withHook(groups: unknown, tool: string, command: string): unknown[] {
  let found = false
  const kept = arrayOf(groups).map((group) => {
    const hooks = arrayOf(objectOf(group).hooks)
    if (!hooks.some((hook) => isOurHook(objectOf(hook).command, tool))) return group
    found = true
    return {
      ...objectOf(group),
      hooks: hooks.map((hook) => (isOurHook(objectOf(hook).command, tool) ? { ...objectOf(hook), command } : hook)),
    }
  })
  return found ? kept : [...kept, { hooks: [{ type: 'command', command }] }]
}

/** Whether any event has a call of ours. */
export function hasHook(events: unknown, tool: string): boolean {
  if (!isObject(events)) return false
  return Object.values(events).some((groups) =>
    arrayOf(groups).some((group) =>
      arrayOf(objectOf(group).hooks).some((hook) => isOurHook(textOf(objectOf(hook).command), tool)),
    ),
  )
}

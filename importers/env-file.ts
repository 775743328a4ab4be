// env-file.ts: a shell script of ours that exports what an agent takes only from its environment.
import type { SetupFile, SetupOptions } from '#proto/setup.ts'
import { exportLine } from './setup-values.ts'

const heading = (path: string) => `# Written by telltale setup. In your shell's profile: . '${path}'\n`

/**
 * The file, whole ours.
 *
 * @param endpointName the variable that tells where telemetry goes.
 */
export function envFile(
  path: string,
  endpointName: string,
  variables: (options: SetupOptions) => Record<string, string>,
): SetupFile {
  return {
    path,
    sourced: true,
    variable: endpointName,
    plan: (_current, options) =>
      heading(path) +
      Object.entries(variables(options))
        .map(([name, value]) => `${exportLine(name, value)}\n`)
        .join(''),
    endpoint: (current) => new RegExp(`^export ${endpointName}='?([^'\\n]+)'?$`, 'm').exec(current ?? '')?.[1],
  }
}

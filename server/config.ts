// config.ts: flags, environment and config.toml → one frozen object. The only reader of the environment.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { parse as parseToml, TomlError } from 'smol-toml'
import { type SettingName, type Settings, settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** Everything the program was told. Paths are absolute. */
export type Config = Settings & {
  readonly home: string
  readonly database: string
  /** Where `config.toml` was read from; it need not exist. */
  readonly configFile: string
  /** Where the host was said, as one would name it to mend it. */
  readonly hostGivenBy: string
  /** The environment as it was given, for readers of transcripts and child processes. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What the command line said: texts as typed, by setting name; `home` and `database` for every command. */
export type Flags = Partial<Record<SettingName | 'home' | 'database', string>>

/** Tables of config.toml that other parts read themselves. */
const tables = new Set(['prices', 'budgets', 'alerts', 'privacy_by_tool'])

/**
 * Resolves every setting: flag, then `TELLTALE_*`, then `AI_OBSERVER_*`, then `<home>/config.toml`, then the default.
 *
 * @throws UsageError naming the setting, the value and what would be valid.
 */
export function loadConfig(flags: Flags, environment: Record<string, string | undefined> = process.env): Config {
  for (const name of ['home', 'database'] as const)
    if (flags[name]?.trim() === '')
      throw new UsageError(`--${name}: the value is empty; leave the setting out or give it a path`)
  const home = folder(flags.home ?? fromEnvironment(environment, 'HOME')?.value, environment)
  const configFile = join(home, 'config.toml')
  const file = readToml(configFile)
  const resolved = Object.fromEntries(
    (Object.keys(settings) as SettingName[]).map((name) => [
      name,
      resolveSetting(name, flags, environment, file, configFile).value,
    ]),
  ) as Settings
  const database = flags.database ?? fromEnvironment(environment, 'DATABASE_PATH')?.value ?? textOf(file.database)
  return Object.freeze({
    ...resolved,
    home,
    database: database ? absolute(database, environment) : join(home, 'telltale.duckdb'),
    configFile,
    hostGivenBy: resolveSetting('host', flags, environment, file, configFile).givenBy,
    environment: Object.freeze({ ...environment }),
  })
}

function resolveSetting(
  name: SettingName,
  flags: Flags,
  environment: Record<string, string | undefined>,
  file: Record<string, unknown>,
  configFile: string,
): { value: unknown; givenBy: string } {
  const setting = settings[name]
  const read = (text: string, givenBy: string) => ({ value: setting.read(text, givenBy), givenBy })
  const flag = flags[name]
  if (flag !== undefined) return read(flag, setting.flag)
  const variable = fromEnvironment(environment, setting.environment)
  if (variable) return read(variable.value, variable.name)
  const value = file[setting.key]
  if (value === undefined) return { value: setting.default, givenBy: setting.flag }
  const spelled = Array.isArray(value) ? value.join(',') : textOf(value)
  if (spelled === undefined)
    throw new UsageError(`${setting.key} in ${configFile}: a value of this type cannot be used`)
  return read(spelled, `${setting.key} in ${configFile}`)
}

/** The variable under our name, else under the name of the program whose users switch to us; an empty one counts as unset. */
function fromEnvironment(
  environment: Record<string, string | undefined>,
  suffix: string,
): { name: string; value: string } | undefined {
  for (const name of [`TELLTALE_${suffix}`, `AI_OBSERVER_${suffix}`]) {
    const value = environment[name]
    if (value !== undefined && value !== '') return { name, value }
  }
  return undefined
}

function readToml(path: string): Record<string, unknown> {
  let source: string
  try {
    source = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return {}
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`)
  }
  let parsed: Record<string, unknown>
  try {
    parsed = parseToml(source)
  } catch (error) {
    const where = error instanceof TomlError ? ` (line ${error.line}, column ${error.column})` : ''
    throw new UsageError(`${path} is not valid TOML${where}: ${(error as Error).message.split('\n')[0]}`)
  }
  const known = new Set(Object.values(settings).map((setting) => setting.key as string)).add('database')
  const folded = Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key.replaceAll('-', '_'), value]))
  for (const key of Object.keys(folded)) {
    if (known.has(key) || tables.has(key)) continue
    throw new UsageError(
      `${path}: there is no setting ${JSON.stringify(key)}; the settings are ${[...known].sort().join(', ')}`,
    )
  }
  return folded
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

/** The folder given, else `~/.telltale`; a machine without HOME must name one. */
function folder(given: string | undefined, environment: Record<string, string | undefined>): string {
  if (given !== undefined) return absolute(given, environment)
  return join(userHome(environment), '.telltale')
}

function absolute(path: string, environment: Record<string, string | undefined>): string {
  if (path === '~' || path.startsWith('~/')) return join(userHome(environment), path.slice(1))
  return isAbsolute(path) ? path : resolve(path)
}

/** HOME, else the password file's entry; in a container without either, the working folder stands in. */
export function userHome(environment: Record<string, string | undefined>): string {
  if (environment.HOME) return environment.HOME
  try {
    const entry = homedir()
    if (entry) return entry
  } catch {
    // No entry for this user id.
  }
  return process.cwd()
}

/** Whether an address can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Refuses to listen where others can read prompts unless there is a token or the user insists (contract §3). */
export function checkExposure(config: Config, hasTokens: boolean): void {
  if (isLoopback(config.host) || config.token || hasTokens || config.insecure) return
  throw new UsageError(
    `${config.hostGivenBy}: ${JSON.stringify(config.host)} would let other machines read your prompts: set --token (or TELLTALE_TOKEN), make one with \`telltale token create\`, or say --insecure if the network is yours alone`,
  )
}

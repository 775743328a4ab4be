// settings.ts: every setting: its flag, environment variable, config.toml key, default, and how its text is read.
import { isIP } from 'node:net'
import { type LogLevel, logLevels } from './log.ts'
import { UsageError } from './usage-error.ts'

/** Reads a setting's text; throws {@link UsageError} with what would be valid. */
type Read<T> = (text: string, name: string) => T

/** One setting (contract §1). `environment` is without its prefix: `TELLTALE_`, or `AI_OBSERVER_` as a fallback. */
export type Setting<T> = { flag: string; environment: string; key: string; read: Read<T>; default: T }

const port: Read<number> = (text, name) => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65535) {
    throw new UsageError(`${name}: ${JSON.stringify(text)} is not a port; use a whole number from 0 to 65535`)
  }
  return value
}

const words =
  <W extends string>(allowed: readonly W[], fold: (text: string) => string = (text) => text): Read<W> =>
  (text, name) => {
    const word = fold(text) as W
    if (!allowed.includes(word)) {
      throw new UsageError(`${name}: ${JSON.stringify(text)} is not valid; use one of ${allowed.join(', ')}`)
    }
    return word
  }

const truth: Read<boolean> = (text, name) => {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(0|false|no|off)$/i.test(text)) return false
  throw new UsageError(`${name}: ${JSON.stringify(text)} is not valid; use true or false`)
}

const host: Read<string> = (text, name) => {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(bare)) return bare
  throw new UsageError(
    `${name}: ${JSON.stringify(text)} is not an address; use an IP address or a host name such as 127.0.0.1`,
  )
}

const origin: Read<string | undefined> = (text, name) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.username) return url.origin
  throw new UsageError(
    `${name}: ${JSON.stringify(text)} is not an origin; use one such as https://telltale.example:8443`,
  )
}

const text: Read<string | undefined> = (value, name) => {
  if (value.trim() === '') throw new UsageError(`${name}: the value is empty; leave the setting out or give it a value`)
  return value
}

const units: Record<string, number> = { h: 3600, d: 86_400, w: 604_800, m: 2_592_000, y: 31_536_000 }

const age: Read<number | undefined> = (value, name) => {
  const match = /^(\d+)\s*([hdwmy])$/i.exec(value)
  const seconds = match ? Number(match[1]) * (units[match[2]!.toLowerCase()] ?? 0) : 0
  if (seconds > 0 && Number.isSafeInteger(seconds)) return seconds
  throw new UsageError(
    `${name}: ${JSON.stringify(value)} is not an age; use a number and a unit, such as 90d, 12w or 48h`,
  )
}

/** Bytes of `64MiB`, `10GB`, `1000`; NaN when it is none. Every unit is a power of 1024. */
function sizeOf(value: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(b|k|kb|kib|m|mb|mib|g|gb|gib|t|tb|tib)?$/i.exec(value.trim())
  const power = { b: 0, k: 1, m: 2, g: 3, t: 4 }[(match?.[2] ?? 'b')[0]!.toLowerCase() as 'b'] ?? 0
  return match ? Math.round(Number(match[1]) * 1024 ** power) : Number.NaN
}

/** Less than this holds no day of work. */
const spaceLeast = 16 * 1024 ** 2

const space: Read<number | undefined> = (value, name) => {
  const size = sizeOf(value)
  if (size >= spaceLeast && Number.isSafeInteger(size)) return size
  throw new UsageError(
    `${name}: ${JSON.stringify(value)} is not a size to keep; use a number and a unit, from 16MiB up, such as 20GB`,
  )
}

const bytes: Read<number> = (value, name) => {
  const size = sizeOf(value)
  if (size >= 1024 && size <= 1024 ** 3) return size
  throw new UsageError(
    `${name}: ${JSON.stringify(value)} is not a size; use bytes or a unit, from 1KiB to 1GiB, such as 64MiB`,
  )
}

const tier: Read<1 | 2 | 3> = (value, name) => Number(words(['1', '2', '3'])(value, name)) as 1 | 2 | 3

const paths: Read<string[] | undefined> = (value, name) => {
  const list = value.split(',').map((path) => path.trim())
  if (list.every((path) => path !== '')) return list
  throw new UsageError(
    `${name}: ${JSON.stringify(value)} has an empty path; give one path, or several with commas between them`,
  )
}

/** The settings of `serve` and `watch`, by their name in the program. */
export const settings = {
  otlpPort: { flag: '--otlp-port', environment: 'OTLP_PORT', key: 'otlp_port', read: port, default: 4318 },
  grpcPort: { flag: '--grpc-port', environment: 'GRPC_PORT', key: 'grpc_port', read: port, default: 4317 },
  apiPort: { flag: '--api-port', environment: 'API_PORT', key: 'api_port', read: port, default: 8080 },
  host: { flag: '--host', environment: 'HOST', key: 'host', read: host, default: '127.0.0.1' },
  frontendUrl: {
    flag: '--frontend-url',
    environment: 'FRONTEND_URL',
    key: 'frontend_url',
    read: origin,
    default: undefined,
  },
  logLevel: {
    flag: '--log-level',
    environment: 'LOG_LEVEL',
    key: 'log_level',
    read: words<LogLevel>(logLevels, (value) => value.toUpperCase()),
    default: 'INFO' as LogLevel,
  },
  token: { flag: '--token', environment: 'TOKEN', key: 'token', read: text, default: undefined },
  retentionSeconds: { flag: '--retention', environment: 'RETENTION', key: 'retention', read: age, default: undefined },
  retentionBytes: {
    flag: '--retention-size',
    environment: 'RETENTION_SIZE',
    key: 'retention_size',
    read: space,
    default: undefined,
  },
  privacy: { flag: '--privacy', environment: 'PRIVACY', key: 'privacy', read: tier, default: 3 as 1 | 2 | 3 },
  bodyBytesMax: {
    flag: '--max-body',
    environment: 'MAX_BODY',
    key: 'max_body',
    read: bytes,
    default: 64 * 1024 * 1024,
  },
  insecure: { flag: '--insecure', environment: 'INSECURE', key: 'insecure', read: truth, default: false },
  redact: { flag: '--redact', environment: 'REDACT', key: 'redact', read: truth, default: true },
  pricingMode: {
    flag: '--pricing-mode',
    environment: 'PRICING_MODE',
    key: 'pricing_mode',
    read: words(['auto', 'calculate', 'display'] as const),
    default: 'auto' as 'auto' | 'calculate' | 'display',
  },
  claudePath: { flag: '', environment: 'CLAUDE_PATH', key: 'claude_path', read: paths, default: undefined },
  codexPath: { flag: '', environment: 'CODEX_PATH', key: 'codex_path', read: paths, default: undefined },
  geminiPath: { flag: '', environment: 'GEMINI_PATH', key: 'gemini_path', read: paths, default: undefined },
  opencodePath: { flag: '', environment: 'OPENCODE_PATH', key: 'opencode_path', read: paths, default: undefined },
  copilotPath: { flag: '', environment: 'COPILOT_PATH', key: 'copilot_path', read: paths, default: undefined },
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof settings

/** The value's type of each setting. */
export type Settings = { readonly [N in SettingName]: ReturnType<(typeof settings)[N]['read']> }

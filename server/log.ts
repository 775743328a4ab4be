// log.ts: one line a message on stderr: time, level, text, key=value.

export const logLevels = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type LogLevel = (typeof logLevels)[number]

/** Values of one message; anything that is not a string, number or boolean is written as JSON. */
export type LogFields = Record<string, unknown>

/** A logger writes messages of its level and above. Nothing of a telemetry record is ever logged, only counts and names. */
export type Log = {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** A logger that writes to `write` (stderr unless given) from `level` up. */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const threshold = logLevels.indexOf(level)
  const at = (of: LogLevel) => (message: string, fields?: LogFields) => {
    if (logLevels.indexOf(of) < threshold) return
    write(`${new Date().toISOString()} ${of.padEnd(5)} ${oneLine(message)}${fields ? spell(fields) : ''}\n`)
  }
  return { debug: at('DEBUG'), info: at('INFO'), warn: at('WARN'), error: at('ERROR') }
}

function spell(fields: LogFields): string {
  let out = ''
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const plain =
      value instanceof Error ? value.message : typeof value === 'object' ? JSON.stringify(value) : String(value)
    const safe = oneLine(plain)
    out += ` ${key}=${/[\s"=]/.test(safe) || safe === '' ? JSON.stringify(safe) : safe}`
  }
  return out
}

/** What terminals act on: control characters, ends of lines, and the marks that reorder what is read. */
export const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A character by its number. */
export const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

const named = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/**
 * The text with control characters spelled out, so that no telemetry can forge a log line, move a terminal's cursor or make a
 * line read differently from what it says.
 */
export function oneLine(value: string): string {
  return value.replace(acting, (character) => named.get(character) ?? escaped(character))
}

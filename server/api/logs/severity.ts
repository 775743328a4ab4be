// severity.ts: the levels of log records, by name and by number (OpenTelemetry log data model).

const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/**
 * The level a person reads: the text as sent, else the name of its number (1–4 TRACE … 21–24 FATAL). Agents' events often
 * have neither (Claude Code, Gemini CLI): those whose name ends in error, failed, failure or exhausted are ERROR, the rest
 * INFO. The macro `severity_name` of schema 001 says the same for what is stored.
 */
export function severityName(given: string, number: number, event: string): string {
  if (given !== '') return given
  if (number >= 1 && number <= 24) return names[Math.floor((number - 1) / 4)]!
  return /(error|failed|failure|exhausted)$/.test(event) ? 'ERROR' : 'INFO'
}

/** What the parameter `severity` asks for. */
export type SeverityFilter = {
  /** Exactly this number. */
  number?: number
  /** This text in any case, or a number of the range. */
  level?: string
  number_least?: number
  number_most?: number
}

/** Reads `severity`: a number from 1 to 24, or a level's text in any case; a usual name stands for its four numbers too. */
export function severityFilter(asked: string | undefined): SeverityFilter {
  if (asked === undefined) return {}
  if (/^\d+$/.test(asked)) return { number: Number(asked) }
  const index = names.indexOf(asked.toUpperCase())
  if (index === -1) return { level: asked }
  return { level: asked, number_least: index * 4 + 1, number_most: index * 4 + 4 }
}

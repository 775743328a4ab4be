// report.ts: the cost table: by day, week, month, session, model, project or tool.
import type { Usage, UsageReport } from '../api/usage/routes.ts'
import { timeZone, zonedTime } from '../api/usage/time-zone.ts'
import type { Config } from '../config.ts'
import { UsageError } from '../usage-error.ts'
import { withClient } from './client.ts'
import { documentOf } from './document.ts'
import { type Column, tableOf, widthOf } from './table.ts'
import { count, dollars } from './words.ts'

/** What each kind groups by: an interval of time, or keys, the first of which names the row. */
const kinds = {
  daily: { interval: 'day', head: 'Day' },
  weekly: { interval: 'week', head: 'Week of' },
  monthly: { interval: 'month', head: 'Month' },
  session: { groupBy: ['session', 'tool'], head: 'Session' },
  model: { groupBy: ['model'], head: 'Model' },
  project: { groupBy: ['project'], head: 'Project' },
  tool: { groupBy: ['tool'], head: 'Tool' },
} as const satisfies Record<string, { interval?: string; groupBy?: readonly string[]; head: string }>
export type ReportKind = keyof typeof kinds
export const reportKinds = Object.keys(kinds) as ReportKind[]

export type ReportOptions = {
  from?: string | undefined
  to?: string | undefined
  tz?: string | undefined
  tool?: string | undefined
  project?: string | undefined
  model?: string | undefined
  json?: boolean | undefined
  breakdown?: boolean | undefined
}

/** Prints the report; dates are days of `--tz`, this machine's zone unless given. */
export async function report(config: Config, kind: string, options: ReportOptions): Promise<void> {
  const path = reportPath(kind, options)
  const usage = await withClient(config, (client) => client.get<UsageReport>(path))
  const text = options.json
    ? documentOf(reportDocument(usage))
    : reportTable(kind as ReportKind, usage, widthOf(process.stdout))
  process.stdout.write(text)
}

/**
 * The question that a report is the answer to.
 *
 * @throws UsageError for a kind or an option that cannot be used.
 */
export function reportPath(kind: string, options: ReportOptions): string {
  if (!(kind in kinds))
    throw new UsageError(`report: ${JSON.stringify(kind)} is not valid; use ${reportKinds.join(', ')}`)
  const { interval, groupBy = [] } = kinds[kind as ReportKind] as { interval?: string; groupBy?: readonly string[] }
  // A machine may have a zone that nobody else knows (`Etc/Unknown`): only one that was asked for is refused.
  const tz = options.tz ?? timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone) ?? 'UTC'
  if (timeZone(tz) === undefined)
    throw new UsageError(`--tz: ${JSON.stringify(tz)} is no time zone; use an IANA name such as Europe/Berlin or UTC`)
  for (const name of ['from', 'to'] as const) {
    const given = options[name]
    if (given !== undefined && zonedTime(given, 'start', tz) === undefined)
      throw new UsageError(`--${name}: ${JSON.stringify(given)} is not valid; use a date (2026-11-22) or RFC 3339`)
  }
  const { from, to } = options
  if (from !== undefined && to !== undefined && zonedTime(from, 'start', tz)! > zonedTime(to, 'end', tz)!)
    throw new UsageError('--from is after --to; give them in order')
  const asked = new URLSearchParams()
  const keys = options.breakdown && kind !== 'model' ? [...groupBy, 'model'] : groupBy
  if (keys.length > 0) asked.set('groupBy', keys.join(','))
  if (interval) asked.set('interval', interval)
  asked.set('tz', tz)
  for (const name of ['from', 'to', 'tool', 'project', 'model'] as const) {
    const value = options[name]
    if (value !== undefined && !(name === 'tool' && value === 'all')) asked.set(name, value)
  }
  return `/api/usage?${asked}`
}

/** `{"rows":[…],"totals":{…}}`, as `/api/usage` has them. */
export function reportDocument({ rows, totals }: UsageReport): Pick<UsageReport, 'rows' | 'totals'> {
  return { rows, totals }
}

/** The table, as wide as the terminal, and what is to be known about its costs. */
export function reportTable(kind: ReportKind, { rows, totals, groupBy }: UsageReport, width: number): string {
  if (rows.length === 0) return 'nothing was used in this time\n'
  const { head, interval } = kinds[kind] as { head: string; interval?: string }
  const [own] = groupBy
  const name = (row: Usage) => {
    if (row === totals) return 'Total'
    if (interval) return row.bucket?.slice(0, interval === 'month' ? 7 : 10)
    return (own && row[own]) || '(unknown)'
  }
  const more = interval ? groupBy : groupBy.slice(1)
  const number = (title: string, value: (row: Usage) => number, drop?: number): Column<Usage> => ({
    head: title,
    cell: (row) => count(value(row)),
    align: 'right',
    ...(drop === undefined ? {} : { drop }),
  })
  const columns: Column<Usage>[] = [
    { head, cell: name },
    ...more.map(
      (key): Column<Usage> => ({
        head: key === 'model' ? 'Model' : 'Tool',
        cell: (row) => (row === totals ? '' : (row[key] ?? '(unknown)')),
      }),
    ),
    number('Requests', (row) => row.requests, 4),
    number('Input', (row) => row.inputTokens, 2),
    number('Cache write', (row) => row.cacheWriteTokens, 5),
    number('Cache read', (row) => row.cacheReadTokens, 3),
    number('Output', (row) => row.outputTokens, 1),
    number('Reasoning', (row) => row.reasoningTokens, 7),
    number('Errors', (row) => row.errors, 6),
    number('Total', (row) => row.totalTokens),
    { head: 'Cost', cell: costCell, align: 'right' },
  ]
  return `${tableOf(columns, rows, totals, width)}${notes(totals)}`
}

/** `$1.23`; a `+` where some of it has no price; unknown is never 0. */
function costCell({ costUsd, unpricedTokens, basis }: Usage): string | undefined {
  if (costUsd === null) return undefined
  if (basis === 'included') return 'included'
  return `${dollars(costUsd)}${unpricedTokens > 0 ? '+' : ''}`
}

function notes({ unpricedTokens }: Usage): string {
  if (unpricedTokens === 0) return ''
  return `\n${count(unpricedTokens)} tokens are of models without a price (— or +): telltale prices unpriced\n`
}

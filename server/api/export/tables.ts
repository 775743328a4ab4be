// tables.ts: what an export holds: its files, the tables behind them, and which of their rows were asked for.
import type { Params } from '../../store/query.ts'

/** How the files are written. */
export const formats = ['parquet', 'csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

/** Services that may be asked for beside the agents: parts of one. */
export const services = ['copilot-chat', 'github-copilot'] as const

export type Selection = { tool: string; from?: bigint | undefined; to?: bigint | undefined }

type Table = {
  /** The file's name without its ending, and the view's (contract §6). */
  name: string
  from: string
  order: string
  /** Rows whose time lies in the range; a session belongs to it when any of its time does. */
  since: string
  until: string
  /** Rows of one service, where the table does not say it through its session. */
  service: string
}

const bySession = 'session_id in (select session_id from sessions where service_name = $tool)'
const atTime = { since: 'time >= make_timestamp_ns($from::bigint)', until: 'time <= make_timestamp_ns($to::bigint)' }

export const tables: readonly Table[] = [
  { name: 'traces', from: 'spans', order: 'time, trace_id, span_id', service: 'service_name = $tool', ...atTime },
  { name: 'logs', from: 'logs', order: 'time', service: 'service_name = $tool', ...atTime },
  { name: 'metrics', from: 'metric_points', order: 'time, name', service: 'service_name = $tool', ...atTime },
  {
    name: 'model_calls',
    from: 'model_calls',
    order: 'time, call_id',
    service: `coalesce(service_name = $tool, ${bySession})`,
    ...atTime,
  },
  { name: 'tool_calls', from: 'tool_calls', order: 'time, call_id', service: bySession, ...atTime },
  { name: 'messages', from: 'messages', order: 'time, sequence', service: bySession, ...atTime },
  {
    name: 'sessions',
    from: 'sessions',
    order: 'start_time, session_id',
    service: 'service_name = $tool',
    since: 'last_time >= make_timestamp_ns($from::bigint)',
    until: 'start_time <= make_timestamp_ns($to::bigint)',
  },
]

/** Columns that only the program itself needs. */
export const ownColumns: readonly string[] = ['batch', 'component', 'hash', 'fingerprint', 'inherited']

/** The rows of a table that were asked for, as the text after `select …`, with the parameters it uses. */
export function rowsOf(table: Table, { tool, from, to }: Selection): { sql: string; params: Params } {
  const conditions: string[] = []
  const params: Params = {}
  if (tool !== 'all') {
    conditions.push(services.some((service) => service === tool) ? table.service : 'tool = $tool')
    params.tool = tool
  }
  if (from !== undefined) {
    conditions.push(table.since)
    params.from = from
  }
  if (to !== undefined) {
    conditions.push(table.until)
    params.to = to
  }
  const where = conditions.length > 0 ? ` where ${conditions.map((one) => `(${one})`).join(' and ')}` : ''
  return { sql: `from ${table.from}${where}`, params }
}

/** Quotes a name for SQL. */
export const named = (name: string): string => `"${name.replaceAll('"', '""')}"`
/** Quotes a text for SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

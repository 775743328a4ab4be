// read-usage.ts: usage by keys and time, for the route, the report and whoever else sums.
import { int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import { badRequest } from '../errors.ts'
import { summed, type UsageRow, usageColumns } from './shape.ts'
import { formatAtOffset, offsetGrainSeconds } from './time-zone.ts'
import usageSql from './usage.sql' with { type: 'text' }

/** Each key with its expression: fixed texts, never what a caller sent. */
const keys = {
  tool: 'tool',
  model: "nullif(model, '')",
  project: 'project',
  session: "nullif(session_id, '')",
  branch: 'branch',
  agent: 'agent',
  skill: 'skill',
  mcpServer: 'mcp_server',
  querySource: 'query_source',
  user: '"user"',
  host: 'host',
  speed: 'speed',
  agentId: 'agent_id',
} as const

/** The keys of contract §4. */
export type UsageKey = Exclude<GroupKey, 'agentId'>
/** Those, and what a session's detail groups by beside them. */
export type GroupKey = keyof typeof keys
export const usageKeys = Object.keys(keys).filter((key) => key !== 'agentId') as [UsageKey, ...UsageKey[]]

/** Minutes are stretches of time, the others are of the zone's calendar. */
export const intervals = ['1m', '5m', '15m', 'hour', 'day', 'week', 'month'] as const
export type Interval = (typeof intervals)[number]

/** As many as a metric's series have; a month of single minutes is 44,640. */
const minuteRowsMax = 50_000
const minuteSteps: { [K in Interval]?: number } = { '1m': 60, '5m': 300, '15m': 900 }

/** One value a key; a key that is absent is not filtered by. */
export type UsageFilters = { [K in UsageKey]?: string | undefined }

export type UsageAsked = {
  groupBy: readonly GroupKey[]
  interval?: Interval | undefined
  /** IANA name. */
  tz: string
  /** ns since 1970, both inclusive. */
  from: bigint
  to: bigint
  filters: UsageFilters
}

/** One group: its keys (`null`: not known), the start of its interval (RFC 3339 in the zone), its numbers. */
export type UsageGroup = { keys: { [K in GroupKey]?: string | null }; bucket?: string; usage: UsageRow }

/** The range and the filters, as every statement over the requests takes them. */
export const usageParameters = {
  from: time,
  to: time,
  tool: maybe(text),
  model: maybe(text),
  project: maybe(text),
  session: maybe(text),
  branch: maybe(text),
  agent: maybe(text),
  skill: maybe(text),
  mcp_server: maybe(text),
  query_source: maybe(text),
  user: maybe(text),
  host: maybe(text),
  speed: maybe(text),
}

/** The expression of a key; a fixed text. */
export function keyExpression(key: UsageKey): string {
  return keys[key]
}

const parameters = { ...usageParameters, interval: maybe(text), tz: text, step: int, rows_most: maybe(int) }

function statement(groupBy: readonly GroupKey[]) {
  const selected = groupBy.map((key) => `${keys[key]} as "key_${key}", `).join('')
  const columns = Object.fromEntries(groupBy.map((key) => [`key_${key}`, maybe(text)]))
  return query(usageSql.replace('/* keys */', selected), parameters, {
    bucket: maybe(int),
    bucket_offset: maybe(int),
    ...usageColumns,
    ...columns,
  })
}

/** The longest stretch at whose ends the zone's intervals begin; the fewer sums the first step makes, the faster. */
function stepSeconds(tz: string, interval: Interval | undefined): number {
  const minutes = interval && minuteSteps[interval]
  if (minutes) return minutes
  return interval !== 'hour' && tz === 'UTC' ? 86_400 : offsetGrainSeconds(tz)
}

/**
 * The groups in order of time, then of cost, and what they sum to.
 *
 * @throws ApiError 400 when minutes make more rows than anybody reads.
 */
export async function readUsage(
  runner: Runner,
  { groupBy, interval, tz, from, to, filters }: UsageAsked,
): Promise<{ groups: UsageGroup[]; totals: UsageRow }> {
  const { mcpServer, querySource, ...rest } = filters
  const isMinutes = interval !== undefined && interval in minuteSteps
  const rows = await statement(groupBy)(runner, {
    from,
    to,
    interval: interval ?? null,
    tz,
    step: stepSeconds(tz, interval),
    rows_most: isMinutes ? minuteRowsMax + 1 : null,
    mcp_server: mcpServer,
    query_source: querySource,
    ...rest,
  })
  if (isMinutes && rows.length > minuteRowsMax)
    throw badRequest(
      `interval: ${interval} gives more than ${minuteRowsMax} rows of this time; use a longer interval or a shorter range`,
    )
  const groups = rows.map(({ bucket, bucket_offset, ...row }) => {
    const values = row as typeof row & Record<string, string | null>
    const group: UsageGroup & { start: number } = {
      keys: Object.fromEntries(groupBy.map((key) => [key, values[`key_${key}`] ?? null])),
      usage: row,
      start: bucket ?? 0,
    }
    if (bucket !== null) group.bucket = formatAtOffset(bucket, bucket_offset ?? 0, tz)
    return group
  })
  groups.sort((a, b) => a.start - b.start || byCost(a.usage, b.usage) || byKeys(a, b, groupBy))
  return { groups, totals: summed(rows) }
}

/** The most expensive first; what nobody prices goes by its tokens, after what has a price. */
function byCost(a: UsageRow, b: UsageRow): number {
  const left = a.cost_nano_usd ?? -1n
  const right = b.cost_nano_usd ?? -1n
  if (left !== right) return left > right ? -1 : 1
  return b.total_tokens - a.total_tokens
}

function byKeys(a: UsageGroup, b: UsageGroup, groupBy: readonly GroupKey[]): number {
  for (const key of groupBy) {
    const left = a.keys[key] ?? ''
    const right = b.keys[key] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

// usage.ts: usage rows as screens need them: buckets as instants, sums, shares, names.
import type { ChartSeries } from '../charts/prepare.ts'
import type { UsageKey, UsageNumbers, UsageReport, UsageRow } from './shapes.ts'
import type { Zone } from './time.ts'
import { bucketOf, nextBucket, type UsageInterval } from './usage-interval.ts'

/** What is measured in a chart or a list. */
export type Measure = 'costUsd' | 'totalTokens' | 'requests'

/** Nothing used: what sums start with. Its cost is zero until something priced is added. */
export const noUsage: UsageNumbers = {
  requests: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  totalTokens: 0,
  webSearches: 0,
  errors: 0,
  costUsd: 0,
  reportedCostUsd: 0,
  computedCostUsd: 0,
  unpricedTokens: 0,
  basis: 'computed',
}

/**
 * When a bucket starts, ms. The API writes it in the asked zone: an instant with an offset, a date, a month; without an offset it
 * is a wall-clock time of `zone`.
 */
export function bucketStart(bucket: string, zone: Zone): number {
  if (/(?:Z|[+-]\d{2}:?\d{2})$/.test(bucket) && bucket.includes('T')) return Date.parse(bucket)
  const match = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2}))?)?/.exec(bucket)
  if (!match) return Number.NaN
  const [year, month, day, hour, minute] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return zone === 'utc'
    ? Date.UTC(year, month - 1, day || 1, hour, minute)
    : new Date(year, month - 1, day || 1, hour, minute).getTime()
}

/** The name that stands for an absent value of a grouping. */
export function groupName(key: UsageKey, value: string | null | undefined): string {
  if (value) return value
  return (
    {
      project: 'No project',
      branch: 'No branch',
      model: 'Unknown model',
      agent: 'Main agent',
      skill: 'No skill',
      mcpServer: 'No MCP server',
      session: 'No session',
    }[key as string] ?? 'Unknown'
  )
}

/** Rows with a bucket as series of one measure, one for each value of a grouping. */
export function usageSeries(
  usage: UsageReport,
  key: UsageKey,
  measure: Measure,
  zone: Zone,
  look: (value: string) => { label: string; color: string },
): ChartSeries[] {
  const series = new Map<string, Map<number, number | null>>()
  for (const row of usage.rows) {
    if (!row.bucket) continue
    const value = row[key] ?? ''
    let points = series.get(value)
    if (!points) {
      points = new Map()
      series.set(value, points)
    }
    const start = bucketStart(row.bucket, zone)
    if (Number.isNaN(start)) continue
    const before = points.get(start)
    const now = row[measure]
    // An unknown price is a gap, but takes nothing from a known one of the same bucket.
    points.set(start, now === null ? (before ?? null) : (before ?? 0) + now)
  }
  return [...series].map(([value, points]) => ({
    key: value,
    ...look(value),
    points: [...points].sort(([a], [b]) => a - b),
  }))
}

/** One measure over all groups, bucket by bucket from `from` to `to`; a bucket without rows is zero: nothing was used. */
export function totalsByBucket(
  rows: readonly UsageRow[],
  pick: (row: UsageRow) => number | null,
  interval: UsageInterval,
  from: number,
  to: number,
  zone: Zone,
): number[] {
  const sums = new Map<number, number>()
  for (const row of rows) {
    if (!row.bucket) continue
    const start = bucketStart(row.bucket, zone)
    sums.set(start, (sums.get(start) ?? 0) + (pick(row) ?? 0))
  }
  const values: number[] = []
  let start = bucketOf(from, interval, zone)
  for (let guard = 0; start <= to && guard < 2_000; guard++) {
    values.push(sums.get(start) ?? 0)
    start = nextBucket(start, interval, zone)
  }
  return values
}

/** Rows added up by a grouping, whatever their buckets, largest measure first; unknown costs come last. */
export function byGroup(
  rows: readonly UsageRow[],
  key: UsageKey,
  measure: Measure,
): { value: string; usage: UsageNumbers }[] {
  const groups = new Map<string, UsageNumbers>()
  for (const row of rows) {
    const value = row[key] ?? ''
    groups.set(value, groups.has(value) ? added(groups.get(value)!, row) : { ...row })
  }
  return [...groups]
    .map(([value, usage]) => ({ value, usage }))
    .sort((a, b) => (b.usage[measure] ?? -1) - (a.usage[measure] ?? -1) || b.usage.totalTokens - a.usage.totalTokens)
}

/** Two usages as one. A cost that is unknown stays out of the sum; its tokens are in `unpricedTokens`. */
export function added(a: UsageNumbers, b: UsageNumbers): UsageNumbers {
  const sum: UsageNumbers = { ...a }
  for (const field of Object.keys(noUsage) as (keyof UsageNumbers)[]) {
    if (field === 'basis') continue
    const [left, right] = [a[field], b[field]]
    ;(sum as Record<string, unknown>)[field] =
      left === null ? right : right === null ? left : (left as number) + (right as number)
  }
  sum.basis = a.basis === b.basis ? a.basis : 'mixed'
  return sum
}

/** Part of the input that came from the cache; `undefined` without input. */
export function cacheHitRate(usage: UsageNumbers): number | undefined {
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return input === 0 ? undefined : usage.cacheReadTokens / input
}

/** Failed requests among all; `undefined` without any. */
export function errorRate(usage: UsageNumbers): number | undefined {
  const all = usage.requests + usage.errors
  return all === 0 ? undefined : usage.errors / all
}

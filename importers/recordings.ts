// recordings.ts: observations as comparable text, and what they add up to; for the tests and the golden files.
import type { AggregateField, AggregateObservation, Telemetry } from '#proto/telemetry.ts'

/** Longest text of a message or tool in a golden file. */
const textCharsMax = 80

/** One line a record, sorted: the same for the same set of records in any order. */
export function lines(telemetry: Telemetry): Record<string, string[]> {
  const { calls, aggregates, toolCalls, sessions, messages, commits } = telemetry
  const all = { calls, aggregates, toolCalls, sessions, messages, commits }
  return {
    ...Object.fromEntries(
      Object.entries(all).map(([kind, records]) => [kind, [...new Set(records.map((record) => line(record)))].sort()]),
    ),
    kept: kept(telemetry),
  }
}

function line(record: object): string {
  const sorted = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(sorted), (_, value) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'string' && value.length > textCharsMax)
      return `${value.slice(0, textCharsMax)}…${value.length}`
    return typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value
  })
}

/** How many records are kept under which columns. */
function kept({ spans, logs, points }: Telemetry): string[] {
  const counts = new Map<string, number>()
  const count = (what: string, { hot }: { hot: Telemetry['logs'][number]['hot'] }) => {
    const { tool, model, tokenType, eventName, sessionId } = hot
    const key = [what, tool, sessionId, model, tokenType, eventName].join(' | ')
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const log of logs) count('log', log)
  for (const span of spans)
    if (span.hot.model || span.hot.sessionId) count('span', { hot: { ...span.hot, eventName: '' } })
  for (const point of points) count(`point ${point.name}`, point)
  return [...counts].map(([key, times]) => `${key} × ${times}`).sort()
}

/** What counter points add up to, series by series: the last value of each run, or all differences. */
export function aggregateTotals(
  aggregates: readonly AggregateObservation[],
): Record<string, Partial<Record<AggregateField, number>>> {
  const values = new Map<string, AggregateObservation>()
  for (const one of aggregates) {
    const run = [one.seriesId, one.field, one.startTimeUnixNano, one.temporality === 1 ? one.timeUnixNano : ''].join(
      ' ',
    )
    const before = values.get(run)
    if (!before || Math.abs(one.value) > Math.abs(before.value)) values.set(run, one)
  }
  const totals: Record<string, Partial<Record<AggregateField, number>>> = {}
  for (const { sessionId, model, field, value } of values.values()) {
    if (model === '') continue
    const key = `${sessionId} ${model}`
    totals[key] ??= {}
    totals[key][field] = (totals[key][field] ?? 0) + value
  }
  return totals
}

// monitor.ts: how the program itself is doing: rates, event loop lag, what each tool sent last.
import type { Ingest } from '../../ingest/ingest.ts'
import { int, query, text, time } from '../../store/query.ts'
import type { Store } from '../../store/store.ts'
import lastRecordsSql from './last-records.sql' with { type: 'text' }

const lastRecords = query(lastRecordsSql, {}, { tool: text, signal: text, last_time: time, records: int })

const signals = ['traces', 'logs', 'metrics', 'messages'] as const
export type Signal = (typeof signals)[number]

/** What a tool has sent: how many records of each signal and when the last was made, ns since 1970. */
export type ToolActivity = { records: Record<Signal, number>; lastNano: bigint }

export type Monitor = {
  /** Records per second of each signal over the last minute. */
  rates(): Record<Signal, number>
  /** The event loop's delay over the last minute. */
  lag(): { meanMs: number; maxMs: number }
  /** By tool; read from the database once, then kept up by what is committed. */
  tools(): Promise<Map<string, ToolActivity>>
  stop(): void
}

const minuteSeconds = 60
/** The failure of a reading belongs to whoever asked for it. */
const ignore = () => {}
/** Often enough to see what a person would feel, seldom enough to cost nothing. */
const sampleEveryMs = 500

export function createMonitor(store: Store, ingest: Pick<Ingest, 'onCommit'>): Monitor {
  // Of the clock that never jumps: the other may be set while we run.
  const startedMs = performance.now()
  const perSecond = new Map<number, Record<Signal, number>>()
  const lags: number[] = []
  let known: Promise<Map<string, ToolActivity>> | undefined

  const unsubscribe = ingest.onCommit((batch) => {
    const second = Math.floor(performance.now() / 1000)
    const counts = perSecond.get(second) ?? { traces: 0, logs: 0, metrics: 0, messages: 0 }
    counts.traces += batch.spans.length
    counts.logs += batch.logs.length
    counts.metrics += batch.points.filter((point) => !point.derived).length
    counts.messages += batch.messages.length
    perSecond.set(second, counts)
    for (const past of perSecond.keys()) if (past < second - minuteSeconds) perSecond.delete(past)
    // What is committed while the first reading runs may be counted twice there; it only ever shows a rounder number.
    known?.then((tools) => {
      for (const span of batch.spans) seen(tools, 'traces', span.hot.tool, span.startTimeUnixNano)
      for (const log of batch.logs) seen(tools, 'logs', log.hot.tool, log.timeUnixNano)
      for (const point of batch.points) if (!point.derived) seen(tools, 'metrics', point.hot.tool, point.timeUnixNano)
      for (const message of batch.messages) seen(tools, 'messages', message.tool, message.timeUnixNano)
    }, ignore)
  })

  let expected = performance.now() + sampleEveryMs
  const timer = setInterval(() => {
    const now = performance.now()
    lags.push(Math.max(0, now - expected))
    if (lags.length > (minuteSeconds * 1000) / sampleEveryMs) lags.shift()
    expected = now + sampleEveryMs
  }, sampleEveryMs)
  timer.unref()

  return {
    rates() {
      const now = Math.floor(performance.now() / 1000)
      const seconds = Math.max(1, Math.min(minuteSeconds, (performance.now() - startedMs) / 1000))
      const sums = { traces: 0, logs: 0, metrics: 0, messages: 0 }
      for (const [second, counts] of perSecond) {
        if (second <= now - minuteSeconds) continue
        for (const signal of signals) sums[signal] += counts[signal]
      }
      for (const signal of signals) sums[signal] = Math.round((sums[signal] / seconds) * 100) / 100
      return sums
    },
    lag() {
      const mean = lags.length === 0 ? 0 : lags.reduce((sum, lag) => sum + lag, 0) / lags.length
      return { meanMs: Math.round(mean * 10) / 10, maxMs: Math.round(Math.max(0, ...lags) * 10) / 10 }
    },
    tools() {
      known ??= load(store)
      // A reading that failed is tried again by the next who asks.
      known.catch(() => {
        known = undefined
      })
      return known
    },
    stop() {
      unsubscribe()
      clearInterval(timer)
    },
  }
}

async function load(store: Store): Promise<Map<string, ToolActivity>> {
  const tools = new Map<string, ToolActivity>()
  for (const row of await lastRecords(store, {})) {
    const activity = activityOf(tools, row.tool)
    activity.records[row.signal as Signal] = row.records
    if (row.last_time > activity.lastNano) activity.lastNano = row.last_time
  }
  return tools
}

function activityOf(tools: Map<string, ToolActivity>, tool: string): ToolActivity {
  let activity = tools.get(tool)
  if (!activity) {
    activity = { records: { traces: 0, logs: 0, metrics: 0, messages: 0 }, lastNano: 0n }
    tools.set(tool, activity)
  }
  return activity
}

function seen(tools: Map<string, ToolActivity>, signal: Signal, tool: string, timeNano: bigint): void {
  if (tool === '') return
  const activity = activityOf(tools, tool)
  activity.records[signal]++
  if (timeNano > activity.lastNano) activity.lastNano = timeNano
}

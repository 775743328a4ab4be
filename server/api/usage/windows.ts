// windows.ts: the windows that subscriptions count in: five hours, and the week.
import { z } from 'zod'
import { int, maybe, query, type Runner, real, text, time } from '../../store/query.ts'
import { blockNano } from '../statusline/block.ts'
import { formatTime } from '../time.ts'
import activitySql from './activity.sql' with { type: 'text' }
import { readWeeks, type Week, weekAt } from './weeks.ts'

const used = {
  requests: z.number(),
  tokens: z.number(),
  costUsd: z.number().nullable().describe('null when nothing of it has a known price'),
}
const FiveHours = z.object({
  from: z.string().describe('the full hour of its first request, RFC 3339'),
  to: z.string().describe('five hours later'),
  ...used,
})

export const Windows = z.object({
  windows: z.array(
    z.object({
      tool: z.string(),
      current: FiveHours.extend({
        projectedTokens: z
          .number()
          .nullable()
          .describe('at the pace of its last hour, to its end; null in its first minutes'),
        projectedCostUsd: z.number().nullable(),
      })
        .nullable()
        .describe('the window that is open now; null when none is'),
      largest: FiveHours.nullable().describe('the one with the most tokens of the last 30 days'),
      count: z.number().describe('how many there were in the last 30 days'),
      week: z
        .object({
          from: z.string(),
          to: z.string().describe('the next reset where one is set, else now'),
          isReset: z.boolean().describe('whether it is said when the limit is reset; else it is the last seven days'),
          ...used,
          projectedTokens: z
            .number()
            .nullable()
            .describe('at the pace of this week, to its reset; null in its first hours'),
          projectedCostUsd: z.number().nullable(),
          before: z.object(used).describe('the whole week before'),
        })
        .describe('what counts for a weekly limit'),
      sevenDays: z.object(used),
      sevenDaysBefore: z.object(used),
    }),
  ),
})
export type Windows = z.infer<typeof Windows>

const activityOf = query(
  activitySql,
  { from: time, to: time, tool: maybe(text) },
  { tool: text, minute: int, requests: int, tokens: int, cost_nano_usd: maybe(real) },
)

/** One minute in which something was used; minutes since 1970. */
export type Minute = { minute: number; requests: number; tokens: number; costUsd: number | null }
type Used = Omit<Minute, 'minute'>
/** From the full hour of its first request on; minutes since 1970. */
export type Window = Used & { from: number; minutes: readonly Minute[] }

const minuteNano = 60_000_000_000n
/** A status line tells of the same windows, to the nanosecond. */
const windowMinutes = Number(blockNano / minuteNano)
const dayMinutes = 1_440
const lookBackDays = 30
const paceMinutes = 60
/** A pace of less than this says nothing. */
const paceLeastMinutes = 10

/** Cuts the minutes of one agent, in order, into windows: one begins with the first request after the end of the one before. */
export function windowsOf(minutes: readonly Minute[]): Window[] {
  const windows: (Window & { minutes: Minute[] })[] = []
  for (const one of minutes) {
    let last = windows.at(-1)
    if (!last || one.minute >= last.from + windowMinutes) {
      last = { from: Math.floor(one.minute / 60) * 60, requests: 0, tokens: 0, costUsd: null, minutes: [] }
      windows.push(last)
    }
    last.requests += one.requests
    last.tokens += one.tokens
    last.costUsd = sum(last.costUsd, one.costUsd)
    last.minutes.push(one)
  }
  return windows
}

/** What an open window comes to if the rest of it is like its last hour; `null` in its first minutes. */
export function projected(window: Window, now: number): { tokens: number; costUsd: number | null } | null {
  const first = window.minutes[0]
  if (!first) return null
  const since = Math.max(first.minute, now - paceMinutes)
  const span = now - since
  if (span < paceLeastMinutes) return null
  const recent = summed(window.minutes.filter(({ minute }) => minute >= since))
  const rest = window.from + windowMinutes - now
  return {
    tokens: Math.round(window.tokens + (recent.tokens / span) * rest),
    costUsd: window.costUsd === null ? null : window.costUsd + ((recent.costUsd ?? 0) / span) * rest,
  }
}

const weekMinutes = 7 * dayMinutes
/** A week's pace of less than this says nothing: nobody works through the night. */
const weekPaceLeastMinutes = 360

/**
 * The week of an agent by its reset, else the last seven days; minutes since 1970. Its forecast takes the rest to be like what
 * of it is over.
 */
export function weekOf(minutes: readonly Minute[], now: number, reset: Omit<Week, 'tool'> | undefined) {
  const week = reset && weekAt(now * 60, reset)
  const from = week ? week.from / 60 : now - weekMinutes
  const to = week ? week.to / 60 : now
  const spent = summed(minutes.filter(({ minute }) => minute >= from + (week ? 0 : 1) && minute <= now))
  const beforeFrom = week ? weekAt(week.from - 60, reset).from / 60 : from - weekMinutes
  const before = summed(
    minutes.filter(({ minute }) => minute >= beforeFrom + (week ? 0 : 1) && minute < from + (week ? 0 : 1)),
  )
  const factor = week && now - from >= weekPaceLeastMinutes ? (to - from) / (now - from) : undefined
  return {
    from,
    to,
    isReset: week !== undefined,
    ...spent,
    projectedTokens: factor === undefined ? null : Math.round(spent.tokens * factor),
    projectedCostUsd: factor === undefined || spent.costUsd === null ? null : spent.costUsd * factor,
    before,
  }
}

/** What is unknown takes nothing from what is known. */
function sum(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0)
}

function summed(minutes: readonly Minute[]): Used {
  const all: Used = { requests: 0, tokens: 0, costUsd: null }
  for (const one of minutes) {
    all.requests += one.requests
    all.tokens += one.tokens
    all.costUsd = sum(all.costUsd, one.costUsd)
  }
  return all
}

const at = (minute: number) => formatTime(BigInt(minute) * minuteNano)

function shown({ from, requests, tokens, costUsd }: Window) {
  return { from: at(from), to: at(from + windowMinutes), requests, tokens, costUsd }
}

/** The windows of each agent that used anything in the last 30 days, the busiest agent of the last seven days first. */
export async function readWindows(runner: Runner, nowNano: bigint, tool?: string): Promise<Windows> {
  const now = Number(nowNano / minuteNano)
  const from = BigInt(now - lookBackDays * dayMinutes) * minuteNano
  const weeks = new Map((await readWeeks(runner)).map((week) => [week.tool, week]))
  const rows = await activityOf(runner, { from, to: nowNano, tool })
  const windows = [...Map.groupBy(rows, (row) => row.tool)].map(([name, own]) => {
    const minutes = own.map(({ minute, requests, tokens, cost_nano_usd }) => ({
      minute,
      requests,
      tokens,
      costUsd: cost_nano_usd === null ? null : cost_nano_usd / 1e9,
    }))
    const all = windowsOf(minutes)
    const last = all.at(-1)
    const open = last && now < last.from + windowMinutes ? last : undefined
    const pace = open && projected(open, now)
    const largest = all.reduce<Window | undefined>((a, b) => (a && a.tokens >= b.tokens ? a : b), undefined)
    const week = weekOf(minutes, now, weeks.get(name))
    const days = (most: number, least: number) =>
      summed(minutes.filter(({ minute }) => minute > now - most * dayMinutes && minute <= now - least * dayMinutes))
    return {
      tool: name,
      current: open
        ? { ...shown(open), projectedTokens: pace?.tokens ?? null, projectedCostUsd: pace?.costUsd ?? null }
        : null,
      largest: largest ? shown(largest) : null,
      count: all.length,
      week: { ...week, from: at(week.from), to: at(week.to) },
      sevenDays: days(7, 0),
      sevenDaysBefore: days(14, 7),
    }
  })
  return { windows: windows.sort((a, b) => b.sevenDays.tokens - a.sevenDays.tokens || a.tool.localeCompare(b.tool)) }
}

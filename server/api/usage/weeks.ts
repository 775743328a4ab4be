// weeks.ts: when the weekly limits of subscriptions are reset, as their owner says, and the week that a moment lies in.
import type { TableWriter } from '../../store/append.ts'
import { int, query, type Runner, text } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'
import { offsetSecondsAt } from './time-zone.ts'
import weeksSql from './weeks.sql' with { type: 'text' }

/** 1 Monday … 7 Sunday; the hour by the clocks of `tz`. */
export type Week = { tool: string; weekday: number; hour: number; tz: string }

const listWeeks = query(weeksSql, {}, { tool: text, weekday: int, hour: int, tz: text })
const removeAll = query('delete from usage_weeks returning tool', {}, { tool: text })
const writer: TableWriter<Week> = {
  table: 'usage_weeks',
  columns: [
    { name: 'tool', type: 'text', take: ({ tool }) => tool },
    { name: 'weekday', type: 'integer', take: ({ weekday }) => weekday },
    { name: 'hour', type: 'integer', take: ({ hour }) => hour },
    { name: 'tz', type: 'text', take: ({ tz }) => tz },
  ],
}

export const readWeeks = (runner: Runner): Promise<Week[]> => listWeeks(runner, {})

/** Puts these in place of all there were. */
export async function replaceWeeks(tx: Tx, weeks: readonly Week[]): Promise<void> {
  await removeAll(tx, {})
  if (weeks.length > 0) await tx.append(writer, [...weeks])
}

const daySeconds = 86_400

/**
 * The week that a time (seconds since 1970) lies in: from the last reset to the next one, by the zone's clocks, so that it has
 * an hour more or less where those are changed.
 */
export function weekAt(seconds: number, { weekday, hour, tz }: Omit<Week, 'tool'>): { from: number; to: number } {
  // The calendar as the clocks of the zone show it, in the fields of UTC.
  const wall = seconds + offsetSecondsAt(tz, seconds)
  const today = Math.floor(wall / daySeconds)
  // 1 January 1970 was a Thursday, ISO's fourth.
  const back = (((today + 3) % 7) + 7 - (weekday - 1)) % 7
  const reset = (today - back) * daySeconds + hour * 3600
  const last = instantOf(reset, tz)
  if (last <= seconds) return { from: last, to: instantOf(reset + 7 * daySeconds, tz) }
  return { from: instantOf(reset - 7 * daySeconds, tz), to: last }
}

/** The instant at which the zone's clocks show a time; the offset of the guess is corrected once where clocks change between. */
function instantOf(wall: number, tz: string): number {
  const guess = wall - offsetSecondsAt(tz, wall)
  return wall - offsetSecondsAt(tz, guess)
}

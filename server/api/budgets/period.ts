// period.ts: days, weeks and months of a zone's calendar.
import { offsetSecondsAt, zonedTime } from '../usage/time-zone.ts'

export const periods = ['day', 'week', 'month'] as const
export type Period = (typeof periods)[number]

const billion = 1_000_000_000n

/** A period by its first nanosecond and the first of the next one; ns since 1970. */
export type Span = { start: bigint; end: bigint }

/** The period that a time (ns since 1970) lies in; weeks begin on Monday. */
export function periodAt(time: bigint, period: Period, tz: string): Span {
  const seconds = Number(time / billion)
  // The calendar as the clocks of the zone show it, in the fields of UTC.
  const wall = new Date((seconds + offsetSecondsAt(tz, seconds)) * 1000)
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()]
  if (period === 'month') return { start: midnight(year, month, 1, tz), end: midnight(year, month + 1, 1, tz) }
  const first = period === 'week' ? day - ((wall.getUTCDay() + 6) % 7) : day
  return {
    start: midnight(year, month, first, tz),
    end: midnight(year, month, first + (period === 'week' ? 7 : 1), tz),
  }
}

/** Midnight of a day of the zone; the day may lie beyond its month, as with `Date.UTC`. */
function midnight(year: number, month: number, day: number, tz: string): bigint {
  const date = new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10)
  // It is a date that exists, so it can be read.
  return zonedTime(date, 'start', tz)!
}

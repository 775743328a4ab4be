// calendar.ts: a year of days as weeks, one hue from faint to full.
import { startOf, type Zone } from '../lib/time.ts'

export type CalendarDay = { start: number; column: number; row: number; value: number; level: 0 | 1 | 2 | 3 | 4 }
export type Calendar = { days: CalendarDay[]; columns: number; months: { column: number; start: number }[] }

const dayMs = 86_400_000

/**
 * Lays the days up to `now` out in `weeks` columns, Monday first. Levels are quarters of the days that have a value, so that one
 * wild day does not make all others faint.
 */
export function calendar(values: ReadonlyMap<number, number>, now: number, weeks: number, zone: Zone): Calendar {
  const today = startOf('day', now, zone)
  const firstWeek = startOf('week', startOf('week', today, zone) - (weeks - 1) * 7 * dayMs + dayMs / 2, zone)
  const sorted = [...values.values()].filter((value) => value > 0).sort((a, b) => a - b)
  const quarter = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.POSITIVE_INFINITY
  const limits = [quarter(0.25), quarter(0.5), quarter(0.75)]
  const days: CalendarDay[] = []
  const months: Calendar['months'] = []
  let start = firstWeek
  for (let index = 0; start <= today && index < weeks * 7; index++) {
    const value = values.get(start) ?? 0
    const level =
      value <= 0 ? 0 : ((1 + limits.filter((limit) => value >= limit && sorted.length > 3).length) as 1 | 2 | 3 | 4)
    const column = Math.floor(index / 7)
    if (start === startOf('month', start, zone)) months.push({ column, start })
    days.push({ start, column, row: index % 7, value, level })
    // Noon of the next day, back to its midnight: days of 23 and 25 hours.
    start = startOf('day', start + dayMs * 1.5, zone)
  }
  return { days, columns: weeks, months }
}

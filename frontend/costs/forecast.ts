// forecast.ts: what a month comes to at the pace so far.
import { startOf, type Zone } from '../lib/time.ts'

const dayMs = 86_400_000

/**
 * The cost of the running month if the rest of it is like the days so far. Nothing in its first day: one morning is no pace.
 *
 * @param spent what was spent since the month's first day
 */
export function monthForecast(spent: number, now: number, zone: Zone): number | undefined {
  const start = startOf('month', now, zone)
  const end = startOf('month', start + 32 * dayMs, zone)
  if (now - start < dayMs) return undefined
  return (spent / (now - start)) * (end - start)
}

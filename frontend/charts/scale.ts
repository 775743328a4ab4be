// scale.ts: where values and times stand on an axis, and which of them are written there.
import { clock, day, startOf, type Zone } from '../lib/time.ts'

/** Round values from zero (or the lowest) up that hold all data: 4 to 5 lines. */
export function niceTicks(low: number, high: number, most = 5): number[] {
  const from = Math.min(0, low)
  const to = Math.max(0, high)
  if (from === to) return [0, 1]
  const rough = (to - from) / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const first = Math.floor(from / step + 1e-9)
  const last = Math.ceil(to / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => round((first + index) * step, step))
}

/** Takes the error of floating point out: 0.30000000000000004 → 0.3. */
function round(value: number, step: number): number {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(step)))
  return Number(value.toFixed(Math.min(20, digits)))
}

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour
const timeSteps = [
  1_000,
  5_000,
  15_000,
  30_000,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  dayMs,
  2 * dayMs,
  3 * dayMs,
  5 * dayMs,
  7 * dayMs,
  10 * dayMs,
  14 * dayMs,
  30 * dayMs,
  91 * dayMs,
  365 * dayMs,
]

/** Instants to write under a time axis, at most `most`, each on a round local (or UTC) time. */
export function timeTicks(from: number, to: number, most: number, zone: Zone): { at: number; label: string }[] {
  const step = timeSteps.find((candidate) => (to - from) / candidate <= most) ?? 365 * dayMs
  const ticks: { at: number; label: string }[] = []
  // Counting from a local midnight keeps steps of hours on the hours people know, also where the zone has half ones.
  let at = startOf(step >= 30 * dayMs ? 'month' : 'day', from, zone)
  for (let guard = 0; at <= to && guard < 2_000; guard++) {
    if (at >= from) ticks.push({ at, label: label(at, step, zone) })
    at = next(at, step, zone)
  }
  return ticks
}

function next(at: number, step: number, zone: Zone): number {
  if (step >= 30 * dayMs) {
    const months = Math.round(step / (30.4 * dayMs))
    let start = at
    for (let month = 0; month < months; month++) start = startOf('month', start + 32 * dayMs, zone)
    return start
  }
  // A day may have 23 or 25 hours.
  return step >= dayMs ? startOf('day', at + step + 2 * hour, zone) : at + step
}

function label(at: number, step: number, zone: Zone): string {
  if (step >= dayMs) return day(at, zone)
  if (at === startOf('day', at, zone)) return day(at, zone)
  return clock(at, zone, step < minute)
}

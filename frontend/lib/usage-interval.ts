// usage-interval.ts: the stretches of time that usage is added up by: how long they are, where they begin, which one fits a range.
import { absolute, day, dayTime, startOf, type Zone } from './time.ts'

/** Those of the API: minutes are stretches of time, the others are of the calendar. */
export const usageIntervals = ['1m', '5m', '15m', 'hour', 'day', 'week', 'month'] as const
export type UsageInterval = (typeof usageIntervals)[number]

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour
const lengths: Record<UsageInterval, number> = {
  '1m': minute,
  '5m': 5 * minute,
  '15m': 15 * minute,
  hour,
  day: dayMs,
  week: 7 * dayMs,
  month: 31 * dayMs,
}

/** More bars than a screen has pixels tell nothing. */
const bucketsMax = 2_000

/** Width of a bucket in ms; days and months at their longest, so that a bar never ends before its bucket does. */
export function intervalMs(interval: UsageInterval): number {
  return lengths[interval]
}

/** The interval in words, after `by` or `every`. */
export function intervalName(interval: UsageInterval): string {
  return interval === '1m' ? 'minute' : /^\d/.test(interval) ? `${Number.parseInt(interval, 10)} minutes` : interval
}

/** The start of the bucket that holds `ms`. Every zone of today is whole quarters of an hour from UTC. */
export function bucketOf(ms: number, interval: UsageInterval, zone: Zone): number {
  if (interval === 'day' || interval === 'week' || interval === 'month') return startOf(interval, ms, zone)
  return Math.floor(ms / lengths[interval]) * lengths[interval]
}

/** The start of the bucket after the one that starts at `start`. */
export function nextBucket(start: number, interval: UsageInterval, zone: Zone): number {
  // A day may have 25 hours: two hours more than a bucket are always inside the next one.
  const beyond = interval === 'day' || interval === 'week' || interval === 'month' ? 2 * hour : 0
  return bucketOf(start + lengths[interval] * (interval === 'month' ? 1.02 : 1) + beyond, interval, zone)
}

/** The longest span that is cut into each. */
const spans: readonly (readonly [number, UsageInterval])[] = [
  [hour, '1m'],
  [6 * hour, '5m'],
  [12 * hour, '15m'],
  [3 * dayMs, 'hour'],
  [130 * dayMs, 'day'],
  [900 * dayMs, 'week'],
]

/** The interval to add up usage by over a span: a few dozen bars. */
export function usageInterval(spanMs: number): UsageInterval {
  // The start of a sliding range is rounded down by up to a 240th of it: the last hour may be 15 s longer.
  return spans.find(([most]) => spanMs <= most * 1.01)?.[1] ?? 'month'
}

/** Those that cut a span into no more parts than can be shown. */
export function fittingIntervals(spanMs: number): UsageInterval[] {
  return usageIntervals.filter((interval) => spanMs / lengths[interval] <= bucketsMax)
}

/** The interval somebody chose, where it fits the span; else the usual one. */
export function intervalFor(spanMs: number, chosen: string | undefined): UsageInterval {
  return fittingIntervals(spanMs).find((interval) => interval === chosen) ?? usageInterval(spanMs)
}

/** A bucket for a person: as exact as its interval. */
export function bucketLabel(start: number, interval: UsageInterval, zone: Zone): string {
  if (interval === 'month') return absolute(start, zone).slice(0, 7)
  return interval === 'day' || interval === 'week' ? day(start, zone) : dayTime(start, zone)
}

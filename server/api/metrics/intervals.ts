// intervals.ts: where the intervals of a chart begin and how many there are.
import { badRequest } from '../errors.ts'
import type { TimeRange } from '../params.ts'
import { latest } from '../time.ts'

/** Intervals of one series; a week of minutes is 10,080. */
export const slotsMax = 50_000
/** Data points of one answer over all its series. */
export const datapointsMax = 500_000

/** Seconds, as a person would choose them. */
const steps = [1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800]

const billion = 1_000_000_000n
const weekSeconds = 604_800n
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const mondayNano = 4n * 86_400n * billion

/** The intervals of a range: the first begins at or before `from`, the last holds `to`. Times in ns. */
export type Intervals = { startNano: bigint; stepNano: bigint; count: number }

/** The part of a range in which records can be: none is older than 1970. */
export function recorded({ from, to }: TimeRange): TimeRange {
  return { from: from < 0n ? 0n : from, to: to < 0n ? 0n : to }
}

/** The step when none is asked for: the smallest usual one with at most 300 intervals. */
export function usualStep({ from, to }: TimeRange): number {
  const seconds = Number((to - from) / billion)
  return steps.find((step) => seconds / step <= 300) ?? Math.ceil(seconds / 300 / 86_400) * 86_400
}

/**
 * Cuts a range into intervals of whole steps since 1970 (whole weeks since a Monday), in UTC.
 *
 * @throws ApiError 400 when there would be too many.
 */
export function intervalsOf({ from, to }: TimeRange, stepSeconds: number): Intervals {
  const stepNano = BigInt(stepSeconds) * billion
  const shift = BigInt(stepSeconds) % weekSeconds === 0n ? mondayNano : 0n
  const first = floor(from - shift, stepNano) * stepNano + shift
  // The database subtracts the start from the times of records, in 64 bits.
  const startNano = to - first > latest ? first + stepNano : first
  const count = (to - startNano) / stepNano + 1n
  if (count > slotsMax)
    throw badRequest(
      `interval: ${stepSeconds} s cuts this range into ${count} intervals and ${slotsMax} are the most; use a longer interval or a shorter range`,
    )
  return { startNano, stepNano, count: Number(count) }
}

function floor(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

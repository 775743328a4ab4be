// compare.ts: the period before, moved onto the period that is shown.
import type { ChartSeries } from '../charts/prepare.ts'
import type { Series } from './shapes.ts'

/** The window just before, moved by whole steps so that its buckets fall on those of the window. Ms. */
export function windowBefore(from: number, to: number, stepMs: number): { from: number; to: number; shift: number } {
  const shift = Math.ceil((to - from) / stepMs) * stepMs
  return { from: from - shift, to: Math.min(to - shift, from - 1), shift }
}

/** Series of the period before at the places where they are compared with, each under its label. */
export function shifted(series: readonly Series[], shift: number): Series[] {
  return series.map((one) => ({
    ...one,
    datapoints: one.datapoints.map(([time, value]): [number, number | null] => [time + shift, value]),
  }))
}

/** All series of the period before as one: what a stack is compared with. */
export function summedReference(series: readonly Series[], label: string): ChartSeries {
  const sums = new Map<number, number | null>()
  for (const { datapoints } of series) {
    for (const [time, value] of datapoints) {
      if (value !== null) sums.set(time, (sums.get(time) ?? 0) + value)
      else if (!sums.has(time)) sums.set(time, null)
    }
  }
  return {
    key: ' before',
    label,
    color: 'var(--muted-foreground)',
    points: [...sums].sort(([a], [b]) => a - b),
    reference: true,
  }
}

// histogram.ts: counts by level and time as series: what failed in colour, the rest as ground.
import type { ChartSeries } from '../charts/prepare.ts'
import { levelOf } from '../components/level.tsx'
import { dictionary } from '../lib/dictionary.ts'
import type { LogHistogram } from '../lib/shapes.ts'

const colors = dictionary<string>({ FATAL: 'var(--error)', ERROR: 'var(--error)', WARN: 'var(--warn)' })
/** From the ground up. */
const order = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** One series a level, whatever its spelling, the harmless below. */
export function histogramSeries(histogram: LogHistogram): ChartSeries[] {
  const levels = new Map<string, Map<number, number>>()
  for (const { time, levels: counts } of histogram.buckets) {
    for (const [text, count] of Object.entries(counts)) {
      const level = levelOf(text)
      let points = levels.get(level)
      if (!points) {
        points = new Map()
        levels.set(level, points)
      }
      points.set(time, (points.get(time) ?? 0) + count)
    }
  }
  return [...levels]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([level, points]) => ({
      key: level,
      label: level,
      color: colors[level] ?? 'var(--chart-rest)',
      points: [...points].sort(([a], [b]) => a - b),
    }))
}

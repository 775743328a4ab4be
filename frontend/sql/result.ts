// result.ts: the answer to a statement as a table and, where it is one, as a chart.
import type { ChartSeries } from '../charts/prepare.ts'
import { textOf } from '../lib/safe-text.ts'
import type { SqlAnswer } from '../lib/shapes.ts'

/** Whether a column holds numbers by its type. */
export function isNumeric(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|REAL|DECIMAL)\b/i.test(type)
}

const isTime = (type: string) => /^(?:TIMESTAMP|DATE)/i.test(type)

/** A cell as text; numbers and null keep what they are by their look. */
export function cellText(value: unknown): string {
  return value === null || value === undefined ? '' : typeof value === 'object' ? textOf(value) : String(value)
}

/**
 * Series of an answer whose first time column gives the instants: one for each numeric column, told apart by the first text
 * column when there is one. `undefined` when it is no course over time.
 */
export function seriesOf(answer: SqlAnswer, color: (label: string) => string): ChartSeries[] | undefined {
  const time = answer.columns.findIndex(({ type }) => isTime(type))
  const numbers = answer.columns.flatMap(({ type }, index) => (isNumeric(type) ? [index] : []))
  if (time === -1 || numbers.length === 0 || answer.rows.length < 2) return undefined
  const label = answer.columns.findIndex(({ type }) => /^VARCHAR/i.test(type))
  const series = new Map<string, [number, number | null][]>()
  for (const row of answer.rows) {
    const at = Date.parse(
      String(row[time])
        .replace(' ', 'T')
        .replace(/(?:Z|[+-]\d\d(?::?\d\d)?)?$/, (zone) => zone || 'Z')
        .replace(/(\.\d{3})\d+/, '$1'),
    )
    if (Number.isNaN(at)) continue
    for (const index of numbers) {
      const column = answer.columns[index]!.name
      const name =
        label === -1 ? column : numbers.length === 1 ? cellText(row[label]) : `${cellText(row[label])} ${column}`
      const value = row[index]
      if (!series.has(name)) series.set(name, [])
      series.get(name)!.push([at, value === null || value === undefined ? null : Number(value)])
    }
  }
  if (series.size === 0) return undefined
  return [...series].map(([name, points]) => ({
    key: name,
    label: name,
    color: color(name),
    points: points.sort(([a], [b]) => a - b),
  }))
}

/** The usual distance between instants, so that a chart knows what a gap is. */
export function usualStep(series: readonly ChartSeries[]): number {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b)
  const steps = times
    .slice(1)
    .map((time, index) => time - times[index]!)
    .sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 60_000
}

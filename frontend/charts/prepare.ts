// prepare.ts: decides everything about a chart over time: which series, which buckets, where every mark stands. Draws nothing.
import type { Zone } from '../lib/time.ts'
import { niceTicks, timeTicks } from './scale.ts'

/** One series as a screen gives it. A `null` is a gap; so is a bucket without a point. */
export type ChartSeries = {
  key: string
  label: string
  color: string
  points: readonly (readonly [number, number | null])[]
  /** Something to compare with, such as the period before: a dotted line that stands on nothing, whatever the form. */
  reference?: boolean
}

export type ChartForm = 'line' | 'area' | 'bar'

export type ChartInput = {
  series: readonly ChartSeries[]
  form: ChartForm
  stacked: boolean
  /** The time axis, ms. Bars widen it to whole buckets. */
  from: number
  to: number
  /** Width of a bucket in ms; calendar buckets (days of 23 hours, months) are told by their starts. */
  step: number
  /** Now, ms: a bucket that is not over yet is drawn dotted. */
  now: number
  width: number
  height: number
  zone: Zone
  format(value: number): string
}

/** `dots` are values between two gaps, which no segment reaches. */
export type Line = { key: string; color: string; path: string; dotted: string; dots: string; area: string }
export type Bar = { key: string; color: string; x: number; y: number; width: number; height: number; partial: boolean }

/** Finished values: the drawing only copies them. */
export type Prepared = {
  width: number
  height: number
  plot: { top: number; bottom: number; left: number; right: number }
  from: number
  to: number
  yTicks: { y: number; label: string }[]
  xTicks: { x: number; label: string }[]
  lines: Line[]
  bars: Bar[]
  /** Starts and middles of the buckets, and the values per series and bucket, for the crosshair. */
  buckets: { start: number; x: number; partial: boolean }[]
  series: { key: string; label: string; color: string; values: (number | null)[] }[]
  markCount: number
  empty: boolean
}

const axisHeight = 18
const topRoom = 16
/** Least room between two lines, so that their labels can be read. */
const lineRoomPx = 34
const labelCharacterPx = 6.4

/** At most `most` series: the largest, and the rest added up as one. Says how many there were. */
export function boundSeries(
  series: readonly ChartSeries[],
  most = 6,
): { shown: ChartSeries[]; total: number; rest: number } {
  const sum = (one: ChartSeries) => one.points.reduce((total, [, value]) => total + Math.abs(value ?? 0), 0)
  const sorted = series
    .map((one) => ({ one, size: sum(one) }))
    .sort((a, b) => b.size - a.size)
    .map(({ one }) => one)
  if (sorted.length <= most) return { shown: sorted, total: sorted.length, rest: 0 }
  const restPoints = new Map<number, number | null>()
  for (const { points } of sorted.slice(most)) {
    for (const [time, value] of points) {
      if (value !== null) restPoints.set(time, (restPoints.get(time) ?? 0) + value)
      else if (!restPoints.has(time)) restPoints.set(time, null)
    }
  }
  const rest: ChartSeries = {
    key: ' rest',
    label: 'Rest',
    color: 'var(--chart-rest)',
    points: [...restPoints].sort(([a], [b]) => a - b),
  }
  return { shown: [...sorted.slice(0, most), rest], total: sorted.length, rest: sorted.length - most }
}

/** The starts of all buckets that have a point, in order. */
function bucketStarts(series: readonly ChartSeries[]): number[] {
  return [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b)
}

const px = (value: number) => Math.round(value * 100) / 100

/** Where everything stands. */
export function prepare(input: ChartInput): Prepared {
  const { form, step, now, width, height } = input
  const starts = bucketStarts(input.series)
  const lastStart = starts.at(-1) ?? input.from
  const from = form === 'bar' ? Math.min(input.from, starts[0] ?? input.from) : input.from
  const to = form === 'bar' ? Math.max(input.to, lastStart + step) : Math.max(input.to, lastStart)
  const indexOf = new Map(starts.map((start, index) => [start, index]))
  const series = input.series.map(({ key, label, color, points }) => {
    const values: (number | null)[] = new Array(starts.length).fill(null)
    for (const [time, value] of points) values[indexOf.get(time)!] = value
    return { key, label, color, values }
  })
  const main = series.filter((_, index) => !input.series[index]!.reference)
  const references = series.filter((_, index) => input.series[index]!.reference)
  const stacks = input.stacked ? stack(main.map(({ values }) => values)) : undefined
  const tops = stacks ? stacks.map((one) => one.map((pair) => pair?.[1] ?? null)) : main.map(({ values }) => values)
  const all = [...tops, ...references.map(({ values }) => values)].flat().filter((value) => value !== null)
  const lineCount = Math.min(5, Math.max(2, Math.floor((height - topRoom - axisHeight) / lineRoomPx)))
  const ticks = niceTicks(least(all), most(all), lineCount)
  const low = ticks[0] ?? 0
  const high = ticks.at(-1) ?? 1
  const labels = withoutZeros(ticks.map((value) => (value === 0 ? '' : input.format(value))))
  // The labels stand inside, on the left ends of their lines; the marks begin beside them.
  const left = Math.min(
    width / 4,
    Math.max(...labels.map((text) => (text === '' ? 0 : text.length * labelCharacterPx + 8))),
  )
  const plot = { top: topRoom, bottom: height - axisHeight, left, right: width }
  const y = (value: number) => px(plot.bottom - ((value - low) / (high - low)) * (plot.bottom - plot.top))
  const x = (time: number) => px(left + ((time - from) / Math.max(1, to - from)) * (width - left))
  const partialFrom = starts.findIndex((start) => start + step > now)
  const isPartial = (index: number) => partialFrom !== -1 && index >= partialFrom
  const lines: Line[] = []
  const bars: Bar[] = []
  for (const [at, { key, color, values }] of main.entries()) {
    const pairs = values.map((value, index): [number, number] | null =>
      stacks ? stacks[at]![index]! : value === null ? null : [0, value],
    )
    if (form === 'bar') {
      // Side by side when they do not stand on each other.
      const lane = stacks ? 0 : at
      const lanes = stacks ? 1 : main.length
      for (const [index, pair] of pairs.entries()) {
        if (!pair || pair[0] === pair[1]) continue
        const start = x(starts[index]!)
        const right = x(Math.min(starts[index + 1] ?? Number.POSITIVE_INFINITY, starts[index]! + step))
        const room = Math.max(1, right - start - Math.min(2, (right - start) * 0.3))
        const top = y(Math.max(pair[0], pair[1]))
        const bottom = y(Math.min(pair[0], pair[1]))
        bars.push({
          key,
          color,
          x: px(start + (room / lanes) * lane),
          y: top,
          width: px(Math.max(0.5, room / lanes)),
          // Half a pixel of a value that is there is still to be seen.
          height: px(Math.max(0.75, bottom - top)),
          partial: isPartial(index),
        })
      }
    } else {
      const points = pairs.map((pair, index) => pair && { x: x(starts[index]!), top: y(pair[1]), base: y(pair[0]) })
      lines.push({ key, color, ...linePaths(points, isPartial, starts, step, form === 'area') })
    }
  }
  const middle = form === 'bar' ? step / 2 : 0
  for (const { key, color, values } of references) {
    const points = values.map((value, index) =>
      value === null ? null : { x: x(starts[index]! + middle), top: y(value), base: y(0) },
    )
    lines.push({ key, color, ...linePaths(points, () => true, starts, step, false) })
  }
  return {
    width,
    height,
    plot,
    from,
    to,
    yTicks: ticks.map((value, index) => ({ y: y(value), label: labels[index] ?? '' })),
    xTicks: timeTicks(from, to, Math.max(2, Math.floor((width - left) / 80)), input.zone)
      .map(({ at, label }) => ({ x: x(at), label }))
      .filter((tick) => tick.x + tick.label.length * labelCharacterPx <= width + 2),
    lines,
    bars,
    buckets: starts.map((start, index) => ({ start, x: x(start + middle), partial: isPartial(index) })),
    series,
    markCount: form === 'bar' ? bars.length : series.length * starts.length,
    empty: all.length === 0,
  }
}

/** `$5` and `10M` instead of `$5.00` and `10.0M` where no line of the axis needs the digits. */
function withoutZeros(labels: string[]): string[] {
  const short = labels.map((label) => label.replace(/\.0+(?=\D*$)/, ''))
  return short.some((label) => label.includes('.')) ? labels : short
}

function least(values: readonly number[]): number {
  let found = 0
  for (const value of values) if (value < found) found = value
  return found
}

function most(values: readonly number[]): number {
  let found = 0
  for (const value of values) if (value > found) found = value
  return found
}

/** `[base, top]` of every value on those before it; a bucket in which nobody has a value stays a gap. */
function stack(rows: readonly (readonly (number | null)[])[]): ([number, number] | null)[][] {
  const length = rows[0]?.length ?? 0
  const heights = new Array<number>(length).fill(0)
  const measured = Array.from({ length }, (_, index) => rows.some((row) => row[index] !== null))
  return rows.map((row) =>
    row.map((value, index) => {
      if (!measured[index]) return null
      const base = heights[index]!
      heights[index] = base + (value ?? 0)
      return [base, heights[index]!]
    }),
  )
}

type Point = { x: number; top: number; base: number }

/** Straight segments with gaps; what reaches into an unfinished bucket goes to the dotted path. */
function linePaths(
  points: readonly (Point | null)[],
  isPartial: (index: number) => boolean,
  starts: readonly number[],
  step: number,
  filled: boolean,
): { path: string; dotted: string; dots: string; area: string } {
  let path = ''
  let dotted = ''
  let dots = ''
  let area = ''
  let run: Point[] = []
  const flush = () => {
    if (filled && run.length > 1) {
      const back = run.toReversed()
      area += `M${run.map((point) => `${point.x} ${point.top}`).join('L')}L${back.map((point) => `${point.x} ${point.base}`).join('L')}Z`
    }
    if (run.length === 1) dots += `M${run[0]!.x} ${run[0]!.top}h0`
    run = []
  }
  for (const [index, point] of points.entries()) {
    const before = index > 0 ? points[index - 1] : undefined
    // A bucket that is missing altogether is a gap as well as one that is null.
    const joined = point && before && starts[index]! - starts[index - 1]! <= step * 1.5
    if (!joined) flush()
    if (point) run.push(point)
    if (!joined) continue
    const segment = `M${before.x} ${before.top}L${point.x} ${point.top}`
    if (isPartial(index)) dotted += segment
    else path += path.endsWith(`L${before.x} ${before.top}`) ? `L${point.x} ${point.top}` : segment
  }
  flush()
  return { path, dotted, dots, area }
}

/** The instant at a place on the axis. */
export function timeAt({ plot, from, to }: Pick<Prepared, 'plot' | 'from' | 'to'>, x: number): number {
  return from + (Math.max(0, x - plot.left) / (plot.right - plot.left)) * (to - from)
}

/** The bucket nearest to a place on the axis; -1 when there is none. */
export function bucketAt({ buckets }: Pick<Prepared, 'buckets'>, x: number): number {
  if (buckets.length === 0) return -1
  let low = 0
  let high = buckets.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (buckets[middle]!.x < x) low = middle + 1
    else high = middle
  }
  return low > 0 && x - buckets[low - 1]!.x < buckets[low]!.x - x ? low - 1 : low
}

/** All series at one bucket, largest first; those without a value there are left out. */
export function valuesAt({ series }: Pick<Prepared, 'series'>, index: number) {
  return series
    .flatMap(({ key, label, color, values }) => {
      const value = values[index]
      return value === null || value === undefined ? [] : [{ key, label, color, value }]
    })
    .sort((a, b) => b.value - a.value)
}

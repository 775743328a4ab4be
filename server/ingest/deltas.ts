// deltas.ts: what each cumulative counter grew by: a `.delta` point for every point of it (contract §5).
import { Recent } from '#proto/recent.ts'
import type { MetricPoint } from '#proto/telemetry.ts'
import { big, flag, int, list, maybe, query, real, text, time } from '../store/query.ts'
import type { Tx } from '../store/store.ts'
import { inTurns } from '../turns.ts'
import knownSeriesSql from './known-series.sql' with { type: 'text' }
import { seriesId } from './series.ts'

const knownSeries = query(
  knownSeriesSql,
  { histograms: list(text), all: flag, series: list(big), runs: int },
  { series_id: big, start_time: time, last_time: time, value: maybe(real), value_int: maybe(big), sum: maybe(real) },
)

/** Histograms whose sum is a counter that people chart by itself. */
const histogramSums = ['gen_ai.client.token.usage']

/** One run of a counter: its newest value and when. `number` unless it is an exact integer that needs more. */
type Run = { lastTime: bigint; value: number | bigint }

/**
 * Computes increases. Runs are kept apart by series *and* start time: a process that starts again counts from zero, and a
 * late point of the process before it neither invents a reset nor loses its increase. The sum of a run's deltas is its
 * last value in whatever order its points come (only of a counter that falls without a new start time, and only where its
 * points also come out of order, an increase is left out; none is ever counted twice).
 */
export type Deltas = {
  /**
   * The `.delta` points of a group's points, in time order, and the series of each point. Nothing is remembered until
   * `commit` is called.
   */
  of(tx: Tx, points: MetricPoint[]): Promise<{ derived: MetricPoint[]; commit(): void }>
}

/**
 * @param leaveOut derived names that come from the ledger instead, such as `gemini_cli.token.usage.delta`.
 * @param runsMax runs kept in memory; at 200 bytes each 100,000 are 20 MB. What falls out is asked of the database again.
 */
export function createDeltas(leaveOut: ReadonlySet<string> = new Set(), runsMax = 100_000): Deltas {
  const runs = new Recent<string, Run>(runsMax)
  let loaded = false
  let allFitted = false

  async function load(tx: Tx): Promise<void> {
    const rows = await knownSeries(tx, { histograms: histogramSums, all: true, series: [], runs: runsMax })
    allFitted = rows.length < runsMax
    // Oldest first, so that the newest are the last to be forgotten.
    for (const row of rows.reverse()) runs.set(keyOf(row.series_id, row.start_time), runOf(row))
    loaded = true
  }

  async function ensure(tx: Tx, series: Set<bigint>): Promise<Map<string, Run>> {
    const missing = new Map<string, Run>()
    if ((allFitted && !runs.hasForgotten) || series.size === 0) return missing
    for (const row of await knownSeries(tx, {
      histograms: histogramSums,
      all: false,
      series: [...series],
      runs: runsMax,
    })) {
      missing.set(keyOf(row.series_id, row.start_time), runOf(row))
    }
    return missing
  }

  return {
    async of(tx, points) {
      const counters = points.filter((point) => isCounter(point) && !leaveOut.has(`${point.name}.delta`))
      if (counters.length === 0) return { derived: [], commit() {} }
      const keyed = await inTurns(inTimeOrder(counters))
      if (!loaded) await load(tx)
      // Kept apart: looking for one run may make another be forgotten.
      const known = new Map<string, Run>()
      const unknown = new Set<bigint>()
      for (const { key, series } of keyed) {
        const run = runs.get(key)
        if (run) known.set(key, run)
        else unknown.add(series)
      }
      const fetched = await ensure(tx, unknown)
      const changed = new Map<string, Run>()
      const derived = await inTurns(increases(keyed, (key) => known.get(key) ?? fetched.get(key), changed))
      return {
        derived,
        commit() {
          // Of more than are remembered only the last stay.
          let passed = changed.size - runsMax
          if (passed > 0) allFitted = false
          for (const [key, run] of changed) if (--passed < 0) runs.set(key, run)
        },
      }
    },
  }
}

/** A point of a counter, its series and the key of its run. */
type Keyed = { point: MetricPoint; series: bigint; key: string }

/** Points looked at in one step: a few milliseconds. */
const pointsAtOnce = 2000

function* inTimeOrder(counters: readonly MetricPoint[]): Generator<void, Keyed[]> {
  const keyed: Keyed[] = []
  let isSorted = true
  let last = 0n
  for (const point of counters) {
    const series = seriesId(point)
    keyed.push({ point, series, key: keyOf(series, point.startTimeUnixNano) })
    isSorted &&= point.timeUnixNano >= last
    last = point.timeUnixNano
    if (keyed.length % pointsAtOnce === 0) yield
  }
  if (isSorted) return keyed
  return keyed.sort((a, b) =>
    a.point.timeUnixNano < b.point.timeUnixNano ? -1 : a.point.timeUnixNano > b.point.timeUnixNano ? 1 : 0,
  )
}

/** The `.delta` points; `changed` takes up the runs as they are after the points. */
function* increases(
  keyed: readonly Keyed[],
  runBefore: (key: string) => Run | undefined,
  changed: Map<string, Run>,
): Generator<void, MetricPoint[]> {
  const derived: MetricPoint[] = []
  let steps = 0
  for (const { point, key } of keyed) {
    const { run, increase, since } = step(point, changed.get(key) ?? runBefore(key))
    changed.set(key, run)
    if (increase !== undefined) derived.push(deltaPoint(point, increase, since))
    if (++steps % pointsAtOnce === 0) yield
  }
  return derived
}

const keyOf = (series: bigint, start: bigint) => `${series}/${start}`

function runOf(row: { last_time: bigint; value: number | null; value_int: bigint | null; sum: number | null }): Run {
  return { lastTime: row.last_time, value: row.value_int ?? row.value ?? row.sum ?? 0 }
}

function isCounter(point: MetricPoint): boolean {
  if (point.temporality !== 2 || point.derived || (point.flags & 1) === 1) return false
  if (point.type === 'sum') return point.monotonic && point.value !== undefined && Number.isFinite(Number(point.value))
  return histogramSums.includes(point.name) && point.sum !== undefined && Number.isFinite(point.sum)
}

/** The run after a point, and what it grew by; `undefined` when the point adds nothing to say. */
function step(
  point: MetricPoint,
  before: Run | undefined,
): { run: Run; increase: number | bigint | undefined; since: bigint } {
  const value = point.type === 'sum' ? point.value! : point.sum!
  const time = point.timeUnixNano
  if (!before) {
    // Without a start time there is no telling what the first value counts from.
    const start = point.startTimeUnixNano
    return { run: { lastTime: time, value }, increase: start === 0n ? undefined : value, since: start }
  }
  // What comes late is counted already: in the point that came before it. A point sent again is one, too.
  if (time < before.lastTime || (time === before.lastTime && value <= before.value)) {
    return { run: before, increase: undefined, since: 0n }
  }
  const run: Run = { lastTime: time, value }
  // Lower: the counter began anew without saying so.
  if (value < before.value) return { run, increase: value, since: before.lastTime }
  return { run, increase: difference(value, before.value), since: before.lastTime }
}

function difference(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a - b
  return Number(a) - Number(b)
}

function deltaPoint(point: MetricPoint, increase: number | bigint, since: bigint): MetricPoint {
  const isInt = point.type === 'sum' && point.isInt === true
  return {
    resource: point.resource,
    scope: point.scope,
    hot: point.hot,
    name: `${point.name}.delta`,
    description: point.description,
    unit: point.unit,
    type: 'sum',
    temporality: 1,
    monotonic: true,
    timeUnixNano: point.timeUnixNano,
    startTimeUnixNano: since,
    attributes: point.attributes,
    flags: 0,
    value: isInt ? increase : Number(increase),
    isInt,
    exemplars: [],
    derived: true,
  }
}

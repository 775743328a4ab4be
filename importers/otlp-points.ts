// otlp-points.ts: counter points that add up tokens, money or requests → observations for the ledger.
import { type Attributes, jsonValue } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { AggregateField, AggregateObservation, MetricPoint, Resource, Scope } from '#proto/telemetry.ts'
import type { OtlpBatch } from './otlp-batch.ts'
import { known } from './otlp-counts.ts'

/** What a point adds to one field; negative where its number is part of another that was counted whole. */
export type Amount = { field: AggregateField; value: number }

export type PointFacts = Omit<
  AggregateObservation,
  'source' | 'tool' | 'seriesId' | 'field' | 'temporality' | 'startTimeUnixNano' | 'timeUnixNano' | 'value'
>

/** Points of one collection lie within this time, where an exporter stamps every instrument for itself. */
const collectionNs = 10_000_000n

/**
 * Reads the points of one batch. Points that one collection exported get one time, so that the parts of one usage meet
 * in one row of the ledger whichever instrument brought them.
 */
export class Points {
  readonly #batch: OtlpBatch
  readonly #times: ReadonlyMap<Resource, bigint[]>
  readonly #origins = new Map<Resource, Map<Scope, string>>()

  /** @param times when the collections of each sender began, in order. */
  constructor(batch: OtlpBatch, times: ReadonlyMap<Resource, bigint[]>) {
    this.#batch = batch
    this.#times = times
  }

  /** Adds what a point counts. A gauge, a point without a value and one that counts nothing add nothing. */
  add(point: MetricPoint, amounts: readonly Amount[], facts: PointFacts): void {
    const { temporality } = point
    if ((temporality !== 1 && temporality !== 2) || (point.flags & 1) === 1) return
    if (point.type === 'sum' && !point.monotonic) return
    if (amounts.every(({ value }) => !Number.isFinite(value) || value === 0)) return
    const common: Omit<AggregateObservation, 'field' | 'value'> = {
      source: 'otlp_metrics',
      tool: this.#batch.tool,
      seriesId: this.#series(point),
      temporality,
      startTimeUnixNano: point.startTimeUnixNano,
      timeUnixNano: this.#time(point),
      ...known(facts),
    }
    for (const { field, value } of amounts) this.#batch.out.aggregates.push({ ...common, field, value })
  }

  #time({ resource, timeUnixNano }: MetricPoint): bigint {
    const times = this.#times.get(resource) ?? []
    // One request may hold the collections of hours.
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((times[middle] as bigint) <= timeUnixNano) low = middle + 1
      else high = middle
    }
    return times[low - 1] ?? timeUnixNano
  }

  #series(point: MetricPoint): string {
    const text = `${this.#origin(point)}\n${point.name}\n${point.unit}\n${sortedJson(point.attributes)}`
    return Bun.hash(text).toString(36)
  }

  /** Resource and scope as text, made once for each pair: every point of a batch shares a few. */
  #origin({ resource, scope }: MetricPoint): string {
    let scopes = this.#origins.get(resource)
    if (!scopes) {
      scopes = new Map()
      this.#origins.set(resource, scopes)
    }
    let origin = scopes.get(scope)
    if (origin === undefined) {
      origin = `${sortedJson(resource.attributes)}\n${scope.name}\n${scope.version}\n${sortedJson(scope.attributes)}`
      scopes.set(scope, origin)
    }
    return origin
  }
}

/** A reader of a batch's points, which knows when they were collected. */
export function* pointsOf(batch: OtlpBatch, points: readonly MetricPoint[]): Generator<void, Points> {
  const times = new Map<Resource, bigint[]>()
  yield* each(points, ({ resource, timeUnixNano }) => {
    const own = times.get(resource)
    if (!own) times.set(resource, [timeUnixNano])
    else if (own.at(-1) !== timeUnixNano) own.push(timeUnixNano)
  })
  yield* each(times, ([resource, own]) => times.set(resource, collections(own)))
  return new Points(batch, times)
}

/** The number that a point of a sum counts, or the sum of what a histogram saw. */
export function amountOf(point: MetricPoint): number {
  if (point.type === 'sum') return Number(point.value ?? Number.NaN)
  return point.type === 'histogram' || point.type === 'exponential_histogram' ? (point.sum ?? Number.NaN) : Number.NaN
}

/** How many times a histogram was recorded, or a sum's value. */
export function timesOf(point: MetricPoint): number {
  return point.type === 'sum' ? Number(point.value ?? Number.NaN) : Number(point.count ?? Number.NaN)
}

/** The first time of each collection, in order. */
function collections(times: readonly bigint[]): bigint[] {
  const sorted = [...new Set(times)].sort((a, b) => (a < b ? -1 : 1))
  return sorted.filter((time, index) => index === 0 || time - (sorted[index - 1] as bigint) > collectionNs)
}

/** Attributes as text, the same in whatever order they were sent. */
function sortedJson(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${jsonValue(attributes[key] as Attributes[string])}`)
    .join(',')
}

// codec-protobuf-metrics.ts: one Metric from the protobuf wire; its points are read once its name and kind are known.
import type { MetricType, Resource, Scope } from '#proto/telemetry.ts'
import { type Batch, flaws } from './codec-batch.ts'
import { readExponentialPoint, readHistogramPoint, readNumberPoint, readSummaryPoint } from './codec-protobuf-points.ts'
import type { Place } from './codec-protobuf-values.ts'
import type { WireReader } from './codec-wire.ts'

/** What a metric says of all its points. */
export type Series = {
  resource: Resource
  scope: Scope
  name: string
  description: string
  unit: string
  type: MetricType
  temporality: number
  monotonic: boolean
}

const kinds: Record<number, MetricType> = {
  42: 'gauge',
  58: 'sum',
  74: 'histogram',
  82: 'exponential_histogram',
  90: 'summary',
}

/** Reads a Metric's points into the batch; those of a large one in the steps that it gives back. */
export function readMetric(
  r: WireReader,
  batch: Batch,
  resource: Resource,
  scope: Scope,
  nameless: Place,
): Generator<void> | undefined {
  const outer = r.enter()
  const start = r.pos
  const series: Series = {
    resource,
    scope,
    name: '',
    description: '',
    unit: '',
    type: 'gauge',
    temporality: 0,
    monotonic: false,
  }
  // Of the oneof `data` the last kind wins; several parts of the same kind are one.
  let kind = 0
  let parts: number[] = []
  const unknown: number[] = []
  while (r.pos < r.len) {
    const tag = r.tag()
    switch (tag) {
      case 10: // name
        series.name = r.text()
        break
      case 18: // description
        series.description = r.text()
        break
      case 26: // unit
        series.unit = r.text()
        break
      case 42: // gauge
      case 58: // sum
      case 74: // histogram
      case 82: // exponential_histogram
      case 90: // summary
        if (tag !== kind) parts = []
        kind = tag
        parts.push(r.pos)
        r.pass(tag)
        break
      case 98: // metadata: the series' description for machines, which we do not keep
        r.pass(tag)
        break
      default:
        if ((tag & 7) === 2) unknown.push(r.pos)
        r.pass(tag)
    }
  }
  const end = r.pos
  if (kind === 0) {
    for (const part of unknown) rejectUnknown(r, part, batch)
  } else {
    series.type = kinds[kind]!
    for (const part of parts) readSeries(r, part, series)
    const points = { kind, series, batch, nameless }
    if (end - start > r.stepBytes) return readInSteps(r, parts, points, () => leave(r, end, outer))
    for (const part of parts) readPoints(r, part, points)
  }
  leave(r, end, outer)
}

/** What Sum and both histograms say beside their points; it may stand behind them. */
function readSeries(r: WireReader, part: number, into: Series): void {
  r.pos = part
  const outer = r.enter()
  while (r.pos < r.len) {
    const tag = r.tag()
    if (tag === 16 && into.type !== 'gauge' && into.type !== 'summary') into.temporality = r.int32()
    else if (tag === 24 && into.type === 'sum') into.monotonic = r.bool()
    else r.pass(tag)
  }
  r.leave(outer)
}

type Points = { kind: number; series: Series; batch: Batch; nameless: Place }

function readPoints(r: WireReader, part: number, points: Points): void {
  r.pos = part
  const outer = r.enter()
  while (r.pos < r.len) readPoint(r, points)
  r.leave(outer)
}

/** One metric may have all the points of a request. */
function* readInSteps(r: WireReader, parts: number[], points: Points, ended: () => void): Generator<void> {
  for (const part of parts) {
    r.pos = part
    const outer = r.enter()
    while (r.pos < r.len) {
      readPoint(r, points)
      if (r.stepEnds()) yield
    }
    r.leave(outer)
  }
  ended()
}

function readPoint(r: WireReader, { kind, series, batch, nameless }: Points): void {
  const tag = r.tag()
  if (tag !== 10) r.pass(tag)
  else if (kind === 74) readHistogramPoint(r, batch, series, nameless)
  else if (kind === 82) readExponentialPoint(r, batch, series, nameless)
  else if (kind === 90) readSummaryPoint(r, batch, series, nameless)
  else readNumberPoint(r, batch, series, nameless)
}

/** Behind the metric, whose parts were read in an order of our own. */
function leave(r: WireReader, end: number, outer: number): void {
  r.pos = end
  r.leave(outer)
}

/**
 * A metric without data that we know has points of a kind that we do not: every kind keeps its points in field 1, so
 * that they can be counted even so. A part that does not look like that is an unknown field, and ignored.
 */
function rejectUnknown(r: WireReader, part: number, batch: Batch): void {
  r.pos = part
  const outer = r.enter()
  let points = 0
  try {
    while (r.pos < r.len) {
      const tag = r.tag()
      if (tag === 10) points++
      r.pass(tag)
    }
  } catch {
    points = 0
  }
  r.leave(outer)
  if (points > 0) batch.reject(points, flaws.noData)
}

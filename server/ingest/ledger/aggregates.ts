// aggregates.ts: counter points → rows for what no exact observation covers. Order of arrival never matters.
import { each } from '#proto/steps.ts'
import type { AggregateField, AggregateObservation, Source } from '#proto/telemetry.ts'
import { hash53 } from './hash-index.ts'
import type { Marks } from './marks.ts'

/** What one interval of a group of counters adds to the ledger. */
export type AggregateRow = {
  callId: string
  tool: string
  sessionId: string
  timeUnixNano: bigint
  model: string
  attribution: AggregateAttribution
  amounts: Partial<Record<AggregateField, number>>
  sources: Source[]
}

/** The fields of an aggregate that are not numbers; series that share them add up to one row. */
export const attributionFields = [
  'serviceName',
  'provider',
  'querySource',
  'agent',
  'agentId',
  'skill',
  'plugin',
  'mcpServer',
  'speed',
  'effort',
  'promptId',
  'project',
  'branch',
  'user',
  'host',
] as const satisfies readonly (keyof AggregateObservation)[]

export type AggregateAttribution = Pick<AggregateObservation, (typeof attributionFields)[number]>

/** A row that is new, other or (`row` undefined) no more; `existed` when the table has it already. */
export type RowChange = { callId: string; timeUnixNano: bigint; existed: boolean; row: AggregateRow | undefined }

/** A part of one row: what one series added in one interval. */
type Contribution = { field: AggregateField; from: number; to: number; amount: number }
/** A cumulative point, with the highest value up to and with it, and since when (ns) that value stands. */
type Point = { time: bigint; value: number; observation: AggregateObservation; highest: number; since: number }
/** The model and the attribution of a series, with their text and its hash. */
type Who = { attribution: AggregateAttribution; text: string; hash: string }
type RowState = { row: Omit<AggregateRow, 'amounts'>; contributions: Map<string, Contribution>; emitted: string }

/**
 * The counters of one session (or, where they name none, of one tool in one hour of starts): their points, what they
 * add up to, and the rows that result. Rows are recomputed only where points or marks changed.
 */
export class Bucket {
  readonly marks: Marks
  /** Cumulative points by series and start, in order of time. */
  readonly #runs = new Map<string, Point[]>()
  /** Delta points by series and interval. */
  readonly #deltas = new Map<string, number>()
  readonly #rows = new Map<string, RowState>()
  readonly #dirty = new Set<string>()
  readonly #who = new Map<string, Who>()
  size = 0

  constructor(marks: Marks) {
    this.marks = marks
  }

  /** Takes a point; `false` when it says nothing new (sent again, or a cumulative counter that stood still). */
  add(observation: AggregateObservation): boolean {
    if (!Number.isFinite(observation.value)) return false
    // Whole numbers (tokens, nano-USD) add up to the same sum in any order; fractions of doubles do not.
    const value = Math.round(observation.value)
    const whole = value === observation.value ? observation : { ...observation, value }
    return whole.temporality === 2 ? this.#addCumulative(whole) : this.#addDelta(whole)
  }

  /** Recomputes the rows that an exact request between two times (ns) may cover or uncover. */
  touch(from: number, to: number): void {
    for (const [key, state] of this.#rows) {
      for (const contribution of state.contributions.values()) {
        if (contribution.from - touchSlackNs > to || contribution.to + touchSlackNs < from) continue
        this.#dirty.add(key)
        break
      }
    }
  }

  touchAll(): void {
    for (const key of this.#rows.keys()) this.#dirty.add(key)
  }

  /** Adds the rows that changed since the last call. */
  *changes(into: RowChange[]): Generator<void> {
    yield* each(this.#dirty, (key) => {
      const state = this.#rows.get(key)
      if (!state) return
      const amounts = this.#uncovered(state)
      const row = Object.keys(amounts).length === 0 ? undefined : { ...state.row, amounts }
      const text = row ? `${JSON.stringify(amounts)}${row.sources}` : ''
      if (text === state.emitted) return
      const { callId, timeUnixNano } = state.row
      into.push({ callId, timeUnixNano, existed: state.emitted !== '', row })
      state.emitted = text
    })
    this.#dirty.clear()
  }

  #addDelta(observation: AggregateObservation): boolean {
    const id = `${seriesOf(observation)}\n${observation.timeUnixNano}`
    const before = this.#deltas.get(id)
    // One interval of one series with two values is a contradiction: the larger stands, whichever came first.
    if (before !== undefined && Math.abs(before) >= Math.abs(observation.value)) return false
    this.#deltas.set(id, observation.value)
    if (before === undefined) this.size++
    const start = observation.startTimeUnixNano
    this.#contribute(id, observation, Number(start), observation.value)
    return true
  }

  /**
   * A counter that went down without a new start time counts nothing until it passes its highest value again: sorted by
   * time, a fall is a fault of the sender and never a reset (a reset has its own start time).
   */
  #addCumulative(observation: AggregateObservation): boolean {
    const id = seriesOf(observation)
    const run = this.#runs.get(id) ?? []
    const at = lastAtOrBefore(run, observation.timeUnixNano)
    const before = run[at]
    if (before && Math.abs(before.value) >= Math.abs(observation.value)) return false
    const { timeUnixNano: time, value } = observation
    const point: Point = { time, value, observation, highest: 0, since: 0 }
    if (before?.time === point.time) run[at] = point
    else {
      run.splice(at + 1, 0, point)
      this.size++
    }
    this.#runs.set(id, run)
    const from = before?.time === point.time ? at : at + 1
    this.#rerun(id, run, from)
    return true
  }

  /** Computes anew what a run adds at and after one of its points. */
  #rerun(id: string, run: Point[], from: number): void {
    const before = run[from - 1]
    let highest = before?.highest ?? 0
    let since = before?.since ?? Number(run[0]?.observation.startTimeUnixNano ?? 0n)
    for (let at = from; at < run.length; at++) {
      const point = run[at] as Point
      const size = Math.abs(point.value)
      const amount = Math.max(0, size - highest)
      this.#contribute(`${id}\n${point.time}`, point.observation, since, Math.sign(point.value) * amount)
      if (amount > 0) {
        highest = size
        since = Number(point.time)
      }
      point.highest = highest
      point.since = since
    }
  }

  #contribute(id: string, observation: AggregateObservation, from: number, amount: number): void {
    const who = this.#whoOf(observation)
    const key = `${observation.timeUnixNano}${who.text}`
    let state = this.#rows.get(key)
    if (!state) {
      state = { row: emptyRow(observation, who), contributions: new Map(), emitted: '' }
      this.#rows.set(key, state)
    }
    if (!state.row.sources.includes(observation.source))
      state.row = { ...state.row, sources: [...state.row.sources, observation.source].sort() }
    if (amount === 0) state.contributions.delete(id)
    else {
      const to = Number(observation.timeUnixNano)
      state.contributions.set(id, { field: observation.field, from, to, amount })
    }
    this.#dirty.add(key)
  }

  /** By whom and for what a series counts, made once for all its points. */
  #whoOf(observation: AggregateObservation): Who {
    const id = `${observation.source}${observation.seriesId}`
    let who = this.#who.get(id)
    if (!who) {
      who = whoOf(observation)
      this.#who.set(id, who)
    }
    return who
  }

  /**
   * What a row adds that no exact request covers: all its tokens and cost, or none. The interval is the shortest of its
   * series' (one may have stood still for longer than another), so that parts of one usage never fall apart.
   */
  #uncovered({ row, contributions }: RowState): Partial<Record<AggregateField, number>> {
    const to = Number(row.timeUnixNano)
    let from = 0
    for (const contribution of contributions.values()) from = Math.max(from, contribution.from)
    const auxiliary = row.attribution.querySource === 'auxiliary'
    const covered = (tokens: boolean) => this.marks.covers(from, to, row.model, auxiliary, tokens)
    const [tokensCovered, requestsCovered] = contributions.size === 0 ? [true, true] : [covered(true), covered(false)]
    const amounts: Partial<Record<AggregateField, number>> = {}
    for (const { field, amount } of contributions.values()) {
      if (field === 'requests' || field === 'errors' ? requestsCovered : tokensCovered) continue
      amounts[field] = (amounts[field] ?? 0) + amount
    }
    return sortedAmounts(amounts)
  }
}

/** The widest slack with which a mark covers; see marks.ts. */
const touchSlackNs = 61e9

/** Which bucket a point belongs to: its session's; without one, the hour in which its counter (or interval) started. */
export function bucketOf(observation: AggregateObservation): { tool: string; sessionId: string; hour: number } {
  const { tool, sessionId, startTimeUnixNano, timeUnixNano } = observation
  if (sessionId !== '') return { tool, sessionId, hour: 0 }
  return { tool, sessionId, hour: Number((startTimeUnixNano || timeUnixNano) / 3_600_000_000_000n) }
}

/** In one order, so that equal amounts are equal texts; a sum below zero (an input smaller than its cached part) is none. */
function sortedAmounts(amounts: Partial<Record<AggregateField, number>>): Partial<Record<AggregateField, number>> {
  const sorted: Partial<Record<AggregateField, number>> = {}
  for (const field of Object.keys(amounts).sort() as AggregateField[]) {
    const amount = amounts[field] as number
    if (amount > 0) sorted[field] = amount
  }
  return sorted
}

function seriesOf({ source, seriesId, field, startTimeUnixNano }: AggregateObservation): string {
  return `${source}\n${seriesId}\n${field}\n${startTimeUnixNano}`
}

function whoOf(observation: AggregateObservation): Who {
  const attribution: Record<string, string> = {}
  for (const field of attributionFields) {
    const value = observation[field]
    if (value !== undefined && value !== '') attribution[field] = value
  }
  const text = `${observation.model}\n${JSON.stringify(attribution)}`
  return { attribution, text, hash: hash53(text).toString(36) }
}

function emptyRow(observation: AggregateObservation, { attribution, hash }: Who): Omit<AggregateRow, 'amounts'> {
  const { tool, sessionId, timeUnixNano, model } = observation
  const callId = `${tool}/+${sessionId}:${timeUnixNano}:${hash}`
  return { callId, tool, sessionId, timeUnixNano, model, attribution, sources: [] }
}

function lastAtOrBefore(run: readonly Point[], time: bigint): number {
  let low = 0
  let high = run.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((run[middle] as Point).time <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

// buckets.ts: the counters of a group: points kept, and the rows for what no exact request covers brought up to date.
import { each } from '#proto/steps.ts'
import type { AggregateField, AggregateObservation, Source } from '#proto/telemetry.ts'
import { int, json, list, query, type Row, real, text, time } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { inTurns } from '../../turns.ts'
import pointsSql from './aggregate-points.sql' with { type: 'text' }
import { type AggregateRow, attributionFields, Bucket, bucketOf, type RowChange } from './aggregates.ts'
import { type BucketKey, type Buckets, type exactShape, keyText } from './known-buckets.ts'
import { type Mark, Marks, markOf } from './marks.ts'
import { aggregateCall, type ModelCall, type Pricing } from './model-call.ts'
import { wellFormed } from './observation.ts'
import { type SessionGroup, sessionKey } from './sessions.ts'
import { type AggregatePointRow, aggregatePointWriter, modelCallWriter } from './writers.ts'

const pointsOf = query(
  pointsSql,
  { tools: list(text), sessions: list(text) },
  {
    tool: text,
    source: text,
    session_id: text,
    series_id: text,
    field: text,
    temporality: int,
    start_time: time,
    time: time,
    value: real,
    model: text,
    detail: json,
  },
)
const deleteRows = query(
  `delete from model_calls
  where quality = 'aggregate' and call_id in (select unnest($ids))
    and time between make_timestamp_ns($from) and make_timestamp_ns($to)`,
  { ids: list(text), from: time, to: time },
  {},
)
/** The counters of one group. */
export class BucketGroup {
  readonly #buckets: Buckets
  readonly #sessions: SessionGroup
  readonly #pricing: Pricing
  readonly #open = new Map<string, { key: BucketKey; bucket: Bucket }>()
  readonly #points: AggregateObservation[] = []
  readonly #removed: RowChange[] = []
  /** Tools whose marks were changed in place. */
  readonly #marked = new Set<string>()
  rows: ModelCall[] = []

  constructor(buckets: Buckets, sessions: SessionGroup, pricing: Pricing) {
    this.#buckets = buckets
    this.#sessions = sessions
    this.#pricing = pricing
  }

  /**
   * Opens the buckets that the group's points belong to or its requests may cover, as they are before the group, and
   * changes them. Must run before the group's rows are written.
   */
  async prepare(reader: Reader, observations: AggregateObservation[], marks: Changed): Promise<void> {
    const wanted = new Map<string, BucketKey>()
    const points: { own: AggregateObservation; text: string }[] = []
    let last: AggregateObservation | undefined
    let text = ''
    const place = (observation: AggregateObservation) => {
      const own = tidy(observation)
      // Points of one session come in a row.
      if (!last || own.sessionId === '' || own.sessionId !== last.sessionId || own.tool !== last.tool) {
        const key = bucketOf(own)
        text = keyText(key)
        wanted.set(text, key)
      }
      last = own
      points.push({ own, text })
    }
    await inTurns(each(observations, place))
    for (const key of this.#buckets.concerned([...marks.removed, ...marks.added])) wanted.set(keyText(key), key)
    await this.#load(reader, wanted)
    this.#cover(marks)
    await inTurns(
      each(points, ({ own, text }) => {
        if (this.#open.get(text)?.bucket.add(own)) this.#points.push(own)
      }),
    )
    const changes = await inTurns(this.#changes())
    await this.#sessions.ensure(
      reader,
      changes.flatMap(({ row }) => (row && row.sessionId !== '' ? [sessionKey(row.tool, row.sessionId)] : [])),
    )
    await inTurns(
      each(changes, (change) => {
        if (change.existed) this.#removed.push(change)
        if (change.row) this.rows.push(this.#priced(change.row))
      }),
    )
  }

  *#changes(): Generator<void, RowChange[]> {
    const changes: RowChange[] = []
    for (const { bucket } of this.#open.values()) yield* bucket.changes(changes)
    return changes
  }

  /** The rows of some buckets from their points alone, whatever the table holds. */
  async rebuilt(reader: Reader, keys: BucketKey[]): Promise<ModelCall[]> {
    await this.#load(reader, new Map(keys.map((key) => [keyText(key), key])), true)
    const changes = await inTurns(this.#changes())
    await this.#sessions.ensure(
      reader,
      keys.filter(({ sessionId }) => sessionId !== '').map(({ tool, sessionId }) => sessionKey(tool, sessionId)),
    )
    return changes.flatMap(({ row }) => (row ? [this.#priced(row)] : []))
  }

  async write(tx: Tx, batch: bigint): Promise<void> {
    if (this.#removed.length > 0) {
      const times = this.#removed.map(({ timeUnixNano }) => timeUnixNano).sort((a, b) => (a < b ? -1 : 1))
      await deleteRows(tx, {
        ids: this.#removed.map(({ callId }) => callId),
        from: times[0] as bigint,
        to: times.at(-1) as bigint,
      })
    }
    const points: AggregatePointRow[] = []
    await inTurns(
      each(this.#points, (observation) => points.push({ batch, observation, detail: detailOf(observation) })),
    )
    await tx.append(aggregatePointWriter, points)
    await tx.append(modelCallWriter, this.rows)
  }

  *commit(): Generator<void> {
    yield* each(this.#points, (observation) => {
      if (observation.sessionId !== '') return
      const to = Number(observation.timeUnixNano)
      this.#buckets.know(bucketOf(observation), { from: Number(observation.startTimeUnixNano) || to, to })
    })
    for (const [text, { key, bucket }] of this.#open) {
      if (key.sessionId !== '' && bucket.size > 0) this.#buckets.know(key, { from: 0, to: 0 })
      this.#buckets.cache.set(text, bucket, bucket.size + 1)
    }
  }

  /** Buckets and marks were changed in place: forgotten, they are read again as the database has them. */
  forget(): void {
    for (const text of this.#open.keys()) this.#buckets.cache.delete(text)
    for (const { key } of this.#open.values()) if (key.sessionId === '') this.#marked.add(key.tool)
    for (const tool of this.#marked) {
      this.#buckets.marks.delete(tool)
      for (const hour of this.#buckets.ofTools.get(tool)?.keys() ?? [])
        this.#buckets.cache.delete(keyText({ tool, sessionId: '', hour }))
    }
  }

  #priced(row: AggregateRow): ModelCall {
    return aggregateCall(row, this.#sessions.get(row.tool, row.sessionId), this.#pricing)
  }

  /** Tells what the group's requests cover: once each tool's marks, which its sessionless buckets share, and each session's. */
  #cover(changed: Changed): void {
    for (const [tool, own] of splitBy(changed, ({ tool }) => tool)) {
      const marks = this.#buckets.marks.get(tool)
      if (!marks) continue
      this.#marked.add(tool)
      marks.change(own.removed, own.added)
      for (const { key, bucket } of this.#open.values())
        if (key.tool === tool && key.sessionId === '') touch(bucket, own)
    }
    for (const [text, own] of splitBy(changed, ({ tool, sessionId }) => keyText({ tool, sessionId, hour: 0 }))) {
      const open = this.#open.get(text)
      if (!open || open.key.sessionId === '') continue
      open.bucket.marks.change(own.removed, own.added)
      // A file covers its session from first to last, so that one more request can cover anything before it.
      if ([...own.removed, ...own.added].some(({ live }) => !live)) open.bucket.touchAll()
      else touch(open.bucket, own)
    }
  }

  async #load(reader: Reader, wanted: Map<string, BucketKey>, keepsChanges = false): Promise<void> {
    const missing: BucketKey[] = []
    for (const [text, key] of wanted) {
      const cached = this.#buckets.cache.get(text)
      if (cached) this.#open.set(text, { key, bucket: cached })
      else missing.push(key)
    }
    if (missing.length === 0) return
    const sessions = missing.filter(({ sessionId }) => sessionId !== '')
    const tools = new Set(missing.filter(({ sessionId }) => sessionId === '').map(({ tool }) => tool))
    for (const key of sessions) this.#open.set(keyText(key), { key, bucket: new Bucket(new Marks(true)) })
    for (const tool of tools) if (!this.#buckets.marks.has(tool)) await this.#loadToolMarks(reader, tool)
    for (const key of missing)
      if (key.sessionId === '')
        this.#open.set(keyText(key), { key, bucket: new Bucket(this.#buckets.marks.get(key.tool) as Marks) })
    await this.#loadSessionMarks(reader, sessions)
    await this.#loadPoints(reader, missing)
    // The rows that follow are in the table already.
    if (keepsChanges) return
    for (const key of missing) {
      const open = this.#open.get(keyText(key))
      if (open) await inTurns(open.bucket.changes([]))
    }
  }

  async #loadToolMarks(reader: Reader, tool: string): Promise<void> {
    const marks = new Marks(false)
    marks.change([], (await this.#buckets.exact.ofTools(reader, { names: [tool] })).flatMap(marksOf))
    this.#buckets.marks.set(tool, marks)
  }

  async #loadSessionMarks(reader: Reader, keys: BucketKey[]): Promise<void> {
    // Of a session that is new with this group there is nothing to read.
    const known = keys.filter(({ tool, sessionId }) => this.#sessions.existed(tool, sessionId))
    if (known.length === 0) return
    const names = known.map(({ sessionId }) => sessionId)
    const marks = Map.groupBy(
      (await this.#buckets.exact.ofSessions(reader, { names })).flatMap(marksOf),
      ({ tool, sessionId }) => keyText({ tool, sessionId, hour: 0 }),
    )
    for (const key of known) this.#open.get(keyText(key))?.bucket.marks.change([], marks.get(keyText(key)) ?? [])
  }

  async #loadPoints(reader: Reader, keys: BucketKey[]): Promise<void> {
    const known = keys.filter((key) => this.#buckets.knows(key))
    if (known.length === 0) return
    const fresh = new Set(known.map(keyText))
    const rows = await pointsOf(reader, {
      tools: known.map(({ tool }) => tool),
      sessions: known.map(({ sessionId }) => sessionId),
    })
    for (const row of rows) {
      const observation: AggregateObservation = {
        ...(JSON.parse(row.detail) as Partial<AggregateObservation>),
        source: row.source as Source,
        tool: row.tool,
        sessionId: row.session_id,
        seriesId: row.series_id,
        field: row.field as AggregateField,
        temporality: row.temporality as 1 | 2,
        startTimeUnixNano: row.start_time,
        timeUnixNano: row.time,
        value: row.value,
        model: row.model,
      }
      const text = keyText(bucketOf(observation))
      if (fresh.has(text)) this.#open.get(text)?.bucket.add(observation)
    }
  }
}

type Changed = { removed: Mark[]; added: Mark[] }

function splitBy(changed: Changed, name: (mark: Mark) => string): Map<string, Changed> {
  const parts = new Map<string, Changed>()
  for (const kind of ['removed', 'added'] as const)
    for (const mark of changed[kind]) {
      const part = name(mark)
      const own = parts.get(part)
      if (own) own[kind].push(mark)
      else parts.set(part, { removed: [], added: [], [kind]: [mark] })
    }
  return parts
}

function touch(bucket: Bucket, { removed, added }: Changed): void {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const list of [removed, added])
    for (const mark of list) {
      from = Math.min(from, mark.from)
      to = Math.max(to, mark.to)
    }
  bucket.touch(from, to)
}

function marksOf(row: Row<typeof exactShape>): Mark[] {
  const mark = markOf({
    tool: row.tool,
    sessionId: row.session_id,
    timeUnixNano: row.time,
    durationMs: row.duration_ms ?? undefined,
    model: row.model,
    querySource: row.query_source ?? undefined,
    status: row.status,
    quality: row.quality,
    sources: row.sources,
    totalTokens: row.total_tokens,
  })
  return mark ? [mark] : []
}

function tidy(observation: AggregateObservation): AggregateObservation {
  const { sessionId, seriesId, model } = observation
  if (sessionId.isWellFormed() && seriesId.isWellFormed() && model.isWellFormed()) return observation
  return {
    ...observation,
    sessionId: wellFormed(sessionId),
    seriesId: wellFormed(seriesId),
    model: wellFormed(model),
  }
}

function detailOf(observation: AggregateObservation): string {
  const detail: Record<string, string> = {}
  for (const field of attributionFields) {
    const value = observation[field]
    if (value !== undefined && value !== '') detail[field] = wellFormed(value)
  }
  return JSON.stringify(detail)
}

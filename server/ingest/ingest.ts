// ingest.ts: the one way in. Every door hands its records here and hears back when they are on disk.
import { atOnce } from '#proto/steps.ts'
import { noTelemetry, type Resource, type Source, type Telemetry } from '#proto/telemetry.ts'
import { messageOf, StorageTrouble } from '../store/errors.ts'
import type { Store, Tx } from '../store/store.ts'
import { inTurns } from '../turns.ts'
import { createWriter, rowsOf } from './batch.ts'
import { loadBodies, type Remembered } from './bodies.ts'
import { createDeltas } from './deltas.ts'
import type { Stage } from './stage.ts'
import { createTelemetryStage } from './telemetry-stage.ts'

/** What became of a batch. `rejected` and `message` are for the sender's partial success. */
export type Receipt = { status: 'stored' | 'duplicate'; rejected: number; message: string }

export type SubmitMeta = {
  source: Source
  /** SHA-256 of the signal and the decompressed body; a body seen in the last 15 minutes is not stored again. */
  bodyHash?: string
  /** What the batch weighs in the queue: the decoded body's bytes. */
  bytes: number
  rejected?: number
  message?: string
  /** Whose token brought it. */
  user?: string
  /** Rows that must commit with the batch, such as an import's cursor. */
  alongside?: (tx: Tx) => Promise<void>
}

/** The server cannot take the batch now: the queue is full, it is stopping, or the disk is in trouble. The sender tries again. */
export class Unavailable extends Error {
  override name = 'Unavailable'
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message)
  }
}

export type IngestStats = {
  acceptedBatches: number
  acceptedRecords: number
  duplicateBatches: number
  rejectedRecords: number
  refusedBatches: number
  failedBatches: number
  /** Batches that an agent's translator could not read, or the ledger not take, and that were stored as plain telemetry. */
  untranslatedBatches: number
  queuedBytes: number
  queuedBatches: number
  lastCommitUnixMs: number | null
}

export type Ingest = {
  /**
   * Stores a batch and resolves when it is durable.
   *
   * @throws Unavailable when it was not stored and may be sent again.
   */
  submit(telemetry: Telemetry, meta: SubmitMeta): Promise<Receipt>
  /** What may be stored of a transcript reader's memory: the privacy rules hold for it, too. */
  remembered(state: unknown): unknown
  /** Calls `listener` with every committed group; returns how to stop. */
  onCommit(listener: (telemetry: Telemetry) => void): () => void
  stats(): IngestStats
  /** Whether a batch of that size would be refused now; asked before a body is read. */
  isFull(bytes?: number): boolean
  /** Takes nothing more, and resolves when everything accepted is on disk. */
  close(): Promise<void>
  /** Resolves when nothing waits. */
  drain(): Promise<void>
}

export type IngestOptions = {
  store: Store
  /** Applied first: secrets and withheld content are taken out. */
  privacy?: (telemetry: Telemetry) => Telemetry
  /** The same for what readers of transcripts remember. */
  remember?: (state: unknown) => unknown
  /** The agents' translation (importers/index.ts), with others' turns in between. */
  translate?: (telemetry: Telemetry) => Generator<void, Telemetry>
  /** Stages after the telemetry's own: the ledger. */
  stages?: readonly Stage[]
  /** Derived names that the ledger provides, for which no `.delta` points are made. */
  ledgerMetrics?: ReadonlySet<string>
  queueBytesMax?: number
  warn?: (message: string) => void
}

/** A quarter of a gigabyte of decoded bodies: four of the largest requests. Records weigh about twice that in memory. */
const defaultQueueBytesMax = 256 * 1024 * 1024

const complaintEveryMs = 10_000

export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const {
    store,
    privacy = (t) => t,
    remember = (state) => state,
    translate,
    warn = () => {},
    queueBytesMax = defaultQueueBytesMax,
  } = options
  const bodies = await loadBodies(store)
  const listeners = new Set<(telemetry: Telemetry) => void>()
  const storing = new Map<string, Promise<Receipt>>()
  const counts = {
    acceptedBatches: 0,
    acceptedRecords: 0,
    duplicateBatches: 0,
    rejectedRecords: 0,
    refusedBatches: 0,
    failedBatches: 0,
    untranslatedBatches: 0,
  }
  let lastCommitUnixMs: number | null = null
  let closing = false
  let lastComplaintMs = 0
  let unsaid = 0

  const stages = [createTelemetryStage(createDeltas(options.ledgerMetrics)), ...(options.stages ?? [])]
  const writer = createWriter({
    store,
    stages,
    bodies,
    warn,
    stripped(reason) {
      counts.untranslatedBatches++
      warn(`the ledger could not take what was made of some records, which are stored as they came: ${reason}`)
    },
    committed(telemetry, rows) {
      counts.acceptedRecords += rows
      lastCommitUnixMs = Date.now()
      for (const listener of listeners) listener(telemetry)
    },
  })

  /** On a full disk every batch fails: that is said once in a while, with the number of those in between. */
  function complain(message: string): void {
    unsaid++
    if (Date.now() - lastComplaintMs < complaintEveryMs) return
    lastComplaintMs = Date.now()
    warn(unsaid > 1 ? `${message} (and ${unsaid - 1} before it)` : message)
    unsaid = 0
  }

  /** The agents' words for a batch. Records that an agent chokes on are worth more than what we make of them. */
  function* translated(telemetry: Telemetry): Generator<void, Telemetry> {
    try {
      return translate ? yield* translate(telemetry) : telemetry
    } catch (error) {
      const parts = byResource(telemetry)
      if (parts.length > 1) {
        const all = noTelemetry()
        for (const part of parts) append(all, yield* translated(part))
        return all
      }
      counts.untranslatedBatches++
      warn(`records could not be translated and are stored as they came: ${messageOf(error)}`)
      return telemetry
    }
  }

  async function keep(telemetry: Telemetry, meta: SubmitMeta): Promise<Receipt> {
    const { rejected = 0, message = '' } = meta
    // A small batch is in the queue before this function is left: whoever comes next sees how full that is.
    const isSmall = rowsOf(telemetry) <= recordsAtOnce && meta.bytes <= bytesAtOnce
    const words = isSmall
      ? atOnce(translated(privacy(telemetry)))
      : await inTurns(translated(await inTurns(kept(telemetry, privacy))))
    const ready = named(words, meta.user)
    const before = await new Promise<Remembered | undefined>((resolve, reject) => {
      writer.push({
        telemetry: ready,
        source: meta.source,
        bytes: meta.bytes,
        bodyHash: meta.bodyHash,
        rejected,
        message,
        alongside: meta.alongside,
        resolve,
        reject,
      })
    })
    if (before) return duplicate(before)
    counts.acceptedBatches++
    counts.rejectedRecords += rejected
    return { status: 'stored', rejected, message }
  }

  function duplicate({ rejected, message }: Remembered): Receipt {
    counts.duplicateBatches++
    return { status: 'duplicate', rejected, message }
  }

  const isFull = (bytes = 0) => writer.queuedBytes() > 0 && writer.queuedBytes() + bytes > queueBytesMax

  async function submit(telemetry: Telemetry, meta: SubmitMeta): Promise<Receipt> {
    if (closing) throw new Unavailable('the server is stopping', 5)
    const hash = meta.bodyHash
    if (hash) {
      const seen = bodies.find(hash)
      if (seen) return duplicate(seen)
      const other = storing.get(hash)
      if (other) {
        try {
          const receipt = await other
          counts.duplicateBatches++
          return { ...receipt, status: 'duplicate' }
        } catch {
          // The first did not make it; this one takes over.
          return submit(telemetry, meta)
        }
      }
    }
    if (isFull(meta.bytes)) {
      counts.refusedBatches++
      throw new Unavailable('the queue is full', 1)
    }
    if (rowsOf(telemetry) === 0 && !meta.alongside) {
      counts.rejectedRecords += meta.rejected ?? 0
      return { status: 'stored', rejected: meta.rejected ?? 0, message: meta.message ?? '' }
    }
    const receipt = keep(telemetry, meta)
    if (hash) storing.set(hash, receipt)
    try {
      return await receipt
    } catch (error) {
      counts.failedBatches++
      complain(`a batch was not stored: ${messageOf(error)}`)
      throw new Unavailable(
        error instanceof StorageTrouble ? 'the database cannot be written to now' : messageOf(error),
        5,
      )
    } finally {
      if (hash) storing.delete(hash)
    }
  }

  return {
    submit,
    remembered: remember,
    onCommit(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stats: () => ({
      ...counts,
      queuedBytes: writer.queuedBytes(),
      queuedBatches: writer.queuedBatches(),
      lastCommitUnixMs,
    }),
    isFull,
    drain: () => writer.idle(),
    async close() {
      closing = true
      await writer.idle()
    },
  }
}

/** Batches of more records, or bytes, are looked through and translated in steps. */
const recordsAtOnce = 1000
const bytesAtOnce = 1024 * 1024
/** Records whose texts are looked through in one step: ten thousand attributes each still take less than 50 ms. */
const recordsAStep = 16

/** What the privacy rules leave of a large batch, step by step, so that others get their turn. */
function* kept(telemetry: Telemetry, privacy: (telemetry: Telemetry) => Telemetry): Generator<void, Telemetry> {
  const all = privacy({ ...telemetry, spans: [], logs: [], points: [] })
  for (const kind of ['spans', 'logs', 'points'] as const) {
    for (let at = 0; at < telemetry[kind].length; at += recordsAStep) {
      append(all, privacy({ ...noTelemetry(), [kind]: telemetry[kind].slice(at, at + recordsAStep) }))
      yield
    }
  }
  return all
}

/** The batch's telemetry records apart by resource; everything else it brings stays with the first. */
function byResource(telemetry: Telemetry): Telemetry[] {
  const parts = new Map<Resource, Telemetry>()
  const partOf = (resource: Resource): Telemetry => {
    const part =
      parts.get(resource) ?? (parts.size > 0 ? noTelemetry() : { ...telemetry, spans: [], logs: [], points: [] })
    parts.set(resource, part)
    return part
  }
  for (const span of telemetry.spans) partOf(span.resource).spans.push(span)
  for (const log of telemetry.logs) partOf(log.resource).logs.push(log)
  for (const point of telemetry.points) partOf(point.resource).points.push(point)
  return [...parts.values()]
}

function append(into: Telemetry, from: Telemetry): Telemetry {
  for (const kind of Object.keys(into) as (keyof Telemetry)[])
    for (const record of from[kind]) (into[kind] as unknown[]).push(record)
  return into
}

/** Records of a sender with a token of its own are that user's, where they name nobody. */
function named(telemetry: Telemetry, user: string | undefined): Telemetry {
  if (user === undefined) return telemetry
  for (const { hot } of [...telemetry.spans, ...telemetry.logs, ...telemetry.points])
    if (hot.user === '') hot.user = user
  for (const record of [...telemetry.calls, ...telemetry.aggregates, ...telemetry.toolCalls, ...telemetry.sessions])
    record.user ??= user
  return telemetry
}

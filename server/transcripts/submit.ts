// submit.ts: hands what was read to the funnel and waits until it is on disk, however long the queue is.
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { type Ingest, type SubmitMeta, Unavailable } from '../ingest/ingest.ts'
import { messageOf } from '../store/errors.ts'
import type { Tx } from '../store/store.ts'
import { type FileRecord, storeRecords } from './file-records.ts'

/** Tries before trouble is told: a full queue empties in seconds, a full disk does not. */
const triesMax = 30

/**
 * From this size of the process on garbage is freed at once when so much has come together since the last time: left to itself
 * the collector lets 100 MiB more stand. After every commit would be too often: it takes an eighth of the time.
 */
const tidyFromBytes = 200 * 1024 * 1024
const tidyEveryBytes = 64 * 1024 * 1024

/** What was read, and what is then to be remembered of the files. */
export type Read = { telemetry: Telemetry; bytes: number; records: readonly FileRecord[] }

/** Stores both or nothing, with what else is to be noted of it. @throws Unavailable when it cannot be stored */
export function submitted(
  ingest: Pick<Ingest, 'submit' | 'remembered'>,
  { telemetry, bytes, records }: Read,
  also?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const alongside = async (tx: Tx) => {
    await storeRecords(tx, withoutSecrets(ingest, records))
    await also?.(tx)
  }
  return submittedOf(ingest, telemetry, { source: 'transcript', bytes, alongside })
}

/** The records as they may be stored: a reader's memory holds what it read. */
export function withoutSecrets(ingest: Pick<Ingest, 'remembered'>, records: readonly FileRecord[]): FileRecord[] {
  return records.map((record) => ({ ...record, state: ingest.remembered(record.state) }))
}

/** Waits while the queue is full. @throws Unavailable when it cannot be stored */
export async function submittedOf(
  ingest: Pick<Ingest, 'submit' | 'remembered'>,
  telemetry: Telemetry,
  meta: SubmitMeta,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await ingest.submit(telemetry, meta)
      return
    } catch (error) {
      if (!(error instanceof Unavailable) || tries >= triesMax || !/queue is full/.test(error.message)) throw error
      await Bun.sleep(100)
    }
  }
}

/** Told of a file that cannot be stored although the database can be written to. */
export type Refused = (path: string, reason: string) => void

/**
 * Gathers what is read of many files into few commits, each a fixed cost. While one is committed, which takes other threads, the
 * next is gathered; never are two under way, so that a file's later part is not stored when its earlier one was not. Gathered
 * already while the rows of the one before are made, it would only take turns with that, stand in memory beside it, and leave
 * nothing to do beside the commit.
 */
export class Gathering {
  readonly #ingest: Pick<Ingest, 'submit' | 'remembered'>
  readonly #bytesMax: number
  readonly #refused: Refused
  readonly #lost = new Set<string>()
  #reads: (Read & { path: string })[] = []
  #bytes = 0
  #tidiedBytes = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(ingest: Pick<Ingest, 'submit' | 'remembered'>, bytesMax: number, refused: Refused) {
    this.#ingest = ingest
    this.#bytesMax = bytesMax
    this.#refused = refused
  }

  /** @throws Unavailable when the database cannot be written to; nothing may be added then */
  async add(path: string, read: Read): Promise<void> {
    this.#reads.push({ path, ...read })
    this.#bytes += read.bytes
    if (this.#bytes >= this.#bytesMax) await this.#send()
  }

  /** Resolves when everything is on disk. @throws Unavailable when it is not */
  async end(): Promise<void> {
    await this.#send()
    await this.#writing
  }

  async #send(): Promise<void> {
    const reads = this.#reads
    this.#reads = []
    this.#bytes = 0
    await this.#writing
    this.#tidy()
    const { promise: atCommit, resolve: toCommit } = Promise.withResolvers<void>()
    this.#writing = this.#store(
      reads.filter(({ path }) => !this.#lost.has(path)),
      toCommit,
    ).finally(toCommit)
    // Told by the next call; without this it would count as nobody's.
    this.#writing.catch(() => {})
    await atCommit
  }

  #tidy(): void {
    if (process.memoryUsage.rss() < Math.max(tidyFromBytes, this.#tidiedBytes + tidyEveryBytes)) return
    Bun.gc(true)
    this.#tidiedBytes = process.memoryUsage.rss()
  }

  async #store(reads: (Read & { path: string })[], toCommit = () => {}): Promise<void> {
    if (reads.length === 0) return
    try {
      await submitted(this.#ingest, merged(reads), async () => toCommit())
    } catch (error) {
      // When nothing at all can be written it is not for what was read.
      await submitted(this.#ingest, { telemetry: noTelemetry(), bytes: 0, records: [] })
      const [first] = reads as [Read & { path: string }]
      if (reads.every(({ path }) => path === first.path)) {
        this.#lost.add(first.path)
        this.#refused(first.path, messageOf(error))
        return
      }
      for (const [, own] of Map.groupBy(reads, ({ path }) => path)) await this.#store(own)
    }
  }
}

function merged(reads: readonly Read[]): Read {
  const telemetry = noTelemetry()
  const records = new Map<string, FileRecord>()
  for (const read of reads) {
    for (const kind of Object.keys(telemetry) as (keyof Telemetry)[])
      for (const one of read.telemetry[kind]) (telemetry[kind] as unknown[]).push(one)
    for (const record of read.records) records.set(record.path, record)
  }
  return { telemetry, bytes: reads.reduce((sum, { bytes }) => sum + bytes, 0), records: [...records.values()] }
}

// read-file.ts: one transcript file, from where it was left, as batches each with the record to store beside it.
import { lstatSync, type Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Skipped, TranscriptFile, TranscriptReader, TranscriptSlice } from '#proto/agent.ts'
import { noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import { isInside } from '#watcher/files.ts'
import { type Cursor, isUnchanged, tail } from '#watcher/tail.ts'
import { beginning, type FileRecord, newRecord } from './file-records.ts'
import type { SourceFile } from './sources.ts'
import { type Removed, within } from './window.ts'

/** What a slice of a file says, and what is remembered once it is stored. */
export type Step = {
  telemetry: Telemetry
  skipped: Skipped[]
  unknown: Record<string, number>
  bytes: number
  record: FileRecord
  /** Everything known of the file is void: it was truncated, replaced or rewritten. */
  restarted: boolean
  /** The last line has no end yet; the cursor stands before it, and what is skipped may still come. */
  unfinished: boolean
}

export type ReadOptions = {
  /** Tell a last line without an end, too: at an import, and when the file has been at rest for a while. */
  unfinished?: boolean
  /** Read the file again from its beginning. */
  fromBeginning?: boolean
  /** Read on in the old file of this path, after a rotation. */
  handle?: FileHandle
  sliceBytes?: number
}

/** A JSON document is read as one; the largest session of an agent that writes such ones is a tenth of this. */
const documentBytesMax = 256 * 1024 * 1024

/** How a file looks; for SQLite its write-ahead log belongs to it. Nothing when it is not there or not regular. */
export function lookAt(path: string, kind: 'lines' | 'whole'): Stats | undefined {
  try {
    const stat = lstatSync(path)
    if (!stat.isFile()) return undefined
    if (kind === 'whole' && path.endsWith('.db')) {
      const wal = lookAt(`${path}-wal`, 'lines')
      if (wal) {
        stat.size += wal.size
        stat.mtimeMs = Math.max(stat.mtimeMs, wal.mtimeMs)
      }
    }
    return stat
  } catch {
    return undefined
  }
}

/** Whether there is nothing to read: the file is as it was left. */
export function isRead(path: string, kind: 'lines' | 'whole', record: FileRecord | undefined): boolean {
  const stat = record && lookAt(path, kind)
  return stat !== undefined && isUnchanged(stat, record!.cursor)
}

/**
 * Reads a file from where the record left it.
 *
 * @throws the file system's error, a database's, or one with `retry` when the file is busy.
 */
export async function* readFile(
  file: SourceFile,
  record: FileRecord | undefined,
  options: ReadOptions = {},
): AsyncGenerator<Step> {
  const { source, path } = file
  if (!options.handle && !isInside(insideOf(file), path))
    throw Object.assign(new Error('outside of its folder'), { code: 'EINVAL' })
  const kind = source.transcripts.kind(path)
  const known = record && !options.fromBeginning ? record : undefined
  const start: FileRecord = known ?? { ...newRecord(path, source.agent.id, kind), ...firstRead(record) }
  yield* kind === 'lines' ? readLines(file, start, known, options) : readWhole(file, start)
}

const firstRead = (record: FileRecord | undefined) => (record ? { firstReadUnixNano: record.firstReadUnixNano } : {})

/** A companion lies beside the root, so that its own folder bounds it. */
function insideOf({ source, path }: SourceFile): string {
  return source.transcripts.companions?.(source.root).includes(path) ? path : source.root
}

/** A record that only notes where the history ends; nothing of the file was read yet. */
export function noted(path: string, tool: string, kind: 'lines' | 'whole', stat: Stats): FileRecord {
  const cursor: Cursor = { ...beginning, inode: inodeOf(stat), size: stat.size, modifiedMs: stat.mtimeMs }
  return { ...newRecord(path, tool, kind), cursor, fromOffset: Math.max(1, stat.size) }
}

const inodeOf = (stat: Stats) => (stat.ino === 0 ? '' : `${stat.dev}:${stat.ino}`)

/**
 * Brings a reader to the end of the history that is left out, so that it knows the session, its model and its totals, and
 * keeps nothing of what it read. A file that has been replaced since has no such history.
 */
async function pastHistory({ source, path }: SourceFile, record: FileRecord): Promise<FileRecord> {
  const stat = lookAt(path, 'lines')
  if (!stat || inodeOf(stat) !== record.cursor.inode || stat.size < record.fromOffset)
    return { ...newRecord(path, source.agent.id, 'lines'), ...firstRead(record) }
  let past = record
  let reader: TranscriptReader | undefined
  for await (const slice of tail(path, undefined, { until: record.fromOffset })) {
    reader ??= source.transcripts.open({ path, root: source.root, modifiedUnixNano: slice.modifiedUnixNano }, undefined)
    reader.read(slice.lines)
    past = { ...record, cursor: slice.cursor, state: copy(reader.state()) }
  }
  return past
}

async function* readLines(
  { source, path }: SourceFile,
  start: FileRecord,
  known: FileRecord | undefined,
  options: ReadOptions,
): AsyncGenerator<Step> {
  let record = start
  let cursor = known?.cursor
  if (known && known.cursor.offset < known.fromOffset) {
    record = await pastHistory({ source, path }, known)
    cursor = record.cursor.offset > 0 ? record.cursor : undefined
  }
  let reader: TranscriptReader | undefined
  const { unfinished = false, handle, sliceBytes } = options
  const tailOptions = { unfinished, ...(handle ? { handle } : {}), ...(sliceBytes ? { sliceBytes } : {}) }
  for await (const slice of tail(path, cursor, tailOptions)) {
    const { bytes, restart, modifiedUnixNano } = slice
    if (restart) record = { ...newRecord(path, source.agent.id, 'lines'), ...firstRead(record) }
    const about: TranscriptFile = { path, root: source.root, modifiedUnixNano }
    reader ??= source.transcripts.open(about, record.state)
    // What a line without an end says is told, but the reader that goes on has not seen it.
    const used = slice.unfinished ? source.transcripts.open(about, copy(reader.state())) : reader
    const read = used.read(slice.lines)
    const skipped = slice.unfinished ? read.skipped.map(withoutEnd) : [...slice.skipped, ...read.skipped]
    record = slice.unfinished
      ? { ...record, cursor: slice.cursor }
      : { ...counted(record, read, skipped), cursor: slice.cursor, state: copy(reader.state()) }
    yield step(read, skipped, bytes, record, restart !== undefined, slice.unfinished === true)
  }
}

/** What is lost of a last line only as long as its writer does not go on. */
const withoutEnd = ({ line }: Skipped): Skipped => ({
  ...(line === undefined ? {} : { line }),
  reason: 'the last record has no end yet',
})

async function* readWhole(file: SourceFile, start: FileRecord): AsyncGenerator<Step> {
  const { source, path } = file
  const stat = lookAt(path, 'whole')
  if (!stat || !source.transcripts.readWhole) return
  if (!path.endsWith('.db') && stat.size > documentBytesMax)
    throw Object.assign(new Error(`a document of ${Math.round(stat.size / 1024 / 1024)} MB is more than can be read`), {
      code: 'EFBIG',
    })
  const about: TranscriptFile = {
    path,
    root: source.root,
    modifiedUnixNano: BigInt(Math.round(stat.mtimeMs)) * 1_000_000n,
  }
  let record = start
  let bytes = stat.size
  // A store cannot be read up to a place: of one whose history is left out, only what is newer than the note is told.
  const since = start.fromOffset > 0 ? { from: start.firstReadUnixNano } : {}
  for (const slice of source.transcripts.readWhole(about, start.state)) {
    const { kept } = within(slice.telemetry, since, noneRemoved)
    const told = { ...slice, telemetry: kept }
    record = { ...counted(record, told, slice.skipped), state: copy(slice.watermark) }
    yield step(told, slice.skipped, bytes, record, false, false)
    bytes = 0
  }
  const cursor: Cursor = {
    ...beginning,
    inode: inodeOf(stat),
    size: stat.size,
    modifiedMs: stat.mtimeMs,
    offset: stat.size,
  }
  yield step({ telemetry: noTelemetry(), skipped: [] }, [], bytes, { ...record, cursor }, false, false)
}

const noneRemoved: Removed = new Map()

function step(
  { telemetry, unknown }: TranscriptSlice,
  skipped: Skipped[],
  bytes: number,
  record: FileRecord,
  restarted: boolean,
  unfinished: boolean,
): Step {
  return { telemetry, skipped, unknown: unknown ?? {}, bytes, record, restarted, unfinished }
}

function counted(record: FileRecord, { telemetry }: TranscriptSlice, skipped: Skipped[]): FileRecord {
  return {
    ...record,
    calls: record.calls + telemetry.calls.length,
    toolCalls: record.toolCalls + telemetry.toolCalls.length,
    messages: record.messages + telemetry.messages.length,
    skipped: record.skipped + skipped.length,
  }
}

/** What a reader remembers, as it will come back from the table; it goes on changing its own. */
function copy(state: unknown): unknown {
  return state === undefined || state === null ? undefined : JSON.parse(JSON.stringify(state))
}

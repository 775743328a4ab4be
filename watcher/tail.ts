// tail.ts: the whole lines added to a file since a cursor; a file that is no longer the same is read from its beginning.
import { constants, readSync, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Skipped, TranscriptLine } from '#proto/agent.ts'
import { LineSplitter, lineBytesMax } from './lines.ts'

/** How far a file was read, and enough of what it was to know it again. All of it JSON. */
export type Cursor = {
  /** Device and inode; '' where the system has none. */
  inode: string
  /** Size and time of change when it was read to its end; a size of -1 when there is more to read. */
  size: number
  modifiedMs: number
  /** Where the next line begins, and the lines before it. */
  offset: number
  line: number
  /** Hashes of the first bytes before `offset` (at most 4 KiB) and of the last. */
  headHash: string
  tailHash: string
}

/** Why a file is read from its beginning although a cursor for it was known. */
export type Restart = 'truncated' | 'replaced' | 'rewritten'

export type Slice = {
  lines: TranscriptLine[]
  skipped: Skipped[]
  cursor: Cursor
  /** Bytes read for this slice. */
  bytes: number
  /** On the first slice only: what was known of the file is void, the reader's state included. */
  restart?: Restart
  /** The line has no end yet: it may go on, so the cursor stands before it. */
  unfinished?: true
  /** The file's time of change. */
  modifiedUnixNano: bigint
}

export type TailOptions = {
  /** Bytes that one slice reads at most (a longer line makes it longer). Default 4 MiB. */
  sliceBytes?: number
  lineBytesMax?: number
  /** Also tell the last line when it has no end yet. */
  unfinished?: boolean
  /** Read no further than this byte. */
  until?: number
  /** Read through this handle instead of opening the path (the old file after a rotation); it stays open. */
  handle?: FileHandle
}

const defaultSliceBytes = 4 * 1024 * 1024
const printBytes = 4096

/**
 * The buffer that the last reading left. Made anew for each of 3,000 files it was as much memory as all their bytes, each page of it
 * fetched from the system and given back, and for the garbage collector a reason to start.
 */
let spare: Buffer | undefined

/** At least so many bytes to read into, until they are given back to {@link spare}. */
function bufferOf(bytes: number): Buffer {
  const taken = spare
  // Rounded up, so that it serves the next file, too; what is not read into takes no memory.
  if (!taken || taken.length < bytes) return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(65_536, bytes))))
  spare = undefined
  return taken
}

/** Opens a regular file for reading; never waits (a pipe) and never follows a link. @throws the system's error */
export async function openRegular(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' })
}

/** Whether a file is as the cursor left it: nothing to read, so it need not be opened. */
export function isUnchanged(stat: Stats, cursor: Cursor): boolean {
  return stat.size === cursor.size && stat.mtimeMs === cursor.modifiedMs && inodeOf(stat) === cursor.inode
}

/**
 * Reads what a file has gained since the cursor, slice by slice. Each slice's cursor stands behind its last whole line,
 * so that storing it together with what the slice says loses nothing and doubles nothing. When nothing whole is new but
 * the file was touched, one slice without lines carries the new cursor.
 *
 * @throws the file system's error when the file cannot be opened or read.
 */
export async function* tail(path: string, from: Cursor | undefined, options: TailOptions = {}): AsyncGenerator<Slice> {
  const handle = options.handle ?? (await openRegular(path))
  try {
    yield* slices(handle, from, options)
  } finally {
    if (!options.handle) await handle.close()
  }
}

async function* slices(handle: FileHandle, from: Cursor | undefined, options: TailOptions): AsyncGenerator<Slice> {
  // A file that grows while it is read: what comes after this size belongs to the next reading.
  const stat = await handle.stat()
  const end = Math.min(stat.size, options.until ?? stat.size)
  const restart = from && changed(handle.fd, stat, from)
  const start = restart || !from ? { offset: 0, line: 0 } : from
  const splitter = new LineSplitter(start.line, options.lineBytesMax ?? lineBytesMax)
  const common = { modifiedUnixNano: BigInt(Math.round(stat.mtimeMs)) * 1_000_000n }
  let first: { restart?: Restart } = restart ? { restart } : {}
  let position = start.offset
  let sent = position

  function slice(lines: TranscriptLine[], skipped: Skipped[]): Slice {
    const cursor = cursorAt(handle.fd, stat, position - splitter.pendingBytes, splitter.line, position < stat.size)
    const made = { lines, skipped, cursor, bytes: position - sent, ...common, ...first }
    sent = position
    first = {}
    return made
  }

  const sliceBytes = Math.max(1, Math.min(options.sliceBytes ?? defaultSliceBytes, end - position))
  const buffer = bufferOf(sliceBytes)
  try {
    while (position < end) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(sliceBytes, end - position), position)
      if (bytesRead === 0) break
      position += bytesRead
      const skipped: Skipped[] = []
      const before = splitter.line
      const lines = splitter.push(buffer.subarray(0, bytesRead), skipped)
      if (splitter.line > before) yield slice(lines, skipped)
    }
  } finally {
    // The larger one serves more files.
    if (!spare || spare.length < buffer.length) spare = buffer
  }
  if (options.unfinished) {
    const skipped: Skipped[] = []
    const lines = splitter.rest(skipped)
    if (lines.length > 0) yield { ...slice(lines, skipped), unfinished: true }
  }
  const isNew = !from || from.size !== stat.size || from.modifiedMs !== stat.mtimeMs || from.inode !== inodeOf(stat)
  if (isNew && (position !== sent || position === start.offset)) yield slice([], [])
}

/** Why the file is not the one the cursor was made for, if so. */
function changed(fd: number, stat: Stats, cursor: Cursor): Restart | undefined {
  if (cursor.inode !== '' && inodeOf(stat) !== cursor.inode) return 'replaced'
  if (stat.size < cursor.offset) return 'truncated'
  const { headHash, tailHash } = prints(fd, cursor.offset)
  return headHash === cursor.headHash && tailHash === cursor.tailHash ? undefined : 'rewritten'
}

function cursorAt(fd: number, stat: Stats, offset: number, line: number, more: boolean): Cursor {
  const seen = more ? { size: -1, modifiedMs: 0 } : { size: stat.size, modifiedMs: stat.mtimeMs }
  return { inode: inodeOf(stat), ...seen, offset, line, ...prints(fd, offset) }
}

/** What stands at the beginning of a file and right before an offset; a rewrite in place changes one or the other. */
function prints(fd: number, offset: number): Pick<Cursor, 'headHash' | 'tailHash'> {
  const length = Math.min(printBytes, offset)
  return { headHash: hashAt(fd, 0, length), tailHash: hashAt(fd, offset - length, length) }
}

function hashAt(fd: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length)
  const bytesRead = length === 0 ? 0 : readSync(fd, buffer, 0, length, position)
  return Bun.hash(buffer.subarray(0, bytesRead)).toString(36)
}

const inodeOf = (stat: Stats) => (stat.ino === 0 ? '' : `${stat.dev}:${stat.ino}`)

// recover.ts: what to do when the write-ahead log is damaged: keep a copy, save what can be saved, and say what was lost.
import { constants, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { undoTornCheckpoint } from './block-journal.ts'
import { CannotOpen, isStorage, messageOf } from './errors.ts'
import { commitsAround, readWal, type Wal } from './wal.ts'

/** Opens (attaches) the database once; throws when it cannot. */
type Attach = () => Promise<void>

/**
 * Attaches a database, mending its WAL when that is what stands in the way. A power cut leaves a tail of zeros on ext4 and
 * NTFS; a bad block flips a byte; DuckDB then refuses the file, or silently drops the rest of the log. A copy goes to
 * a `quarantine-…` folder before anything is changed.
 *
 * @returns a message for the user when something was mended or lost, nothing otherwise.
 * @throws CannotOpen when the database itself is not readable.
 */
export async function attachOrMend(path: string, attach: Attach): Promise<string | undefined> {
  undoTornCheckpoint(path)
  const wal = readWal(`${path}.wal`)
  const dropped = wal ? commitsAround(wal, wal.readableBytes).lost : 0
  const quarantine = wal && (dropped > 0 || wal.isSomethingElse) ? keepCopies(path) : undefined
  // Nobody was told that it is stored, so nothing is lost. DuckDB goes on writing at this end, and syncs the file with the next commit.
  if (wal?.halfFrom !== undefined && !quarantine) truncateSync(`${path}.wal`, wal.halfFrom)
  try {
    await attach()
  } catch (error) {
    if (!wal || !isWalDamage(error)) throw explain(path, error)
    return await mend(path, wal, error, attach, quarantine ?? keepCopies(path))
  }
  if (!wal || !quarantine) return undefined
  if (dropped === 0) return report(path, 'none of it can be read; whatever was in it is lost', quarantine)
  return report(
    path,
    `it cannot be read beyond byte ${wal.readableBytes}; ${lossAfter(wal, wal.readableBytes)}`,
    quarantine,
  )
}

/** Tries one remedy after the other, each losing more than the one before. */
async function mend(path: string, wal: Wal, damage: unknown, attach: Attach, quarantine: string): Promise<string> {
  const file = `${path}.wal`
  const position = Math.min(damagedPosition(damage) ?? 0, wal.bytes)
  const remedies: (() => string)[] = [
    () => {
      // What stood where the zeros are cannot be told: nothing, after a power cut, or commits, after a bad block.
      const zeros = stripZeroTail(file)
      return `its last ${zeros} bytes were zeros and were cut off; the ${wal.commitEnds.length} commits before them are kept`
    },
    () => {
      truncateSync(file, position)
      return `it was damaged at byte ${position}; ${lossAfter(wal, position)}`
    },
    () => {
      renameSync(file, `${file}.unreadable-${Date.now()}`)
      return `it could not be read at all; ${lossAfter(wal, 0)}`
    },
  ]
  let last = damage
  for (const remedy of remedies) {
    const said = remedy()
    try {
      await attach()
      return report(path, said, quarantine)
    } catch (error) {
      last = error
      if (!isWalDamage(error)) break
    }
  }
  throw explain(path, last)
}

function report(path: string, what: string, quarantine: string): string {
  return `the write-ahead log of ${path} was damaged: ${what}. A copy is in ${quarantine}`
}

function lossAfter(wal: Wal, position: number): string {
  const { kept, lost } = commitsAround(wal, position)
  if (lost === 0) return 'every acknowledged record was kept'
  return `the ${kept} commits before that are kept, the ${lost} after it (${wal.bytes - position} of ${wal.bytes} bytes) are lost`
}

/** Whether the log's content is at fault, rather than a full or failing disk while it was read. */
function isWalDamage(error: unknown): boolean {
  const message = messageOf(error).replace(/^IO Error: /, '')
  return /Corrupt WAL file|replaying WAL|Failed to read WAL/i.test(message) && !isStorage(message)
}

/** The byte at which the damaged entry begins. DuckDB names its first byte after length and checksum, 16 bytes later. */
function damagedPosition(error: unknown): number | undefined {
  const found = /byte position (\d+)/i.exec(messageOf(error))
  return found ? Math.max(0, Number(found[1]) - 16) : undefined
}

/**
 * Copies the database and its log. The log is what is about to be changed; a database too large for the disk is left out.
 *
 * @throws CannotOpen when not even the log can be copied: then nothing is touched.
 */
function keepCopies(path: string): string {
  const folder = join(dirname(path), `quarantine-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  const copy = (file: string) => copyFileSync(file, join(folder, basename(file)), constants.COPYFILE_FICLONE)
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true })
    copy(`${path}.wal`)
  } catch (error) {
    throw new CannotOpen(
      `the write-ahead log of ${path} is damaged, and there is no room to copy it before it is mended: ${messageOf(error)}`,
    )
  }
  try {
    copy(path)
  } catch {
    rmSync(join(folder, basename(path)), { force: true })
  }
  return folder
}

/** Cuts the zeros off the end of the log and gives their number. An entry never ends in zeros: its last bytes are `ff ff`. */
function stripZeroTail(wal: string): number {
  const content = readFileSync(wal)
  let end = content.byteLength
  while (end > 0 && content[end - 1] === 0) end--
  truncateSync(wal, end)
  return content.byteLength - end
}

function explain(path: string, error: unknown): CannotOpen {
  const message = messageOf(error)
  if (/not a valid DuckDB database file/i.test(message)) {
    return new CannotOpen(
      `${path} is not a telltale database (it was left as it is); name another file with --database`,
    )
  }
  if (/Conflicting lock|Could not set lock/i.test(message)) {
    const pid = /PID (\d+)/i.exec(message)?.[1]
    return new CannotOpen(
      `the database ${path} is open in ${pid ? `process ${pid}` : 'another program'}; close it there first`,
    )
  }
  return new CannotOpen(`the database ${path} cannot be opened: ${message.split('\n')[0]}`)
}

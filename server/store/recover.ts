// recover.ts: what to do when the write-ahead log is damaged: keep a copy, save what can be saved, and say what was lost.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CannotOpen, messageOf } from './errors.ts'

/** Opens (attaches) the database once; throws when it cannot. */
type Attach = () => Promise<void>

/**
 * Attaches a database, mending its WAL when that is what stands in the way. A power cut leaves a tail of zeros on ext4 and
 * NTFS; a bad block flips a byte; DuckDB then refuses the file. Copies of both files go to a `quarantine-…` folder first.
 *
 * @returns a message for the user when something had to be mended, nothing otherwise.
 * @throws CannotOpen when the database itself is not readable.
 */
export async function attachOrMend(path: string, attach: Attach): Promise<string | undefined> {
  try {
    await attach()
    return undefined
  } catch (error) {
    const wal = `${path}.wal`
    if (!isWalDamage(error) || !existsSync(wal)) throw explain(path, error)
    const quarantine = keepCopies(path, wal)
    const before = statSync(wal).size
    const steps: (() => string)[] = [
      () => {
        const kept = stripZeroTail(wal)
        return `its last ${before - kept} bytes were zeros and were cut off; every acknowledged record was kept`
      },
      () => {
        const position = damagedPosition(error)
        const kept = position === undefined ? before : Math.max(0, position - 16)
        truncateSync(wal, Math.min(kept, before))
        return `it was damaged at byte ${position ?? '?'}; what was committed after that point (${before - kept} of ${before} bytes) is lost`
      },
      () => {
        renameSync(wal, `${wal}.unreadable-${Date.now()}`)
        return `it could not be read at all; what was committed since the last checkpoint (${before} bytes) is lost`
      },
    ]
    let last: unknown = error
    for (const step of steps) {
      const said = step()
      try {
        await attach()
        return `the write-ahead log of ${path} was damaged: ${said}. Copies of both files are in ${quarantine}`
      } catch (again) {
        last = again
      }
    }
    throw explain(path, last)
  }
}

function isWalDamage(error: unknown): boolean {
  return /WAL|checksum|replay/i.test(messageOf(error))
}

/** The byte that DuckDB reports: "… at byte position 1234". */
function damagedPosition(error: unknown): number | undefined {
  const found = /(?:byte )?position[^0-9]{0,12}(\d+)/i.exec(messageOf(error))
  return found ? Number(found[1]) : undefined
}

function keepCopies(path: string, wal: string): string {
  const folder = join(dirname(path), `quarantine-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  mkdirSync(folder, { mode: 0o700, recursive: true })
  copyFileSync(path, join(folder, basename(path)))
  copyFileSync(wal, join(folder, basename(wal)))
  return folder
}

/** Cuts the zeros off the end of the WAL and gives the length that is left. */
function stripZeroTail(wal: string): number {
  const content = readFileSync(wal)
  let end = content.byteLength
  while (end > 0 && content[end - 1] === 0) end--
  // A record may itself end in zeros: leave up to eight, which DuckDB reads as an incomplete entry at worst.
  const kept = Math.min(content.byteLength, end + 8)
  truncateSync(wal, end === 0 ? 0 : kept)
  return end === 0 ? 0 : kept
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

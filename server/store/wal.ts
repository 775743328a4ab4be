// wal.ts: what a write-ahead log of DuckDB holds, as far as that can be told without DuckDB: how many commits, and where.
import { existsSync, readFileSync } from 'node:fs'

/** Where each commit ends, in bytes from the start, and where the log stops making sense (its length when it never does). */
export type Wal = {
  bytes: number
  commitEnds: number[]
  readableBytes: number
  /** Whether it has more bytes than a kill leaves of a log that was just begun, and does not begin as one. */
  isSomethingElse: boolean
  /** Where a transaction begins that was cut off and that DuckDB would read in part all the same; nothing when there is none. */
  halfFrom?: number
}

/**
 * A log begins with a version entry, `64 00 62 65 00 <version> ff ff`; each entry after it is its length, a checksum (both
 * 8 bytes, little endian) and that many bytes. A commit is this entry: length, checksum, content.
 */
const header = Buffer.from('640062650002ffff', 'hex')
const commitParts = ['0500000000000000', 'e7fe7d722fed3d5e', '640064ffff'].map((hex) => Buffer.from(hex, 'hex'))
const commitOffsets = [0, 8, 16]
const commitBytes = 21

/**
 * Reads the log beside a database before DuckDB does. DuckDB takes an entry that is longer than the rest of the file for
 * one that was never finished, and silently drops it and all after it. That is right for a kill, and wrong for a damaged
 * length or header: then commits follow, and they are lost.
 */
export function readWal(path: string): Wal | undefined {
  if (!existsSync(path)) return undefined
  const content = readFileSync(path)
  let at = content.subarray(0, header.length).equals(header) ? header.length : 0
  while (at > 0 && at + 16 <= content.length) {
    const end = at + 16 + Number(content.readBigUInt64LE(at))
    if (end > content.length) break
    at = end
  }
  const ends = commitEnds(content)
  const isSomethingElse = content.length > header.length && !content.subarray(0, 4).equals(header.subarray(0, 4))
  const last = ends.at(-1) ?? header.length
  const halfFrom = !isSomethingElse && isHalf(content, last) ? { halfFrom: last } : {}
  return { bytes: content.length, commitEnds: ends, readableBytes: at, isSomethingElse, ...halfFrom }
}

/** What an entry is, in its first byte after `64 00`; from `version` on they are about the log itself, a checkpoint among them. */
const entryTypes = { rowGroupData: 29, version: 98, commit: 100 } as const

/**
 * Whether what stands behind the last commit is a transaction without its end that names row groups. DuckDB 1.5.5 takes other entries
 * of such a transaction back, but row groups stay: rows that nobody was told are stored, and whose doubles were not deleted. Seen in 3
 * of some 600 kills of an import, whose commits of 28 MiB fill row groups. A tail that is anything else is left to recover.ts.
 */
function isHalf(content: Buffer, from: number): boolean {
  let hasRowGroups = false
  for (let at = from; at < content.length; ) {
    // Fewer bytes than an entry has before it says what it is; zeros are what a power cut leaves.
    if (at + 19 > content.length || content.subarray(at).every((byte) => byte === 0)) return hasRowGroups
    const type = content[at + 18]!
    const isEntry = content.readUInt16LE(at + 16) === 100 && type > 0 && type < entryTypes.version
    if (!isEntry) return hasRowGroups && type === entryTypes.commit && at + commitBytes > content.length
    const end = at + 16 + Number(content.readBigUInt64LE(at))
    hasRowGroups ||= type === entryTypes.rowGroupData && end <= content.length
    at = end
  }
  return hasRowGroups
}

/** Where commits end: found by two of their three parts, so that damage in the third hides none. */
function commitEnds(content: Buffer): number[] {
  const parts = new Map<number, number>()
  commitParts.forEach((part, index) => {
    for (let from = 0; ; ) {
      const found = content.indexOf(part, from)
      if (found < 0) return
      const start = found - commitOffsets[index]!
      parts.set(start, (parts.get(start) ?? 0) + 1)
      from = found + 1
    }
  })
  return [...parts]
    .filter(([start, count]) => count >= 2 && start >= 0 && start + commitBytes <= content.length)
    .map(([start]) => start + commitBytes)
    .sort((a, b) => a - b)
}

/** How many commits end at or before a byte, and how many after it. */
export function commitsAround(wal: Wal, position: number): { kept: number; lost: number } {
  const kept = wal.commitEnds.filter((end) => end <= position).length
  return { kept, lost: wal.commitEnds.length - kept }
}

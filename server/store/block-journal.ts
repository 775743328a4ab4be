// block-journal.ts: what a checkpoint is about to write over, kept beside the database until it is done.
//
// DuckDB packs 64 pieces of metadata into a block of 256 KiB, and a checkpoint writes new pieces into the free places of
// blocks that the file still needs: the whole block, in place. A kill in the middle of that write leaves a block whose
// checksum belongs to what was not written any more, and DuckDB then refuses the file, though nothing in it is lost (seen
// in 1 of 1,000 kills aimed at a checkpoint). With the old blocks at hand it is exactly undone, as InnoDB's doublewrite does.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import blocksSql from './rewritten-blocks.sql' with { type: 'text' }

const blockBytes = 262_144
/** The main header and two database headers, of which a checkpoint writes one as its last step. */
const headersBytes = 3 * 4096
const magic = Buffer.from('telltale blocks2')
const digestBytes = 8

/** Where it is; `<database>.blocks`. */
export const journalOf = (path: string): string => `${path}.blocks`

export type BlockJournal = {
  /** Keeps the blocks that the next checkpoint may write over: two or three of them. */
  keep(connection: DuckDBConnection): Promise<void>
  /**
   * To be called after the database itself was closed: see {@link openBlockJournal}.
   *
   * @param isDone whether the last checkpoint was; what was kept for it then goes.
   */
  close(isDone: boolean): void
}

/**
 * Opens the journal of an attached database.
 *
 * It holds one descriptor of the file for as long as DuckDB does: closing any descriptor of a file gives up the POSIX
 * locks that the process has on it, so that reading it and closing it would take DuckDB's lock away. The journal's own file
 * stays, too, and is written over each time: to make and remove it took longer than the checkpoint on a busy disk.
 */
export function openBlockJournal(path: string): BlockJournal {
  const file = openSync(path, 'r')
  let journal: FileHandle | undefined
  return {
    async keep(connection) {
      const rows = (await connection.runAndReadAll(blocksSql)).getRows()
      const headers = readAt(file, 0, headersBytes)
      if (keptFor(path, headers)) return
      const blocks = rows.map(([id]) => ({ id: Number(id), content: readAt(file, positionOf(Number(id)), blockBytes) }))
      journal ??= await open(journalOf(path), existsSync(journalOf(path)) ? 'r+' : 'w', 0o600)
      await write(journal, headers, blocks)
    },
    close(isDone) {
      closeSync(file)
      void journal?.close().catch(() => {})
      if (isDone) rmSync(journalOf(path), { force: true })
    },
  }
}

/**
 * Puts back the blocks that a checkpoint was killed in. Called before DuckDB opens the file.
 *
 * A block is put back when the file's headers are those of the moment it was kept (no checkpoint was finished since) and
 * its checksum is wrong; any other file, such as a copy put in its place, stays as it is.
 *
 * @returns how many blocks were put back.
 */
export function undoTornCheckpoint(path: string): number {
  const journal = existsSync(journalOf(path)) && existsSync(path) ? read(path) : undefined
  if (!journal) return 0
  const file = openSync(path, 'r+')
  try {
    if (!readAt(file, 0, headersBytes).equals(journal.headers)) return 0
    const torn = journal.blocks.filter(({ id }) => !isSound(readAt(file, positionOf(id), blockBytes)))
    for (const { id, content } of torn) writeSync(file, content, 0, blockBytes, positionOf(id))
    if (torn.length > 0) fsyncSync(file)
    return torn.length
  } finally {
    closeSync(file)
  }
}

type Kept = { id: number; content: Buffer }
type Journal = { headers: Buffer; blocks: Kept[] }

const positionOf = (id: number) => headersBytes + id * blockBytes

function readAt(file: number, position: number, bytes: number): Buffer {
  const content = Buffer.alloc(bytes)
  readSync(file, content, 0, bytes, position)
  return content
}

/** After a checkpoint that failed, what was kept before it is still what the file needs; the file itself may be torn. */
function keptFor(path: string, headers: Buffer): boolean {
  if (!existsSync(journalOf(path))) return false
  const file = openSync(journalOf(path), 'r')
  try {
    if (!readAt(file, magic.length, headersBytes).equals(headers)) return false
  } finally {
    closeSync(file)
  }
  return read(path) !== undefined
}

/** Layout: the name, the file's headers, number of blocks, their ids (8 bytes each), their contents, a hash of it all. */
async function write(file: FileHandle, headers: Buffer, blocks: Kept[]): Promise<void> {
  const ids = Buffer.alloc(8 * (blocks.length + 1))
  ids.writeBigUInt64LE(BigInt(blocks.length), 0)
  blocks.forEach(({ id }, index) => {
    ids.writeBigUInt64LE(BigInt(id), 8 * (index + 1))
  })
  const body = Buffer.concat([magic, headers, ids, ...blocks.map(({ content }) => content)])
  const content = Buffer.concat([body, digestOf(body)])
  for (let at = 0; at < content.length; ) at += (await file.write(content, at, content.length - at, at)).bytesWritten
  await file.truncate(content.length)
  await file.datasync()
}

/** Nothing when it is missing or was not finished: then the checkpoint had not begun. */
function read(path: string): Journal | undefined {
  if (!existsSync(journalOf(path))) return undefined
  const content = readFileSync(journalOf(path))
  const start = magic.length + headersBytes
  if (content.length < start + 8 + digestBytes) return undefined
  const body = content.subarray(0, -digestBytes)
  if (!content.subarray(0, magic.length).equals(magic)) return undefined
  if (!digestOf(body).equals(content.subarray(-digestBytes))) return undefined
  const count = Number(content.readBigUInt64LE(start))
  const firstBlock = start + 8 * (count + 1)
  if (body.length !== firstBlock + count * blockBytes) return undefined
  const blocks = Array.from({ length: count }, (_, index) => ({
    id: Number(content.readBigUInt64LE(start + 8 * (index + 1))),
    content: content.subarray(firstBlock + index * blockBytes, firstBlock + (index + 1) * blockBytes),
  }))
  return { headers: content.subarray(magic.length, start), blocks }
}

/** Against a write that was not finished, not against anybody. */
function digestOf(body: Buffer): Buffer {
  const digest = Buffer.alloc(digestBytes)
  digest.writeBigUInt64LE(Bun.hash.xxHash64(body))
  return digest
}

/** DuckDB's checksum of a block: its first 8 bytes are 5381 xor each further word times a constant. */
export function isSound(block: Buffer): boolean {
  let sum = 5381n
  for (let at = 8; at < block.length; at += 8) {
    sum ^= BigInt.asUintN(64, block.readBigUInt64LE(at) * 0xbf58476d1ce4e5b9n)
  }
  return sum === block.readBigUInt64LE(0)
}

// file-records.ts: what is remembered of transcript files between readings, and across restarts.
import type { Cursor } from '#watcher/tail.ts'
import { int, json, list, maybe, query, real, text, time } from '../store/query.ts'
import type { Reader, Tx } from '../store/store.ts'
import filesSql from './files.sql' with { type: 'text' }
import rememberSql from './remember-file.sql' with { type: 'text' }

/** `root`: not a file, but the note that a folder has been watched before. */
export type FileKind = 'lines' | 'whole' | 'root'

/** One row of `import_files`. */
export type FileRecord = {
  path: string
  tool: string
  kind: FileKind
  cursor: Cursor
  /** Where reading began; not 0 for a file whose history was left out. */
  fromOffset: number
  /** What the agent's reader (or, for a whole file, its reading) goes on from. */
  state: unknown
  calls: number
  toolCalls: number
  messages: number
  skipped: number
  firstReadUnixNano: bigint
}

export const beginning: Cursor = {
  inode: '',
  size: -1,
  modifiedMs: 0,
  offset: 0,
  line: 0,
  headHash: '',
  tailHash: '',
}

/** A file that was never read. */
export function newRecord(path: string, tool: string, kind: FileKind): FileRecord {
  return {
    path,
    tool,
    kind,
    cursor: beginning,
    fromOffset: 0,
    state: undefined,
    calls: 0,
    toolCalls: 0,
    messages: 0,
    skipped: 0,
    firstReadUnixNano: BigInt(Date.now()) * 1_000_000n,
  }
}

const readFiles = query(
  filesSql,
  { tools: list(text) },
  {
    path: text,
    tool: text,
    kind: text,
    inode: text,
    size: int,
    modified_ms: real,
    byte_offset: int,
    line: int,
    head_hash: text,
    tail_hash: text,
    from_offset: int,
    state: maybe(json),
    calls: int,
    tool_calls: int,
    messages: int,
    skipped: int,
    first_read_at: time,
  },
)

/** What is remembered of these tools' files, by path. */
export async function loadRecords(reader: Reader, tools: readonly string[]): Promise<Map<string, FileRecord>> {
  const rows = await readFiles(reader, { tools: [...tools] })
  return new Map(
    rows.map((row) => [
      row.path,
      {
        path: row.path,
        tool: row.tool,
        kind: row.kind as FileKind,
        cursor: {
          inode: row.inode,
          size: row.size,
          modifiedMs: row.modified_ms,
          offset: row.byte_offset,
          line: row.line,
          headHash: row.head_hash,
          tailHash: row.tail_hash,
        },
        fromOffset: row.from_offset,
        state: row.state === null ? undefined : JSON.parse(row.state),
        calls: row.calls,
        toolCalls: row.tool_calls,
        messages: row.messages,
        skipped: row.skipped,
        firstReadUnixNano: row.first_read_at,
      },
    ]),
  )
}

const remember = query(
  rememberSql,
  {
    path: text,
    tool: text,
    kind: text,
    inode: text,
    size: int,
    modified_ms: real,
    byte_offset: int,
    line: int,
    head_hash: text,
    tail_hash: text,
    from_offset: int,
    state: maybe(json),
    calls: int,
    tool_calls: int,
    messages: int,
    skipped: int,
    first_read_at: time,
    last_read_at: time,
  },
  {},
)

/** Stores a record; run in the transaction of what was read. */
export async function storeRecord(tx: Tx, record: FileRecord): Promise<void> {
  const { cursor } = record
  await remember(tx, {
    path: record.path,
    tool: record.tool,
    kind: record.kind,
    inode: cursor.inode,
    size: cursor.size,
    modified_ms: cursor.modifiedMs,
    byte_offset: cursor.offset,
    line: cursor.line,
    head_hash: cursor.headHash,
    tail_hash: cursor.tailHash,
    from_offset: record.fromOffset,
    state: record.state === undefined ? null : JSON.stringify(record.state),
    calls: record.calls,
    tool_calls: record.toolCalls,
    messages: record.messages,
    skipped: record.skipped,
    first_read_at: record.firstReadUnixNano,
    last_read_at: BigInt(Date.now()) * 1_000_000n,
  })
}

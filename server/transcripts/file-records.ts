// file-records.ts: what is remembered of transcript files between readings, and across restarts.
import type { Cursor } from '#watcher/tail.ts'
import { int, json, list, maybe, query, real, text, time } from '../store/query.ts'
import type { Reader, Tx } from '../store/store.ts'
import filesSql from './files.sql' with { type: 'text' }
import rememberSql from './remember-files.sql' with { type: 'text' }

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
    path: list(text),
    tool: list(text),
    kind: list(text),
    inode: list(text),
    size: list(int),
    modified_ms: list(real),
    byte_offset: list(int),
    line: list(int),
    head_hash: list(text),
    tail_hash: list(text),
    from_offset: list(int),
    state: list(maybe(json)),
    calls: list(int),
    tool_calls: list(int),
    messages: list(int),
    skipped: list(int),
    first_read_at: list(time),
    last_read_at: time,
  },
  {},
)

/** Stores records, one a path; run in the transaction of what was read. */
export async function storeRecords(tx: Tx, records: readonly FileRecord[]): Promise<void> {
  if (records.length === 0) return
  const cursors = records.map(({ cursor }) => cursor)
  await remember(tx, {
    path: records.map(({ path }) => path),
    tool: records.map(({ tool }) => tool),
    kind: records.map(({ kind }) => kind),
    inode: cursors.map(({ inode }) => inode),
    size: cursors.map(({ size }) => size),
    modified_ms: cursors.map(({ modifiedMs }) => modifiedMs),
    byte_offset: cursors.map(({ offset }) => offset),
    line: cursors.map(({ line }) => line),
    head_hash: cursors.map(({ headHash }) => headHash),
    tail_hash: cursors.map(({ tailHash }) => tailHash),
    from_offset: records.map(({ fromOffset }) => fromOffset),
    state: records.map(({ state }) => (state === undefined ? null : JSON.stringify(state))),
    calls: records.map(({ calls }) => calls),
    tool_calls: records.map(({ toolCalls }) => toolCalls),
    messages: records.map(({ messages }) => messages),
    skipped: records.map(({ skipped }) => skipped),
    first_read_at: records.map(({ firstReadUnixNano }) => firstReadUnixNano),
    last_read_at: BigInt(Date.now()) * 1_000_000n,
  })
}

// append.ts: rows into a table, column by column: the fastest way in (an INSERT a row: 1.25 k rows/s, the appender row by
// row 410 k, columns through the bindings' vectors 775 k).
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBListType,
  type DuckDBType,
  INTEGER,
  TIMESTAMP_NS,
  UBIGINT,
  VARCHAR,
} from '@duckdb/node-api'
import duckdb, { type LogicalType } from '@duckdb/node-bindings'
import {
  fillBigint,
  fillBoolean,
  fillDouble,
  fillInteger,
  fillList,
  fillText,
  fillTime,
  type RawVector,
  type Values,
} from './fill-column.ts'

/** What a column holds, as a row gives it. `time` is ns since 1970 as a bigint; `json` is JSON text. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'ubigint'
  | 'double'
  | 'boolean'
  | 'time'
  | 'json'
  | 'text[]'
  | 'ubigint[]'
  | 'double[]'

/** A table's columns in the table's order, each with how to take it from a row. `undefined` and `null` become NULL. */
export type TableWriter<R> = {
  table: string
  /** A temporary table is never packed and written; what is appended to it is not counted towards a checkpoint. */
  database?: 'db' | 'temp'
  columns: readonly { name: string; type: ColumnType; take: (row: R) => unknown }[]
}

const fillUbigint = (vector: RawVector, values: Values) => fillBigint(vector, values, false)

type Fill = (vector: RawVector, values: Values) => unknown

/** A type's handle is made once, when it is first used: to make those of a chunk's columns anew took as long as the chunk. */
function columnType(type: DuckDBType, fill: Fill) {
  let handle: LogicalType | undefined
  return {
    handle: () => {
      handle ??= type.toLogicalType().logical_type
      return handle
    },
    fill,
  }
}
const listType = (items: DuckDBType, fill: Fill) =>
  columnType(new DuckDBListType(items), (vector, values) => fillList(vector, values, fill))

const columnTypes: Record<ColumnType, ReturnType<typeof columnType>> = {
  text: columnType(VARCHAR, fillText),
  json: columnType(VARCHAR, fillText),
  integer: columnType(INTEGER, fillInteger),
  bigint: columnType(BIGINT, fillBigint),
  ubigint: columnType(UBIGINT, fillUbigint),
  double: columnType(DOUBLE, fillDouble),
  boolean: columnType(BOOLEAN, fillBoolean),
  time: columnType(TIMESTAMP_NS, fillTime),
  'text[]': listType(VARCHAR, fillText),
  'ubigint[]': listType(UBIGINT, fillUbigint),
  'double[]': listType(DOUBLE, fillDouble),
}

/** The most rows a DuckDB vector holds. */
const chunkRows = 2048

/** Characters of one column in a chunk: large records go in fewer at a time. 45 MB of 100 records stopped everybody for 485 ms. */
const chunkCharsMax = 2 * 1024 * 1024

/**
 * Appends rows through the connection's open transaction. Outside a transaction an appender commits by itself every
 * 204,800 rows; the store therefore offers this only inside one.
 *
 * @throws the database's error; the transaction must then be rolled back.
 */
export async function appendRows<R>(
  connection: DuckDBConnection,
  writer: TableWriter<R>,
  rows: readonly R[],
): Promise<void> {
  if (rows.length === 0) return
  const appender = await connection.createAppender(writer.table, 'main', writer.database ?? 'db')
  try {
    let asked = chunkRows
    for (let offset = 0; offset < rows.length; ) {
      // A large request must not stop everybody else: other work gets its turn after each chunk (about 10 ms). Flushed only at
      // the end, 85,000 log records stopped it for 230 ms; all in all it costs the same.
      if (offset > 0) {
        appender.flushSync()
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      const { chunk, alive, count } = chunkOf(writer, rows, offset, Math.min(asked, rows.length - offset))
      appender.appendDataChunk(chunk)
      alive.length = 0
      offset += count
      // The next ones are probably as large; but one large record must not have thousands of small ones go one by one.
      asked = Math.min(chunkRows, count * 2)
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

/** A chunk of rows, the memory its texts point to, and how many rows it holds: those whose texts are not too large together. */
function chunkOf<R>(
  writer: TableWriter<R>,
  rows: readonly R[],
  offset: number,
  count: number,
  made?: { index: number; values: unknown[] },
): { chunk: DuckDBDataChunk; alive: unknown[]; count: number } {
  const { columns } = writer
  const raw = duckdb.create_data_chunk(columns.map(({ type }) => columnTypes[type].handle()))
  duckdb.data_chunk_set_size(raw, count)
  const alive: unknown[] = []
  let values = new Array<unknown>(count)
  for (const [index, { type, take }] of columns.entries()) {
    let chars = 0
    if (made?.index === index) values = made.values
    else
      for (let row = 0; row < count; row++) {
        const value = take(rows[offset + row] as R)
        values[row] = value
        if (typeof value !== 'string') continue
        chars += value.length
        // Again with so many as fit; to make their texts was the most of the work.
        if (chars > chunkCharsMax && row > 0)
          return chunkOf(writer, rows, offset, row, { index, values: values.slice(0, row) })
      }
    alive.push(columnTypes[type].fill(duckdb.data_chunk_get_vector(raw, index), values))
  }
  return { chunk: new DuckDBDataChunk(raw), alive, count }
}

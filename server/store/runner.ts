// runner.ts: statements and their rows on one connection.
import type {
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBResultReader,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api'
import { appendRows, type TableWriter } from './append.ts'
import { withStatement } from './errors.ts'
import type { Params } from './query.ts'

/** Runs statements and reads their rows. */
export type Reader = {
  /** All rows as objects: BIGINT and HUGEINT as bigint, DOUBLE as number, lists as arrays. */
  all(sql: string, params?: Params): Promise<Record<string, unknown>[]>
  /** The result as DuckDB gives it, with column names and types. */
  read(sql: string, params?: Params): Promise<DuckDBResultReader>
  /** How many statements the text holds, and whether each is a plain SELECT. */
  statements(sql: string): Promise<{ count: number; isSelect: boolean }>
}

/** One of the read connections. */
export type ReadConnection = Reader & {
  /** The whole result of a statement that may be wide, kept from being in the way of what arrives (background.ts). */
  inBackground(sql: string): Promise<DuckDBMaterializedResult>
}

/** The open write transaction. */
export type Tx = Reader & {
  run(sql: string, params?: Params): Promise<void>
  append<R>(writer: TableWriter<R>, rows: readonly R[]): Promise<void>
}

/** `StatementType.SELECT` of the bindings. */
const statementTypeSelect = 1

export function readerOn(connection: DuckDBConnection): Reader {
  return {
    all: async (sql, params) => (await named(sql, connection.runAndReadAll(sql, ...bound(params)))).getRowObjectsJS(),
    read: (sql, params) => named(sql, connection.runAndReadAll(sql, ...bound(params))),
    statements: async (sql) => {
      const extracted = await connection.extractStatements(sql)
      const isSelect = extracted.count === 1 && (await extracted.prepare(0)).statementType === statementTypeSelect
      return { count: extracted.count, isSelect }
    },
  }
}

/** @param told of each statement, and how many rows were appended to a table. */
export function transactionOn(
  connection: DuckDBConnection,
  { stated, appended }: { stated(sql: string): void; appended(table: string, rows: number): void },
): Tx {
  const { all, read, statements } = readerOn(connection)
  return {
    all(sql, params) {
      stated(sql)
      return all(sql, params)
    },
    read(sql, params) {
      stated(sql)
      return read(sql, params)
    },
    statements,
    async run(sql, params) {
      stated(sql)
      await named(sql, connection.run(sql, ...bound(params)))
    },
    async append(writer, rows) {
      await named(`rows for ${writer.table}`, appendRows(connection, writer, rows))
      if (writer.database !== 'temp') appended(writer.table, rows.length)
    },
  }
}

/** What a statement gives; an error that is a bug of the database's names it. */
export async function named<T>(statement: string, running: Promise<T>): Promise<T> {
  try {
    return await running
  } catch (error) {
    throw withStatement(error, statement)
  }
}

function bound(params: Params | undefined): [Record<string, DuckDBValue>?, Record<string, DuckDBType>?] {
  if (!params) return []
  const values: Record<string, DuckDBValue> = {}
  const types: Record<string, DuckDBType> = {}
  for (const [name, given] of Object.entries(params)) {
    if (given !== null && typeof given === 'object' && 'type' in given && 'value' in given) {
      values[name] = given.value as DuckDBValue
      types[name] = given.type as DuckDBType
    } else {
      values[name] = given as DuckDBValue
    }
  }
  return [values, types]
}

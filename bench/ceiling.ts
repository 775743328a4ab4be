// ceiling.ts: how many of the same rows the database takes when nothing else has to be done: columns made beforehand,
// appended through @duckdb/node-api in one transaction for each 8,000, as the server does.
import '#server/store/pool-size.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListType,
  DuckDBListValue,
  DuckDBTimestampNanosecondsValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  TIMESTAMP_NS,
  UBIGINT,
  VARCHAR,
} from '@duckdb/node-api'
import { seriesId } from '#server/ingest/series.ts'
import { logWriter, pointWriter, spanWriter } from '#server/ingest/telemetry-writers.ts'
import { decode } from '#server/receivers/codec.ts'
import type { ColumnType, TableWriter } from '#server/store/append.ts'
import schemaSql from '../server/store/schema/001_telemetry.sql' with { type: 'text' }
import type { Generated } from './generate.ts'

export type CeilingRows = 'logs' | 'spans' | 'points'

const types: Record<ColumnType, DuckDBType> = {
  text: VARCHAR,
  json: VARCHAR,
  integer: INTEGER,
  bigint: BIGINT,
  ubigint: UBIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
  time: TIMESTAMP_NS,
  'text[]': new DuckDBListType(VARCHAR),
  'ubigint[]': new DuckDBListType(UBIGINT),
  'double[]': new DuckDBListType(DOUBLE),
}

function cellOf(type: ColumnType, value: unknown): DuckDBValue {
  if (value === undefined || value === null) return null
  if (type === 'time') return new DuckDBTimestampNanosecondsValue(value as bigint)
  if (type.endsWith('[]')) return new DuckDBListValue(value as DuckDBValue[])
  return type.endsWith('bigint') ? BigInt(value as number) : (value as DuckDBValue)
}

type Chunk = { count: number; columns: DuckDBValue[][] }

/** Rows as columns of at most 2,048 values. */
function chunksOf<R>(writer: TableWriter<R>, rows: R[]): Chunk[] {
  const chunks: Chunk[] = []
  for (let offset = 0; offset < rows.length; offset += 2048) {
    const slice = rows.slice(offset, offset + 2048)
    const columns = writer.columns.map(({ type, take }) => slice.map((row) => cellOf(type, take(row))))
    chunks.push({ count: slice.length, columns })
  }
  return chunks
}

/** Rows per second; the best of three runs, each on a database of its own. */
export async function ceiling(rows: CeilingRows, requests: Generated[]): Promise<number> {
  const decoded = requests.map(({ signal, protobuf }) => decode(signal, 'protobuf', protobuf, 1n).telemetry)
  const batch = 1n
  switch (rows) {
    case 'logs':
      return best(
        logWriter,
        decoded.flatMap(({ logs }) => logs.map((record) => ({ batch, record }))),
      )
    case 'spans':
      return best(
        spanWriter,
        decoded.flatMap(({ spans }) => spans.map((record) => ({ batch, record }))),
      )
    case 'points':
      return best(
        pointWriter,
        decoded.flatMap(({ points }) => points.map((record) => ({ batch, record, series: seriesId(record) }))),
      )
  }
}

async function best<R>(writer: TableWriter<R>, rows: R[]): Promise<number> {
  const columnTypes = writer.columns.map(({ type }) => types[type])
  const groups = Array.from({ length: Math.ceil(rows.length / 8000) }, (_, i) =>
    chunksOf(writer, rows.slice(i * 8000, (i + 1) * 8000)),
  )
  let fastest = 0
  for (let round = 0; round < 3; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-ceiling-'))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(`attach '${folder}/t.duckdb' as db`)
    await connection.run('use db')
    await connection.run(schemaSql)
    const started = performance.now()
    for (const group of groups) await appendGroup(connection, writer.table, columnTypes, group)
    fastest = Math.max(fastest, rows.length / ((performance.now() - started) / 1000))
    connection.closeSync()
    instance.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
  return fastest
}

async function appendGroup(connection: DuckDBConnection, name: string, columnTypes: DuckDBType[], chunks: Chunk[]) {
  await connection.run('begin')
  const appender = await connection.createAppender(name, 'main', 'db')
  for (const { count, columns } of chunks) {
    const chunk = DuckDBDataChunk.create(columnTypes, count)
    chunk.setColumns(columns)
    appender.appendDataChunk(chunk)
  }
  appender.flushSync()
  appender.closeSync()
  await connection.run('commit')
}

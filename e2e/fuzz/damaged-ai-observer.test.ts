// Databases of ai-observer with damaged bytes, odd columns and odd values: each is copied or refused with a reason, what is copied
// is copied once, and the file stays as it was.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { decode } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { CannotOpen } from '#server/store/errors.ts'
import { importAiObserver } from '#server/transcripts/ai-observer/import.ts'
import { type Bench, openBench } from '#server/transcripts/testing.ts'
import { noTables, rowsOf, writeAiObserverFile } from '../ai-observer-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-damaged-'))
const whole = join(folder, 'whole.duckdb')
let bench: Bench
beforeAll(async () => {
  bench = await openBench()
  const tables = noTables()
  for (const { signal, encoding, body } of recordings()
    .filter(({ grpc }) => !grpc)
    .slice(0, 60))
    rowsOf(decode(signal, encoding, body, 1n).telemetry, encoding === 'json', tables)
  for (const rows of Object.values(tables)) rows.splice(40)
  const dashboard = "insert into dashboards (id, name) values ('d1', 'Mine')"
  const widget = `insert into dashboard_widgets (id, dashboard_id, widget_type, title, grid_column, grid_row, config)
    values ('w1', 'd1', 'stats_logs', 'Logs', 1, 1, '{"a": 1}')`
  await writeAiObserverFile(whole, tables, [dashboard, widget])
})
afterAll(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Copied or refused; what was copied is known when it comes again. */
async function isTaken(path: string): Promise<void> {
  const bytes = readFileSync(path)
  try {
    await importAiObserver({ path }, bench.deps)
    const again = await importAiObserver({ path }, bench.deps)
    expect([...Object.values(again.records), again.dashboards].map((counts) => counts.new)).toEqual([0, 0, 0, 0])
    for (const { reason } of again.skipped) expect(reason).not.toBe('')
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error
    expect(error.message).toContain(path)
    expect(error.message.split('\n')).toHaveLength(1)
  }
  expect(readFileSync(path).equals(bytes)).toBe(true)
}

test('a file with damaged bytes, or cut, is copied or refused', async () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(damage, { maxLength: 6 }),
      fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      async (all, cut) => {
        const bytes = readFileSync(whole)
        for (const { at, bytes: put } of all)
          bytes.set(
            put.subarray(0, bytes.length - Math.floor(at * (bytes.length - 1))),
            Math.floor(at * (bytes.length - 1)),
          )
        const path = join(folder, 'bytes.duckdb')
        writeFileSync(path, cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length)))
        await isTaken(path)
      },
    ),
    { numRuns: 8, seed: 71 },
  )
}, 3_600_000)

const tables = ['otel_traces', 'otel_logs', 'otel_metrics', 'dashboards', 'dashboard_widgets'] as const
const columns: Record<(typeof tables)[number], string[]> = {
  otel_traces: [
    'Timestamp',
    'TraceId',
    'SpanId',
    'ParentSpanId',
    'SpanName',
    'SpanKind',
    'ServiceName',
    'ResourceAttributes',
    'SpanAttributes',
    'Duration',
    'StatusCode',
    'Events.Timestamp',
    'Events.Name',
    'Events.Attributes',
    'Links.TraceId',
  ],
  otel_logs: [
    'Timestamp',
    'TraceId',
    'TraceFlags',
    'SeverityNumber',
    'ServiceName',
    'Body',
    'ResourceAttributes',
    'ScopeAttributes',
    'LogAttributes',
  ],
  otel_metrics: [
    'Timestamp',
    'ServiceName',
    'MetricName',
    'Attributes',
    'MetricType',
    'Value',
    'Count',
    'Sum',
    'BucketCounts',
    'ExplicitBounds',
    'Scale',
    'QuantileValues',
    'Min',
  ],
  dashboards: ['id', 'name', 'description', 'created_at'],
  dashboard_widgets: ['id', 'dashboard_id', 'widget_type', 'title', 'grid_column', 'grid_row', 'col_span', 'config'],
}
/** What a column may hold instead; what its type cannot be is refused by the database and stays as it was. */
const odd = fc.constantFrom(
  ...[
    'null',
    "''",
    "'a'",
    '\'{"a":\'',
    '\'{"__proto__":{"x":1},"a":[1,{"b":null}]}\'',
    "'[]'",
    '\'[null,1e400,"x",{}]\'',
    "'null'",
    '0',
    '-1',
  ],
  ...[
    '1e300',
    "'NaN'::double",
    "'-inf'::double",
    '9223372036854775807',
    "timestamp '1969-12-31'",
    "timestamp '294247-01-10'",
  ],
  ...[
    "timestamp '0044-03-15 (BC)'",
    "'infinity'::timestamp",
    "'claude-code'",
    "'codex_cli_rs'",
    "'gemini_cli.token.usage'",
    "'exp_histogram'",
    "repeat('ff', 24)",
  ],
)
const change = fc.record({
  table: fc.constantFrom(...tables),
  column: fc.nat(),
  value: odd,
  every: fc.integer({ min: 1, max: 4 }),
  type: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    'varchar',
    'double',
    'blob',
    'integer[]',
    'timestamp with time zone',
    'drop',
  ),
})

test('a file that lacks a column which only its rows are asked for is refused in one line', async () => {
  const path = join(folder, 'lacking.duckdb')
  await writeAiObserverFile(path, noTables(), [
    'drop index idx_traces_timestamp',
    'drop index idx_traces_trace_id',
    'alter table otel_traces drop column "StatusCode"',
  ])
  await expect(importAiObserver({ path }, bench.deps)).rejects.toThrow(
    /^\S+ is not as this telltale knows.*StatusCode.*$/,
  )
})

test('a file with odd values, and columns of other types, is copied or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      const path = join(folder, 'values.duckdb')
      copyFileSync(whole, path)
      const instance = await DuckDBInstance.create(path)
      const connection = await instance.connect()
      for (const name of ['idx_traces_timestamp', 'idx_traces_trace_id', 'idx_logs_timestamp', 'idx_metrics_name'])
        await connection.run(`drop index if exists ${name}`)
      for (const { table, column, value, every, type } of changes) {
        const name = `"${columns[table][column % columns[table].length]}"`
        if (type === 'drop') await connection.run(`alter table ${table} drop column ${name}`).catch(() => {})
        else if (type)
          await connection.run(`alter table ${table} alter column ${name} set data type ${type}`).catch(() => {})
        await connection.run(`update ${table} set ${name} = ${value} where rowid % ${every} = 0`).catch(() => {})
      }
      connection.closeSync()
      instance.closeSync()
      await isTaken(path)
    }),
    { numRuns: 6, seed: 72 },
  )
}, 3_600_000)

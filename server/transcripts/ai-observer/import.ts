// import.ts: copies what an ai-observer database holds into ours, once, however often and in however many copies it comes.

import { type Row, Rows } from '#importers/ai-observer.ts'
import { addCodexTokens, addMessage, addRequest, isRead, isTold } from '#importers/ai-observer-read.ts'
import { translate } from '#importers/index.ts'
import { noTelemetry, type Source, type Telemetry } from '#proto/telemetry.ts'
import { CannotOpen } from '../../store/errors.ts'
import { type Foreign, openForeign } from '../../store/foreign.ts'
import type { Tx } from '../../store/store.ts'
import type { ImportDeps, ImportSummary } from '../import.ts'
import { submittedOf } from '../submit.ts'
import { Tally } from '../tally.ts'
import { inTurn } from '../turns.ts'
import codexTokensSql from './codex-tokens.sql' with { type: 'text' }
import { copyDashboards } from './dashboards.ts'
import { findKnown, type Kind, rememberWriter } from './known.ts'
import logsSql from './logs.sql' with { type: 'text' }
import pointsSql from './points.sql' with { type: 'text' }
import requestsSql from './requests.sql' with { type: 'text' }
import spansSql from './spans.sql' with { type: 'text' }

export type AiObserverOptions = { path: string; dryRun?: boolean | undefined }

/** Rows of the file, and those of them that were not known. */
export type RecordCounts = Record<RecordKind, { read: number; new: number }>

export type AiObserverSummary = ImportSummary & { records: RecordCounts; dashboards: { read: number; new: number } }

type RecordKind = Exclude<Kind, 'dashboards'>

/** Columns that each table must have; others are passed over. */
const needed: Record<string, readonly string[]> = {
  otel_traces: [
    'timestamp',
    'traceid',
    'spanid',
    'spanname',
    'servicename',
    'spanattributes',
    'duration',
    'events.name',
  ],
  otel_logs: ['timestamp', 'servicename', 'body', 'severitynumber', 'resourceattributes', 'logattributes'],
  otel_metrics: ['timestamp', 'servicename', 'metricname', 'attributes', 'metrictype', 'value', 'count', 'sum'],
}

const pageRows = 8_000

/**
 * Copies a file. It is only read, also while its write-ahead log holds something; what is equal in every column is one
 * record, since ai-observer stores an export that was sent again, and a transcript that was read again, once more.
 *
 * @throws CannotOpen when the file is not one of ai-observer's, is in use or cannot be read.
 */
export function importAiObserver(options: AiObserverOptions, deps: ImportDeps): Promise<AiObserverSummary> {
  return inTurn(deps.core.store, async () => {
    const started = performance.now()
    const file = await openForeign(options.path)
    try {
      checkTables(file)
      const run = new Run(file, options.dryRun === true, deps)
      await run.all()
      return run.summary(Math.round(performance.now() - started))
    } finally {
      await file.close()
    }
  })
}

/** @throws CannotOpen that says what it is instead, or what is missing */
function checkTables({ path, tables }: Foreign): void {
  if (tables.has('schema_version') && tables.has('model_calls'))
    throw new CannotOpen(`${path} is a database of telltale; use it with --database`)
  const missing = Object.keys(needed).filter((table) => !tables.has(table))
  if (missing.length === 3) throw new CannotOpen(`${path} is a DuckDB database, but not one of ai-observer`)
  if (missing.length > 0) throw new CannotOpen(`${path} has no table ${missing.join(', ')}: it is not whole`)
  for (const [table, columns] of Object.entries(needed)) {
    const lacks = columns.filter((column) => !tables.get(table)?.has(column))
    if (lacks.length > 0)
      throw new CannotOpen(
        `the table ${table} of ${path} has no column ${lacks.join(', ')}: its schema is newer than this telltale knows; use a newer one (nothing was changed)`,
      )
  }
}

type Page = { telemetry: Telemetry; rows: { kind: Kind; id: string }[]; bytes: number }

class Run {
  readonly #file: Foreign
  readonly #dryRun: boolean
  readonly #deps: ImportDeps
  readonly #rows = new Rows()
  readonly #tallies = new Map<string, Tally>()
  readonly #skipped: Map<string, number> = new Map()
  readonly #records: RecordCounts = {
    spans: { read: 0, new: 0 },
    logs: { read: 0, new: 0 },
    metrics: { read: 0, new: 0 },
  }
  #dashboards = { read: 0, new: 0 }
  #rowsAll = 0
  #rowsDone = 0
  #bytes = 0

  constructor(file: Foreign, dryRun: boolean, deps: ImportDeps) {
    this.#file = file
    this.#dryRun = dryRun
    this.#deps = deps
  }

  async all(): Promise<void> {
    const { core, agents } = this.#deps
    await core.store.reader(
      async (reader) => {
        for (const { id } of agents) {
          const tally = new Tally(core.prices.price, this.#deps.pricingMode, true)
          await tally.open(reader, id)
          this.#tallies.set(id, tally)
        }
      },
      { timeoutMs: 600_000 },
    )
    for (const table of Object.keys(needed))
      for await (const [row] of this.#file.rows(`select count(*) as n from ${table}`)) this.#rowsAll += Number(row?.n)
    await this.#copy('spans', spansSql, 'otlp_traces', (row, out) => {
      const span = this.#rows.span(row)
      if (span) out.spans.push(span)
      return span !== undefined
    })
    await this.#copy('logs', logsSql, 'otlp_logs', (row, out) => {
      const log = this.#rows.log(row)
      if (!log) return false
      if (isRead(log)) addMessage(out, log)
      else out.logs.push(log)
      return true
    })
    await this.#copy('metrics', pointsSql, 'otlp_metrics', (row, out) => {
      const point = this.#rows.point(row)
      if (point && !isTold(point.name, isRead(point))) out.points.push(point)
      return point !== undefined
    })
    await this.#facts(requestsSql, addRequest)
    await this.#facts(codexTokensSql, addCodexTokens)
    if (!this.#deps.signal?.aborted) this.#dashboards = await copyDashboards(this.#file, core, this.#dryRun)
  }

  /** Stores the rows of a table that are not known, page by page. */
  async #copy(
    kind: RecordKind,
    sql: string,
    source: Source,
    add: (row: Row, out: Telemetry) => boolean,
  ): Promise<void> {
    const seen = new Set<string>()
    let rows: Row[] = []
    const flush = async () => {
      const fresh = await this.#unknown(kind, rows, seen)
      const page: Page = { telemetry: noTelemetry(), rows: [], bytes: 0 }
      for (const { row, id, bytes } of fresh) {
        if (!add(row, page.telemetry))
          this.#skip(`${kind}: a record without a time, or with an id or kind that cannot be`)
        page.rows.push({ kind, id })
        page.bytes += bytes
      }
      this.#records[kind].read += rows.length
      this.#records[kind].new += fresh.length
      this.#rowsDone += rows.length
      rows = []
      await this.#store(page, source)
    }
    for await (const chunk of this.#file.rows(sql)) {
      rows.push(...chunk)
      if (rows.length >= pageRows) await flush()
      if (this.#deps.signal?.aborted) return
    }
    await flush()
  }

  async #unknown(kind: RecordKind, rows: readonly Row[], seen: Set<string>) {
    const found: { row: Row; id: string; bytes: number }[] = []
    for (const row of rows) {
      const content = contentOf(row)
      const id = Bun.hash(content).toString(36)
      if (seen.has(id)) continue
      seen.add(id)
      found.push({ row, id, bytes: content.length })
    }
    if (found.length === 0) return found
    const known = await findKnown(this.#deps.core.store, { kind, ids: found.map(({ id }) => id) })
    const ids = new Set(known.map(({ id }) => id))
    return found.filter(({ id }) => !ids.has(id))
  }

  /** What follows from many rows: computed anew every time, since what the ledger has seen it counts once. */
  async #facts(sql: string, add: (out: Telemetry, row: Row) => void): Promise<void> {
    for await (const chunk of this.#file.rows(sql)) {
      const telemetry = noTelemetry()
      for (const row of chunk) add(telemetry, row)
      await this.#store({ telemetry, rows: [], bytes: chunk.length * 500 }, 'transcript')
      if (this.#deps.signal?.aborted) return
    }
  }

  async #store({ telemetry, rows, bytes }: Page, source: Source): Promise<void> {
    this.#bytes += bytes
    for (const { tool, one } of byTool(translated(telemetry))) this.#tallies.get(tool)?.add(one)
    if (!this.#dryRun && (rows.length > 0 || Object.values(telemetry).some((records) => records.length > 0)))
      await submittedOf(this.#deps.core.ingest, telemetry, {
        source,
        bytes,
        alongside: (tx: Tx) => tx.append(rememberWriter, rows),
      })
    this.#deps.progress?.({
      files: 1,
      filesDone: 0,
      bytes: Math.max(1, this.#rowsAll),
      bytesDone: Math.min(this.#rowsDone, this.#rowsAll),
      path: this.#file.path,
    })
  }

  #skip(reason: string): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1)
  }

  summary(durationMs: number): AiObserverSummary {
    const tools: ImportSummary['tools'] = {}
    for (const [tool, tally] of this.#tallies) {
      const numbers = tally.summary()
      if (numbers.sessions + numbers.calls > 0) tools[tool] = { ...numbers, files: 1, newFiles: 1 }
    }
    return {
      tools,
      records: this.#records,
      dashboards: this.#dashboards,
      skipped: [...this.#skipped].map(([reason, times]) => ({ path: this.#file.path, reason: `${times} × ${reason}` })),
      durationMs,
      bytes: this.#bytes,
      ...(this.#dryRun ? { dryRun: true as const } : {}),
    }
  }
}

/** A row as text, the same whichever copy of the file it is read from. */
function contentOf(row: Row): string {
  return JSON.stringify(Object.values(row), (_, value) => (typeof value === 'bigint' ? String(value) : value))
}

/** As the funnel will put it into our words, to be counted; what it cannot is stored as it came. */
function translated(telemetry: Telemetry): Telemetry {
  try {
    return translate({ ...telemetry })
  } catch {
    return telemetry
  }
}

const counted = ['calls', 'aggregates', 'toolCalls', 'sessions', 'messages', 'commits'] as const

/** What the records of a batch say, apart by agent. */
function byTool(telemetry: Telemetry): { tool: string; one: Telemetry }[] {
  const parts = new Map<string, Telemetry>()
  for (const kind of counted) {
    for (const record of telemetry[kind]) {
      const part = parts.get(record.tool) ?? noTelemetry()
      parts.set(record.tool, part)
      ;(part[kind] as unknown[]).push(record)
    }
  }
  return [...parts].map(([tool, one]) => ({ tool, one }))
}

// import.ts: reads what is on disk into the database: once, to its end, as far as it is new.
import { dictionary } from '#importers/json-values.ts'
import type { Agent, Env, Skipped } from '#proto/agent.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { reasonOf } from '#watcher/files.ts'
import { isUnchanged } from '#watcher/tail.ts'
import type { Core } from '../core.ts'
import { Unavailable } from '../ingest/ingest.ts'
import type { PricingMode } from '../ingest/ledger/price.ts'
import { bytesOf, wipe } from '../ingest/removal/wipe.ts'
import { type FileRecord, loadRecords } from './file-records.ts'
import { type ImportProgress, Progress } from './progress.ts'
import { purge } from './purge.ts'
import { lookAt, readFile, type Step } from './read-file.ts'
import { filesOf, type PathSettings, type SourceFile, sourcesOf } from './sources.ts'
import { Gathering, type Read } from './submit.ts'
import { Tally, type ToolSummary } from './tally.ts'
import { inTurn } from './turns.ts'
import { forgetRemoved, loadRemoved, type Removed, type Window, within } from './window.ts'

export type ImportOptions = Window & {
  tools: readonly string[]
  /** Instead of the tools' own folders (`--path`). */
  paths?: readonly string[] | undefined
  /** Read everything again, also what was removed. */
  force?: boolean | undefined
  /** Read and count, and store nothing. */
  dryRun?: boolean | undefined
  /** First take out what was imported of these tools in this time. */
  purge?: boolean | undefined
  pricingMode?: PricingMode | undefined
}

export type SkippedRecord = Skipped & { path: string }

/** What `import --json` prints (contract §2); `unknown` counts records of types that no reader knows, by tool and type. */
export type ImportSummary = {
  tools: Record<string, ToolSummary>
  skipped: SkippedRecord[]
  /** How many there are, where it is more than can be told one by one. */
  skippedCount?: number
  durationMs: number
  bytes: number
  dryRun?: true
  unknown?: Record<string, Record<string, number>>
}

export type { ImportProgress }

export type ImportDeps = {
  core: Pick<Core, 'store' | 'ingest' | 'ledger' | 'prices' | 'saveDashboard'>
  agents: readonly Agent[]
  env: Env
  settings: PathSettings
  pricingMode: PricingMode
  progress?: ((progress: ImportProgress) => void) | undefined
  /** Text that is committed at once, in bytes. @default 12 MiB */
  commitBytes?: number | undefined
  /** Stops after what is being written. */
  signal?: AbortSignal | undefined
}

/** Text that is committed at once: enough to share a commit's fixed costs, little enough that receivers hardly wait for it. */
const defaultCommitBytes = 12 * 1024 * 1024
/** Reasons that are kept to be shown; a broken tree may hold millions. */
const skippedMax = 1000
/** How often, and after which pause, a file is tried again whose writer was in the middle of something. */
const busyTriesMax = 10
const busyPauseMs = 300

type Found = { file: SourceFile; size: number; modifiedMs: number }

/**
 * Imports the transcripts of some tools. What was read before is not read again; what is read again changes nothing. An
 * import that is cut off goes on where its last commit was, and one that comes while another runs waits for it.
 *
 * @throws Error when the database cannot be written to.
 */
export function importTranscripts(options: ImportOptions, deps: ImportDeps): Promise<ImportSummary> {
  return inTurn(deps.core.store, () => importNow(options, deps))
}

async function importNow(options: ImportOptions, deps: ImportDeps): Promise<ImportSummary> {
  const started = performance.now()
  const { core, agents, env, settings } = deps
  const mode = options.pricingMode ?? deps.pricingMode
  const run = new Run(options, mode, deps)
  if (options.purge && !options.dryRun) {
    for (const tool of options.tools)
      await purge(core.store, core.ledger, { price: core.prices.price, mode }, tool, options)
    const { notice } = await wipe(core.store, bytesOf(core.store))
    if (notice) run.skip(core.store.path, { reason: `deleted, but ${notice}` })
  }
  await run.open()
  const sources = sourcesOf(agents, options.tools, env, settings, options.paths)
  const found: Found[] = []
  for (const source of sources) {
    const { files, unreadable } = filesOf(source)
    for (const { path, reason } of unreadable) run.skip(path, { reason })
    found.push(...run.toRead(files))
  }
  await run.readAll(found)
  return run.summary(Math.round(performance.now() - started))
}

class Run {
  readonly #options: ImportOptions
  readonly #mode: PricingMode
  readonly #deps: ImportDeps
  #records = new Map<string, FileRecord>()
  #removed: Removed = new Map()
  readonly #tallies = new Map<string, Tally>()
  readonly #skipped: SkippedRecord[] = []
  #skippedCount = 0
  readonly #unknown: Record<string, Record<string, number>> = {}
  #bytes = 0

  constructor(options: ImportOptions, mode: PricingMode, deps: ImportDeps) {
    this.#options = options
    this.#mode = mode
    this.#deps = deps
  }

  async open(): Promise<void> {
    const { store, prices } = this.#deps.core
    const { tools, force, dryRun, purge } = this.#options
    if (force && !dryRun) await store.transaction((tx) => forgetRemoved(tx, tools))
    await store.reader(
      async (reader) => {
        if (!force && !purge) this.#records = await loadRecords(reader, tools)
        if (!force) this.#removed = await loadRemoved(reader)
      },
      { timeoutMs: 60_000 },
    )
    for (const tool of tools) this.#tallies.set(tool, new Tally(prices.price, this.#mode))
  }

  skip(path: string, skipped: Skipped): void {
    this.#skippedCount++
    if (this.#skipped.length < skippedMax) this.#skipped.push({ path, ...skipped })
  }

  /** The files that hold something new, the newest first: what a person wants to see soonest. */
  toRead(files: readonly SourceFile[]): Found[] {
    const found: Found[] = []
    for (const file of files) {
      const tally = this.#tallies.get(file.source.agent.id)
      if (!tally) continue
      tally.files++
      const kind = file.source.transcripts.kind(file.path)
      const record = this.#records.get(file.path)
      const look = lookAt(file.path, kind)
      if (look && record?.fromOffset === 0 && isUnchanged(look, record.cursor)) tally.unchangedFiles++
      else if (look) {
        if (!record) tally.newFiles++
        found.push({ file, size: look.size, modifiedMs: look.mtimeMs })
      }
    }
    return found
  }

  async readAll(found: Found[]): Promise<void> {
    found.sort((a, b) => b.modifiedMs - a.modifiedMs)
    await this.#deps.core.store.reader(
      async (reader) => {
        for (const tool of new Set(found.map(({ file }) => file.source.agent.id)))
          await this.#tallies.get(tool)?.open(reader, tool)
      },
      { timeoutMs: 600_000 },
    )
    const progress = new Progress(
      found.map(({ size }) => size),
      this.#deps.progress,
    )
    const { core, commitBytes = defaultCommitBytes } = this.#deps
    const gathering = new Gathering(core.ingest, commitBytes, (path, reason) => this.skip(path, { reason }))
    let busy: SourceFile[] = []
    for (const { file } of found) {
      if (this.#deps.signal?.aborted) break
      if (!(await this.#readOne(file, progress, gathering))) busy.push(file)
      progress.fileDone()
    }
    for (let tries = 1; busy.length > 0 && !this.#deps.signal?.aborted; tries++) {
      await Bun.sleep(busyPauseMs)
      const still: SourceFile[] = []
      for (const file of busy)
        if (!(await this.#readOne(file, progress, gathering, tries >= busyTriesMax))) still.push(file)
      busy = still
    }
    await gathering.end()
    progress.end()
  }

  /** Whether the file was dealt with; it is not when it is busy and this is not the last try. */
  async #readOne(file: SourceFile, progress: Progress, gathering: Gathering, isLast = false): Promise<boolean> {
    const known = this.#records.get(file.path)
    // A watch that began without the history left it for now.
    const fromBeginning = known !== undefined && known.fromOffset > 0
    let whole = true
    try {
      for await (const step of readFile(file, known, { unfinished: true, fromBeginning })) {
        const { kept, whole: all } = within(step.telemetry, this.#options, this.#removed)
        whole &&= all
        this.#note(file, step)
        this.#tallies.get(file.source.agent.id)?.add(kept)
        progress.read(file.path, step.bytes)
        if (!this.#options.dryRun) await gathering.add(file.path, this.#toStore({ ...step, telemetry: kept }, whole))
        if (this.#deps.signal?.aborted) return true
      }
    } catch (error) {
      // One file that cannot be read is one file; a database that cannot be written to ends the import.
      if (error instanceof Unavailable) throw error
      if ((error as { retry?: boolean }).retry && !isLast) return false
      this.skip(file.path, { reason: reasonOf(error) })
    }
    return true
  }

  #toStore({ telemetry, bytes, record }: Step, whole: boolean): Read {
    return {
      telemetry: this.#options.pricingMode === 'calculate' ? withoutReported(telemetry) : telemetry,
      bytes,
      // A record left out by the window would never come: then nothing is said to have been read.
      records: whole ? [record] : [],
    }
  }

  #note(file: SourceFile, step: Step): void {
    this.#bytes += step.bytes
    for (const skipped of step.skipped) this.skip(file.path, skipped)
    const tool = file.source.agent.id
    for (const [type, count] of Object.entries(step.unknown)) {
      this.#unknown[tool] ??= dictionary()
      const types = this.#unknown[tool] as Record<string, number>
      types[type] = (types[type] ?? 0) + count
    }
  }

  summary(durationMs: number): ImportSummary {
    return {
      tools: Object.fromEntries([...this.#tallies].map(([tool, tally]) => [tool, tally.summary()])),
      skipped: this.#skipped,
      durationMs,
      bytes: this.#bytes,
      ...(this.#skippedCount > skippedMax ? { skippedCount: this.#skippedCount } : {}),
      ...(this.#options.dryRun ? { dryRun: true as const } : {}),
      ...(Object.keys(this.#unknown).length > 0 ? { unknown: this.#unknown } : {}),
    }
  }
}

/** What agents say their requests cost, left out so that the price table's word stands. */
function withoutReported(telemetry: Telemetry): Telemetry {
  return {
    ...telemetry,
    calls: telemetry.calls.map(({ reportedCostNanoUsd: _, ...call }) => call),
    aggregates: telemetry.aggregates.filter(({ field }) => field !== 'reportedCostNanoUsd'),
  }
}

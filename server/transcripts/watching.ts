// watching.ts: reads transcripts as they grow, each change with its place in one transaction.
import type { FileHandle } from 'node:fs/promises'
import type { Agent, Env } from '#proto/agent.ts'
import { reasonOf } from '#watcher/files.ts'
import { openRegular } from '#watcher/tail.ts'
import { type Root, type Watching, watchRoots } from '#watcher/watch.ts'
import type { Core } from '../core.ts'
import { Unavailable } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { type FileRecord, loadRecords, newRecord, storeRecords } from './file-records.ts'
import { isRead, lookAt, noted, readFile, type Step } from './read-file.ts'
import { filesOf, type PathSettings, type Source, type SourceFile, sourcesOf } from './sources.ts'
import { submitted } from './submit.ts'
import { afterImports } from './turns.ts'
import { storeWatched } from './watched.ts'
import { loadRemoved, type Removed, within } from './window.ts'

export type WatchOptions = {
  tools: readonly string[]
  /** Read the history first. Else the first watch of a folder begins at the ends of its files. */
  backfill?: boolean | undefined
  /** @default 30 s */
  pollMs?: number
  /** A last line without an end is told after the file has been at rest for so long. @default 5 s */
  restMs?: number
}

export type WatchDeps = {
  core: Pick<Core, 'store' | 'ingest'>
  agents: readonly Agent[]
  env: Env
  settings: PathSettings
  log: Log
}

export type WatchStatus = {
  mode: 'events' | 'polling'
  roots: { tool: string; path: string; files: number }[]
  /** Files that wait to be read. */
  waiting: number
  lastReadUnixMs: number | null
  skipped: number
}

export type TranscriptWatch = {
  status(): WatchStatus
  /** Looks at everything now, and resolves when all that is new is stored. */
  catchUp(): Promise<void>
  close(): Promise<void>
}

/** Several writes in a row are read at once. */
const settleMs = 40
/**
 * While agents go on writing, all that changed is read this often, so that it shares commits: 5 MB/s read at every change
 * took a whole core, mostly for commits. A page still shows an append within a second.
 */
const roundMs = 500
/** The same while they write as much as this in a round, of which each commit takes 50 to 100 ms of CPU before its share of the text. */
const busyRoundMs = 750
const busyRoundBytes = 1024 * 1024
/** What was read waits so long for others that are being read; a file system may be slow. */
const togetherMs = 100
const retryMs = 1_000
const filesAtOnce = 8
/** Files whose old content can still be read to its end when another takes their place. */
const handlesMax = 32

/** Starts to watch; resolves when the places where it begins are noted. */
export async function watchTranscripts(options: WatchOptions, deps: WatchDeps): Promise<TranscriptWatch> {
  const sources = sourcesOf(deps.agents, options.tools, deps.env, deps.settings)
  const watch = new Watch(options, deps, sources)
  await watch.start()
  return watch
}

class Watch implements TranscriptWatch {
  readonly #options: WatchOptions
  readonly #deps: WatchDeps
  readonly #sources: readonly Source[]
  readonly #run = BigInt(Date.now()) * 1_000_000n
  #records = new Map<string, FileRecord>()
  #removed: Removed = new Map()
  /** Files that wait, each with whether a last line without an end is to be told. */
  readonly #waiting = new Map<string, { file: SourceFile; unfinished: boolean }>()
  readonly #timers = new Map<string, Timer>()
  /** Files that changed and whose writer may not be done. */
  readonly #settling = new Map<string, SourceFile>()
  readonly #reading = new Set<string>()
  readonly #handles = new Map<string, FileHandle>()
  readonly #troubles = new Set<string>()
  #round: Timer | undefined
  #lastRoundMs = 0
  /** Read since then. */
  #roundBytes = 0
  #busy = 0
  /** Readers that have something to store and wait for the others that are at it, but not for long. */
  #ready: (() => void)[] = []
  #patience: Timer | undefined
  #idle: (() => void)[] = []
  #closed = false
  #skipped = 0
  #lastReadUnixMs: number | null = null
  #watching: Watching | undefined
  #forgetImports = () => {}

  constructor(options: WatchOptions, deps: WatchDeps, sources: readonly Source[]) {
    this.#options = options
    this.#deps = deps
    this.#sources = sources
  }

  async start(): Promise<void> {
    const { store } = this.#deps.core
    await store.reader(
      async (reader) => {
        this.#records = await loadRecords(reader, this.#options.tools)
        this.#removed = await loadRemoved(reader)
      },
      { timeoutMs: 60_000 },
    )
    for (const source of this.#sources) await this.#begin(source)
    this.#forgetImports = afterImports(store, () => this.#reload())
    const { pollMs } = this.#options
    this.#watching = watchRoots({
      roots: this.#sources.flatMap((source) => rootsOf(source)),
      changed: (path, root) => this.#changed(path, (root as SourceRoot).source),
      trouble: (message) => this.#trouble(message),
      ...(pollMs === undefined ? {} : { pollMs }),
    })
  }

  /** The first watch of a folder notes where its files end; what comes into it later is read from its beginning. */
  async #begin(source: Source): Promise<void> {
    const { agent, root } = source
    const known = this.#records.get(root)?.kind === 'root'
    if (known && !this.#options.backfill) return
    const notes: FileRecord[] = known ? [] : [newRecord(root, agent.id, 'root')]
    if (!known && !this.#options.backfill) {
      for (const file of filesOf(source).files) {
        if (this.#records.has(file.path)) continue
        const kind = source.transcripts.kind(file.path)
        const stat = lookAt(file.path, kind)
        if (stat && stat.size > 0) notes.push(noted(file.path, agent.id, kind, stat))
      }
    }
    await this.#deps.core.store.transaction((tx) => storeRecords(tx, notes))
    for (const note of notes) this.#records.set(note.path, note)
    if (this.#options.backfill)
      for (const record of this.#records.values())
        if (record.tool === agent.id && record.fromOffset > 0) this.#records.delete(record.path)
  }

  status(): WatchStatus {
    const counts = Map.groupBy(this.#records.values(), ({ tool }) => tool)
    return {
      mode: this.#watching?.mode() ?? 'events',
      roots: this.#sources.map(({ agent, root }) => ({
        tool: agent.id,
        path: root,
        files: (counts.get(agent.id) ?? []).filter(({ kind, path }) => kind !== 'root' && path.startsWith(root)).length,
      })),
      waiting: this.#waiting.size + this.#busy,
      lastReadUnixMs: this.#lastReadUnixMs,
      skipped: this.#skipped,
    }
  }

  /** Takes over what an import has read meanwhile, so that it is not read again. */
  async #reload(): Promise<void> {
    const stored = await this.#deps.core.store.reader((reader) => loadRecords(reader, this.#options.tools))
    for (const [path, record] of stored) {
      const own = this.#records.get(path)
      if (!own || own.fromOffset > record.fromOffset || record.cursor.offset > own.cursor.offset)
        this.#records.set(path, record)
    }
  }

  async catchUp(): Promise<void> {
    this.#watching?.look()
    this.#readSettled()
    if (this.#busy === 0 && this.#waiting.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#forgetImports()
    await this.#watching?.close()
    clearTimeout(this.#round)
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#waiting.clear()
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
    for (const handle of this.#handles.values()) await handle.close().catch(() => {})
  }

  #changed(path: string, source: Source): void {
    this.#settling.set(path, { source, path })
    clearTimeout(this.#timers.get(path))
    this.#timers.delete(path)
    if (this.#round || this.#closed) return
    const restMs = this.#roundBytes >= busyRoundBytes ? busyRoundMs : roundMs
    const wait = Math.max(settleMs, this.#lastRoundMs + restMs - performance.now())
    this.#round = setTimeout(() => this.#readSettled(), wait)
  }

  #readSettled(): void {
    clearTimeout(this.#round)
    this.#round = undefined
    this.#lastRoundMs = performance.now()
    this.#roundBytes = 0
    for (const file of [...this.#settling.values()]) this.#enqueue(file, false)
  }

  /** Sets the one timer of a file; what was planned for it before is not needed any more. */
  #later(path: string, ms: number, work: () => void): void {
    clearTimeout(this.#timers.get(path))
    if (this.#closed) return
    this.#timers.set(
      path,
      setTimeout(() => {
        this.#timers.delete(path)
        work()
      }, ms),
    )
  }

  #enqueue(file: SourceFile, unfinished: boolean): void {
    this.#settling.delete(file.path)
    clearTimeout(this.#timers.get(file.path))
    this.#timers.delete(file.path)
    if (this.#closed) return
    this.#waiting.set(file.path, { file, unfinished })
    this.#work()
  }

  #work(): void {
    for (const [path, { file, unfinished }] of this.#waiting) {
      if (this.#busy >= filesAtOnce) return
      if (this.#reading.has(path)) continue
      this.#waiting.delete(path)
      this.#reading.add(path)
      this.#busy++
      void this.#read(file, unfinished).finally(() => {
        this.#reading.delete(path)
        this.#busy--
        this.#work()
        this.#goOn()
        if (this.#busy === 0 && this.#waiting.size === 0) for (const done of this.#idle.splice(0)) done()
      })
    }
  }

  async #read(file: SourceFile, unfinished: boolean): Promise<void> {
    const { path, source } = file
    const kind = source.transcripts.kind(path)
    if (!unfinished && isRead(path, kind, this.#records.get(path))) return
    try {
      if (kind === 'lines') await this.#finishOld(file)
      let open = false
      for await (const step of readFile(file, this.#records.get(path), { unfinished })) {
        await this.#store(step)
        open = !step.unfinished && step.record.cursor.size > step.record.cursor.offset
      }
      if (kind === 'lines') await this.#hold(path)
      // The writer may be in the middle of a line, or have ended without one.
      if (open && !unfinished) this.#later(path, this.#options.restMs ?? 5_000, () => this.#enqueue(file, true))
    } catch (error) {
      this.#failed(file, error)
    }
  }

  #failed(file: SourceFile, error: unknown): void {
    if (error instanceof Unavailable || (error as { retry?: boolean }).retry) {
      if (error instanceof Unavailable) this.#trouble(`waiting to store transcripts: ${error.message}`)
      this.#later(file.path, retryMs, () => this.#enqueue(file, false))
    } else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      this.#trouble(`${file.path}: ${reasonOf(error)}`)
    }
  }

  async #store(step: Step): Promise<void> {
    const { kept } = within(step.telemetry, {}, this.#removed)
    const lost = step.unfinished ? [] : step.skipped
    this.#skipped += lost.length
    for (const { line, reason } of lost)
      this.#trouble(`${step.record.path}${line === undefined ? '' : `:${line}`}: ${reason}`)
    const read = { telemetry: kept, bytes: step.bytes, records: [step.record] }
    this.#roundBytes += step.bytes
    await this.#together()
    await submitted(this.#deps.core.ingest, read, (tx) => storeWatched(tx, this.#run, kept.calls))
    this.#records.set(step.record.path, step.record)
    this.#lastReadUnixMs = Date.now()
  }

  /**
   * Waits until all who read have something to store: handed over in one moment, it is one commit. Whoever was first had one of its
   * own: two commits for each round of five files, of some 13 ms before their first row.
   */
  #together(): Promise<void> {
    const turn = new Promise<void>((resolve) => this.#ready.push(resolve))
    this.#patience ??= setTimeout(() => this.#goOn(true), togetherMs)
    this.#goOn()
    return turn
  }

  #goOn(atOnce = false): void {
    if (!atOnce && this.#ready.length < this.#busy) return
    clearTimeout(this.#patience)
    this.#patience = undefined
    for (const go of this.#ready.splice(0)) go()
  }

  /** When another file took this one's place, what was still written to the old one is read first. */
  async #finishOld(file: SourceFile): Promise<void> {
    const handle = this.#handles.get(file.path)
    const record = this.#records.get(file.path)
    if (!handle || !record) return
    const now = lookAt(file.path, 'lines')
    const held = await handle.stat()
    if (now && `${now.dev}:${now.ino}` === `${held.dev}:${held.ino}`) return
    this.#handles.delete(file.path)
    try {
      for await (const step of readFile(file, record, { handle, unfinished: true })) await this.#store(step)
    } finally {
      await handle.close().catch(() => {})
    }
  }

  async #hold(path: string): Promise<void> {
    const held = this.#handles.get(path)
    if (held) {
      this.#handles.delete(path)
      this.#handles.set(path, held)
      return
    }
    this.#handles.set(path, await openRegular(path))
    if (this.#handles.size <= handlesMax) return
    const [oldest, handle] = this.#handles.entries().next().value as [string, FileHandle]
    this.#handles.delete(oldest)
    await handle.close().catch(() => {})
  }

  /** Once each: a file that stays broken must not fill the log. */
  #trouble(message: string): void {
    if (this.#troubles.has(message) || this.#troubles.size >= 1000) return
    this.#troubles.add(message)
    this.#deps.log.warn(message)
  }
}

type SourceRoot = Root & { source: Source }

function rootsOf(source: Source): SourceRoot[] {
  const { transcripts, root } = source
  return [root, ...(transcripts.companions?.(root) ?? [])].map((path) => ({
    path,
    source,
    match: transcripts.match,
    avoid: transcripts.avoid,
  }))
}

// import-job.ts: how far an import is and what became of it, for whoever asks from outside of it.
import type { ImportProgress, ImportSummary } from './import.ts'

/** The standing of one import; times in ms since 1970. */
export type ImportStanding = {
  state: 'running' | 'done' | 'stopped' | 'failed'
  tools: readonly string[]
  dryRun: boolean
  startedUnixMs: number
  endedUnixMs: number | undefined
  progress: ImportProgress
  bytesPerSecond: number
  secondsLeft: number | null
  summary: ImportSummary | undefined
  message: string | undefined
}

const noProgress: ImportProgress = { files: 0, filesDone: 0, bytes: 0, bytesDone: 0, path: '' }

/** Follows one import from its start to its end. */
export class ImportJob {
  readonly #tools: readonly string[]
  readonly #dryRun: boolean
  readonly #startedUnixMs = Date.now()
  readonly #stopping = new AbortController()
  #progress = noProgress
  /** Since when files are read; an import waits for the one before it, and that is no pace of its own. */
  #readingSinceMs: number | undefined
  #endedMs: number | undefined
  #endedUnixMs: number | undefined
  #summary: ImportSummary | undefined
  #message: string | undefined

  constructor(tools: readonly string[], dryRun: boolean) {
    this.#tools = tools
    this.#dryRun = dryRun
  }

  /** Aborted when somebody stops this import. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  get isRunning(): boolean {
    return this.#endedUnixMs === undefined
  }

  told(progress: ImportProgress): void {
    this.#readingSinceMs ??= performance.now()
    this.#progress = progress
  }

  done(summary: ImportSummary): void {
    this.#summary = summary
    this.#end()
  }

  failed(error: unknown): void {
    this.#message = error instanceof Error ? error.message : String(error)
    this.#end()
  }

  stop(): void {
    this.#stopping.abort()
  }

  standing(): ImportStanding {
    const { bytes, bytesDone } = this.#progress
    const until = this.#endedMs ?? performance.now()
    const seconds = this.#readingSinceMs === undefined ? 0 : (until - this.#readingSinceMs) / 1000
    const bytesPerSecond = seconds > 0 ? bytesDone / seconds : 0
    return {
      state: this.#state(),
      tools: this.#tools,
      dryRun: this.#dryRun,
      startedUnixMs: this.#startedUnixMs,
      endedUnixMs: this.#endedUnixMs,
      progress: this.#progress,
      bytesPerSecond: Math.round(bytesPerSecond),
      secondsLeft: bytesPerSecond > 0 ? Math.ceil((bytes - bytesDone) / bytesPerSecond) : null,
      summary: this.#summary,
      message: this.#message,
    }
  }

  #end(): void {
    this.#endedMs = performance.now()
    this.#endedUnixMs = Date.now()
  }

  #state(): ImportStanding['state'] {
    if (this.isRunning) return 'running'
    if (this.#message !== undefined) return 'failed'
    // A word that comes when all is read stops nothing.
    const { files, filesDone } = this.#progress
    return this.#stopping.signal.aborted && filesDone < files ? 'stopped' : 'done'
  }
}

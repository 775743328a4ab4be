// checkpoints.ts: when the write-ahead log moves into the file. Commits wait for that, so it is done often and is short.
//
// DuckDB's own way (in a commit, every 16 MiB of log) cost 14 µs of CPU a row here: it writes a row group of 122,880 rows
// anew whenever rows joined it, and merges small ones. With row groups of 8,192 rows, and checkpoints at moments when the
// last one is nearly full, so that there is nothing to merge, it costs 4 µs, and commits wait 30 ms instead of 300.
import { HeldByReader } from './errors.ts'

/** Rows of a row group; a multiple of 2,048. Queries of 2 million rows took the CPU they took with 122,880. */
const rowGroupRows = 8192

/**
 * The format of the file; DuckDB 1.3 and later read it. Its way to pack texts took half the time of the one before (240,000
 * records of an agent: 1.3 s of checkpoints instead of 2.8, 41 s of CPU a million instead of 51) for the same size.
 */
const storageVersion = 'v1.3.0'

/** How a file of ours is attached, so that a new one gets its form. */
export const newFile = `(row_group_size ${rowGroupRows}, storage_version '${storageVersion}')`

/** DuckDB never does it by itself: only ours can be undone when it is killed (block-journal.ts). */
export const neverByItself = '1000TB'

const mebibyte = 1024 * 1024
/** From here on, at the next good moment. */
const wantedBytes = 8 * mebibyte
/** From here on, at once. */
const urgentBytes = 32 * mebibyte
/**
 * The share of time that checkpoints may take. One of telemetry alone takes 30 ms; each further table that grew has its
 * last row group written anew, so that with the ledger's it is 150 ms, and every 8 MiB they took a third of the time.
 */
const dutyMax = 0.1
/** In quiet moments; less is read in a few milliseconds at the next start. */
const worthwhileBytes = mebibyte
const quietMs = 2_000
/** After a checkpoint that failed (a full disk): opening the database again each time would cost more than it helps. */
const pauseAfterFailureMs = 30_000
/** When a query kept it from being done (errors.ts); meanwhile the log only grows. */
const pauseBesideReaderMs = 1_000

/** When a checkpoint was done, ms since 1970, and how long it took. */
export type Checkpointed = { unixMs: number; tookMs: number }

export type Checkpoints = {
  /** Rows went into a table. */
  appended(table: string, rows: number): void
  /** A transaction was committed: makes a checkpoint now, or when it has been quiet for a while. */
  committed(): void
  /** Everything is in the file; it took so long, nothing when the file was written anew. */
  done(tookMs: number): void
  /** The last one since the start. */
  last(): Checkpointed | undefined
  stop(): void
}

/** @param checkpoint asked to do it in turn; rejects when it failed. */
export function createCheckpoints(walBytes: () => number, checkpoint: () => Promise<void>): Checkpoints {
  const rows = new Map<string, number>()
  let lastCommitMs = 0
  let notBeforeMs = 0
  let restUntilMs = 0
  let running = false
  let last: Checkpointed | undefined
  let timer: Timer | undefined

  /** Whether the table that grew most leaves a row group at least seven tenths full: such a one is never merged. */
  function isGoodMoment(): boolean {
    const most = Math.max(0, ...rows.values())
    const last = most % rowGroupRows
    return most > 0 && (last === 0 || last >= rowGroupRows * 0.7)
  }

  function start(): void {
    if (running || Date.now() < notBeforeMs) return
    running = true
    checkpoint()
      .catch((error) => {
        const isHeld = error instanceof HeldByReader
        notBeforeMs = Date.now() + (isHeld ? pauseBesideReaderMs : pauseAfterFailureMs)
        if (isHeld && !timer) lookLater(pauseBesideReaderMs)
      })
      .finally(() => {
        running = false
      })
  }

  function lookLater(ms: number): void {
    timer = setTimeout(() => {
      timer = undefined
      const quiet = Date.now() - lastCommitMs
      if (quiet < quietMs) lookLater(quietMs - quiet)
      else if (walBytes() >= worthwhileBytes) start()
    }, ms)
    timer.unref()
  }

  return {
    appended(table, count) {
      rows.set(table, (rows.get(table) ?? 0) + count)
    },
    committed() {
      lastCommitMs = Date.now()
      const bytes = walBytes()
      const wanted = bytes >= wantedBytes && Date.now() >= restUntilMs && isGoodMoment()
      if (wanted || bytes >= urgentBytes) start()
      else if (!timer) lookLater(quietMs)
    },
    done(tookMs) {
      rows.clear()
      if (tookMs > 0) last = { unixMs: Date.now(), tookMs }
      restUntilMs = Date.now() + tookMs * (1 / dutyMax - 1)
    },
    last: () => last,
    stop() {
      clearTimeout(timer)
      notBeforeMs = Number.POSITIVE_INFINITY
    },
  }
}

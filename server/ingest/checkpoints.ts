// checkpoints.ts: moves the write-ahead log into the file in quiet moments, so that no commit has to wait for it.
import { messageOf } from '../store/errors.ts'
import type { Store } from '../store/store.ts'

/** A log smaller than this is read in a few milliseconds at the next start; at 16 MiB DuckDB does it by itself, in a commit. */
const walBytesMin = 1024 * 1024
const quietMs = 2_000

/** `touch` says that something was written; the checkpoint comes when that was the last for a while. */
export function checkpointWhenQuiet(store: Store, warn: (message: string) => void): { touch(): void; stop(): void } {
  let timer: Timer | undefined
  let lastMs = 0

  async function look(): Promise<void> {
    timer = undefined
    if (Date.now() - lastMs < quietMs) return wait(lastMs + quietMs - Date.now())
    if (store.size().walBytes < walBytesMin) return
    try {
      await store.checkpoint()
    } catch (error) {
      warn(`a checkpoint failed, what was stored stays in the write-ahead log: ${messageOf(error)}`)
    }
  }

  function wait(ms: number): void {
    timer = setTimeout(look, ms)
    timer.unref()
  }

  return {
    touch() {
      lastMs = Date.now()
      if (!timer) wait(quietMs)
    },
    stop: () => clearTimeout(timer),
  }
}

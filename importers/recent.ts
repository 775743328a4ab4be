// recent.ts: what an agent must know of the batches before, for the life of the program.
import { Recent } from '#proto/recent.ts'

const forgetting: (() => void)[] = []

/** Has the agents forget everything, as a new process would; for tests that must not know what another one sent. */
export function forgetBatches(): void {
  for (const forget of forgetting) forget()
}

/** A memory of at most `max` entries that {@link forgetBatches} empties. Made once, beside the code that uses it. */
export function memory<V>(max: number): Recent<string, V> {
  const own = new Recent<string, V>(max)
  forgetting.push(() => own.clear())
  return own
}

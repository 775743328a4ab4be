// turns.ts: long work in steps, with everybody else's turn between them.

/** Work goes on for so long before others get their turn. */
const turnMs = 8

/** Runs a generator to its end; gives the event loop a turn whenever it has worked for some milliseconds. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  let since = performance.now()
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (performance.now() - since < turnMs) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    since = performance.now()
  }
}

// steps.ts: long work as a generator that yields now and then, so that whoever runs it can give others their turn.

/** Records taken in one step: one to three milliseconds of what agents send. */
const recordsAtOnce = 256

/** Takes one record after the other. */
export function* each<T>(records: Iterable<T>, take: (record: T) => void): Generator<void> {
  let taken = 0
  for (const record of records) {
    take(record)
    if (++taken % recordsAtOnce === 0) yield
  }
}

/** Runs a generator to its end without a pause: for what is small, or has nobody beside it. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

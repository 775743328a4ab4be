// until.ts: waiting for what a test reads to become what it should be.
import { expect } from 'bun:test'

/** Waits until something is read as expected; a busy machine may take its time. */
export async function until<T>(read: () => Promise<T>, expected: T): Promise<void> {
  let last: T | undefined
  for (let waited = 0; waited < 30_000; waited += 50) {
    last = await read()
    if (Bun.deepEquals(last, expected)) return
    await Bun.sleep(50)
  }
  expect(last).toEqual(expected)
}

// browser-test.ts: a test of the page, which may be tried a second time.
import { test as once } from 'bun:test'

type Body = () => Promise<unknown>

/**
 * Registers a test that drives Chromium. One that fails is tried once more, and the runner says so ("attempt 2"): on a machine whose cores are
 * taken the browser's own timing (a layer that closes between two questions) fails about one of these in some thousand runs, and a whole run
 * must not be lost for that. Only tests of the page may do this: what is counted and stored has no second try.
 *
 * @param timeout how long one try may take, ms
 */
export function test(name: string, body: Body, timeout?: number): void {
  once(name, body, timeout === undefined ? { retry: 1 } : { retry: 1, timeout })
}

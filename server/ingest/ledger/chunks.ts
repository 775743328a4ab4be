// chunks.ts: what a group asks of the tables a few thousand values at a time, so that none of the answers holds others up.

/**
 * Values asked for in one statement: to bind them and to read what is found takes some 20 ms. At once, what was known of 80,000
 * tool calls or requests held everybody else for 0.9 to 1.2 s of CPU.
 */
const askedMax = 4_000

/** The values in lists of at most so many. */
export function* chunks<T>(all: readonly T[], size = askedMax): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

// keys.ts: the keys under which one fact of Codex is known at every door.
export { usageKey } from '../usage-key.ts'

/** A model request by the id of its response (`token_usage_record.response_id`); telemetry does not know it. */
export const responseKey = (responseId: string) => `resp:${responseId}`

/** A request that failed, by the provider's id of it (`auth.request_id`), in events and in the copies that spans carry. */
export const requestKey = (requestId: string) => `req:${requestId}`

/** The two events that tell of one broken stream come within a millisecond; the next attempt is 200 ms away. */
const sameBreakNs = 20_000_000n

/**
 * A stream that broke, in a conversation at a moment: of its own slice of time and the next, so that two events of one break
 * share a key also when a slice ends between them.
 */
export const brokenStreamKeys = (conversation: string, timeUnixNano: bigint) =>
  [0n, 1n].map((next) => `broken:${conversation}:${timeUnixNano / sameBreakNs + next}`)

// keys.ts: the keys under which one fact of Codex is known at every door.
export { usageKey } from '../usage-key.ts'

/** A model request by the id of its response (`token_usage_record.response_id`); telemetry does not know it. */
export const responseKey = (responseId: string) => `resp:${responseId}`

/** A request that failed, by the provider's id of it (`auth.request_id`), in events and in the copies that spans carry. */
export const requestKey = (requestId: string) => `req:${requestId}`

// keys.ts: the keys under which one fact of Gemini CLI is known at every door.
export { usageKey } from '../usage-key.ts'

/** A model request by the id of the answer's record in the chat file; telemetry knows only the usage. */
export const recordKey = (id: string) => `msg:${id}`

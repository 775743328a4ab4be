// keys.ts: the keys under which one fact of OpenCode is known at every door.
export { usageKey } from '../usage-key.ts'

/** A model request by the id of OpenCode's own message (`msg_…`); its telemetry does not carry it. */
export const messageKey = (id: string) => `msg:${id}`

/** A model request by the id of the provider's answer, which only OpenCode's own spans know. */
export const responseKey = (responseId: string) => `resp:${responseId}`

// keys.ts: the keys under which one fact of Copilot is known at every door.
export { usageKey } from '../usage-key.ts'

/** A model request by the id of its response: `gen_ai.response.id` of the span, `apiCallId` of the event. */
export const responseKey = (responseId: string) => `resp:${responseId}`

/** A model request by the provider's request id (`providerCallId`), where there is one. */
export const requestKey = (requestId: string) => `req:${requestId}`

// keys.ts: the keys under which one fact of the agent is known at every door. Telemetry and files must spell them alike.

/** A model request by the provider's id of it, in the event (`request.id`) and in the file (`requestId`). */
export const requestKey = (requestId: string) => `req:${requestId}`

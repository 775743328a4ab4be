// keys.ts: the keys under which one fact of Claude Code is known at every door.
import type { TokenCounts } from '#proto/telemetry.ts'

/** A model request: the id of the HTTP request, in telemetry (`request_id`) and transcript (`requestId`). */
export const requestKey = (requestId: string) => `req:${requestId}`

/** A model request by the id of its answer; copies of a history keep it when they get a new request id. */
export const messageKey = (messageId: string) => `msg:${messageId}`

/**
 * A model request where telemetry has no id of it (versions before `request_id`): what went in. The output is left out, since
 * transcripts of that time hold only what the stream had so far.
 */
export const inputKey = ({ inputTokens, cacheReadTokens, cacheWriteTokens }: TokenCounts) =>
  `${inputTokens ?? 0}/${cacheReadTokens ?? 0}/${cacheWriteTokens ?? 0}`

/** The user's prompt: `prompt.id`, `prompt_id` and `promptId` are one id. */
export const promptKey = (promptId: string) => `prompt:${promptId}`

/** A tool call and its result, by `tool_use_id`. */
export const toolUseKey = (toolUseId: string) => `tool:${toolUseId}`
export const toolResultKey = (toolUseId: string) => `result:${toolUseId}`

/**
 * A text of the assistant. Hooks and telemetry know the text and the prompt it answers but no id of it; a text said
 * again within one prompt is told apart by the transcript's reader with a number behind it.
 */
export const answerKey = (promptId: string, text: string) => `answer:${promptId}:${Bun.hash(text.trim()).toString(36)}`

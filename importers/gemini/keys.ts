// keys.ts: the keys under which one fact of Gemini CLI is known at every door.

/** A model request by the id of the answer's record in the chat file; telemetry knows only the usage. */
export const recordKey = (id: string) => `msg:${id}`

/**
 * A model request by its usage: `<prompt>/<answer>`, the two counts that files, events and spans all tell, as they tell
 * them: the prompt with what was cached of it, the answer without its thoughts. Spans know no others.
 */
export const usageKey = (promptTokens: number | undefined, answerTokens: number | undefined) =>
  `${promptTokens ?? 0}/${answerTokens ?? 0}`

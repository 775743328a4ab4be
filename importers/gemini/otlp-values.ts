// otlp-values.ts: what Gemini CLI's attributes mean in our words; the same in its logs, spans and metrics.
import { type Attributes, text } from '#proto/attributes.ts'
import type { Attribution, TokenCounts } from '#proto/telemetry.ts'
import { compactionAgent } from '../compaction.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import type { OtlpRecord } from '../otlp-batch.ts'
import { type Inclusive, isCount, known, withoutOverlap, withReasoning } from '../otlp-counts.ts'

export const tool = 'gemini'

/** The session: on the record, else on the span, else in the resource (one process is one session). */
export function sessionOf({ attributes, resource }: OtlpRecord): string {
  return (
    text(attributes['session.id']) ??
    text(attributes['gen_ai.conversation.id']) ??
    text(resource.attributes['session.id']) ??
    ''
  )
}

export type GeminiCounts = Omit<Inclusive, 'reasoning' | 'written'> & { thoughts?: number; tool?: number }

/** Cached tokens are inside the prompt; tool prompts come on top of it, thoughts on top of the answer. */
export function countsOf({ input, cached, output, thoughts, tool: prompts }: GeminiCounts): TokenCounts {
  const counts = withoutOverlap({ input, cached })
  const inputTokens =
    isCount(counts.inputTokens) && isCount(prompts) ? counts.inputTokens + prompts : counts.inputTokens
  return known({ ...counts, inputTokens, ...withReasoning(output, thoughts) })
}

/** `role` names for what a request was made: `main`, `subagent`, or a side call (`utility_router`, …). */
export function querySourceOf(role: string | undefined): string | undefined {
  if (role === undefined || role === 'main' || role === 'subagent') return role
  return 'auxiliary'
}

/** A subagent's prompts are numbered behind the id of its run: `<agent id>#<turn>`. */
export function agentIdOf(role: string | undefined, promptId: string | undefined): string | undefined {
  return role === 'subagent' ? promptId?.split('#')[0] : undefined
}

/** By whom a request was made: the purpose, the prompt, and the subagent with the name that the batch gives it. */
export function attributionOf(attributes: Attributes, agents: { get(id: string): string | undefined }): Attribution {
  const role = text(attributes.role)
  const promptId = text(attributes.prompt_id)
  const agentId = agentIdOf(role, promptId)
  return known({
    querySource: querySourceOf(role),
    promptId: agentId ? undefined : promptId,
    agentId,
    agent: agentId ? agents.get(agentId) : role === 'utility_compressor' ? compactionAgent : undefined,
  })
}

/** The file that a tool's arguments name. */
export function fileOf(input: string | undefined): string | undefined {
  const given = objectOf(parseJson(input ?? ''))
  return textOf(given.file_path) ?? textOf(given.absolute_path) ?? textOf(given.path)
}

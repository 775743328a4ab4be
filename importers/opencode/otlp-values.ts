// otlp-values.ts: what the attributes of OpenCode and of its plug-in mean in our words.
import { type Attributes, text } from '#proto/attributes.ts'
import type { Attribution, TokenCounts } from '#proto/telemetry.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import { first } from '../otlp-batch.ts'
import { countOf, known, nanoUsd, withReasoning } from '../otlp-counts.ts'

export const tool = 'opencode'

export type PluginCounts = Record<'input' | 'output' | 'reasoning' | 'cached' | 'written', readonly string[]>

/** The plug-in tells input without cache and output without reasoning. */
export function countsOf(attributes: Attributes, names: PluginCounts): TokenCounts {
  const count = (keys: readonly string[]) => countOf(first(attributes, keys))
  return known({
    inputTokens: count(names.input),
    cacheReadTokens: count(names.cached),
    cacheWriteTokens: count(names.written),
    ...withReasoning(count(names.output), count(names.reasoning)),
  })
}

/** What the request cost. A subscription's cost is told as 0, which is not what the request is worth. */
export function costOf(value: Attributes[string] | undefined): number | undefined {
  return nanoUsd(value) || undefined
}

/** The primary agent has no name in the plug-in's older versions. */
export function attributionOf(attributes: Attributes): Attribution {
  const agent = text(attributes.agent) ?? text(attributes['agent.name'])
  const type = text(attributes['agent.type'])
  return known({
    agent: agent === 'unknown' ? undefined : agent,
    querySource: type === 'subagent' ? 'subagent' : type === 'primary' ? 'main' : undefined,
  })
}

/** The model; the plug-in says `unknown` before the first answer. */
export function modelOf(attributes: Attributes): string {
  const model = text(attributes.model) ?? text(attributes['llm.model_name']) ?? text(attributes['ai.model.id'])
  return model === undefined || model === 'unknown' ? '' : model
}

/** The session. OpenCode's own spans have it under the AI SDK's name too. */
export function sessionOf(attributes: Attributes): string {
  return text(attributes['session.id']) ?? text(attributes['ai.telemetry.metadata.sessionId']) ?? ''
}

/** What a tool's parameters say: the file, the command. */
export function parametersOf(input: string | undefined): { filePath?: string; command?: string } {
  const given = objectOf(parseJson(input ?? ''))
  return known({ filePath: textOf(given.filePath) ?? textOf(given.path), command: textOf(given.command) })
}

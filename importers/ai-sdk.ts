// ai-sdk.ts: spans of Vercel's AI SDK (`ai.*`), which OpenCode and many services write.
import { type Attributes, type AttributeValue, jsonValue, text } from '#proto/attributes.ts'
import type { TokenCounts, ToolCallObservation } from '#proto/telemetry.ts'
import { first } from './otlp-batch.ts'
import { countOf, known, withoutOverlap } from './otlp-counts.ts'

/**
 * Whether a span is one request to a model. `ai.streamText` and its like sum up their inner spans (`….doStream`,
 * `….doGenerate`, `….doEmbed`), one a step.
 */
export function aiSdkRequest(attributes: Attributes): boolean {
  return /\.do(Stream|Generate|Embed)$/.test(text(attributes['ai.operationId']) ?? '')
}

/** Input holds what was cached, output the reasoning. Names of versions 4 and 5 and of the conventions beside them. */
export function aiSdkCounts(attributes: Attributes): TokenCounts {
  const count = (...keys: string[]) => countOf(first(attributes, keys))
  return withoutOverlap({
    input: count('ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens', 'gen_ai.usage.input_tokens'),
    cached: count('ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'),
    written: count('ai.usage.inputTokenDetails.cacheWriteTokens'),
    output: count('ai.usage.outputTokens', 'ai.usage.completionTokens', 'gen_ai.usage.output_tokens'),
    reasoning: count('ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'),
  })
}

/** Arguments and result of an `ai.toolCall` span; the result's own text when it has one. */
export function aiSdkTool(attributes: Attributes): Pick<ToolCallObservation, 'input' | 'output'> {
  return known({ input: spelled(attributes['ai.toolCall.args']), output: spelled(attributes['ai.toolCall.result']) })
}

function spelled(value: AttributeValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : jsonValue(value)
}

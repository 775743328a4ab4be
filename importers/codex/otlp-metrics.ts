// otlp-metrics.ts: Codex's counters: the histogram of each turn's tokens, and requests by status. They name no session.
import { text, truth } from '#proto/attributes.ts'
import type { Hot, MetricPoint } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { type Amount, amountOf, Points } from '../otlp-points.ts'
import { tool } from './otlp-values.ts'

type Token = { type: Hot['tokenType']; amounts: (value: number) => Amount[] }

/** `input` holds the cached and the written part, `output` the reasoning; `total` repeats them all. */
const tokens = new Map<string, Token>([
  ['input', { type: 'input', amounts: (value) => [{ field: 'inputTokens', value }] }],
  [
    'cached_input',
    {
      type: 'cacheRead',
      amounts: (value) => [
        { field: 'cacheReadTokens', value },
        { field: 'inputTokens', value: -value },
      ],
    },
  ],
  [
    'cache_write_input',
    {
      type: 'cacheCreation',
      amounts: (value) => [
        { field: 'cacheWriteTokens', value },
        { field: 'inputTokens', value: -value },
      ],
    },
  ],
  ['output', { type: 'output', amounts: (value) => [{ field: 'outputTokens', value }] }],
  ['reasoning_output', { type: 'reasoning', amounts: (value) => [{ field: 'reasoningTokens', value }] }],
])

export function readPoints(batch: OtlpBatch, points: readonly MetricPoint[]): void {
  const counted = new Points(batch, points)
  for (const point of points) {
    const { attributes, hot, name } = point
    const sender = batch.attribute(point, text(attributes['conversation.id']))
    hot.tool = tool
    hot.model = text(attributes.model) ?? ''
    const subagent = text(attributes.session_source)?.startsWith('subagent')
    const facts = {
      sessionId: hot.sessionId,
      model: hot.model,
      ...sender,
      ...(subagent ? { querySource: 'subagent' } : {}),
    }
    if (name === 'codex.turn.token_usage') {
      const token = tokens.get(text(attributes.token_type) ?? '')
      hot.tokenType = token?.type ?? ''
      if (token) counted.add(point, token.amounts(amountOf(point)), facts)
    } else if (name === 'codex.api_request') {
      const failed = truth(attributes.success) === false
      counted.add(point, [{ field: failed ? 'errors' : 'requests', value: amountOf(point) }], facts)
    }
  }
}

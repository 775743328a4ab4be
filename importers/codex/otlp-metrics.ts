// otlp-metrics.ts: Codex's counters: the histogram of each turn's tokens, and requests by status. They name no session.
import { text, truth } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { MetricPoint } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { type Amount, amountOf, pointsOf } from '../otlp-points.ts'
import { type TokenType, tokenTypeOf } from '../token-type.ts'
import { tool } from './otlp-values.ts'

type Token = (value: number) => Amount[]

/** `input` holds the cached and the written part, `output` the reasoning; `total` repeats them all. */
const tokens = new Map<TokenType, Token>([
  ['input', (value) => [{ field: 'inputTokens', value }]],
  [
    'cacheRead',
    (value) => [
      { field: 'cacheReadTokens', value },
      { field: 'inputTokens', value: -value },
    ],
  ],
  [
    'cacheCreation',
    (value) => [
      { field: 'cacheWriteTokens', value },
      { field: 'inputTokens', value: -value },
    ],
  ],
  ['output', (value) => [{ field: 'outputTokens', value }]],
  ['reasoning', (value) => [{ field: 'reasoningTokens', value }]],
])

export function* readPoints(batch: OtlpBatch, points: readonly MetricPoint[]): Generator<void> {
  const counted = yield* pointsOf(batch, points)
  yield* each(points, (point) => {
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
      const type = tokenTypeOf(attributes, 'token_type')
      const amounts = type && tokens.get(type)
      hot.tokenType = (amounts && type) ?? ''
      if (amounts) counted.add(point, amounts(amountOf(point)), facts)
    } else if (name === 'codex.api_request') {
      const failed = truth(attributes.success) === false
      counted.add(point, [{ field: failed ? 'errors' : 'requests', value: amountOf(point) }], facts)
    } else if (name === 'codex.websocket.continuation' && attributes.phase === 'generation') {
      // `codex.websocket.request` counts warm-ups too.
      counted.add(point, [{ field: 'requests', value: amountOf(point) }], facts)
    }
  })
}

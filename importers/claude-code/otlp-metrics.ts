// otlp-metrics.ts: Claude Code's counters of tokens and cost; its names for kinds of tokens are ours.
import { text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { AggregateField, MetricPoint } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { type Amount, amountOf, pointsOf } from '../otlp-points.ts'
import { type TokenType, tokenTypeOf } from '../token-type.ts'
import { attributionOf } from './otlp-values.ts'

const fields = new Map<TokenType, AggregateField>([
  ['input', 'inputTokens'],
  ['output', 'outputTokens'],
  ['cacheRead', 'cacheReadTokens'],
  ['cacheCreation', 'cacheWriteTokens'],
])

export function* readPoints(batch: OtlpBatch, points: readonly MetricPoint[]): Generator<void> {
  const counted = yield* pointsOf(batch, points)
  yield* each(points, (point) => {
    const { attributes, hot, name } = point
    const sessionId = text(attributes['session.id']) ?? ''
    const sender = batch.attribute(point, sessionId)
    hot.model = text(attributes.model) ?? ''
    const facts = { sessionId, model: hot.model, provider: 'anthropic', ...attributionOf(attributes, sender) }
    // `session.count` of a continued session names an id that nothing else ever has; so only usage makes a session.
    if (name === 'claude_code.token.usage' || name === 'claude_code.cost.usage')
      batch.session('otlp_metrics', sessionId, [point.timeUnixNano], {
        ...sender,
        version: text(attributes['app.version']) ?? text(point.resource.attributes['service.version']),
      })
    if (name === 'claude_code.token.usage') {
      const type = tokenTypeOf(attributes, 'type')
      const field = type && fields.get(type)
      hot.tokenType = (field && type) ?? ''
      if (field) counted.add(point, [{ field, value: amountOf(point) }], facts)
    } else if (name === 'claude_code.cost.usage') {
      const cost: Amount = { field: 'reportedCostNanoUsd', value: Math.round(amountOf(point) * 1e9) }
      counted.add(point, [cost], facts)
    }
  })
}

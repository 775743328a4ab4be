// otlp-metrics.ts: counters of OpenCode's plug-in, under whatever prefix it was given.
import { text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { MetricPoint } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { type Amount, amountOf, pointsOf } from '../otlp-points.ts'
import { type TokenType, tokenTypeOf } from '../token-type.ts'
import { attributionOf, modelOf, sessionOf } from './otlp-values.ts'

type Token = (value: number) => Amount[]

/** Nothing overlaps; reasoning comes on top of the output. */
const tokens = new Map<TokenType, Token>([
  ['input', (value) => [{ field: 'inputTokens', value }]],
  ['output', (value) => [{ field: 'outputTokens', value }]],
  [
    'reasoning',
    (value) => [
      { field: 'reasoningTokens', value },
      { field: 'outputTokens', value },
    ],
  ],
  ['cacheRead', (value) => [{ field: 'cacheReadTokens', value }]],
  ['cacheCreation', (value) => [{ field: 'cacheWriteTokens', value }]],
])

export function* readPoints(batch: OtlpBatch, points: readonly MetricPoint[]): Generator<void> {
  const counted = yield* pointsOf(batch, points)
  yield* each(points, (point) => {
    const { attributes, hot } = point
    const sessionId = sessionOf(attributes)
    const sender = batch.attribute(point, sessionId)
    hot.model = modelOf(attributes)
    batch.session('otlp_metrics', sessionId, [point.timeUnixNano], {
      ...sender,
      version: text(point.resource.attributes['service.version']),
    })
    const facts = {
      sessionId,
      model: hot.model,
      ...sender,
      ...attributionOf(attributes),
    }
    // `OPENCODE_METRIC_PREFIX` replaces `opencode.`, for example with `claude_code.`.
    const name = /(?:^|\.)(token\.usage|cost\.usage|model\.usage|retry\.count)$/.exec(point.name)?.[1]
    if (name === 'token.usage') {
      const type = tokenTypeOf(attributes, 'type')
      const amounts = type && tokens.get(type)
      hot.tokenType = (amounts && type) ?? ''
      if (amounts) counted.add(point, amounts(amountOf(point)), facts)
    } else if (name === 'cost.usage') {
      counted.add(point, [{ field: 'reportedCostNanoUsd', value: nanoUsdOf(point) }], facts)
    } else if (name === 'model.usage') {
      counted.add(point, [{ field: 'requests', value: amountOf(point) }], facts)
    } else if (name === 'retry.count') {
      counted.add(point, [{ field: 'errors', value: amountOf(point) }], facts)
    }
  })
}

/** `OPENCODE_COST_USAGE_SCALE` multiplies the cost and says so in the unit, `USD/1000000` (the plug-in after 0.8.0). */
function nanoUsdOf(point: MetricPoint): number {
  const scale = Number(/^USD\/(\d+(?:\.\d+)?)$/.exec(point.unit)?.[1] ?? 1)
  return Math.round((amountOf(point) / (scale > 0 ? scale : 1)) * 1e9)
}

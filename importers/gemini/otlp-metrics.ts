// otlp-metrics.ts: Gemini CLI's counters of tokens and requests, cumulative from the start of each process.
import { numeric, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { MetricPoint } from '#proto/telemetry.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { type Amount, amountOf, pointsOf } from '../otlp-points.ts'
import { type TokenType, tokenTypeOf } from '../token-type.ts'
import { sessionOf } from './otlp-values.ts'

type Token = (value: number) => Amount[]

/** `input` holds the cached part; `thought` comes on top of `output`, `tool` on top of `input`. */
const tokens = new Map<TokenType, Token>([
  ['input', (value) => [{ field: 'inputTokens', value }]],
  ['tool', (value) => [{ field: 'inputTokens', value }]],
  [
    'cacheRead',
    (value) => [
      { field: 'cacheReadTokens', value },
      { field: 'inputTokens', value: -value },
    ],
  ],
  ['output', (value) => [{ field: 'outputTokens', value }]],
  [
    'reasoning',
    (value) => [
      { field: 'reasoningTokens', value },
      { field: 'outputTokens', value },
    ],
  ],
])

export function* readPoints(batch: OtlpBatch, points: readonly MetricPoint[]): Generator<void> {
  const counted = yield* pointsOf(batch, points)
  yield* each(points, (point) => {
    const { attributes, hot, name } = point
    const sessionId = sessionOf(point)
    const sender = batch.attribute(point, sessionId)
    hot.model =
      text(attributes.model) ??
      text(attributes['gen_ai.response.model']) ??
      text(attributes['gen_ai.request.model']) ??
      ''
    batch.session('otlp_metrics', sessionId, [point.timeUnixNano], sender)
    const facts = { sessionId, model: hot.model, provider: 'google', ...sender }
    // `gen_ai.client.token.usage` repeats the same tokens and is only charted.
    if (name === 'gen_ai.client.token.usage') hot.tokenType = tokenTypeOf(attributes, 'gen_ai.token.type') ?? ''
    if (name === 'gemini_cli.token.usage') {
      const type = tokenTypeOf(attributes, 'type')
      const amounts = type && tokens.get(type)
      hot.tokenType = (amounts && type) ?? ''
      if (amounts) counted.add(point, amounts(amountOf(point)), facts)
    } else if (name === 'gemini_cli.api.request.count') {
      const amount = requestOf(point)
      if (amount) counted.add(point, [amount], facts)
    }
  })
}

/** A failed request is counted twice, once with the type of its error and once without: only the former counts. */
function requestOf(point: MetricPoint): Amount | undefined {
  const value = amountOf(point)
  if (text(point.attributes.error_type) !== undefined) return { field: 'errors', value }
  const status = numeric(point.attributes.status_code)
  return status === undefined || status < 400 ? { field: 'requests', value } : undefined
}

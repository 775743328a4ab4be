// gen-ai-metrics.ts: counters and histograms of the GenAI conventions → tokens and requests that add up many.
import { text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { MetricPoint, Resource } from '#proto/telemetry.ts'
import { modelOf, providerOf } from './gen-ai.ts'
import type { OtlpBatch, Sender } from './otlp-batch.ts'
import { type Amount, amountOf, pointsOf, timesOf } from './otlp-points.ts'
import { type TokenType, tokenTypeOf } from './token-type.ts'

type Token = { type: TokenType; amounts: (value: number) => Amount[] }

const input: Token = { type: 'input', amounts: (value) => [{ field: 'inputTokens', value }] }
const output: Token = { type: 'output', amounts: (value) => [{ field: 'outputTokens', value }] }
const cacheRead: Token = {
  type: 'cacheRead',
  amounts: (value) => [
    { field: 'cacheReadTokens', value },
    { field: 'inputTokens', value: -value },
  ],
}
const cacheWrite: Token = {
  type: 'cacheCreation',
  amounts: (value) => [
    { field: 'cacheWriteTokens', value },
    { field: 'inputTokens', value: -value },
  ],
}
const reasoning: Token = { type: 'reasoning', amounts: (value) => [{ field: 'reasoningTokens', value }] }

/** Counters, one a kind: cached parts are inside the input, reasoning is inside the output. */
const counters = new Map<string, Token>([
  ['gen_ai.client.inference.usage.input_tokens', input],
  ['gen_ai.client.inference.usage.output_tokens', output],
  ['gen_ai.client.inference.usage.cache_read.input_tokens', cacheRead],
  ['gen_ai.client.inference.usage.cache_write.input_tokens', cacheWrite],
  ['gen_ai.client.inference.usage.cache_creation.input_tokens', cacheWrite],
  ['gen_ai.client.inference.usage.reasoning.output_tokens', reasoning],
])

/** `gen_ai.client.token.usage` tells the kind in an attribute. */
const types = new Map<TokenType, Token>(
  [input, output, cacheRead, cacheWrite, reasoning].map((token) => [token.type, token]),
)

const durations = ['gen_ai.client.inference.duration', 'gen_ai.client.operation.duration']
const requests = new Set(['chat', 'text_completion', 'generate_content', 'completion', 'embeddings'])

/**
 * Reads a batch's points. The same tokens may stand in counters and in histograms: of one sender only the first kind there
 * is counts. Points of other metrics are left alone.
 *
 * @param sessionOf the session a point names, `''` for none
 */
export function* readGenAiPoints(
  batch: OtlpBatch,
  points: readonly MetricPoint[],
  sessionOf: (point: MetricPoint) => string,
): Generator<void> {
  const counted = yield* pointsOf(batch, points)
  const named = namesBySender(points)
  yield* each(points, (point) => {
    const token = tokenOf(point)
    const isDuration = durations.includes(point.name)
    if (!token && !isDuration) return
    const own = named.get(point.resource) as Set<string>
    const sessionId = sessionOf(point)
    const sender: Sender = batch.attribute(point, sessionId)
    point.hot.model = modelOf(point.attributes)
    batch.session('otlp_metrics', sessionId, [point.timeUnixNano], sender)
    const facts = { sessionId, model: point.hot.model, provider: providerOf(point.attributes), ...sender }
    if (token) {
      point.hot.tokenType = token.type
      const repeats = point.name === 'gen_ai.client.token.usage' && [...counters.keys()].some((name) => own.has(name))
      if (!repeats) counted.add(point, token.amounts(amountOf(point)), facts)
    } else if (point.name === durations.find((name) => own.has(name)) && isRequest(point)) {
      const failed = text(point.attributes['error.type']) !== undefined
      counted.add(point, [{ field: failed ? 'errors' : 'requests', value: timesOf(point) }], facts)
    }
  })
}

function tokenOf({ name, attributes }: MetricPoint): Token | undefined {
  if (name !== 'gen_ai.client.token.usage') return counters.get(name)
  const type = tokenTypeOf(attributes, 'gen_ai.token.type')
  return type && types.get(type)
}

function isRequest({ attributes }: MetricPoint): boolean {
  return requests.has(text(attributes['gen_ai.operation.name']) ?? 'chat')
}

function namesBySender(points: readonly MetricPoint[]): Map<Resource, Set<string>> {
  const named = new Map<Resource, Set<string>>()
  for (const { resource, name } of points) {
    const own = named.get(resource)
    if (own) own.add(name)
    else named.set(resource, new Set([name]))
  }
  return named
}

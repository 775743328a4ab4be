// otlp.ts: what any service sends that follows the GenAI conventions → our vocabulary. The service's name is the tool.
import { numeric, text, truth } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import {
  type CallObservation,
  type LogRecord,
  type MetricPoint,
  noTelemetry,
  type Span,
  type Telemetry,
} from '#proto/telemetry.ts'
import {
  sessionOf as conversationOf,
  costOf,
  errorOf,
  genAiCounts,
  modelOf,
  providerOf,
  responseIdOf,
  stopReasonOf,
} from '../gen-ai.ts'
import { readGenAiPoints } from '../gen-ai-metrics.ts'
import { type Dialect, readGenAiSpans } from '../gen-ai-spans.ts'
import { append, OtlpBatch } from '../otlp-batch.ts'
import { known } from '../otlp-counts.ts'
import { usageKey } from '../usage-key.ts'

/**
 * Records of several services may come in one batch (a collector sends them so); each service is a tool of its own. Only
 * records that are about a model, an agent or a tool are touched; the rest of the service stays plain.
 */
export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const services = new Map<string, { spans: Span[]; logs: LogRecord[]; points: MetricPoint[] }>()
  const of = (name: string) => {
    const own = services.get(name) ?? { spans: [], logs: [], points: [] }
    services.set(name, own)
    return own
  }
  yield* each(spans, (span) => of(span.resource.serviceName).spans.push(span))
  yield* each(logs, (log) => of(log.resource.serviceName).logs.push(log))
  yield* each(points, (point) => of(point.resource.serviceName).points.push(point))
  const out = noTelemetry()
  for (const [service, own] of services) {
    const batch = new OtlpBatch(service)
    yield* readGenAiSpans(batch, own.spans, dialect)
    yield* each(own.logs, (log) => readLog(batch, log))
    yield* readGenAiPoints(batch, own.points, ({ attributes }) => conversationOf(attributes))
    append(out, batch.finish())
  }
  return Object.assign(out, { spans, logs, points })
}

/** codeburn names no session, but makes one trace of each. */
function sessionOf({ attributes, traceId }: Span): string {
  return conversationOf(attributes) || ('ai.input_tokens' in attributes ? traceId : '')
}

const dialect: Dialect = {
  sessionOf,
  request: (attributes) =>
    known({
      speed: text(attributes['ai.speed']),
      quality: truth(attributes['ai.cost_estimated']) ? ('estimated' as const) : undefined,
    }),
}

/** The event that repeats a request's span, for services that send events only. */
function readLog(batch: OtlpBatch, log: LogRecord): void {
  const { attributes, hot } = log
  const name = text(attributes['event.name']) ?? log.eventName
  if (name !== 'gen_ai.client.inference.operation.details') return
  const sessionId = conversationOf(attributes)
  const sender = batch.attribute(log, sessionId)
  hot.eventName = name.replace(/^gen_ai\./, '')
  hot.model = modelOf(attributes)
  batch.session('otlp_logs', sessionId, [log.timeUnixNano], sender)
  const failed = text(attributes['error.type']) !== undefined
  const counts = genAiCounts(attributes)
  if (!failed && counts.inputTokens === undefined && counts.outputTokens === undefined) return
  const responseId = responseIdOf(attributes)
  batch.out.calls.push(
    known({
      source: 'otlp_logs',
      tool: batch.tool,
      sessionId,
      observationId: `${sessionId}:${responseId ?? `${log.timeUnixNano}:${log.traceId}/${log.spanId}`}`,
      keys: responseId ? [`resp:${responseId}`] : [],
      weakKey: failed ? 'error' : usageKey(counts),
      timeUnixNano: log.timeUnixNano,
      durationMs: numeric(attributes.duration_ms),
      status: failed ? 'error' : 'ok',
      model: hot.model,
      provider: providerOf(attributes),
      messageId: responseId,
      stopReason: failed ? undefined : stopReasonOf(attributes),
      reportedCostNanoUsd: costOf(attributes),
      quality: 'exact',
      traceId: log.traceId || undefined,
      agent: text(attributes['gen_ai.agent.name']),
      ...sender,
      ...(failed ? errorOf(attributes) : counts),
    } as CallObservation),
  )
}

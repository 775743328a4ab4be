// otlp.ts: what the example agent sends → our vocabulary.
import { numeric, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { LogRecord, Telemetry } from '#proto/telemetry.ts'
import { OtlpBatch } from '../otlp-batch.ts'
import { countOf, known, withoutOverlap } from '../otlp-counts.ts'
import { requestKey } from './keys.ts'

const tool = 'example'

/** Pure: what it gives depends on the batch alone. It gets only this agent's records, and yields to let others have their turn. */
export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const batch = new OtlpBatch(tool)
  yield* each(logs, (log) => readLog(batch, log))
  Object.assign(batch.out, { spans, logs, points })
  return batch.finish()
}

function readLog(batch: OtlpBatch, log: LogRecord): void {
  const { attributes, hot } = log
  // 1. The columns that people filter by.
  const sessionId = text(attributes['session.id']) ?? ''
  const sender = batch.attribute(log, sessionId)
  hot.eventName = log.eventName
  hot.model = text(attributes.model) ?? ''
  batch.session('otlp_logs', sessionId, [log.timeUnixNano], sender)
  if (hot.eventName !== 'request') return
  // 2. One observation a request: an id from what the record says, so that sent again it is the same; the keys by which
  //    other doors know the request; counts that never overlap.
  const requestId = text(attributes['request.id'])
  const status = numeric(attributes.status)
  const failed = status !== undefined && status >= 400
  batch.out.calls.push(
    known({
      source: 'otlp_logs' as const,
      tool,
      sessionId,
      observationId: requestId ?? `${sessionId}:${log.timeUnixNano}`,
      keys: requestId ? [requestKey(requestId)] : [],
      timeUnixNano: log.timeUnixNano,
      durationMs: numeric(attributes.duration_ms),
      status: failed ? ('error' as const) : ('ok' as const),
      statusCode: status,
      model: hot.model,
      requestId,
      quality: 'exact' as const,
      ...sender,
      ...(failed
        ? {}
        : withoutOverlap({
            input: countOf(attributes.input_tokens),
            cached: countOf(attributes.cached_tokens),
            output: countOf(attributes.output_tokens),
          })),
    }),
  )
}

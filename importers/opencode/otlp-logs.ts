// otlp-logs.ts: events of OpenCode's plug-in: answered and failed requests, sessions. Tools are told by its spans.
import { numeric, text } from '#proto/attributes.ts'
import type { CallObservation, LogRecord } from '#proto/telemetry.ts'
import type { OtlpBatch, Sender } from '../otlp-batch.ts'
import { known } from '../otlp-counts.ts'
import { usageKey } from './keys.ts'
import { attributionOf, costOf, countsOf, modelOf, type PluginCounts, sessionOf, tool } from './otlp-values.ts'

const counts: PluginCounts = {
  input: ['input_tokens'],
  output: ['output_tokens'],
  reasoning: ['reasoning_tokens'],
  cached: ['cache_read_tokens'],
  written: ['cache_creation_tokens'],
}

/**
 * Reads one event. `tool_result` has no id of the call, which the span beside it has; `user_prompt` has no text. So both
 * are told by spans and files only.
 */
export function readLog(batch: OtlpBatch, log: LogRecord): void {
  const { attributes, hot } = log
  const sessionId = sessionOf(attributes)
  const sender = batch.attribute(log, sessionId)
  hot.eventName = text(attributes['event.name']) ?? log.eventName
  hot.model = modelOf(attributes)
  batch.session('otlp_logs', sessionId, [log.timeUnixNano], {
    ...sender,
    version: text(log.resource.attributes['service.version']),
  })
  if (hot.eventName === 'api_request') answered(batch, log, sessionId, sender)
  else if (hot.eventName === 'api_error') failed(batch, log, sessionId, sender)
}

/** The time is that of the message's creation, the same at every door. */
function requestOf({ attributes, timeUnixNano }: LogRecord, sessionId: string, sender: Sender) {
  return {
    source: 'otlp_logs',
    tool,
    sessionId,
    keys: [],
    timeUnixNano,
    durationMs: numeric(attributes.duration_ms),
    model: modelOf(attributes),
    provider: text(attributes.provider),
    quality: 'exact',
    ...sender,
    ...attributionOf(attributes),
  } satisfies Partial<CallObservation>
}

function answered(batch: OtlpBatch, log: LogRecord, sessionId: string, sender: Sender): void {
  const tokens = countsOf(log.attributes, counts)
  const usage = usageKey(tokens)
  batch.out.calls.push(
    known({
      ...requestOf(log, sessionId, sender),
      observationId: `${sessionId}:${log.timeUnixNano}:${usage}`,
      weakKey: usage,
      status: 'ok',
      reportedCostNanoUsd: costOf(log.attributes.cost_usd),
      ...tokens,
    }),
  )
}

function failed(batch: OtlpBatch, log: LogRecord, sessionId: string, sender: Sender): void {
  const message = text(log.attributes.error)
  // The user stopped it.
  if (message?.startsWith('MessageAborted')) return
  batch.out.calls.push(
    known({
      ...requestOf(log, sessionId, sender),
      observationId: `${sessionId}:error:${log.timeUnixNano}`,
      weakKey: 'error',
      status: 'error',
      statusCode: numeric(log.attributes.status_code),
      errorMessage: message?.slice(0, 2000),
    }),
  )
}

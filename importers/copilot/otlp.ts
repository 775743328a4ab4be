// otlp.ts: what GitHub Copilot sends → our vocabulary. It follows the GenAI conventions, with billing of its own; see README.md.
import { type Attributes, numeric, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { CallObservation, LogRecord, Telemetry, ToolCallObservation } from '#proto/telemetry.ts'
import { sessionOf as conversationOf, modelOf } from '../gen-ai.ts'
import { readGenAiPoints } from '../gen-ai-metrics.ts'
import { type Dialect, readGenAiSpans } from '../gen-ai-spans.ts'
import { firstText, OtlpBatch, type OtlpRecord } from '../otlp-batch.ts'
import { known } from '../otlp-counts.ts'
import { nanoUsdOfUnits } from './transcript-usage.ts'

const tool = 'copilot'

export function* otlp({ spans, logs, points }: Telemetry): Generator<void, Telemetry> {
  const batch = new OtlpBatch(tool)
  yield* each(logs, (log) => readLog(batch, log))
  yield* each(spans, (span) => {
    batch.attribute(span, sessionOf(span))
    span.hot.eventName = span.name
  })
  yield* readGenAiSpans(batch, spans, dialect)
  yield* each(points, (point) => {
    batch.attribute(point, sessionOf(point))
    point.hot.model = modelOf(point.attributes)
  })
  yield* readGenAiPoints(batch, points, sessionOf)
  Object.assign(batch.out, { spans, logs, points })
  return batch.finish()
}

/** The chat in VS Code names its session with an attribute of its own. */
function sessionOf({ attributes }: OtlpRecord): string {
  return (
    conversationOf(attributes) ||
    (firstText(attributes, ['copilot_chat.chat_session_id', 'copilot_chat.session_id', 'github.copilot.session_id']) ??
      '')
  )
}

const dialect: Dialect = { sessionOf, leavesOutZeros: true, request, toolCall }

/** The bill in AI units replaces any estimate. The span of a subagent's request names the agent; the main one has no name. */
function request(attributes: Attributes, agent: string | undefined): Partial<CallObservation> {
  return known({
    querySource: agent ? 'subagent' : 'main',
    reportedCostNanoUsd: nanoUsdOfUnits(
      numeric(attributes['github.copilot.nano_aiu']) ?? numeric(attributes['github.copilot.total_nano_aiu']),
    ),
    promptId: text(attributes['github.copilot.interaction_id']),
    effort: text(attributes['gen_ai.request.reasoning.level']),
  })
}

/** A call that was not allowed is an error of type `denied`. */
function toolCall(attributes: Attributes): Partial<ToolCallObservation> {
  const denied = text(attributes['error.type']) === 'denied'
  return known({
    filePath: text(attributes['github.copilot.tool.parameters.file_path']),
    ...(denied ? { decision: 'reject' } : {}),
  })
}

/** Only the chat in VS Code sends events; its spans tell the same and more. */
function readLog(batch: OtlpBatch, log: LogRecord): void {
  const sessionId = sessionOf(log)
  const sender = batch.attribute(log, sessionId)
  log.hot.eventName = (text(log.attributes['event.name']) ?? log.eventName).replace(
    /^(copilot_chat|github\.copilot)\./,
    '',
  )
  log.hot.model = modelOf(log.attributes)
  batch.session('otlp_logs', sessionId, [log.timeUnixNano], sender)
}

// otlp-spans.ts: Codex's spans: the one per response that has the usage, and whose request it was.
import { type Attributes, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { CallObservation, Span } from '#proto/telemetry.ts'
import { type OtlpBatch, type Sender, spanMs } from '../otlp-batch.ts'
import { countOf, known, withoutOverlap } from '../otlp-counts.ts'
import { memory } from '../recent.ts'
import { usageKey } from './keys.ts'
import { isAnswer, namedBy, parentIdOf, Turns } from './otlp-turns.ts'
import { conversationOf, type Event, eventNameOf, failureOf, isWarmUp, tool, toolCallOf } from './otlp-values.ts'

/** Answers whose attempt, which has the model, has not ended: by the span of their stream. */
const withoutModel = memory<CallObservation>(5_000)

/** Reads a batch's spans together: the span that has the usage says neither conversation nor model. */
export function* readSpans(batch: OtlpBatch, spans: readonly Span[]): Generator<void> {
  if (spans.length === 0) return
  const turns = new Turns()
  yield* turns.read(spans)
  yield* each(spans, (span) => {
    const { attributes, hot } = span
    const conversation = turns.conversationOf(span) ?? ''
    const sender = batch.attribute(span, conversation)
    hot.eventName = span.name
    hot.model = text(attributes.model) ?? ''
    const named = namedBy(span)
    if (named)
      batch.session('otlp_traces', named, [span.startTimeUnixNano, span.endTimeUnixNano], {
        ...sender,
        version: text(span.resource.attributes['service.version']),
        ...placeOf(text(attributes.cwd), sender),
      })
    for (const { attributes: said, timeUnixNano } of span.events) {
      const { traceId, spanId } = span
      happened(batch, { attributes: said, timeUnixNano, sender, source: 'otlp_traces', traceId, spanId })
    }
    if (isAnswer(span)) answered(batch, span, turns)
  })
  // Of answers that came before, because their tools ran long: told again.
  yield* each(turns.attempts(), ({ receiving, model }) => {
    const call = withoutModel.get(receiving)
    if (call) batch.out.calls.push({ ...call, model })
  })
  yield* each(turns.foldersSeen(batch, spans), ({ conversation, folder: { cwd, sender, version } }) => {
    batch.session('otlp_traces', conversation, [], { ...sender, version, ...placeOf(cwd, sender) })
  })
}

const placeOf = (cwd: string | undefined, { project }: Sender) => ({ cwd, project: project ?? folderName(cwd) })

/** A folder's name stands for the project where nothing else says it; the folder may be on another machine. */
function folderName(folder: string | undefined): string | undefined {
  return folder?.split(/[/\\]/).findLast((part) => part !== '')
}

/**
 * `session_task.turn` repeats the sum of a turn and is not read. Its parent's id is its identity, so that what is learned later can be added.
 */
function answered(batch: OtlpBatch, span: Span, turns: Turns): void {
  const { attributes, traceId, spanId } = span
  const sampling = turns.samplingOf(span)
  const sessionId = turns.conversationAt(span) ?? ''
  const counts = withoutOverlap({
    input: countOf(attributes['gen_ai.usage.input_tokens']),
    cached: countOf(attributes['gen_ai.usage.cache_read.input_tokens']),
    written: countOf(attributes['gen_ai.usage.cache_write.input_tokens']),
    output: countOf(attributes['gen_ai.usage.output_tokens']),
    reasoning: countOf(attributes['codex.usage.reasoning_output_tokens']),
  })
  if (isWarmUp(counts)) return
  const model = turns.modelAt(span)
  const call = known({
    source: 'otlp_traces' as const,
    tool,
    sessionId,
    observationId: `${traceId}/${spanId}`,
    keys: [],
    weakKey: usageKey(counts),
    timeUnixNano: sampling?.startTimeUnixNano ?? span.startTimeUnixNano,
    durationMs: sampling && spanMs(sampling),
    status: 'ok' as const,
    model: model ?? '',
    effort: text(attributes['codex.request.reasoning_effort']),
    quality: 'exact' as const,
    traceId,
    spanId,
    ...counts,
    ...batch.sender(span),
  })
  batch.out.calls.push(call)
  if (model === undefined) withoutModel.set(parentIdOf(span), call)
}

/** Spans carry copies of the events, without contents. */
function happened(batch: OtlpBatch, event: Event): void {
  const { attributes } = event
  switch (eventNameOf(attributes)) {
    case 'api_request':
    case 'websocket_request': {
      const failure = failureOf(event)
      if (failure) batch.out.calls.push(failure)
      break
    }
    case 'tool_result': {
      const call = toolCallOf(event)
      if (call) batch.out.toolCalls.push(call)
      break
    }
    case 'user_prompt':
      prompted(batch, event, attributes)
      break
  }
}

function prompted(batch: OtlpBatch, { timeUnixNano }: Event, attributes: Attributes): void {
  const sessionId = conversationOf(attributes)
  if (!sessionId) return
  batch.out.messages.push({
    source: 'otlp_traces',
    tool,
    sessionId,
    messageKey: `prompt:${timeUnixNano}`,
    sequence: 0,
    timeUnixNano,
    role: 'user',
    content: '',
  })
}

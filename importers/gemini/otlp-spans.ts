// otlp-spans.ts: Gemini CLI's spans: model requests (with usage only when `telemetry.traces` is on) and tool calls.
import { numeric, text } from '#proto/attributes.ts'
import type { CallObservation, Span, ToolCallObservation } from '#proto/telemetry.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import { type OtlpBatch, type Sender, spanMs } from '../otlp-batch.ts'
import { countOf, known } from '../otlp-counts.ts'
import { usageKey } from './keys.ts'
import { asked, spanSignature, tellEnd } from './otlp-asked.ts'
import { countsOf, fileOf, sessionOf, tool } from './otlp-values.ts'

export function readSpan(batch: OtlpBatch, span: Span): void {
  const { attributes, hot } = span
  const sessionId = sessionOf(span)
  const sender = batch.attribute(span, sessionId)
  hot.eventName = text(attributes['gen_ai.operation.name']) ?? span.name
  hot.model = text(attributes['gen_ai.request.model']) ?? ''
  batch.session('otlp_traces', sessionId, [span.startTimeUnixNano, span.endTimeUnixNano], sender)
  if (hot.eventName === 'llm_call') request(batch, span, sessionId, sender)
  else if (hot.eventName === 'tool_call') toolCall(batch, span, sessionId, sender)
}

/** A span tells the prompt with its cached part and the answer without its thoughts, so that an event knows better. */
function request(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes, traceId, spanId } = span
  const failed = span.statusCode === 2
  const input = countOf(attributes['gen_ai.usage.input_tokens'])
  const output = countOf(attributes['gen_ai.usage.output_tokens'])
  // Without `telemetry.traces` spans have neither contents nor usage: such a stream tells no request, so no failure either.
  const tells = failed ? attributes['gen_ai.input.messages'] !== undefined : (input ?? output) !== undefined
  if (!tells) return
  // A subagent's prompts are numbered behind its run; those of the conversation end in its id or `########<n>`.
  const promptId = text(attributes['gen_ai.prompt.name'])
  const agentId = promptId && /^[^#]+#\d+$/.test(promptId) ? promptId.split('#')[0] : undefined
  batch.out.calls.push(
    known({
      source: 'otlp_traces',
      tool,
      sessionId,
      observationId: `${traceId}/${spanId}`,
      keys: [],
      weakKey: failed ? 'error' : usageKey(input, output),
      timeUnixNano: span.startTimeUnixNano,
      durationMs: spanMs(span),
      model: text(attributes['gen_ai.response.model']) ?? text(attributes['gen_ai.request.model']) ?? '',
      provider: 'google',
      traceId,
      spanId,
      promptId: agentId ? undefined : promptId,
      ...(agentId ? { agentId, querySource: 'subagent' } : {}),
      ...sender,
      ...(failed
        ? { status: 'error', quality: 'exact', ...errorOf(span) }
        : { status: 'ok', quality: 'derived', ...countsOf({ input, output }) }),
    } as CallObservation),
  )
}

function errorOf(span: Span): Pick<CallObservation, 'statusCode' | 'errorType' | 'errorMessage'> {
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes
  const message = (exception && text(exception['exception.message'])) ?? span.statusMessage
  return known({
    statusCode: numeric(textOf(String(objectOf(objectOf(parseJson(message)).error).code ?? ''))),
    errorType: exception && text(exception['exception.type']),
    errorMessage: message.slice(0, 2000) || undefined,
  })
}

/** A span is OK also when its tool failed; only the messages, when they are sent, say how it ended. */
function toolCall(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes } = span
  const callId = text(attributes['gen_ai.tool.call_id']) ?? text(attributes['gen_ai.tool.call.id'])
  if (!callId) return
  const given = objectOf(parseJson(text(attributes['gen_ai.input.messages']) ?? ''))
  const ended = objectOf(parseJson(text(attributes['gen_ai.output.messages']) ?? ''))
  const status = textOf(ended.status)
  const input = given.args === undefined ? undefined : JSON.stringify(given.args)
  const success = status === undefined ? (span.statusCode === 2 ? false : undefined) : status === 'success'
  batch.out.toolCalls.push(
    known({
      source: 'otlp_traces',
      tool,
      sessionId,
      callId,
      toolName: text(attributes['gen_ai.tool.name']) ?? '',
      timeUnixNano: span.startTimeUnixNano,
      durationMs: spanMs(span),
      success,
      errorMessage: success === false ? errorText(ended, span) : undefined,
      decision: status === 'cancelled' ? 'reject' : undefined,
      input,
      filePath: fileOf(input),
      ...sender,
    } as ToolCallObservation),
  )
  // All calls under one span were asked for at once.
  const signature = spanSignature(span.traceId, span.parentSpanId, text(attributes['gen_ai.tool.name']) ?? '')
  asked.ask(signature, callId, 0n)
  for (const [id, end] of asked.settled(signature)) tellEnd(batch, id, end)
}

function errorText(ended: Record<string, unknown>, span: Span): string | undefined {
  const { error } = objectOf(ended.response)
  return (textOf(error) ?? textOf(objectOf(error).message) ?? span.statusMessage).slice(0, 2000) || undefined
}

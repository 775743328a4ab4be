// otlp-spans.ts: spans of OpenCode's plug-in (OpenInference names) and of OpenCode itself (those of the AI SDK).
import { numeric, text, truth } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { CallObservation, MessageRecord, Span, ToolCallObservation } from '#proto/telemetry.ts'
import { aiSdkCounts, aiSdkRequest, aiSdkTool } from '../ai-sdk.ts'
import { commitsOf } from '../git-commits.ts'
import { type OtlpBatch, type Sender, spanMs } from '../otlp-batch.ts'
import { known } from '../otlp-counts.ts'
import { responseKey, usageKey } from './keys.ts'
import {
  attributionOf,
  costOf,
  countsOf,
  modelOf,
  type PluginCounts,
  parametersOf,
  sessionOf,
  tool,
} from './otlp-values.ts'

const counts: PluginCounts = {
  input: ['llm.token_count.prompt'],
  output: ['llm.token_count.completion'],
  reasoning: ['llm.token_count.completion_details.reasoning'],
  cached: ['llm.token_count.prompt_details.cache_read'],
  written: ['llm.token_count.prompt_details.cache_write'],
}

/** Reads a batch's spans; a subagent's session lies under the span of its parent's. */
export function* readSpans(batch: OtlpBatch, spans: readonly Span[]): Generator<void> {
  const sessions = new Map<string, string>()
  yield* each(spans, (span) => sessions.set(span.spanId, sessionOf(span.attributes)))
  yield* each(spans, (span) => {
    const { attributes, hot } = span
    const sessionId = sessionOf(attributes)
    const sender = batch.attribute(span, sessionId)
    hot.eventName = span.name
    hot.model = modelOf(attributes)
    if (sessionId) {
      const parent = sessions.get(span.parentSpanId)
      batch.session('otlp_traces', sessionId, [span.startTimeUnixNano, span.endTimeUnixNano], {
        ...sender,
        version: text(span.resource.attributes['service.version']),
        parentSessionId: parent && parent !== sessionId ? parent : undefined,
      })
    }
    const kind = attributes['openinference.span.kind']
    if (kind === 'LLM') request(batch, span, sessionId, sender)
    else if (kind === 'TOOL') toolCall(batch, span, sessionId, sender)
    else if (aiSdkRequest(attributes)) nativeRequest(batch, span, sessionId, sender)
    else if (text(attributes['tool.call_id']) || text(attributes['ai.toolCall.id']))
      nativeTool(batch, span, sessionId, sender)
  })
}

function requestOf(span: Span, sessionId: string, sender: Sender) {
  const failed = span.statusCode === 2
  return {
    source: 'otlp_traces',
    tool,
    sessionId,
    observationId: `${span.traceId}/${span.spanId}`,
    timeUnixNano: span.startTimeUnixNano,
    durationMs: spanMs(span),
    status: failed ? 'error' : 'ok',
    errorMessage: failed ? span.statusMessage.slice(0, 2000) || undefined : undefined,
    model: modelOf(span.attributes),
    quality: 'exact',
    traceId: span.traceId,
    spanId: span.spanId,
    ...sender,
    ...attributionOf(span.attributes),
  } satisfies Partial<CallObservation>
}

function request(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes } = span
  const call = requestOf(span, sessionId, sender)
  const tokens = countsOf(attributes, counts)
  if (call.status === 'error' && span.statusMessage.startsWith('MessageAborted')) return
  if (call.status === 'ok' && tokens.inputTokens === undefined && tokens.outputTokens === undefined) return
  batch.out.calls.push(
    known({
      ...call,
      keys: [],
      weakKey: call.status === 'error' ? 'error' : usageKey(tokens),
      provider: text(attributes['llm.provider']),
      ...(call.status === 'error'
        ? {}
        : {
            stopReason: text(attributes['llm.finish_reason']),
            reportedCostNanoUsd: costOf(attributes['llm.cost.total'] ?? attributes.cost_usd),
            ...tokens,
          }),
    }),
  )
  const said = { model: call.model }
  const prompt = unquoted(text(attributes['input.value']))
  const answer = text(attributes['output.value'])
  // Every request of a turn repeats the prompt.
  if (prompt) say(batch, span, sessionId, `prompt:${Bun.hash(prompt).toString(36)}`, 'user', prompt)
  if (answer) say(batch, span, sessionId, `answer:${span.spanId}`, 'assistant', answer, said, span.endTimeUnixNano)
}

function toolCall(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes } = span
  const input = text(attributes['tool.parameters']) ?? text(attributes['input.value'])
  const output = text(attributes['output.value'])
  const success = truth(attributes['tool.success']) ?? span.statusCode !== 2
  ended(batch, span, sessionId, sender, {
    callId: text(attributes['tool.id']),
    toolName: text(attributes['tool.name']) ?? '',
    success,
    errorMessage: success ? undefined : (text(attributes['tool.error']) ?? span.statusMessage).slice(0, 2000),
    input,
    output,
  })
}

/** Usage of the AI SDK's inner span; the outer one (`ai.streamText`) repeats it. Here input holds what was cached. */
function nativeRequest(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes } = span
  const call = requestOf(span, sessionId, sender)
  const tokens = aiSdkCounts(attributes)
  const responseId = text(attributes['ai.response.id']) ?? text(attributes['gen_ai.response.id'])
  batch.out.calls.push(
    known({
      ...call,
      keys: responseId ? [responseKey(responseId)] : [],
      weakKey: call.status === 'error' ? 'error' : usageKey(tokens),
      provider: text(attributes['ai.model.provider'])?.replace(/\.(chat|responses|messages)$/, ''),
      messageId: responseId,
      ttftMs: numeric(attributes['ai.response.msToFirstChunk']),
      stopReason: text(attributes['ai.response.finishReason']),
      ...(call.status === 'error' ? {} : tokens),
    }),
  )
  const answer = text(attributes['ai.response.text'])
  if (answer)
    say(
      batch,
      span,
      sessionId,
      `answer:${span.spanId}`,
      'assistant',
      answer,
      { model: call.model },
      span.endTimeUnixNano,
    )
}

/** OpenCode tells a call twice: the AI SDK's span has arguments and result, its own (`Tool.execute`) the message. */
function nativeTool(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender): void {
  const { attributes } = span
  ended(batch, span, sessionId, sender, {
    ...aiSdkTool(attributes),
    callId: text(attributes['tool.call_id']) ?? text(attributes['ai.toolCall.id']),
    messageId: text(attributes['message.id']),
    toolName: text(attributes['tool.name']) ?? text(attributes['ai.toolCall.name']) ?? '',
    success: span.statusCode !== 2,
    errorMessage: span.statusCode === 2 ? span.statusMessage.slice(0, 2000) : undefined,
  })
}

type Ended = Pick<ToolCallObservation, 'toolName' | 'messageId' | 'success' | 'errorMessage' | 'input' | 'output'> & {
  callId: string | undefined
}

function ended(batch: OtlpBatch, span: Span, sessionId: string, sender: Sender, call: Ended): void {
  const { callId, toolName, success, input, output } = call
  if (!callId) return
  const { filePath, command } = parametersOf(input)
  const durationMs = spanMs(span)
  const { effort: _, speed: __, ...attribution } = attributionOf(span.attributes)
  batch.out.toolCalls.push(
    known({
      source: 'otlp_traces',
      tool,
      sessionId,
      ...call,
      callId,
      timeUnixNano: span.startTimeUnixNano,
      durationMs,
      filePath,
      ...sender,
      ...attribution,
    }),
  )
  const said = { toolName, toolUseId: callId }
  if (input !== undefined) say(batch, span, sessionId, `tool:${callId}`, 'tool_use', '', { ...said, toolInput: input })
  if (output !== undefined)
    say(
      batch,
      span,
      sessionId,
      `result:${callId}`,
      'tool_result',
      '',
      { ...said, toolOutput: output, durationMs, success },
      span.endTimeUnixNano,
    )
  if (success !== false)
    for (const commit of commitsOf(command ?? '', output ?? ''))
      batch.out.commits.push(
        known({
          source: 'otlp_traces',
          tool,
          sessionId,
          kind: 'commit',
          ...commit,
          project: sender.project,
          timeUnixNano: span.startTimeUnixNano,
        }),
      )
}

function say(
  batch: OtlpBatch,
  span: Span,
  sessionId: string,
  messageKey: string,
  role: MessageRecord['role'],
  content: string,
  more: Partial<MessageRecord> = {},
  timeUnixNano = span.startTimeUnixNano,
): void {
  if (sessionId === '') return
  batch.out.messages.push(
    known({
      source: 'otlp_traces',
      tool,
      sessionId,
      messageKey,
      sequence: 0,
      timeUnixNano,
      role,
      content,
      ...more,
    }),
  )
}

/** `opencode run` hands the prompt on with quotes around it. */
function unquoted(value: string | undefined): string | undefined {
  return value?.replace(/^"([\s\S]*)"$/, '$1')
}

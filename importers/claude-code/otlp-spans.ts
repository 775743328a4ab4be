// otlp-spans.ts: Claude Code's spans (beta): requests with their attempts, tools with the wait for a permission.
import { type Attributes, numeric, text, truth } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { CallObservation, Span, ToolCallObservation } from '#proto/telemetry.ts'
import { commitsOf } from '../git-commits.ts'
import { firstText, type OtlpBatch, type Sender, spanMs } from '../otlp-batch.ts'
import { countOf, known } from '../otlp-counts.ts'
import { inputKey, messageKey, requestKey } from './keys.ts'
import { attributionOf, contentOf, tool } from './otlp-values.ts'
import { roleOfPrompt } from './transcript-user.ts'

/** The spans of one tool call, as far as the batch holds them; the parts hang under `whole`. */
type ToolSpans = { whole?: Span; execution?: Span; blocked?: Span; sender?: Sender }

/** Reads a batch's spans together: a tool call is told by three of them. */
export function* readSpans(batch: OtlpBatch, spans: readonly Span[]): Generator<void> {
  const tools = new Map<string, ToolSpans>()
  const toolOf = (id: string): ToolSpans => {
    const own = tools.get(id) ?? {}
    tools.set(id, own)
    return own
  }
  yield* each(spans, (span) => {
    const { attributes, hot } = span
    const sessionId = sessionOf(attributes)
    const sender = batch.attribute(span, sessionId)
    hot.eventName = text(attributes['span.type']) ?? span.name.replace(/^claude_code\./, '')
    // The model that answered, where it is told (2.1.332): the service may fall back to another than was asked.
    hot.model = firstText(attributes, ['gen_ai.response.model', 'model', 'gen_ai.request.model']) ?? ''
    batch.session('otlp_traces', sessionId, [span.startTimeUnixNano, span.endTimeUnixNano], {
      ...sender,
      version: text(attributes['app.version']) ?? text(span.resource.attributes['service.version']),
    })
    if (hot.eventName === 'llm_request') request(batch, span, sender)
    else if (hot.eventName === 'interaction') interaction(batch, span)
    else if (hot.eventName === 'tool') Object.assign(toolOf(span.spanId), { whole: span, sender })
    else if (hot.eventName === 'tool.execution') Object.assign(toolOf(span.parentSpanId), { execution: span, sender })
    else if (hot.eventName === 'tool.blocked_on_user') toolOf(span.parentSpanId).blocked = span
  })
  yield* each(tools.values(), (own) => toolCall(batch, own))
}

/** A session's id; a subagent's is shorter. */
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * The session. `OTEL_METRICS_INCLUDE_SESSION_ID=false` takes it from spans too, but since 2.1.332 they name the conversation, which
 * is the session, or a subagent by its own id.
 */
function sessionOf(attributes: Attributes): string {
  const conversation = text(attributes['gen_ai.conversation.id']) ?? ''
  return text(attributes['session.id']) ?? (uuid.test(conversation) ? conversation : '')
}

function request(batch: OtlpBatch, span: Span, sender: Sender): void {
  const { attributes, traceId, spanId } = span
  const requestId = text(attributes.request_id)
  // The attribute for the response holds the request's id in some versions.
  const responseId = text(attributes['gen_ai.response.id'])
  const messageId = responseId?.startsWith('msg_') ? responseId : undefined
  const failed = span.statusCode === 2 || truth(attributes.success) === false
  const counts = {
    inputTokens: countOf(attributes.input_tokens),
    cacheReadTokens: countOf(attributes.cache_read_tokens),
    cacheWriteTokens: countOf(attributes.cache_creation_tokens),
    outputTokens: countOf(attributes.output_tokens),
  }
  const common = {
    source: 'otlp_traces',
    tool,
    sessionId: sessionOf(attributes),
    model: span.hot.model,
    provider: 'anthropic',
    quality: 'exact',
    traceId,
    spanId,
    ...attributionOf(attributes, sender),
  } satisfies Partial<CallObservation>
  const failure = {
    statusCode: numeric(attributes.status_code),
    errorType: text(attributes.error_type) ?? text(attributes.status_code),
    errorMessage: (text(attributes.error) ?? (span.statusMessage || undefined))?.slice(0, 2000),
  }
  const attempts = span.events.filter(({ name }) => name === 'gen_ai.request.attempt')
  attempts.slice(0, -1).forEach((attempt, index) => {
    const number = numeric(attempt.attributes.attempt) ?? index + 1
    const next = attempts[index + 1]?.timeUnixNano ?? attempt.timeUnixNano
    batch.out.calls.push(
      known({
        ...common,
        observationId: `${traceId}/${spanId}#${number}`,
        keys: [],
        weakKey: 'error',
        timeUnixNano: attempt.timeUnixNano,
        durationMs: Number(next - attempt.timeUnixNano) / 1e6,
        attempt: number,
        status: 'error',
        statusCode: numeric(attempt.attributes.status_code),
        errorMessage: text(attempt.attributes.error)?.slice(0, 2000),
      }),
    )
  })
  const keys = [...(requestId ? [requestKey(requestId)] : []), ...(messageId ? [messageKey(messageId)] : [])]
  batch.out.calls.push(
    known({
      ...common,
      observationId: `${traceId}/${spanId}`,
      keys,
      weakKey: failed ? 'error' : inputKey(counts),
      timeUnixNano: span.startTimeUnixNano,
      durationMs: spanMs(span),
      ttftMs: numeric(attributes.ttft_ms),
      attempt: numeric(attributes.attempt),
      status: failed ? 'error' : 'ok',
      requestId,
      messageId,
      stopReason: text(attributes.stop_reason),
      ...(failed ? failure : {}),
      ...counts,
    } as CallObservation),
  )
}

function interaction(batch: OtlpBatch, span: Span): void {
  const sessionId = sessionOf(span.attributes)
  if (sessionId === '') return
  const content = contentOf(span.attributes.user_prompt) ?? ''
  batch.out.messages.push({
    source: 'otlp_traces',
    tool,
    sessionId,
    messageKey: `interaction:${span.spanId}`,
    sequence: numeric(span.attributes['interaction.sequence']) ?? 0,
    timeUnixNano: span.startTimeUnixNano,
    role: roleOfPrompt(content),
    content,
  })
}

function toolCall(batch: OtlpBatch, { whole, execution, blocked, sender }: ToolSpans): void {
  const span = whole ?? execution
  const attributes: Attributes = { ...execution?.attributes, ...whole?.attributes }
  const callId = text(attributes.tool_use_id) ?? text(attributes['gen_ai.tool.call.id'])
  if (!span || !callId) return
  const sessionId = sessionOf(attributes)
  const { effort: _, speed: __, ...attribution } = attributionOf(attributes, sender ?? batch.sender(span))
  const shown = [...(whole?.events ?? []), ...(execution?.events ?? [])].find(({ name }) => name === 'tool.output')
  const output = shown && text(shown.attributes.content)
  const command = text(attributes.full_command)
  const success = truth(execution?.attributes.success)
  batch.out.toolCalls.push(
    known({
      source: 'otlp_traces',
      tool,
      sessionId,
      callId,
      toolName: text(attributes.tool_name) ?? '',
      timeUnixNano: span.startTimeUnixNano,
      // The whole span includes the wait for a permission; only the execution is the tool's own time.
      durationMs: execution && spanMs(execution),
      success,
      errorMessage: success === false ? text(execution?.attributes.error)?.slice(0, 2000) : undefined,
      ...permission(blocked),
      blockedMs: blockedMs(whole, execution, blocked),
      input: contentOf(attributes.tool_input) ?? command,
      output,
      filePath: text(attributes.file_path),
      ...attribution,
    } as ToolCallObservation),
  )
  for (const commit of commitsOf(command ?? '', output ?? ''))
    batch.out.commits.push(
      known({
        source: 'otlp_traces',
        tool,
        sessionId,
        kind: 'commit',
        ...commit,
        project: attribution.project,
        timeUnixNano: span.startTimeUnixNano,
      }),
    )
}

function permission(blocked: Span | undefined): Pick<ToolCallObservation, 'decision' | 'decisionSource'> {
  const decision = text(blocked?.attributes.decision)
  if (decision === undefined || decision === 'unknown') return {}
  const source = text(blocked?.attributes.source)
  return known({ decision, decisionSource: source === 'unknown' ? undefined : source })
}

/** The span of the wait, else what lies between the asking and the doing (the three may come in different batches). */
function blockedMs(whole?: Span, execution?: Span, blocked?: Span): number | undefined {
  if (blocked) return spanMs(blocked)
  if (!whole || !execution) return undefined
  return Math.max(0, Number(execution.startTimeUnixNano - whole.startTimeUnixNano) / 1e6)
}

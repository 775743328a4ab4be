// otlp-logs.ts: Claude Code's events: requests, errors, tools, decisions, prompts, answers.
import { type Attributes, numeric, text, truth } from '#proto/attributes.ts'
import type { CallObservation, LogRecord, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import { compacted } from '../compaction.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import type { OtlpBatch, Sender } from '../otlp-batch.ts'
import { countOf, known } from '../otlp-counts.ts'
import { startedAt } from '../record-time.ts'
import { answerKey, inputKey, messageKey, promptKey, requestKey, toolResultKey, toolUseKey } from './keys.ts'
import { attributionOf, contentOf, costOf, tool } from './otlp-values.ts'
import { fileOf } from './transcript-results.ts'
import { roleOfPrompt } from './transcript-user.ts'

type Event = { log: LogRecord; attributes: Attributes; sessionId: string; sender: Sender; batch: OtlpBatch }

/** Reads one event; its record is kept whatever it says. */
export function readLog(batch: OtlpBatch, log: LogRecord): void {
  const { attributes, hot } = log
  const sessionId = text(attributes['session.id']) ?? ''
  const sender = batch.attribute(log, sessionId)
  const name = text(attributes['event.name']) ?? (typeof log.body === 'string' ? log.body : log.eventName)
  hot.eventName = name.replace(/^claude_code\./, '')
  hot.model = text(attributes.model) ?? ''
  const event = { log, attributes, sessionId, sender, batch }
  // A process that continues a session tells of its settings, hooks and plug-ins first, under an id that nothing else ever
  // has; only what belongs to a prompt makes a session, or what old versions, which named no prompts, told of one.
  if (text(attributes['prompt.id']) !== undefined || readers.has(hot.eventName))
    batch.session('otlp_logs', sessionId, [log.timeUnixNano], {
      ...sender,
      version: text(attributes['app.version']) ?? text(log.resource.attributes['service.version']),
    })
  readers.get(hot.eventName)?.(event)
}

const readers = new Map<string, (event: Event) => void>([
  ['api_request', answered],
  ['api_error', failed],
  ['api_refusal', refused],
  ['compaction', compaction],
  ['tool_decision', decided],
  ['tool_result', toolDone],
  ['user_prompt', prompted],
  ['assistant_response', responded],
])

/** What an answered and a failed request share. The request id is the identity; without one the event's own place is. */
function requestOf({ log, attributes, sessionId, sender }: Event) {
  const requestId = text(attributes.request_id)
  return {
    source: 'otlp_logs',
    tool,
    sessionId,
    observationId: `${sessionId}:${requestId ?? placeOf(log)}`,
    keys: requestId ? [requestKey(requestId)] : [],
    timeUnixNano: log.timeUnixNano,
    durationMs: numeric(attributes.duration_ms),
    ttftMs: numeric(attributes.ttft_ms),
    attempt: numeric(attributes.attempt),
    model: text(attributes.model) ?? '',
    provider: 'anthropic',
    requestId,
    quality: 'exact',
    traceId: log.traceId || undefined,
    spanId: log.spanId || undefined,
    ...attributionOf(attributes, sender),
  } satisfies Partial<CallObservation>
}

function answered(event: Event): void {
  const { attributes, batch } = event
  const request = requestOf(event)
  const messageId = text(attributes.message_id) ?? text(attributes['gen_ai.response.id'])
  const counts = {
    inputTokens: countOf(attributes.input_tokens),
    cacheReadTokens: countOf(attributes.cache_read_tokens),
    cacheWriteTokens: countOf(attributes.cache_creation_tokens),
    cacheWrite5mTokens: countOf(attributes.cache_creation_5m_tokens),
    cacheWrite1hTokens: countOf(attributes.cache_creation_1h_tokens),
    outputTokens: countOf(attributes.output_tokens),
  }
  batch.out.calls.push(
    known({
      ...request,
      ...(messageId?.startsWith('msg_') ? { messageId, keys: [...request.keys, messageKey(messageId)] } : {}),
      weakKey: inputKey(counts),
      status: 'ok',
      stopReason: text(attributes.stop_reason),
      reportedCostNanoUsd: costOf(attributes),
      ...counts,
    }),
  )
}

/** Only the last attempt is told; the ones before it show in traces alone. */
function failed(event: Event): void {
  const { attributes, batch } = event
  const request = requestOf(event)
  batch.out.calls.push(
    known({
      ...request,
      weakKey: 'error',
      status: 'error',
      statusCode: numeric(attributes.status_code),
      errorType: text(attributes.error_type) ?? text(attributes.status_code),
      errorMessage: text(attributes.error)?.slice(0, 2000),
    }),
  )
}

/**
 * Says of an answered request, which its own event counts, that the answer was a refusal. One that another model was asked to
 * answer instead did not end the request.
 */
function refused(event: Event): void {
  const request = requestOf(event)
  if (request.requestId === undefined || truth(event.attributes.server_fallback_hop) === true) return
  event.batch.out.calls.push(
    known({
      ...request,
      observationId: `${request.observationId}:refusal`,
      status: 'ok',
      stopReason: 'refusal',
      partial: true,
    }),
  )
}

/** What failed left the conversation as it was. */
function compaction(event: Event): void {
  const { attributes, log } = event
  if (truth(attributes.success) === false) return
  const { messageKey, role, content } = compacted(placeOf(log), {
    trigger: text(attributes.trigger),
    before: countOf(attributes.pre_tokens),
    after: countOf(attributes.post_tokens),
  })
  say(event, messageKey, role, content)
}

function toolOf({ log, attributes, sessionId, sender }: Event): ToolCallObservation | undefined {
  const callId = text(attributes.tool_use_id)
  if (!callId) return undefined
  const { effort: _, speed: __, ...attribution } = attributionOf(attributes, sender)
  return {
    source: 'otlp_logs',
    tool,
    sessionId,
    callId,
    toolName: toolNameOf(attributes),
    timeUnixNano: log.timeUnixNano,
    ...attribution,
  }
}

/** Events call every tool of an MCP server `mcp_tool`; which one, only their parameters say, where they are sent. */
function toolNameOf(attributes: Attributes): string {
  const name = text(attributes.tool_name) ?? ''
  if (name !== 'mcp_tool') return name
  const { mcp_server_name, mcp_tool_name } = objectOf(parseJson(contentOf(attributes.tool_parameters) ?? ''))
  const [server, tool] = [textOf(mcp_server_name), textOf(mcp_tool_name)]
  return server && tool ? `mcp__${server}__${tool}` : name
}

function decided(event: Event): void {
  const { attributes, batch } = event
  const call = toolOf(event)
  if (!call) return
  const parameters = objectOf(parseJson(contentOf(attributes.tool_parameters) ?? ''))
  batch.out.toolCalls.push(
    known({
      ...call,
      decision: text(attributes.decision),
      decisionSource: text(attributes.source),
      mcpServer: call.mcpServer ?? textOf(parameters.mcp_server_name),
    }),
  )
}

function toolDone(event: Event): void {
  const { log, attributes, sessionId, batch } = event
  const success = truth(attributes.success)
  const durationMs = numeric(attributes.duration_ms)
  const input = contentOf(attributes.tool_input)
  const parameters = objectOf(parseJson(contentOf(attributes.tool_parameters) ?? ''))
  const commit = textOf(parameters.git_commit_id)
  if (commit)
    batch.out.commits.push(
      known({
        source: 'otlp_logs',
        tool,
        sessionId,
        kind: 'commit',
        hash: commit,
        project: event.sender.project,
        timeUnixNano: log.timeUnixNano,
      }),
    )
  const call = toolOf(event)
  if (!call) return
  const ended = log.timeUnixNano
  const started = startedAt(ended, durationMs)
  const error = text(attributes.error)
  batch.out.toolCalls.push(
    known({
      ...call,
      timeUnixNano: started,
      durationMs,
      success,
      errorType: text(attributes.error_type),
      errorMessage: error?.slice(0, 2000),
      decision: text(attributes.decision_type),
      decisionSource: text(attributes.decision_source),
      input,
      filePath: fileOf(objectOf(parseJson(input ?? ''))),
      mcpServer: call.mcpServer ?? textOf(parameters.mcp_server_name),
    }),
  )
  const common = { toolName: call.toolName, toolUseId: call.callId }
  say(event, toolUseKey(call.callId), 'tool_use', '', { ...common, toolInput: input, timeUnixNano: started })
  say(event, toolResultKey(call.callId), 'tool_result', error ?? '', { ...common, durationMs, success })
}

/** A prompt counts also when its text was not sent; what the program itself says to the model, such as that a task is done, is none. */
function prompted(event: Event): void {
  const promptId = text(event.attributes['prompt.id'])
  const key = promptId ? promptKey(promptId) : `prompt:${placeOf(event.log)}`
  const content = contentOf(event.attributes.prompt) ?? ''
  say(event, key, roleOfPrompt(content), content)
}

function responded(event: Event): void {
  const { attributes, sessionId, batch } = event
  const response = contentOf(attributes.response)
  if (response === undefined) return
  const source = text(attributes.query_source) ?? ''
  if (source === 'generate_session_title') {
    const title = textOf(objectOf(parseJson(response)).title)
    if (title) batch.session('otlp_logs', sessionId, [], { title })
    return
  }
  const { querySource, promptId } = attributionOf(attributes, event.sender)
  if (querySource === 'auxiliary') return
  const key = promptId && querySource === 'main' ? answerKey(promptId, response) : `answer:${placeOf(event.log)}`
  say(event, key, 'assistant', response, { model: text(attributes.model) })
}

function say(
  { log, attributes, sessionId, batch }: Event,
  messageKey: string,
  role: MessageRecord['role'],
  content: string,
  more: Partial<MessageRecord> = {},
): void {
  if (sessionId === '') return
  batch.out.messages.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId,
      messageKey,
      sequence: numeric(attributes['event.sequence']) ?? 0,
      timeUnixNano: log.timeUnixNano,
      role,
      content,
      promptId: text(attributes['prompt.id']),
      agentId: text(attributes['agent.id']) ?? text(attributes.agent_id),
      ...more,
    }),
  )
}

/** Where an event stands in its process: its number there and its time, which stay when it is sent again. */
function placeOf({ attributes, timeUnixNano }: LogRecord): string {
  return `${timeUnixNano}#${text(attributes['event.sequence']) ?? ''}`
}

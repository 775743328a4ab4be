// otlp-logs.ts: Codex's events: usage in the last event of a stream, failed attempts, tools, prompts, subagents.
import { numeric, text } from '#proto/attributes.ts'
import type { LogRecord, MessageRecord } from '#proto/telemetry.ts'
import { commitsOf } from '../git-commits.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import type { OtlpBatch } from '../otlp-batch.ts'
import { known } from '../otlp-counts.ts'
import { usageKey } from './keys.ts'
import {
  commandOf,
  conversationOf,
  countsOf,
  type Event,
  eventNameOf,
  failureOf,
  isWarmUp,
  modelOf,
  tool,
  toolCallOf,
} from './otlp-values.ts'

/** Reads one event; `false` when its record is not kept: every chunk of every stream is one (contract §3). */
export function readLog(batch: OtlpBatch, log: LogRecord): boolean {
  const { attributes, hot } = log
  const conversation = conversationOf(attributes) ?? ''
  const sender = batch.attribute(log, conversation)
  hot.eventName = eventNameOf(attributes)
  hot.model = modelOf(attributes)
  const { traceId, spanId, timeUnixNano } = log
  const event: Event = { attributes, timeUnixNano, sender, source: 'otlp_logs', traceId, spanId }
  batch.session('otlp_logs', conversation, [timeUnixNano], {
    ...sender,
    version: text(attributes['app.version']) ?? text(log.resource.attributes['service.version']),
  })
  switch (hot.eventName) {
    case 'sse_event':
      answered(batch, event)
      failed(batch, event)
      return false
    case 'api_request':
    case 'websocket_request':
      failed(batch, event)
      break
    case 'tool_decision':
      decided(batch, event)
      break
    case 'tool_result':
      toolDone(batch, event)
      break
    case 'user_prompt':
      prompted(batch, event)
      break
    case 'agent_communication':
      started(batch, event)
      break
  }
  return true
}

/** Two events end a stream; the one that has the tokens is the request. */
function answered(batch: OtlpBatch, event: Event): void {
  const { attributes, timeUnixNano } = event
  if (attributes['event.kind'] !== 'response.completed' || attributes.input_token_count === undefined) return
  const conversation = conversationOf(attributes) ?? ''
  const counts = countsOf(attributes)
  if (isWarmUp(counts)) return
  const ttftMs = numeric(attributes.ttft_ms)
  batch.out.calls.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId: conversation,
      observationId: `${conversation}:${timeUnixNano}`,
      keys: [],
      weakKey: usageKey(counts),
      timeUnixNano,
      ttftMs: ttftMs ? ttftMs : undefined,
      status: 'ok',
      model: modelOf(attributes),
      effort: text(attributes.model_reasoning_effort),
      speed: text(attributes.service_tier),
      quality: 'exact',
      ...counts,
      ...event.sender,
    }),
  )
}

function failed(batch: OtlpBatch, event: Event): void {
  const failure = failureOf(event)
  if (failure) batch.out.calls.push(failure)
}

function decided(batch: OtlpBatch, { attributes, timeUnixNano, sender }: Event): void {
  const callId = text(attributes.call_id)
  const decision = text(attributes.decision)?.toLowerCase()
  if (!callId || !decision) return
  batch.out.toolCalls.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId: conversationOf(attributes) ?? '',
      callId,
      toolName: text(attributes.tool_name) ?? '',
      timeUnixNano,
      decision: decision.startsWith('approved') ? 'accept' : 'reject',
      decisionSource: text(attributes.source)?.toLowerCase(),
      ...sender,
    }),
  )
}

function toolDone(batch: OtlpBatch, event: Event): void {
  const call = toolCallOf(event)
  if (!call) return
  batch.out.toolCalls.push(call)
  const { callId, toolName, input, output, durationMs, success, sessionId } = call
  // `agent_communication` is not sent in every mode; the tool's own answer always names the thread it started.
  const child = toolName === 'spawn_agent' ? textOf(objectOf(parseJson(output ?? '')).agent_id) : undefined
  if (child) batch.session('otlp_logs', child, [event.timeUnixNano], { parentSessionId: sessionId })
  const common = { toolName, toolUseId: callId }
  say(batch, event, `tool:${callId}`, 'tool_use', '', {
    ...common,
    toolInput: input,
    timeUnixNano: call.timeUnixNano,
  })
  say(batch, event, `result:${callId}`, 'tool_result', '', { ...common, toolOutput: output, durationMs, success })
  if (success !== false)
    for (const commit of commitsOf(commandOf(input) ?? '', output ?? ''))
      batch.out.commits.push(
        known({
          source: 'otlp_logs',
          tool,
          sessionId,
          kind: 'commit',
          ...commit,
          project: event.sender.project,
          timeUnixNano: event.timeUnixNano,
        }),
      )
}

/** A prompt counts also when its text was withheld. */
function prompted(batch: OtlpBatch, event: Event): void {
  const prompt = text(event.attributes.prompt)
  say(batch, event, `prompt:${event.timeUnixNano}`, 'user', prompt === '[REDACTED]' ? '' : (prompt ?? ''))
}

/** A thread that another one started. */
function started(batch: OtlpBatch, { attributes, timeUnixNano }: Event): void {
  const parent = text(attributes.sender_thread_id)
  const child = text(attributes.receiver_thread_id)
  if (attributes.kind === 'spawn' && parent && child)
    batch.session('otlp_logs', child, [timeUnixNano], { parentSessionId: parent })
}

function say(
  batch: OtlpBatch,
  { attributes, timeUnixNano }: Event,
  messageKey: string,
  role: MessageRecord['role'],
  content: string,
  more: Partial<MessageRecord> = {},
): void {
  const sessionId = conversationOf(attributes)
  if (!sessionId) return
  batch.out.messages.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId,
      messageKey,
      sequence: numeric(attributes.tool_result_seq) ?? 0,
      timeUnixNano,
      role,
      content,
      ...more,
    }),
  )
}

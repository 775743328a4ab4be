// otlp-values.ts: what Codex's events mean in our words; its logs and the copies of them on its spans are read alike.
import { type Attributes, numeric, text, truth } from '#proto/attributes.ts'
import type { CallObservation, Source, TokenCounts, ToolCallObservation } from '#proto/telemetry.ts'
import { commandsOf } from '../git-commits.ts'
import { objectOf, parseJson, textOf } from '../json-values.ts'
import type { Sender } from '../otlp-batch.ts'
import { countOf, known, withoutOverlap } from '../otlp-counts.ts'
import { startedAt } from '../record-time.ts'
import { brokenStreamKeys, requestKey } from './keys.ts'

export const tool = 'codex'

/** An event wherever it was found: what it says, when, who sent it. */
export type Event = {
  attributes: Attributes
  timeUnixNano: bigint
  sender: Sender
  source: Source
  traceId: string
  spanId: string
}

/** The conversation (thread) a record belongs to. Some spans say it where tokio's thread id stood: only a UUID counts. */
export function conversationOf(attributes: Attributes): string | undefined {
  const thread = text(attributes['thread.id'])
  return (
    text(attributes['conversation.id']) ??
    text(attributes.thread_id) ??
    (thread !== undefined && /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(thread) ? thread : undefined)
  )
}

/** Logs name their event in an attribute; the record's own name is a place in Codex's source. */
export function eventNameOf(attributes: Attributes): string {
  return (text(attributes['event.name']) ?? '').replace(/^codex\./, '')
}

export function modelOf(attributes: Attributes): string {
  return text(attributes.model) ?? text(attributes.slug) ?? ''
}

/** Input holds what was cached, output holds the reasoning. `tool_token_count` is the total and not read. */
export function countsOf(attributes: Attributes) {
  return withoutOverlap({
    input: countOf(attributes.input_token_count),
    cached: countOf(attributes.cached_token_count),
    written: countOf(attributes.cache_write_token_count),
    output: countOf(attributes.output_token_count),
    reasoning: countOf(attributes.reasoning_token_count),
  })
}

/** Over a websocket Codex sends its instructions ahead, which is answered like a request, without a token either way. */
export const isWarmUp = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }: TokenCounts): boolean =>
  inputTokens === 0 && outputTokens === 0 && !cacheReadTokens && !cacheWriteTokens

/** Requests to the model; the same event is written for lists of models and the like. */
function asksModel(attributes: Attributes): boolean {
  const endpoint = text(attributes.endpoint)
  return endpoint === undefined || /response|completion|message|compact/i.test(endpoint)
}

/** A request that failed: `api_request` with an error status, or a stream that broke (`sse_event` with an error). */
export function failureOf(event: Event): CallObservation | undefined {
  const { attributes } = event
  const name = eventNameOf(attributes)
  const statusCode = numeric(attributes['http.response.status_code'])
  const message = text(attributes['error.message'])
  if (message === undefined && (name !== 'api_request' || (statusCode ?? 0) < 400)) return undefined
  if (name === 'api_request' && !asksModel(attributes)) return undefined
  const requestId = text(attributes['auth.request_id'])
  const conversation = conversationOf(attributes) ?? ''
  const broken = name === 'sse_event'
  const said = broken ? objectOf(objectOf(objectOf(parseJson(message ?? '')).response).error) : {}
  return known({
    source: event.source,
    tool,
    sessionId: conversation,
    observationId: `${conversation}:error:${requestId ?? `${event.timeUnixNano}#${text(attributes.attempt) ?? ''}`}`,
    keys: requestId ? [requestKey(requestId)] : broken ? brokenStreamKeys(conversation, event.timeUnixNano) : [],
    weakKey: 'error',
    timeUnixNano: event.timeUnixNano,
    durationMs: numeric(attributes.duration_ms),
    status: 'error' as const,
    statusCode,
    errorType: broken ? (textOf(said.code) ?? 'stream') : statusCode === undefined ? undefined : String(statusCode),
    errorMessage: (textOf(said.message) ?? message)?.slice(0, 2000),
    // The first attempt has number 0.
    attempt: attemptOf(attributes),
    model: modelOf(attributes),
    requestId,
    quality: 'exact' as const,
    traceId: event.traceId || undefined,
    spanId: event.spanId || undefined,
    ...event.sender,
  })
}

function attemptOf(attributes: Attributes): number | undefined {
  const attempt = numeric(attributes.attempt)
  return attempt === undefined ? undefined : attempt + 1
}

/**
 * A finished tool call. What Codex calls a success is that the tool ran; the exit code of a command stands only in its
 * output. A script (`exec`) that calls tools is told by those.
 */
export function toolCallOf(event: Event): ToolCallObservation | undefined {
  const { attributes, timeUnixNano, source, sender } = event
  const callId = text(attributes.call_id)
  if (!callId || isScript(attributes)) return undefined
  const durationMs = numeric(attributes.duration_ms)
  const output = text(attributes.output)
  const input = text(attributes.arguments)
  const exitCode = exitCodeOf(output)
  const success = exitCode === undefined || exitCode === 0 ? truth(attributes.success) : false
  return known({
    source,
    tool,
    sessionId: conversationOf(attributes) ?? '',
    callId,
    toolName: text(attributes.tool_name) ?? '',
    timeUnixNano: startedAt(timeUnixNano, durationMs),
    durationMs,
    success,
    errorMessage: success === false ? output?.slice(0, 2000) : undefined,
    input,
    output,
    mcpServer: text(attributes.mcp_server),
    agent: agentOf(attributes),
    ...sender,
  })
}

/** `/root` is the conversation itself, `/root/find_version` an agent it started. */
export function agentOf(attributes: Attributes): string | undefined {
  const path = text(attributes.agent_name)
  return path?.includes('/', 1) ? path.split('/').at(-1) : undefined
}

function isScript(attributes: Attributes): boolean {
  if (text(attributes.tool_name) !== 'exec') return false
  const script = text(attributes.arguments)
  return script === undefined || /\btools\s*[.[]/.test(script)
}

/** The exit code of a command in the first lines of its output, which Codex writes. */
export function exitCodeOf(output: string | undefined): number | undefined {
  const code = output && /^(?:[^\n]*\n){0,4}?(?:Process exited with code|Exit code:) (-?\d+)/.exec(output)?.[1]
  return code ? Number(code) : undefined
}

/** The command that a shell tool ran, as one line. */
export function commandOf(input: string | undefined): string | undefined {
  const given = objectOf(parseJson(input ?? ''))
  const command = given.cmd ?? given.command
  if (Array.isArray(command)) {
    const words = command.filter((word): word is string => typeof word === 'string')
    // `bash -lc '…'`: the script is the command.
    return words.length === 3 && commandsOf(words[0] ?? '').length > 0 && /^-[a-z]*c$/.test(words[1] ?? '')
      ? words[2]
      : words.join(' ')
  }
  return textOf(command)
}

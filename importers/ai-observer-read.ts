// ai-observer-read.ts: what ai-observer read from transcripts itself: requests, messages and sessions, in our words.
//
// Of an old transcript it kept the first line of a request, which holds a placeholder: its numbers are those of an unfinished
// stream, so that the transcript's own and what was sent win over them.
import { text } from '#proto/attributes.ts'
import type {
  AggregateField,
  AggregateObservation,
  CallObservation,
  LogRecord,
  MessageRole,
  Telemetry,
  TokenCounts,
} from '#proto/telemetry.ts'
import { type Row, timeOf } from './ai-observer.ts'
import { messageKey, requestKey } from './claude-code/keys.ts'
import { usageKey as geminiUsageKey, recordKey } from './gemini/keys.ts'
import { agents } from './index.ts'
import { numberOf, objectOf, parseJson, textOf } from './json-values.ts'
import { known } from './otlp-counts.ts'
import { type TokenType, tokenTypeOf } from './token-type.ts'

/** Whether it made this record of a transcript. Such records are none that an agent sent. */
export const isRead = ({ attributes }: Pick<LogRecord, 'attributes'>): boolean =>
  text(attributes.import_source) !== undefined

/** The points whose numbers {@link addRequest} and {@link addCodexTokens} tell, or that our own ledger makes anew. */
export function isTold(name: string, read: boolean): boolean {
  if (/\.(token|cost)\.usage_user_facing$/.test(name)) return true
  if (name === 'codex_cli_rs.token.usage' || name === 'codex_cli_rs.cost.usage') return true
  if (name === 'gemini_cli.cost.usage' || /^github_copilot\.(token|cost)\.usage$/.test(name)) return true
  return read && /\.(token|cost)\.usage$/.test(name)
}

const toolOf = (service: string): string => agents.find((agent) => agent.services(service))?.id ?? ''

/** A request that it read (requests.sql). */
export function addRequest(out: Telemetry, row: Row): void {
  const time = timeOf(row)
  const service = textOf(row.service) ?? ''
  const tool = toolOf(service)
  if (time === undefined || tool === '') return
  const tokens = tokensOf(row.tokens)
  const counts = tool === 'gemini' ? geminiCounts(tokens) : claudeCounts(tokens)
  const [sessionId, model] = [textOf(row.session_id), textOf(row.model) ?? '']
  if (sessionId === undefined) {
    addCounts(out, tool, service, model, time, counts)
    return
  }
  const [requestId, messageId] = [textOf(row.request_id), textOf(row.message_id)]
  const keys = [
    ...(requestId ? [requestKey(requestId)] : []),
    ...(messageId ? [tool === 'gemini' ? recordKey(messageId) : messageKey(messageId)] : []),
  ]
  out.calls.push(
    known({
      source: 'transcript',
      tool,
      sessionId,
      observationId: `ai-observer:${sessionId}:${requestId ?? messageId ?? time}`,
      keys,
      ...(tool === 'gemini' ? { weakKey: geminiUsageKey(tokens.get('input'), tokens.get('output')) } : {}),
      timeUnixNano: time,
      status: 'ok',
      model,
      requestId,
      messageId,
      branch: textOf(row.branch),
      project: textOf(row.project),
      serviceName: service,
      quality: 'exact',
      partial: true,
      ...counts,
    } satisfies { [K in keyof CallObservation]?: CallObservation[K] | undefined }) as CallObservation,
  )
}

/** What it counted of Codex (codex-tokens.sql), which names no session: it fills in where nothing exact is known. */
export function addCodexTokens(out: Telemetry, row: Row): void {
  const time = timeOf(row)
  if (time === undefined) return
  addCounts(out, 'codex', textOf(row.service) ?? '', textOf(row.model) ?? '', time, codexCounts(tokensOf(row.tokens)))
}

/** A message of a transcript, and what it says of its session. */
export function addMessage(out: Telemetry, log: LogRecord): void {
  const { attributes, timeUnixNano, resource } = log
  const sessionId = text(attributes['session.id'])
  const tool = toolOf(resource.serviceName)
  if (sessionId === undefined || tool === '') return
  out.sessions.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId,
      serviceName: resource.serviceName,
      project: text(attributes.repository),
      branch: text(attributes.git_branch),
      cwd: text(attributes.cwd),
      version: text(attributes.cli_version),
      startTimeUnixNano: timeUnixNano,
      lastTimeUnixNano: timeUnixNano,
    }),
  )
  if (text(attributes['event.name']) !== 'transcript.message') return
  const index = text(attributes['message.index']) ?? ''
  const role = roles.get(text(attributes['message.role']) ?? '') ?? 'system'
  const success = text(attributes.success)
  out.messages.push(
    known({
      source: 'otlp_logs',
      tool,
      sessionId,
      messageKey: `ai-observer:${timeUnixNano}:${index}`,
      sequence: Number(index) || 0,
      timeUnixNano,
      role,
      content: role === 'tool_use' || typeof log.body !== 'string' ? '' : log.body,
      model: text(attributes.model),
      callMessageId: text(attributes['message.id']),
      toolName: text(attributes['tool.name']),
      toolUseId: text(attributes['tool.use_id']) ?? text(attributes['tool.call_id']),
      toolInput: text(attributes['tool.input']),
      toolOutput: text(attributes['tool.output']),
      success: success === undefined ? undefined : success === 'true',
    }),
  )
}

const roles = new Map<string, MessageRole>(
  (['user', 'assistant', 'tool_use', 'tool_result', 'thinking', 'system'] as const).map((role) => [role, role]),
)

type Tokens = ReadonlyMap<TokenType, number>

function tokensOf(value: unknown): Tokens {
  const tokens = new Map<TokenType, number>()
  for (const [name, count] of Object.entries(objectOf(parseJson(textOf(value) ?? '')))) {
    const type = tokenTypeOf({ type: name }, 'type')
    const tokensOfType = numberOf(count)
    if (type && tokensOfType !== undefined) tokens.set(type, (tokens.get(type) ?? 0) + tokensOfType)
  }
  return tokens
}

const claudeCounts = (tokens: Tokens): TokenCounts => ({
  inputTokens: tokens.get('input') ?? 0,
  cacheReadTokens: tokens.get('cacheRead') ?? 0,
  cacheWriteTokens: tokens.get('cacheCreation') ?? 0,
  outputTokens: tokens.get('output') ?? 0,
})

/** What was cached is a part of the input, thoughts come on top of the output, and the prompts of tools on top of the input. */
function geminiCounts(tokens: Tokens): TokenCounts {
  const [input, cached] = [tokens.get('input') ?? 0, tokens.get('cacheRead') ?? 0]
  const thoughts = tokens.get('reasoning') ?? 0
  return {
    inputTokens: Math.max(0, input - cached) + (tokens.get('tool') ?? 0),
    cacheReadTokens: Math.min(input, cached),
    outputTokens: (tokens.get('output') ?? 0) + thoughts,
    reasoningTokens: thoughts,
  }
}

/** What was cached or written is a part of the input, and the reasoning one of the output; `tool` is the total. */
function codexCounts(tokens: Tokens): TokenCounts {
  const input = tokens.get('input') ?? 0
  const cacheReadTokens = Math.min(input, tokens.get('cacheRead') ?? 0)
  const cacheWriteTokens = Math.min(input - cacheReadTokens, tokens.get('cacheCreation') ?? 0)
  return {
    inputTokens: input - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: tokens.get('output') ?? 0,
    reasoningTokens: Math.min(tokens.get('output') ?? 0, tokens.get('reasoning') ?? 0),
  }
}

function addCounts(
  out: Telemetry,
  tool: string,
  serviceName: string,
  model: string,
  time: bigint,
  counts: TokenCounts,
): void {
  const common: Omit<AggregateObservation, 'field' | 'value'> = {
    source: 'otlp_metrics',
    tool,
    sessionId: '',
    seriesId: `ai-observer:${serviceName}:${model}`,
    temporality: 1,
    startTimeUnixNano: 0n,
    timeUnixNano: time,
    model,
    serviceName,
  }
  for (const [field, value] of Object.entries(counts))
    if (value) out.aggregates.push({ ...common, field: field as AggregateField, value })
}

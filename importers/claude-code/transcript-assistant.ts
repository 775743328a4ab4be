// transcript-assistant.ts: lines of the assistant: the request behind them, what was said, the tools that were asked for.
import type { CallObservation, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import { frozen } from '../frozen-time.ts'
import { arrayOf, countOf, isObject, type JsonObject, objectOf, spelled, textOf } from '../json-values.ts'
import { answerKey, inputKey, messageKey, requestKey, toolUseKey } from './keys.ts'
import { activeTime, attribution, type Context, failure, type Line, tell, tool } from './transcript-context.ts'
import { contentText, fileOf } from './transcript-results.ts'

export function assistantLine(context: Context, line: Line): void {
  const body = objectOf(line.json.message)
  const id = textOf(body.id)
  const synthetic = body.model === '<synthetic>' || line.json.isApiErrorMessage === true
  if (synthetic) errorLine(context, line)
  else if (textOf(body.model)) context.state.model = textOf(body.model)
  const call = synthetic || !id ? undefined : usageOf(context, line, body, id)
  if (call) context.batch.call(call)
  contentBlocks(context, line, body.content, synthetic, call)
  if (!line.agentId) activeTime(context, line.sessionId).touch(line.time)
}

function errorLine(context: Context, line: Line): void {
  const { json } = line
  const requestId = textOf(json.requestId)
  const statusCode = countOf(json.apiErrorStatus)
  if (json.isApiErrorMessage !== true || (!requestId && statusCode === undefined)) return
  failure(context, line, { requestId, statusCode, errorMessage: contentText(objectOf(json.message).content) })
}

/** The request behind a line. Every line of an answer repeats its usage; old versions wrote what the stream had so far. */
function usageOf(context: Context, line: Line, body: JsonObject, id: string): CallObservation | undefined {
  if (!isObject(body.usage)) return undefined
  const usage = body.usage
  const created = objectOf(usage.cache_creation)
  const fiveMinutes = countOf(created.ephemeral_5m_input_tokens)
  const oneHour = countOf(created.ephemeral_1h_input_tokens)
  const requestId = textOf(line.json.requestId)
  const stopReason = textOf(body.stop_reason)
  const speed = textOf(usage.speed)
  const counts = {
    inputTokens: countOf(usage.input_tokens),
    cacheReadTokens: countOf(usage.cache_read_input_tokens),
    cacheWriteTokens: countOf(usage.cache_creation_input_tokens) ?? sum(fiveMinutes, oneHour),
  }
  return {
    source: 'transcript',
    tool,
    sessionId: line.sessionId,
    observationId: `${line.sessionId}:${id}:${requestId ?? ''}`,
    keys: [...(requestId ? [requestKey(requestId)] : []), messageKey(id)],
    weakKey: inputKey(counts),
    timeUnixNano: line.time,
    status: 'ok',
    model: textOf(body.model) ?? '',
    provider: 'anthropic',
    requestId,
    messageId: id,
    stopReason,
    // Without a reason to stop the numbers are those of an unfinished stream (always so before 2.1.98).
    ...(stopReason ? {} : { partial: true }),
    quality: 'exact',
    ...counts,
    cacheWrite5mTokens: fiveMinutes,
    cacheWrite1hTokens: oneHour,
    outputTokens: countOf(usage.output_tokens),
    reasoningTokens: countOf(objectOf(usage.output_tokens_details).thinking_tokens),
    webSearches: countOf(objectOf(usage.server_tool_use).web_search_requests),
    ...attribution(context, line),
    speed: speed === 'standard' ? 'normal' : speed,
  }
}

type Common = Pick<MessageRecord, 'model' | 'callMessageId'>

function contentBlocks(
  context: Context,
  line: Line,
  content: unknown,
  synthetic: boolean,
  call: CallObservation | undefined,
): void {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : arrayOf(content)
  const model = synthetic ? undefined : textOf(objectOf(line.json.message).model)
  const common: Common = { model, callMessageId: call?.messageId }
  blocks.forEach((value, index) => {
    const block = objectOf(value)
    const key = index === 0 ? line.uuid : `${line.uuid}#${index}`
    if (block.type === 'text') {
      const text = textOf(block.text)
      if (text)
        tell(context, line, textKey(context, line, text, key), index, { role: 'assistant', content: text, ...common })
    } else if (block.type === 'thinking') {
      const text = textOf(block.thinking)
      if (text) tell(context, line, key, index, { role: 'thinking', content: text, ...common })
    } else if (toolUses.has(textOf(block.type) ?? '')) {
      toolUse(context, line, block, index, call, common)
    }
  })
}

const toolUses = new Set(['tool_use', 'server_tool_use', 'mcp_tool_use'])

function textKey({ state }: Context, line: Line, text: string, otherwise: string): string {
  if (line.agentId || !state.promptId) return otherwise
  const key = answerKey(state.promptId, text)
  const before = state.answers[key] ?? 0
  state.answers[key] = before + 1
  return before === 0 ? key : `${key}#${before + 1}`
}

function toolUse(
  context: Context,
  line: Line,
  block: JsonObject,
  index: number,
  call: CallObservation | undefined,
  common: Common,
): void {
  const { state, batch } = context
  const callId = textOf(block.id)
  const toolName = textOf(block.name) ?? ''
  if (!callId) return
  const input = block.input === undefined ? '' : spelled(block.input)
  const observation: ToolCallObservation = {
    source: 'transcript',
    tool,
    sessionId: line.sessionId,
    callId,
    messageId: call?.messageId,
    toolName,
    timeUnixNano: line.time,
    input,
    filePath: fileOf(objectOf(block.input)),
    ...attribution(context, line),
    ...mcpServerOf(toolName),
  }
  batch.toolCall(observation)
  state.open[callId] = frozen(observation)
  if (toolName === 'WebSearch' && call?.messageId) state.searching[call.messageId] ??= frozen(call)
  tell(context, line, toolUseKey(callId), index, {
    role: 'tool_use',
    toolName,
    toolUseId: callId,
    toolInput: input,
    ...common,
  })
}

/** `mcp__server__tool` names its server. */
function mcpServerOf(toolName: string): { mcpServer?: string } {
  const server = /^mcp__(.+?)__/.exec(toolName)?.[1]
  return server ? { mcpServer: server } : {}
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0)
}

// gen-ai.ts: the attribute names of the GenAI conventions, current and previous, and of their relatives, in one place.
import { type Attributes, type AttributeValue, jsonValue, numeric, text } from '#proto/attributes.ts'
import type { CallObservation, TokenCounts } from '#proto/telemetry.ts'
import { aiSdkCounts, aiSdkRequest } from './ai-sdk.ts'
import { parseJson } from './json-values.ts'
import { first, firstText } from './otlp-batch.ts'
import { countOf, known, nanoUsd, withoutOverlap } from './otlp-counts.ts'

/** What a record is about. */
export type Operation = 'request' | 'agent' | 'tool' | 'other'

/** OpenTelemetry's `gen_ai.*` before OpenInference's and OpenLLMetry's `llm.*`, the AI SDK's and codeburn's `ai.*`. */
const names = {
  model: [
    'gen_ai.response.model',
    'gen_ai.request.model',
    'ai.response.model',
    'ai.model.id',
    'llm.model_name',
    'embedding.model_name',
    'llm.request.model',
    'ai.model',
  ],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider', 'ai.provider'],
  session: [
    'gen_ai.conversation.id',
    'session.id',
    'conversation.id',
    'ai.telemetry.metadata.sessionId',
    'langfuse.session.id',
    'traceloop.association.properties.session_id',
    'gen_ai.thread.id',
  ],
  response: ['gen_ai.response.id', 'ai.response.id', 'llm.response.id'],
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
  ],
  cached: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.input_tokens.cached',
    'llm.token_count.prompt_details.cache_read',
    'llm.usage.cache_read_input_tokens',
  ],
  written: [
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'llm.token_count.prompt_details.cache_write',
    'llm.usage.cache_creation_input_tokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.output_tokens.reasoning',
    'llm.token_count.completion_details.reasoning',
    'llm.usage.reasoning_tokens',
  ],
  cost: ['gen_ai.usage.cost', 'gen_ai.usage.cost_usd', 'gen_ai.cost.total', 'llm.cost.total', 'ai.cost_usd'],
  callId: ['gen_ai.tool.call.id', 'gen_ai.tool.call_id', 'tool.id', 'tool_call.id', 'ai.toolCall.id'],
  toolName: ['gen_ai.tool.name', 'tool.name', 'ai.toolCall.name'],
  toolInput: ['gen_ai.tool.call.arguments', 'tool.parameters', 'ai.toolCall.args', 'input.value'],
  toolOutput: ['gen_ai.tool.call.result', 'ai.toolCall.result', 'output.value'],
} as const

const requests = new Set([
  'chat',
  'text_completion',
  'generate_content',
  'completion',
  'embeddings',
  'response',
  'message',
])
const agents = new Set([
  'invoke_agent',
  'create_agent',
  'invoke_workflow',
  'plan',
  'agent',
  'workflow',
  'task',
  'chain',
])

/** What a span or event is about, in any of the dialects. */
export function operationOf(attributes: Attributes): Operation {
  const operation = text(attributes['gen_ai.operation.name'])?.toLowerCase()
  if (operation !== undefined) {
    if (requests.has(operation)) return 'request'
    if (operation === 'execute_tool') return 'tool'
    if (agents.has(operation)) return 'agent'
  }
  const kind = text(attributes['openinference.span.kind'])?.toUpperCase()
  if (kind !== undefined) return openInferenceKinds.get(kind) ?? 'other'
  const sdk = text(attributes['ai.operationId'])
  if (sdk !== undefined) return aiSdkRequest(attributes) ? 'request' : sdk === 'ai.toolCall' ? 'tool' : 'agent'
  const traceloop = text(attributes['traceloop.span.kind'])?.toLowerCase()
  if (traceloop !== undefined) return traceloop === 'tool' ? 'tool' : 'agent'
  if (operation !== undefined) return 'other'
  // Older instrumentations name no operation: a request is what has a model and a usage.
  return modelOf(attributes) !== '' && first(attributes, usageNames) !== undefined ? 'request' : 'other'
}

const usageNames = [...names.input, ...names.output, 'ai.input_tokens', 'ai.output_tokens']
const openInferenceKinds = new Map<string, Operation>([
  ['LLM', 'request'],
  ['EMBEDDING', 'request'],
  ['TOOL', 'tool'],
  ['AGENT', 'agent'],
  ['CHAIN', 'agent'],
])

/** The model that answered, else the one that was asked. */
export const modelOf = (attributes: Attributes) => firstText(attributes, names.model) ?? ''
export const providerOf = (attributes: Attributes) => firstText(attributes, names.provider)
export const sessionOf = (attributes: Attributes) => firstText(attributes, names.session) ?? ''
export const responseIdOf = (attributes: Attributes) => firstText(attributes, names.response)
export const costOf = (attributes: Attributes) => nanoUsd(first(attributes, names.cost)) || undefined
export const callIdOf = (attributes: Attributes) => firstText(attributes, names.callId)
export const toolNameOf = (attributes: Attributes) => firstText(attributes, names.toolName) ?? ''
export const toolInputOf = (attributes: Attributes) => spelled(first(attributes, names.toolInput))
export const toolOutputOf = (attributes: Attributes) => spelled(first(attributes, names.toolOutput))

/**
 * The counts of a request without overlap: in the conventions input holds what was read from and written to the cache,
 * and output the reasoning. codeburn's `ai.input_tokens` is uncached input already, and it tells no cache.
 */
export function genAiCounts(attributes: Attributes): TokenCounts {
  const count = (keys: readonly string[]) => countOf(first(attributes, keys))
  if ('ai.input_tokens' in attributes)
    return known({ inputTokens: count(['ai.input_tokens']), outputTokens: count(['ai.output_tokens']) })
  const sdk = 'ai.operationId' in attributes ? aiSdkCounts(attributes) : {}
  if (sdk.inputTokens !== undefined || sdk.outputTokens !== undefined) return sdk
  return withoutOverlap({
    input: count(names.input),
    cached: count(names.cached),
    written: count(names.written),
    output: count(names.output),
    reasoning: count(names.reasoning),
  })
}

/** Why the model stopped: the first of a list. */
export function stopReasonOf(attributes: Attributes): string | undefined {
  const reasons = first(attributes, ['gen_ai.response.finish_reasons', 'ai.response.finishReason', 'llm.finish_reason'])
  if (Array.isArray(reasons)) return text(reasons[0])
  const list = parseJson(text(reasons) ?? '')
  return Array.isArray(list) && typeof list[0] === 'string' ? list[0] : text(reasons)
}

/** Seconds in the conventions, milliseconds in the AI SDK. */
export function ttftMsOf(attributes: Attributes): number | undefined {
  const seconds = numeric(
    first(attributes, ['gen_ai.response.time_to_first_chunk', 'gen_ai.server.time_to_first_token']),
  )
  return seconds === undefined ? numeric(attributes['ai.response.msToFirstChunk']) : seconds * 1000
}

/** How a failed request is told. */
export function errorOf(attributes: Attributes): Pick<CallObservation, 'errorType' | 'statusCode'> {
  const type = text(attributes['error.type'])
  const status =
    numeric(attributes['http.response.status_code']) ?? (/^\d{3}$/.test(type ?? '') ? Number(type) : undefined)
  return known({ errorType: type, statusCode: status })
}

/** Text as it is; anything structured as JSON. */
export function spelled(value: AttributeValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : jsonValue(value)
}

/** An attribute that holds JSON, as a text or structured. */
export function structured(value: AttributeValue | undefined): unknown {
  return parseJson(spelled(value) ?? '')
}

// gen-ai-messages.ts: messages in the attributes of the GenAI conventions → entries of a transcript.
import { type Attributes, text } from '#proto/attributes.ts'
import type { MessageRecord, Span, ToolCallObservation } from '#proto/telemetry.ts'
import { structured } from './gen-ai.ts'
import { arrayOf, objectOf, spelled, textOf } from './json-values.ts'
import type { OtlpBatch } from './otlp-batch.ts'
import { known } from './otlp-counts.ts'

type Part = Pick<MessageRecord, 'role' | 'content' | 'toolName' | 'toolUseId' | 'toolInput' | 'toolOutput'>

/**
 * Adds what was said in one request: the user's last message and the answer. Inputs repeat the whole history, so that only
 * their end is new; a message is known by its text or by the id of its tool call, and told twice it is one.
 */
export function sayRequest(batch: OtlpBatch, span: Span, sessionId: string, facts: Partial<MessageRecord>): void {
  if (sessionId === '') return
  const { attributes } = span
  const inputs = arrayOf(structured(attributes['gen_ai.input.messages'] ?? attributes['llm.input_messages']))
  const last = inputs.at(-1)
  const start = span.startTimeUnixNano
  for (const part of last === undefined ? [] : partsOf(last)) {
    if (part.role === 'user') say(batch, sessionId, `user:${hashOf(part.content)}`, start, part)
    else if (part.role === 'tool_result') say(batch, sessionId, `result:${part.toolUseId}`, start, part)
  }
  const outputs = arrayOf(structured(attributes['gen_ai.output.messages'] ?? attributes['llm.output_messages']))
  const spoken = outputs.flatMap(partsOf)
  const answer = text(attributes['ai.response.text']) ?? (outputs.length === 0 ? answerValue(attributes) : undefined)
  if (answer !== undefined) spoken.push({ role: 'assistant', content: answer })
  spoken.forEach((part, index) => {
    const key = part.role === 'tool_use' ? `tool:${part.toolUseId}` : `${part.role}:${span.spanId}:${index}`
    say(batch, sessionId, key, span.endTimeUnixNano, { ...facts, ...part }, index)
  })
}

/** Adds a tool call and its end, under the keys that the messages of the requests around it have too. */
export function sayTool(batch: OtlpBatch, span: Span, call: ToolCallObservation): void {
  const { sessionId, callId, toolName, input, output, durationMs, success } = call
  if (sessionId === '') return
  const common = { content: '', toolName, toolUseId: callId }
  const asked: Part = known({ ...common, role: 'tool_use', toolInput: input })
  const ended = known({ ...common, role: 'tool_result' as const, toolOutput: output, durationMs, success })
  say(batch, sessionId, `tool:${callId}`, span.startTimeUnixNano, asked)
  say(batch, sessionId, `result:${callId}`, span.endTimeUnixNano, ended)
}

/** OpenInference's plain output of a model, when no messages are there. */
function answerValue(attributes: Attributes): string | undefined {
  return attributes['openinference.span.kind'] === 'LLM' ? text(attributes['output.value']) : undefined
}

/** The parts of a message: `parts` in the conventions, a plain `content` in older versions. */
function partsOf(value: unknown): Part[] {
  const message = objectOf(value)
  const role = textOf(message.role) ?? 'assistant'
  const parts = Array.isArray(message.parts)
    ? message.parts
    : Array.isArray(message.content)
      ? message.content
      : [{ type: 'text', content: message.content }]
  return parts.flatMap((value) => partOf(objectOf(value), role))
}

function partOf(part: Record<string, unknown>, role: string): Part[] {
  switch (part.type) {
    case 'text': {
      const content = textOf(part.content) ?? textOf(part.text)
      if (!content || (role !== 'user' && role !== 'assistant')) return []
      return [{ role, content }]
    }
    case 'reasoning': {
      const content = textOf(part.content)
      return content && role === 'assistant' ? [{ role: 'thinking', content }] : []
    }
    case 'tool_call': {
      const toolUseId = textOf(part.id)
      const toolInput = part.arguments === undefined ? undefined : spelled(part.arguments)
      return toolUseId
        ? [known({ role: 'tool_use', content: '', toolUseId, toolName: textOf(part.name), toolInput })]
        : []
    }
    case 'tool_call_response': {
      const toolUseId = textOf(part.id)
      const result = part.response ?? part.result
      const toolOutput = result === undefined ? undefined : spelled(result)
      return toolUseId ? [known({ role: 'tool_result', content: '', toolUseId, toolOutput })] : []
    }
  }
  return []
}

function say(
  batch: OtlpBatch,
  sessionId: string,
  messageKey: string,
  timeUnixNano: bigint,
  part: Partial<MessageRecord> & Part,
  sequence = 0,
): void {
  batch.out.messages.push({
    source: 'otlp_traces',
    tool: batch.tool,
    sessionId,
    messageKey,
    sequence,
    timeUnixNano,
    ...part,
  })
}

const hashOf = (content: string) => Bun.hash(content).toString(36)

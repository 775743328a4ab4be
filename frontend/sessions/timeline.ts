// timeline.ts: a transcript over time, for sessions that sent no traces: prompts, requests, tool calls and subagents as spans.
import type { Message, Span, Transcript } from '../lib/shapes.ts'
import { toMs } from '../lib/time.ts'
import { describeTool, firstLine } from './tool-text.ts'

type Facts = Pick<Span, 'spanId' | 'spanName' | 'spanAttributes'> & Partial<Span>

/** What a request is made of: its messages come one after the other, before any result. */
const ofRequest: ReadonlySet<Message['role']> = new Set(['assistant', 'thinking', 'tool_use'])

/**
 * The spans that the times of the messages tell. A request runs from what it answers (the prompt, the last result) to its last
 * message, a call from its message for as long as its result says, or to its result.
 */
export function timelineOf({ sessionId, tool, serviceName, messages }: Transcript): Span[] {
  const span = (facts: Facts, startMs: number, endMs: number, parentSpanId?: string): Span => ({
    traceId: '',
    spanKind: 'INTERNAL',
    serviceName,
    tool,
    sessionId,
    timestamp: new Date(startMs).toISOString(),
    duration: Math.max(0, endMs - startMs) * 1e6,
    statusCode: 'UNSET',
    resourceAttributes: {},
    events: [],
    links: [],
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    ...facts,
  })
  const results = new Map<string, Message>()
  for (const message of messages)
    if (message.role === 'tool_result' && message.toolUseId) results.set(message.toolUseId, message)

  const spans: Span[] = []
  /** The span that messages of an agent stand under, and where its next request begins; '' is the main agent. */
  const parents = new Map<string, Span>()
  const since = new Map<string, number>()
  const requests = new Map<string, Span>()
  for (const message of messages) {
    const agent = message.agentId ?? ''
    const at = toMs(message.timestamp)
    if (!Number.isFinite(at)) continue
    const id = `m${message.index}`
    if (message.role === 'user' && agent === '') {
      const name = firstLine(message.content).slice(0, 120) || 'Prompt'
      const prompt = span({ spanId: id, spanName: name, spanAttributes: of('agent') }, at, at)
      parents.set('', prompt)
      spans.push(prompt)
      since.set('', at)
      requests.clear()
      continue
    }
    if (agent !== '' && !parents.has(agent)) {
      const facts = { ...of('agent'), 'gen_ai.agent.id': agent }
      const own = span(
        { spanId: `a${agent}`, spanName: 'Subagent', spanAttributes: facts },
        at,
        at,
        parents.get('')?.spanId,
      )
      parents.set(agent, own)
      spans.push(own)
      since.set(agent, at)
    }
    const parent = parents.get(agent)
    if (ofRequest.has(message.role)) {
      const request = requests.get(agent)
      if (request) grow(request, at)
      else {
        const made = span(
          { spanId: `r${message.index}`, spanName: message.model ?? 'Request', spanAttributes: of('model') },
          since.get(agent) ?? at,
          at,
          parent?.spanId,
        )
        requests.set(agent, made)
        spans.push(made)
      }
      used(requests.get(agent)!, message)
    } else {
      requests.delete(agent)
      since.set(agent, at)
    }
    let end = at
    if (message.role === 'tool_use') {
      const result = message.toolUseId ? results.get(message.toolUseId) : undefined
      const { name, summary } = describeTool(message, result)
      const took = result?.durationMs ?? message.durationMs
      end = took !== undefined ? at + took : result ? Math.max(at, toMs(result.timestamp)) : at
      const success = result?.success ?? message.success
      spans.push(
        span(
          {
            spanId: id,
            spanName: name,
            spanAttributes: { ...of('tool'), ...(summary ? { 'gen_ai.tool.call.arguments': summary } : {}) },
            statusCode: success === undefined ? 'UNSET' : success ? 'OK' : 'ERROR',
          },
          at,
          end,
          parent?.spanId,
        ),
      )
    }
    if (parent) grow(parent, end)
    if (agent !== '' && parents.has('')) grow(parents.get('')!, end)
  }
  return spans
}

const words = { agent: 'invoke_agent', model: 'chat', tool: 'execute_tool' } as const
const of = (work: keyof typeof words) => ({ 'gen_ai.operation.name': words[work] })

function grow(span: Span, endMs: number) {
  span.duration = Math.max(span.duration, (endMs - toMs(span.timestamp)) * 1e6)
}

/** A request's tokens stand at one of its messages. */
function used(span: Span, { inputTokens, cacheRead, cacheWrite, outputTokens, model }: Message) {
  if (model) Object.assign(span, { model, spanName: model })
  if (outputTokens === undefined) return
  Object.assign(span.spanAttributes, {
    'gen_ai.usage.input_tokens': (inputTokens ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    'gen_ai.usage.output_tokens': outputTokens,
  })
}

// gen-ai-spans.ts: spans that follow the GenAI conventions → requests, tool calls, messages.
import { type Attributes, numeric, text } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { Attribution, CallObservation, Span, ToolCallObservation } from '#proto/telemetry.ts'
import {
  callIdOf,
  costOf,
  errorOf,
  genAiCounts,
  modelOf,
  type Operation,
  operationOf,
  providerOf,
  responseIdOf,
  stopReasonOf,
  toolInputOf,
  toolNameOf,
  toolOutputOf,
  ttftMsOf,
} from './gen-ai.ts'
import { sayRequest, sayTool } from './gen-ai-messages.ts'
import { commitsOf } from './git-commits.ts'
import { objectOf, parseJson, textOf } from './json-values.ts'
import { type OtlpBatch, type Sender, spanKey, spanMs } from './otlp-batch.ts'
import { known } from './otlp-counts.ts'
import { usageKey } from './usage-key.ts'

/** What an agent adds to the conventions. */
export type Dialect = {
  sessionOf(span: Span): string
  /** Counts that are 0 are left out: what is not told is 0. */
  leavesOutZeros?: boolean
  request?(attributes: Attributes, agent: string | undefined): Partial<CallObservation>
  toolCall?(attributes: Attributes): Partial<ToolCallObservation>
}

/**
 * Reads a batch's spans together. An agent's span carries the sum of its requests and is not read; of two nested spans that
 * both look like a request (an instrumented library inside an instrumented framework) the inner one is the request.
 */
export function* readGenAiSpans(batch: OtlpBatch, spans: readonly Span[], dialect: Dialect): Generator<void> {
  const tree = new Tree()
  yield* tree.read(spans)
  yield* each(spans, (span) => {
    const operation = tree.operationOf(span)
    if (operation === 'other') return
    const sessionId = dialect.sessionOf(span)
    const sender = batch.attribute(span, sessionId)
    span.hot.eventName = text(span.attributes['gen_ai.operation.name']) ?? span.name
    span.hot.model = modelOf(span.attributes)
    batch.session('otlp_traces', sessionId, [span.startTimeUnixNano, span.endTimeUnixNano], {
      ...sender,
      version: text(span.resource.attributes['service.version']),
    })
    const attribution = { ...sender, ...agentOf(span, tree) }
    if (operation === 'request' && !tree.isRepeated(span)) request(batch, span, sessionId, attribution, dialect)
    else if (operation === 'tool') toolCall(batch, span, sessionId, attribution, dialect)
  })
}

function request(batch: OtlpBatch, span: Span, sessionId: string, attribution: Attribution & Sender, dialect: Dialect) {
  const { attributes, traceId, spanId } = span
  const failed = span.statusCode === 2 || text(attributes['error.type']) !== undefined
  const told = genAiCounts(attributes)
  const counts = dialect.leavesOutZeros && told.inputTokens !== undefined ? { ...zeros, ...told } : told
  const responseId = responseIdOf(attributes)
  const call = known({
    source: 'otlp_traces',
    tool: batch.tool,
    sessionId,
    observationId: `${traceId}/${spanId}`,
    keys: responseId ? [`resp:${responseId}`] : [],
    weakKey: failed ? 'error' : usageKey(counts),
    timeUnixNano: span.startTimeUnixNano,
    durationMs: spanMs(span),
    ttftMs: ttftMsOf(attributes),
    status: failed ? 'error' : 'ok',
    model: modelOf(attributes),
    provider: providerOf(attributes),
    messageId: responseId,
    stopReason: failed ? undefined : stopReasonOf(attributes),
    reportedCostNanoUsd: costOf(attributes),
    quality: 'exact',
    traceId,
    spanId,
    ...attribution,
    ...(failed ? { ...errorOf(attributes), errorMessage: messageOf(span) } : counts),
    ...dialect.request?.(attributes, attribution.agent),
  } as CallObservation)
  batch.out.calls.push(call)
  sayRequest(batch, span, sessionId, { model: call.model, callMessageId: responseId })
}

const zeros = { cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 }

function toolCall(
  batch: OtlpBatch,
  span: Span,
  sessionId: string,
  attribution: Attribution & Sender,
  dialect: Dialect,
) {
  const { attributes } = span
  const exitCode = numeric(attributes['process.exit.code'])
  const failed =
    span.statusCode === 2 || text(attributes['error.type']) !== undefined || (exitCode !== undefined && exitCode !== 0)
  const input = toolInputOf(attributes)
  const output = toolOutputOf(attributes)
  const given = objectOf(parseJson(input ?? ''))
  const call = known({
    source: 'otlp_traces',
    tool: batch.tool,
    sessionId,
    callId: callIdOf(attributes) ?? spanKey(span.traceId, span.spanId),
    toolName: toolNameOf(attributes),
    timeUnixNano: span.startTimeUnixNano,
    durationMs: spanMs(span),
    success: !failed,
    ...(failed ? { errorType: text(attributes['error.type']), errorMessage: messageOf(span) } : {}),
    input,
    output,
    filePath: textOf(given.file_path) ?? textOf(given.filePath) ?? textOf(given.path),
    mcpServer: text(attributes['mcp.server.name']),
    ...attribution,
    ...dialect.toolCall?.(attributes),
  } as ToolCallObservation)
  batch.out.toolCalls.push(call)
  sayTool(batch, span, call)
  if (failed) return
  for (const commit of commitsOf(textOf(given.command) ?? '', output ?? ''))
    batch.out.commits.push(
      known({
        source: 'otlp_traces',
        tool: batch.tool,
        sessionId,
        kind: 'commit',
        ...commit,
        project: attribution.project,
        timeUnixNano: span.startTimeUnixNano,
      }),
    )
}

function messageOf(span: Span): string | undefined {
  const exception = span.events.find(({ attributes }) => 'exception.message' in attributes)
  const message = (exception && text(exception.attributes['exception.message'])) ?? span.statusMessage
  return message.slice(0, 2000) || undefined
}

/** The agent of a span: its own word, else that of the agent's span around it; only a subagent has a name there. */
function agentOf(span: Span, tree: Tree): Attribution {
  const agent = text(span.attributes['gen_ai.agent.name']) ?? tree.agentAround(span)
  return known({ agent, agentId: text(span.attributes['gen_ai.agent.id']) })
}

/** The spans of a batch by their places. */
class Tree {
  readonly #byId = new Map<string, Span>()
  readonly #operations = new Map<Span, Operation>()
  /** Requests with a request inside. */
  readonly #repeated = new Set<Span>();

  /** Takes note of all spans of the batch; before anything is asked. */
  *read(spans: readonly Span[]): Generator<void> {
    yield* each(spans, (span) => {
      this.#byId.set(`${span.traceId}/${span.spanId}`, span)
      this.#operations.set(span, operationOf(span.attributes))
    })
    yield* each(spans, (span) => {
      if (this.operationOf(span) !== 'request') return
      for (const around of this.#around(span)) if (this.operationOf(around) === 'request') this.#repeated.add(around)
    })
  }

  operationOf(span: Span): Operation {
    return this.#operations.get(span) ?? 'other'
  }

  isRepeated(span: Span): boolean {
    return this.#repeated.has(span)
  }

  agentAround(span: Span): string | undefined {
    for (const around of this.#around(span)) {
      if (this.operationOf(around) === 'agent') return text(around.attributes['gen_ai.agent.name'])
    }
    return undefined
  }

  /** The spans around one, from the inside; a chain that bites its own tail ends. */
  *#around(span: Span): Iterable<Span> {
    const seen = new Set<Span>([span])
    for (let at = this.#parent(span); at && !seen.has(at); at = this.#parent(at)) {
      seen.add(at)
      yield at
    }
  }

  #parent({ traceId, parentSpanId }: Span): Span | undefined {
    return parentSpanId === '' ? undefined : this.#byId.get(`${traceId}/${parentSpanId}`)
  }
}

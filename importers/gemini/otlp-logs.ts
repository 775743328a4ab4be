// otlp-logs.ts: Gemini CLI's events: answers with their usage, failed attempts, tool calls, prompts.
import { type Attributes, numeric, text, truth } from '#proto/attributes.ts'
import { each } from '#proto/steps.ts'
import type { LogRecord, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import { compacted } from '../compaction.ts'
import { objectOf, parseJson } from '../json-values.ts'
import type { OtlpBatch, Sender } from '../otlp-batch.ts'
import { countOf, isCount, known } from '../otlp-counts.ts'
import { memory } from '../recent.ts'
import { usageKey } from './keys.ts'
import { type Answer, answerOf, signatureOf } from './otlp-answer.ts'
import { asked, type End, spanSignature, tellEnd } from './otlp-asked.ts'
import { attributionOf, countsOf, fileOf, sessionOf, tool } from './otlp-values.ts'

type Event = { log: LogRecord; attributes: Attributes; sessionId: string; sender: Sender }

/** What later batches of a process refer to: the names of subagents' runs. */
const agents = memory<string>(10_000)

/**
 * Reads a batch's events, first those that others refer to: the event of a tool's end has no id of the call, which stands in
 * the answer that asked for it.
 */
export function* readLogs(batch: OtlpBatch, logs: readonly LogRecord[]): Generator<void> {
  const reader = new LogReader(batch)
  yield* each(logs, (log) => reader.name(log))
  yield* each(logs, (log) => reader.read(log))
}

class LogReader {
  readonly #batch: OtlpBatch
  /** What was said in an answer; its text is JSON of some size, read once. */
  readonly #answers = new Map<LogRecord, Answer>()

  constructor(batch: OtlpBatch) {
    this.#batch = batch
  }

  /** Takes note of what other events of the batch will refer to. */
  name(log: LogRecord): void {
    const { attributes } = log
    const event = text(attributes['event.name'])
    if (event === 'gemini_cli.agent.start' || event === 'gemini_cli.agent.finish') {
      const id = text(attributes.agent_id)
      const name = text(attributes.agent_name)
      if (id && name) agents.set(id, name)
    } else if (event === 'gemini_cli.api_response') {
      const answer = answerOf(text(attributes.response_text), text(attributes.prompt_id))
      this.#answers.set(log, answer)
      for (const { signature, id } of answer.calls) {
        asked.ask(signature, id, log.timeUnixNano)
        for (const [ended, end] of asked.settled(signature)) tellEnd(this.#batch, ended, end)
      }
    }
  }

  read(log: LogRecord): void {
    const { attributes, hot } = log
    const sessionId = sessionOf(log)
    const sender = this.#batch.attribute(log, sessionId)
    hot.eventName = (text(attributes['event.name']) ?? log.eventName).replace(/^gemini_cli\./, '')
    hot.model = text(attributes.model) ?? text(attributes['gen_ai.request.model']) ?? ''
    this.#batch.session('otlp_logs', sessionId, [log.timeUnixNano], sender)
    const event = { log, attributes, sessionId, sender }
    // `gen_ai.client.inference.operation.details` repeats part of every answer and is not read.
    switch (hot.eventName) {
      case 'api_response':
        this.#answered(event)
        break
      case 'api_error':
        this.#failed(event)
        break
      case 'tool_call':
        this.#toolDone(event)
        break
      case 'chat_compression': {
        const before = countOf(attributes.tokens_before)
        const after = countOf(attributes.tokens_after)
        const { messageKey, role, content } = compacted(`${log.timeUnixNano}`, { before, after })
        this.#say(event, messageKey, role, content)
        break
      }
      case 'user_prompt':
        this.#say(event, `prompt:${log.timeUnixNano}`, 'user', text(attributes.prompt) ?? '')
        break
    }
  }

  #answered(event: Event): void {
    const { log, attributes, sessionId, sender } = event
    const input = countOf(attributes.input_token_count)
    const output = countOf(attributes.output_token_count)
    const promptId = text(attributes.prompt_id)
    const answer = this.#answers.get(log) ?? answerOf(undefined, undefined)
    const model = text(attributes.model) ?? ''
    const attribution = { ...sender, ...attributionOf(attributes, agents) }
    this.#batch.out.calls.push(
      known({
        source: 'otlp_logs',
        tool,
        sessionId,
        observationId: `${sessionId}:${log.timeUnixNano}:${promptId ?? ''}:${input}/${output}`,
        keys: [],
        weakKey: usageKey(input, output),
        timeUnixNano: log.timeUnixNano,
        durationMs: numeric(attributes.duration_ms),
        status: 'ok',
        statusCode: numeric(attributes.status_code),
        model,
        provider: 'google',
        messageId: answer.responseId,
        stopReason: stopReasonOf(attributes.finish_reasons),
        quality: 'exact',
        ...countsOf({
          input,
          cached: countOf(attributes.cached_content_token_count),
          output,
          thoughts: countOf(attributes.thoughts_token_count),
          tool: countOf(attributes.tool_token_count),
        }),
        ...attribution,
      }),
    )
    const key = answer.responseId ?? `${log.timeUnixNano}`
    const common = { model, callMessageId: answer.responseId }
    if (answer.thoughts) this.#say(event, `thought:${key}`, 'thinking', answer.thoughts, common, 0)
    if (answer.text && attribution.querySource !== 'auxiliary')
      this.#say(event, `answer:${key}`, 'assistant', answer.text, common, 1)
    answer.calls.forEach(({ id, name, input: toolInput }, index) => {
      const { effort: _, speed: __, ...own } = attribution
      this.#batch.out.toolCalls.push(
        known({
          source: 'otlp_logs',
          tool,
          sessionId,
          callId: id,
          messageId: answer.responseId,
          toolName: name,
          timeUnixNano: log.timeUnixNano,
          input: toolInput,
          filePath: fileOf(toolInput),
          ...own,
        }),
      )
      this.#say(event, `tool:${id}`, 'tool_use', '', { ...common, toolName: name, toolUseId: id, toolInput }, index + 2)
    })
  }

  #failed({ log, attributes, sessionId, sender }: Event): void {
    const promptId = text(attributes.prompt_id)
    this.#batch.out.calls.push(
      known({
        source: 'otlp_logs',
        tool,
        sessionId,
        observationId: `${sessionId}:error:${log.timeUnixNano}:${promptId ?? ''}`,
        keys: [],
        weakKey: 'error',
        timeUnixNano: log.timeUnixNano,
        durationMs: numeric(attributes.duration_ms),
        status: 'error',
        statusCode: numeric(attributes.status_code),
        errorType: text(attributes['error.type']) ?? text(attributes.error_type),
        errorMessage: text(attributes['error.message'])?.slice(0, 2000) ?? text(attributes.error)?.slice(0, 2000),
        model: text(attributes.model) ?? '',
        provider: 'google',
        quality: 'exact',
        traceId: log.traceId || undefined,
        ...sender,
        ...attributionOf(attributes, agents),
      }),
    )
  }

  /** The end of a tool call, where its answer was heard. Spans and files tell the others. */
  #toolDone(event: Event): void {
    const { log, attributes, sessionId, sender } = event
    const name = text(attributes.function_name) ?? ''
    const input = text(attributes.function_args)
    // Arguments are told with prompts only.
    const withheld = input === undefined && log.traceId !== ''
    const signature = withheld
      ? spanSignature(log.traceId, log.spanId, name)
      : signatureOf(text(attributes.prompt_id), name, parseJson(input ?? ''))
    const durationMs = numeric(attributes.duration_ms)
    const success = truth(attributes.success)
    const decision = text(attributes.decision)
    const error = text(attributes['error.message']) ?? text(attributes.error)
    const end: End = {
      call: known({
        source: 'otlp_logs',
        tool,
        sessionId,
        toolName: name,
        timeUnixNano: log.timeUnixNano,
        durationMs,
        success,
        errorType: text(attributes['error.type']) ?? text(attributes.error_type),
        errorMessage: error?.slice(0, 2000),
        ...(decision ? decisionOf(decision) : {}),
        mcpServer: text(attributes.mcp_server_name),
        ...linesOf(text(attributes.metadata)),
        ...sender,
      }),
      result: withheld
        ? undefined
        : messageOf(event, 'tool_result', error ?? '', { toolName: name, durationMs, success }),
    }
    const callId = asked.end(signature, log.timeUnixNano)
    if (callId) tellEnd(this.#batch, callId, end)
    else asked.wait(signature, log.timeUnixNano, end)
  }

  #say(
    event: Event,
    messageKey: string,
    role: MessageRecord['role'],
    content: string,
    more: Partial<MessageRecord> = {},
    sequence = 0,
  ): void {
    const message = messageOf(event, role, content, { sequence, ...more })
    if (message) this.#batch.out.messages.push({ ...message, messageKey })
  }
}

function messageOf(
  { log, attributes, sessionId }: Event,
  role: MessageRecord['role'],
  content: string,
  more: Partial<MessageRecord>,
): Omit<MessageRecord, 'messageKey'> | undefined {
  if (sessionId === '') return undefined
  const { promptId, agentId } = attributionOf(attributes, agents)
  return known({
    source: 'otlp_logs' as const,
    tool,
    sessionId,
    sequence: 0,
    timeUnixNano: log.timeUnixNano,
    role,
    content,
    promptId,
    agentId,
    ...more,
  })
}

/** `accept`, `auto_accept` and `modify` let the call run. */
function decisionOf(decision: string): Pick<ToolCallObservation, 'decision' | 'decisionSource'> {
  const accepted = decision !== 'reject' && decision !== 'cancel'
  return {
    decision: accepted ? 'accept' : 'reject',
    ...(decision === 'auto_accept' ? { decisionSource: 'config' } : {}),
  }
}

/** The lines an edit changed, as the tool's metadata counts them. */
function linesOf(metadata: string | undefined): Pick<ToolCallObservation, 'linesAdded' | 'linesRemoved'> {
  const stat = objectOf(parseJson(metadata ?? ''))
  const sum = (what: string): number | undefined => {
    const counts = ['model', 'user'].map((who) => stat[`${who}_${what}_lines`]).filter((n) => typeof n === 'number')
    return counts.length === 0 ? undefined : counts.reduce((a, b) => a + b, 0)
  }
  const [added, removed] = [sum('added'), sum('removed')]
  return known({ linesAdded: isCount(added) ? added : undefined, linesRemoved: isCount(removed) ? removed : undefined })
}

/** Reasons repeat for every chunk of the stream; the last one stands. */
function stopReasonOf(reasons: Attributes[string] | undefined): string | undefined {
  return Array.isArray(reasons) ? text(reasons.at(-1)) : text(reasons)
}

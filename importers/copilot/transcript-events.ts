// transcript-events.ts: the events of one Copilot session → session, requests, tool calls, messages, commits.
import type { Skipped, TranscriptFile, TranscriptLine, TranscriptReader, TranscriptSlice } from '#proto/agent.ts'
import type { AggregateField } from '#proto/telemetry.ts'
import { compacted, compactionAgent } from '../compaction.ts'
import { repositoryOf } from '../git-folder.ts'
import { eachRecord } from '../json-lines.ts'
import { countOf, dictionary, numberOf, objectOf, textOf } from '../json-values.ts'
import { RecordBatch } from '../record-batch.ts'
import { nanosOf, RecordTimes } from '../record-time.ts'
import { requestKey, responseKey, usageKey } from './keys.ts'
import {
  activeTime,
  attribution,
  boundedState,
  type Context,
  copilotState,
  type Event,
  projectName,
  tell,
  tool,
} from './transcript-context.ts'
import {
  assistantMessage,
  permissionCompleted,
  permissionRequested,
  toolComplete,
  toolStart,
  userMessage,
} from './transcript-messages.ts'
import { countsOf, nanoUsdOf } from './transcript-usage.ts'

/** Events without anything for us. */
const silent = new Set([
  'system.message',
  'assistant.turn_start',
  'assistant.turn_end',
  'session.usage_checkpoint',
  'session.info',
  'session.mode_changed',
  'session.context_changed',
  'session.truncation',
  'session.background_tasks_changed',
  'session.mcp_servers_loaded',
  'session.tools_updated',
  'assistant.reasoning',
  'assistant.intent',
  'session.handoff',
  // The steps of a compaction's own request, whose sums `session.compaction_complete` tells.
  'session.compaction_start',
  'model.turn_started',
  'model.model_call_started',
  'model.model_call_success',
  'model.message',
  'model.response',
  'model.turn_ended',
  'model.messages_snapshot',
  'subagent.configured',
  'subagent.selected',
  'subagent.completed',
  'hook.start',
  'hook.end',
  'pending_messages.modified',
])

export function eventsReader(file: TranscriptFile, stored: unknown, named: string): TranscriptReader {
  const state = copilotState(stored)
  const times = new RecordTimes(file.modifiedUnixNano, state.time === undefined ? undefined : BigInt(state.time))

  function read(lines: TranscriptLine[]): TranscriptSlice {
    const context: Context = { state, batch: new RecordBatch(tool), sessionId: state.sessionId ?? named }
    const skipped: Skipped[] = []
    const unknown = dictionary<number>()
    for (const { text, line } of lines) {
      const lost = (reason: string) => skipped.push({ line, reason })
      eachRecord(
        text,
        (record) => {
          const { time, replaced } = times.of(record.timestamp)
          if (replaced) lost(replaced)
          const type = textOf(record.type) ?? '(none)'
          const event: Event = {
            data: objectOf(record.data),
            id: textOf(record.id) ?? `line-${line}`,
            line,
            time,
            agentId: textOf(record.agentId),
          }
          if (!accept(context, type, event) && !silent.has(type)) unknown[type] = (unknown[type] ?? 0) + 1
        },
        lost,
      )
    }
    if (times.last !== undefined) state.time = String(times.last)
    const { totalMs } = activeTime(context)
    if (totalMs > 0) context.batch.session(context.sessionId, { activeMs: totalMs })
    const slice = { telemetry: context.batch.build(), skipped }
    return Object.keys(unknown).length > 0 ? { ...slice, unknown } : slice
  }

  return { read, state: () => boundedState(state) }
}

/** Whether the type is one that is read. */
function accept(context: Context, type: string, event: Event): boolean {
  const handler = handlers[type]
  if (!handler) return false
  handler(context, event)
  context.batch.seen(context.sessionId, event.time)
  return true
}

const handlers: Record<string, (context: Context, event: Event) => void> = dictionary({
  'session.start': sessionStart,
  'session.resume': (context: Context, { data }: Event) => {
    contextOf(context, data.context)
    context.batch.session(context.sessionId, { ended: false })
  },
  'session.model_change': ({ state }: Context, { data }: Event) => {
    state.model = textOf(data.newModel) ?? textOf(data.model) ?? state.model
  },
  'session.title_changed': ({ batch, sessionId }: Context, { data }: Event) =>
    batch.session(sessionId, { title: textOf(data.title) }),
  'session.usage_record': usageRecord,
  'session.error': sessionError,
  'session.shutdown': shutdown,
  'session.compaction_complete': compaction,
  'subagent.started': ({ state }: Context, { data, agentId }: Event) => {
    const agent = textOf(data.agentName)
    if (agentId && agent) state.agents[agentId] = agent
  },
  'user.message': userMessage,
  // What the program tells the model of a task in the background.
  'system.notification': (context: Context, event: Event) => {
    const content = textOf(event.data.content)
    if (content) tell(context, event, event.id, { role: 'system', content })
  },
  'assistant.message': assistantMessage,
  'tool.execution_start': toolStart,
  // A command that a person typed (`!ls`).
  'tool.user_requested': toolStart,
  'permission.requested': permissionRequested,
  'permission.completed': permissionCompleted,
  'tool.execution_complete': toolComplete,
  abort: (context: Context, event: Event) => tell(context, event, event.id, { role: 'system', content: 'Interrupted' }),
})

function sessionStart(context: Context, { data, time }: Event): void {
  const { state, batch } = context
  state.sessionId ??= textOf(data.sessionId)
  context.sessionId = state.sessionId ?? context.sessionId
  state.model = textOf(data.selectedModel) ?? state.model
  state.started = String(nanosOf(data.startTime) ?? time)
  contextOf(context, data.context)
  batch.session(context.sessionId, {
    serviceName: 'github-copilot',
    version: textOf(data.copilotVersion),
    startTimeUnixNano: BigInt(state.started),
    commitAtStart: textOf(objectOf(data.context).headCommit),
  })
}

function contextOf(context: Context, value: unknown): void {
  const { state, batch, sessionId } = context
  const { cwd, branch, repository } = objectOf(value)
  state.cwd = textOf(cwd) ?? state.cwd
  state.branch = textOf(branch) ?? state.branch
  const name = textOf(repository)
  if (name) state.repository = repositoryOf(name.includes(':') ? name : `https://github.com/${name}`)
  batch.session(sessionId, { cwd: state.cwd, branch: state.branch, project: projectName(context) })
}

function usageRecord(context: Context, { data, time, agentId, id }: Event): void {
  const { state, batch, sessionId } = context
  const usage = objectOf(data.usage)
  const counts = countsOf(usage)
  if (!counts) return
  state.requests++
  const responseId = textOf(usage.apiCallId)
  const requestId = textOf(usage.providerCallId)
  const agent = agentId ?? textOf(data.agentId) ?? textOf(usage.agentId)
  const durationMs = numberOf(usage.duration)
  batch.call({
    source: 'transcript',
    tool,
    sessionId,
    observationId: `${sessionId}:${responseId ?? requestId ?? id}`,
    keys: [...(responseId ? [responseKey(responseId)] : []), ...(requestId ? [requestKey(requestId)] : [])],
    weakKey: usageKey(counts),
    timeUnixNano: time,
    durationMs,
    ttftMs: numberOf(usage.timeToFirstTokenMs),
    status: 'ok',
    model: textOf(usage.model) ?? state.model ?? '',
    provider: textOf(usage.modelProvider),
    requestId,
    messageId: responseId,
    stopReason: textOf(usage.finishReason),
    reportedCostNanoUsd: nanoUsdOf(usage),
    quality: 'exact',
    ...counts,
    ...attribution(context, agent),
    effort: textOf(usage.reasoningEffort),
  })
}

/**
 * The summary's own request: in full where `session.usage_record` tells of it too, else as this event counts it; both have the
 * provider's id, so that it is one request.
 */
function compaction(context: Context, event: Event): void {
  const { data, time, id } = event
  if (data.success === false) return
  const said = compacted(id, {
    trigger: textOf(data.trigger),
    before: countOf(data.preCompactionTokens),
    after: countOf(data.postCompactionTokens),
  })
  tell(context, event, said.messageKey, said)
  const used = objectOf(data.compactionTokensUsed)
  const counts = countsOf({
    inputTokens: used.inputTokens ?? used.input,
    outputTokens: used.outputTokens ?? used.output,
    cacheReadTokens: used.cacheReadTokens ?? used.cachedInput,
    cacheWriteTokens: used.cacheWriteTokens,
  })
  const requestId = textOf(data.requestId)
  if (!counts || !requestId) return
  context.batch.call({
    source: 'transcript',
    tool,
    sessionId: context.sessionId,
    observationId: `${context.sessionId}:${id}`,
    keys: [requestKey(requestId)],
    timeUnixNano: time,
    durationMs: numberOf(used.duration),
    status: 'ok',
    model: textOf(used.model) ?? context.state.model ?? '',
    requestId,
    partial: true,
    quality: 'exact',
    ...counts,
    ...attribution(context, event.agentId),
    agent: compactionAgent,
    querySource: 'auxiliary',
  })
}

function sessionError(context: Context, { data, time, id }: Event): void {
  const { state, batch, sessionId } = context
  const requestId = textOf(data.providerCallId)
  const statusCode = countOf(data.statusCode)
  if (!requestId && statusCode === undefined) return
  batch.call({
    source: 'transcript',
    tool,
    sessionId,
    observationId: `${sessionId}:error:${requestId ?? id}`,
    keys: requestId ? [requestKey(requestId)] : [],
    weakKey: 'error',
    timeUnixNano: time,
    status: 'error',
    model: state.model ?? '',
    statusCode,
    requestId,
    errorType: textOf(data.errorType),
    errorMessage: textOf(data.message)?.slice(0, 2000),
    quality: 'exact',
    ...attribution(context, undefined),
  })
}

/**
 * The totals of the session so far, over all times it was resumed: they replace those of the shutdown before, and count
 * only where requests were not told one by one (versions before 1.0.100).
 */
function shutdown(context: Context, { data, time }: Event): void {
  const { state, batch, sessionId } = context
  batch.session(sessionId, { ended: true })
  for (const [model, value] of Object.entries(objectOf(data.modelMetrics))) {
    const metrics = objectOf(value)
    const counts = countsOf(objectOf(metrics.usage))
    const requests = countOf(objectOf(metrics.requests).count) ?? 0
    if (!counts || state.requests >= requests) continue
    const amounts: Partial<Record<AggregateField, number>> = {
      inputTokens: counts.inputTokens,
      cacheReadTokens: counts.cacheReadTokens,
      cacheWriteTokens: counts.cacheWriteTokens,
      outputTokens: counts.outputTokens,
      reasoningTokens: counts.reasoningTokens,
      requests,
      reportedCostNanoUsd: nanoUsdOf(metrics),
    }
    for (const [field, amount] of Object.entries(amounts)) {
      if (amount === undefined || amount === 0) continue
      batch.telemetry.aggregates.push({
        source: 'transcript',
        tool,
        sessionId,
        seriesId: `shutdown:${sessionId}:${model}:${field}`,
        field: field as AggregateField,
        temporality: 2,
        startTimeUnixNano: state.started === undefined ? time : BigInt(state.started),
        timeUnixNano: time,
        value: amount,
        model,
        ...attribution(context, undefined),
      })
    }
  }
}

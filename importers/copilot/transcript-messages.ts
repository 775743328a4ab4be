// transcript-messages.ts: what was said and done in a Copilot session.
import type { ToolCallObservation } from '#proto/telemetry.ts'
import { frozen, thawed } from '../frozen-time.ts'
import { commitsOf, pullRequestsOf } from '../git-commits.ts'
import {
  arrayOf,
  countOf,
  isObject,
  type JsonObject,
  numberOf,
  objectOf,
  parseJson,
  spelled,
  textOf,
} from '../json-values.ts'
import { patchLines } from '../line-diff.ts'
import { activeTime, attribution, type Context, type Event, projectName, tell, tool } from './transcript-context.ts'

export function userMessage(context: Context, event: Event): void {
  const { state } = context
  const { data, time } = event
  const text = textOf(data.content)
  if (!text) return
  const key = textOf(data.messageId) ?? event.id
  // Notes of the program itself come as messages too, and say where they are from.
  const typed = !event.agentId && !['system', 'skill', 'autopilot'].includes(textOf(data.source) ?? '')
  if (typed) {
    // Its spans know the prompt by the interaction that it began.
    state.promptId = textOf(data.interactionId) ?? key
    activeTime(context).begin(time)
  }
  tell(context, event, key, { role: typed || event.agentId ? 'user' : 'system', content: text })
}

export function assistantMessage(context: Context, event: Event): void {
  const { data } = event
  const model = textOf(data.model)
  const callMessageId = textOf(data.apiCallId)
  const key = textOf(data.messageId) ?? event.id
  const parentKey = textOf(data.parentToolCallId) && `tool:${textOf(data.parentToolCallId)}`
  const common = {
    ...(model ? { model } : {}),
    ...(callMessageId ? { callMessageId } : {}),
    ...(parentKey ? { parentKey } : {}),
  }
  const thought = textOf(data.reasoningText)
  if (thought) tell(context, event, `${key}:thought`, { role: 'thinking', content: thought, ...common })
  const text = textOf(data.content)
  if (text) tell(context, event, key, { role: 'assistant', content: text, ...common }, 1)
  arrayOf(data.toolRequests).forEach((value, index) => {
    const request = objectOf(value)
    const callId = textOf(request.toolCallId)
    if (!callId) return
    const toolName = textOf(request.name) ?? ''
    const toolInput = request.arguments === undefined ? '' : spelled(request.arguments)
    tell(
      context,
      event,
      `tool:${callId}`,
      { role: 'tool_use', toolName, toolUseId: callId, toolInput, ...common },
      2 + index,
    )
    asked(context, event, callId, toolName, request.arguments, callMessageId)
  })
  if (!event.agentId) activeTime(context).touch(event.time)
}

/** The call begins; the answer that asked for it told most of it. */
export function toolStart(context: Context, event: Event): void {
  const { data } = event
  const callId = textOf(data.toolCallId)
  if (!callId) return
  const known = context.state.open[callId]
  const mcpServer = textOf(data.mcpServerName)
  if (!known) asked(context, event, callId, textOf(data.toolName) ?? '', data.arguments)
  const open = context.state.open[callId]
  if (open && mcpServer) {
    open.mcpServer = mcpServer
    context.batch.toolCall(thawed(open))
  }
}

function asked(
  context: Context,
  event: Event,
  callId: string,
  toolName: string,
  given: unknown,
  messageId?: string,
): void {
  const { state, batch, sessionId } = context
  const input = objectOf(given)
  const observation: ToolCallObservation = {
    source: 'transcript',
    tool,
    sessionId,
    callId,
    messageId,
    toolName,
    timeUnixNano: event.time,
    input: given === undefined ? '' : spelled(given),
    filePath: textOf(input.path) ?? textOf(input.filePath),
    ...attribution(context, event.agentId ?? textOf(event.data.parentToolCallId)),
  }
  state.open[callId] = frozen(observation)
  batch.toolCall(observation)
}

/** A call asks for a permission; who is asked answers in `permission.completed`. */
export function permissionRequested({ state }: Context, { data, time }: Event): void {
  const callId = textOf(objectOf(data.permissionRequest).toolCallId)
  if (callId) state.asked[callId] ??= String(time)
}

export function permissionCompleted({ state, batch }: Context, { data, time }: Event): void {
  const callId = textOf(data.toolCallId) ?? ''
  const asked = state.asked[callId]
  const opened = state.open[callId]
  const outcome = textOf(objectOf(data.result).kind)
  delete state.asked[callId]
  if (!opened || !asked || !outcome) return
  opened.blockedMs = (opened.blockedMs ?? 0) + Math.max(0, Number((time - BigInt(asked)) / 1_000_000n))
  opened.decision = outcome.startsWith('approved') ? 'accept' : 'reject'
  const source = textOf(data.decisionSource)
  if (source) opened.decisionSource = source
  batch.toolCall(thawed(opened))
}

export function toolComplete(context: Context, event: Event): void {
  const { state, batch, sessionId } = context
  const { data, time } = event
  const callId = textOf(data.toolCallId)
  if (!callId) return
  const opened = state.open[callId]
  delete state.open[callId]
  const call: ToolCallObservation = opened
    ? thawed(opened)
    : {
        source: 'transcript',
        tool,
        sessionId,
        callId,
        toolName: textOf(data.toolName) ?? '',
        timeUnixNano: time,
        ...attribution(context, event.agentId),
      }
  const error = objectOf(data.error)
  const result = objectOf(data.result)
  const output = textOf(result.content) ?? textOf(error.message) ?? ''
  const exit = numberOf(objectOf(data.shellExecution).exitCode) ?? 0
  const success = data.success === true && exit === 0
  const waited = Number((time - call.timeUnixNano) / 1_000_000n)
  // Only what is left of the wait for a permission is the tool's own time.
  const durationMs = waited >= 0 ? Math.max(0, waited - (call.blockedMs ?? 0)) : undefined
  const edit = success ? editOf(data) : undefined
  batch.toolCall({
    ...call,
    success,
    output,
    durationMs,
    ...(success ? {} : { errorMessage: output.slice(0, 2000), errorType: textOf(error.code) }),
    ...(error.code === 'denied' || error.code === 'rejected' ? { decision: 'reject' } : {}),
    ...(edit ? { linesAdded: edit.added, linesRemoved: edit.removed, filePath: call.filePath ?? edit.file } : {}),
  })
  tell(context, event, `result:${callId}`, {
    role: 'tool_result',
    toolName: call.toolName || undefined,
    toolUseId: callId,
    toolOutput: output,
    success,
    durationMs,
    diff: edit?.diff,
    parentKey: `tool:${callId}`,
  })
  if (!event.agentId) activeTime(context).touch(time)
  const command = success && isObject(objectOf(data).shellExecution) ? commandOf(call.input) : undefined
  if (command) shellResult(context, command, output, time)
}

function shellResult(context: Context, command: string, output: string, time: bigint): void {
  const { state, batch, sessionId } = context
  const common = { source: 'transcript' as const, tool, sessionId, timeUnixNano: time }
  const project = projectName(context)
  for (const { hash, subject, branch } of commitsOf(command, output))
    batch.commit({ ...common, kind: 'commit', hash, subject, branch: branch ?? state.branch, project })
  for (const { hash, repository } of pullRequestsOf(command, output))
    batch.commit({ ...common, kind: 'pull_request', hash, branch: state.branch, project: repository })
}

function commandOf(input: string | undefined): string | undefined {
  return textOf(objectOf(parseJson(input ?? '')).command)
}

/** The lines of an edit as Copilot counts them, and its diff. */
function editOf(data: JsonObject): { added: number; removed: number; diff?: string; file?: string } | undefined {
  const edits = arrayOf(data.fileEdits)
  if (edits.length === 0) return undefined
  const diff = textOf(objectOf(data.result).detailedContent)?.trim()
  const metrics = objectOf(objectOf(data.toolTelemetry).metrics)
  const [added, removed] = [countOf(metrics.linesAdded), countOf(metrics.linesRemoved)]
  const file = textOf(objectOf(edits[0]).path)
  const lines = added !== undefined ? { added, removed: removed ?? 0 } : diff ? patchLines(diff) : undefined
  return lines && { ...lines, ...(diff ? { diff } : {}), ...(file ? { file } : {}) }
}

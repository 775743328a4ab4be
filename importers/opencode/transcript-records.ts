// transcript-records.ts: OpenCode's messages and parts, from whichever store, → requests, tool calls, messages, commits.
import type { Attribution, CallObservation, MessageRecord, TokenCounts, ToolCallObservation } from '#proto/telemetry.ts'
import { compacted, compactionAgent } from '../compaction.ts'
import { commitsOf, pullRequestsOf } from '../git-commits.ts'
import { projectOf } from '../git-folder.ts'
import { countOf, isObject, type JsonObject, numberOf, objectOf, parseJson, spelled, textOf } from '../json-values.ts'
import { applyPatchLines, lineCount, patchLines } from '../line-diff.ts'
import type { RecordBatch } from '../record-batch.ts'
import { nanosOf } from '../record-time.ts'
import { messageKey, usageKey } from './keys.ts'

export const tool = 'opencode'

/** A session as both stores know it. */
export type Session = { id: string; parentId?: string; directory?: string; forkedFrom?: string }
/** A message: its JSON, and where it belongs. `data.role` is `user` or `assistant`. */
export type Message = { id: string; session: Session; data: JsonObject; fallbackTime: bigint }
/** A part of a message, in order. */
export type Part = { id: string; data: JsonObject; order: number }

export function addSession(batch: RecordBatch, session: Session, data: JsonObject): void {
  const times = isObject(data.time) ? data.time : { created: data.time_created, updated: data.time_updated }
  const title = textOf(data.title)
  batch.session(session.id, {
    serviceName: tool,
    // Some providers answer the request for a title with a JSON document, which OpenCode stores as it came.
    title: textOf(objectOf(parseJson(title ?? '')).title) ?? title,
    cwd: session.directory,
    project: projectOf(session.directory),
    version: textOf(data.version),
    parentSessionId: session.parentId,
    forkedFrom: session.forkedFrom,
    startTimeUnixNano: nanosOf(times.created),
    lastTimeUnixNano: nanosOf(times.updated),
  })
}

function attribution({ session, data }: Message): Attribution {
  const folder = textOf(objectOf(data.path).cwd) ?? session.directory
  // The answer that sums the conversation up is marked so.
  const sumsUp = data.summary === true
  return {
    serviceName: tool,
    project: projectOf(folder),
    agent: sumsUp ? compactionAgent : (textOf(data.agent) ?? textOf(data.mode)),
    agentId: session.parentId ? session.id : undefined,
    querySource: sumsUp ? 'auxiliary' : session.parentId ? 'subagent' : 'main',
    promptId: data.role === 'user' ? undefined : textOf(data.parentID),
  }
}

function modelOf(data: JsonObject): string | undefined {
  return textOf(data.modelID) ?? textOf(objectOf(data.model).modelID)
}

function timeOf({ data, fallbackTime }: Message): bigint {
  return nanosOf(objectOf(data.time).created) ?? fallbackTime
}

/** The request (or, in older versions, the several steps) behind a message of the assistant, and its failure. */
export function addRequests(batch: RecordBatch, message: Message, parts: readonly Part[]): void {
  const { data, session } = message
  batch.seen(session.id, timeOf(message))
  if (data.role !== 'assistant') return
  const steps = parts.filter(({ data: part }) => part.type === 'step-finish' && countsOf(part.tokens))
  if (steps.length > 0) {
    steps.forEach((step, index) => {
      // The first step and the message itself are one request, whichever was seen first.
      const key = index === 0 ? messageKey(message.id) : `${messageKey(message.id)}:${step.id}`
      addCall(batch, message, step.id, key, step.data, steps.length === 1)
    })
  } else if (countsOf(data.tokens) && (numberOf(objectOf(data.time).completed) !== undefined || isUsed(data.tokens))) {
    addCall(batch, message, message.id, messageKey(message.id), data, true)
  }
  addFailure(batch, message)
}

function addCall(
  batch: RecordBatch,
  message: Message,
  id: string,
  key: string,
  source: JsonObject,
  whole: boolean,
): void {
  const { data, session } = message
  const counts = countsOf(source.tokens) as TokenCounts
  if (!isUsed(source.tokens)) return
  const cost = numberOf(source.cost)
  const started = timeOf(message)
  const completed = nanosOf(objectOf(data.time).completed)
  const call: CallObservation = {
    source: 'transcript',
    tool,
    sessionId: session.id,
    observationId: `${session.id}:${id}`,
    keys: [key],
    weakKey: usageKey(counts),
    timeUnixNano: started,
    status: 'ok',
    model: modelOf(data) ?? '',
    provider: textOf(data.providerID) ?? textOf(objectOf(data.model).providerID),
    messageId: key.slice(messageKey('').length),
    stopReason: textOf(source.reason) ?? textOf(data.finish),
    quality: 'exact',
    ...counts,
    ...attribution(message),
  }
  if (whole && completed !== undefined && completed >= started)
    call.durationMs = Number((completed - started) / 1_000_000n)
  // A subscription's cost is stored as 0, which is not what the request is worth.
  if (cost !== undefined && cost > 0) call.reportedCostNanoUsd = Math.round(cost * 1e9)
  batch.call(call)
}

function addFailure(batch: RecordBatch, message: Message): void {
  const { data, session } = message
  const error = objectOf(data.error)
  const name = textOf(error.name)
  if (!name || name === 'MessageAbortedError') return
  const detail = objectOf(error.data)
  batch.call({
    source: 'transcript',
    tool,
    sessionId: session.id,
    observationId: `${session.id}:${message.id}:error`,
    keys: [],
    weakKey: 'error',
    timeUnixNano: nanosOf(objectOf(data.time).completed) ?? timeOf(message),
    status: 'error',
    model: modelOf(data) ?? '',
    provider: textOf(data.providerID),
    statusCode: countOf(detail.statusCode),
    errorType: name,
    errorMessage: textOf(detail.message)?.slice(0, 2000),
    quality: 'exact',
    ...attribution(message),
  })
}

/** Input without cache, output without reasoning, as OpenCode counts; ours holds the reasoning. */
function countsOf(tokens: unknown): TokenCounts | undefined {
  if (!isObject(tokens)) return undefined
  const cache = objectOf(tokens.cache)
  const reasoning = countOf(tokens.reasoning) ?? 0
  return {
    inputTokens: countOf(tokens.input) ?? 0,
    cacheReadTokens: countOf(cache.read) ?? 0,
    cacheWriteTokens: countOf(cache.write) ?? 0,
    outputTokens: (countOf(tokens.output) ?? 0) + reasoning,
    reasoningTokens: reasoning,
  }
}

function isUsed(tokens: unknown): boolean {
  const counts = countsOf(tokens)
  return counts !== undefined && Object.values(counts).some((count) => count > 0)
}

/** What a part says: a text, a thought, a tool call. */
export function addPart(batch: RecordBatch, message: Message, part: Part): void {
  const { data } = part
  switch (data.type) {
    case 'text': {
      const text = textOf(data.text)
      const role = message.data.role === 'user' ? (data.synthetic === true ? 'system' : 'user') : 'assistant'
      if (text && data.ignored !== true) tell(batch, message, part, part.id, { role, content: text })
      return
    }
    case 'reasoning': {
      const text = textOf(data.text)
      if (text) tell(batch, message, part, part.id, { role: 'thinking', content: text })
      return
    }
    case 'compaction': {
      const said = compacted(part.id)
      tell(batch, message, part, said.messageKey, said)
      return
    }
    case 'tool':
      addToolCall(batch, message, part)
      return
  }
}

function tell(
  batch: RecordBatch,
  message: Message,
  part: Part,
  key: string,
  fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>,
): void {
  const { session, data } = message
  const answer = data.role === 'assistant'
  batch.message({
    source: 'transcript',
    tool,
    sessionId: session.id,
    messageKey: key,
    sequence: part.order,
    timeUnixNano: nanosOf(objectOf(part.data.time).start) ?? timeOf(message),
    content: '',
    ...(session.parentId ? { agentId: session.id } : {}),
    promptId: answer ? textOf(data.parentID) : message.id,
    ...(answer ? { model: modelOf(data), callMessageId: message.id } : {}),
    ...fields,
  })
}

function addToolCall(batch: RecordBatch, message: Message, part: Part): void {
  const { data } = part
  const callId = textOf(data.callID) ?? part.id
  const toolName = textOf(data.tool) ?? ''
  const state = objectOf(data.state)
  const input = objectOf(state.input)
  const metadata = objectOf(state.metadata)
  const [start, end] = [nanosOf(objectOf(state.time).start), nanosOf(objectOf(state.time).end)]
  const asked = start ?? timeOf(message)
  const finished = state.status === 'completed' || state.status === 'error'
  const exit = numberOf(metadata.exit) ?? 0
  const success = finished ? state.status === 'completed' && exit === 0 : undefined
  const output = textOf(state.output) ?? textOf(state.error) ?? ''
  const durationMs =
    start !== undefined && end !== undefined && end >= start ? Number((end - start) / 1_000_000n) : undefined
  const edit = success ? editOf(input, metadata) : undefined
  const command = toolName === 'bash' ? textOf(input.command) : undefined
  const given = Object.keys(input).length > 0 ? spelled(withoutRepeats(input)) : ''
  const observation: ToolCallObservation = {
    source: 'transcript',
    tool,
    sessionId: message.session.id,
    callId,
    messageId: message.id,
    toolName,
    timeUnixNano: asked,
    input: given,
    filePath: textOf(input.filePath) ?? edit?.file,
    ...attribution(message),
    ...(finished ? { success, output, durationMs } : {}),
    ...(success === false ? { errorMessage: output.slice(0, 2000), ...refusal(output) } : {}),
    ...(edit ? { linesAdded: edit.added, linesRemoved: edit.removed } : {}),
  }
  batch.toolCall(observation)
  const common = { toolName, toolUseId: callId, timeUnixNano: asked }
  tell(batch, message, part, `tool:${callId}`, { role: 'tool_use', toolInput: given, ...common })
  if (!finished) return
  const time = end ?? asked
  batch.seen(message.session.id, time)
  const result = { toolOutput: output, success, durationMs, diff: edit?.diff, parentKey: `tool:${callId}` }
  tell(batch, message, part, `result:${callId}`, { role: 'tool_result', ...common, ...result, timeUnixNano: time })
  if (command && success) addCommits(batch, message, command, output, time)
}

/** `apply_patch` keeps its patch under two names. */
function withoutRepeats(input: JsonObject): JsonObject {
  if (input.patchText === undefined || input.patchText !== input.input) return input
  const { input: _repeated, ...rest } = input
  return rest
}

function refusal(output: string): Pick<ToolCallObservation, 'decision'> {
  return /rejected permission|user (has )?(rejected|denied)|specified a rule which prevents/i.test(output)
    ? { decision: 'reject' }
    : {}
}

function addCommits(batch: RecordBatch, message: Message, command: string, output: string, time: bigint): void {
  const common = { source: 'transcript' as const, tool, sessionId: message.session.id, timeUnixNano: time }
  const { project } = attribution(message)
  for (const { hash, subject, branch } of commitsOf(command, output))
    batch.commit({ ...common, kind: 'commit', hash, subject, branch, project })
  for (const { hash, repository } of pullRequestsOf(command, output))
    batch.commit({ ...common, kind: 'pull_request', hash, project: repository })
}

/** The lines of an edit: by OpenCode's own diff, else by what was written. */
function editOf(
  input: JsonObject,
  metadata: JsonObject,
): { added: number; removed: number; diff?: string; file?: string } | undefined {
  const diff = textOf(metadata.diff) ?? textOf(objectOf(metadata.filediff).patch)
  if (diff !== undefined) return { ...patchLines(diff), diff }
  const patch = textOf(input.patchText)
  if (patch?.includes('*** Begin Patch')) {
    const { added, removed, files } = applyPatchLines(patch)
    return { added, removed, diff: patch, ...(files[0] ? { file: files[0] } : {}) }
  }
  const content = textOf(input.content)
  // An overwrite whose former content nobody wrote down: what it removed is unknown.
  if (content !== undefined && metadata.exists === false) return { added: lineCount(content), removed: 0 }
  return undefined
}

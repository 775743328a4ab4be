// transcript-context.ts: what the parts of the Claude Code reader share: the slice, the state, whose records these are.
import type { Attribution, CallObservation, MessageRecord } from '#proto/telemetry.ts'
import { ActiveTime } from '../active-time.ts'
import { projectOf } from '../git-folder.ts'
import { countOf, type JsonObject, objectOf, textOf } from '../json-values.ts'
import type { RecordBatch } from '../record-batch.ts'
import { requestKey } from './keys.ts'
import type { ClaudeState } from './transcript-state.ts'

export const tool = 'claude-code'

/** What the file's name and the file beside it say of the subagent whose lines it holds. */
export type Subagent = { agentId: string; agent?: string; toolUseId?: string }
export type Names = { sessionId: string; subagent?: Subagent }

/** One line as it is read: its JSON, where it stands, and what it says of itself. */
export type Line = {
  json: JsonObject
  number: number
  time: bigint
  sessionId: string
  uuid: string
  agentId: string | undefined
}

/** One slice being read. */
export type Context = { state: ClaudeState; names: Names; batch: RecordBatch }

/** Whom and what a line's records belong to. */
export function attribution({ state, names }: Context, { json, agentId }: Line): Attribution {
  return {
    serviceName: tool,
    project: projectOf(state.cwd),
    branch: state.branch,
    agentId,
    agent: textOf(json.attributionAgent) ?? names.subagent?.agent,
    skill: textOf(json.attributionSkill),
    plugin: textOf(json.attributionPlugin),
    mcpServer: textOf(json.attributionMcpServer),
    querySource: agentId ? 'subagent' : 'main',
    promptId: state.promptId,
  }
}

/** Adds a message of a line; `block` is its place among the line's blocks. */
export function tell(
  { state, batch }: Context,
  line: Line,
  key: string,
  block: number,
  fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>,
): void {
  batch.message({
    source: 'transcript',
    tool,
    sessionId: line.sessionId,
    messageKey: key,
    sequence: line.number * 64 + Math.min(block, 63),
    timeUnixNano: line.time,
    content: '',
    ...(line.agentId ? { agentId: line.agentId } : {}),
    ...(state.promptId ? { promptId: state.promptId } : {}),
    ...fields,
  })
}

export function activeTime({ state }: Context, sessionId: string): ActiveTime {
  state.active[sessionId] ??= { done: 0 }
  return new ActiveTime(state.active[sessionId])
}

/** A request that failed. */
export function failure(
  context: Context,
  line: Line,
  error: Pick<CallObservation, 'requestId' | 'statusCode' | 'errorMessage' | 'attempt'>,
): void {
  context.batch.call({
    source: 'transcript',
    tool,
    sessionId: line.sessionId,
    observationId: `${line.sessionId}:error:${error.requestId ?? line.uuid}`,
    keys: error.requestId ? [requestKey(error.requestId)] : [],
    weakKey: 'error',
    timeUnixNano: line.time,
    status: 'error',
    model: context.state.model ?? '',
    provider: 'anthropic',
    quality: 'exact',
    ...error,
    errorMessage: error.errorMessage?.slice(0, 2000),
    errorType: error.statusCode === undefined ? undefined : String(error.statusCode),
    ...attribution(context, line),
  })
}

/** An attempt that failed and was tried again: telemetry tells of it only in traces. */
export function retryLine(context: Context, line: Line): void {
  const error = objectOf(line.json.error)
  failure(context, line, {
    requestId: textOf(error.requestId) ?? textOf(error.requestID) ?? textOf(error.request_id),
    statusCode: countOf(error.status),
    errorMessage: textOf(error.formatted) ?? textOf(error.message),
    attempt: countOf(line.json.retryAttempt),
  })
}

// transcript-context.ts: what the parts of the Copilot reader share: the slice, the state, whose records these are.
import type { Attribution, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import { type ActiveState, ActiveTime } from '../active-time.ts'
import type { Frozen } from '../frozen-time.ts'
import { projectOf } from '../git-folder.ts'
import { dictionary, isObject, type JsonObject } from '../json-values.ts'
import type { RecordBatch } from '../record-batch.ts'

export const tool = 'copilot'

export type State = {
  time?: string
  sessionId?: string
  cwd?: string
  branch?: string
  repository?: string
  model?: string
  started?: string
  promptId?: string
  /** Requests told one by one; a total of the session that counts no more of them says nothing new. */
  requests: number
  active: ActiveState
  /** Kinds of the subagents that were started, by their id. */
  agents: Record<string, string>
  /** Tool calls without a result yet, by id. */
  open: Record<string, Frozen<ToolCallObservation>>
  /** When (ns) a person was asked whether a call may run, by its id. */
  asked: Record<string, string>
}

const openMax = 200

export function copilotState(stored: unknown): State {
  const given = isObject(stored) ? (structuredClone(stored) as Partial<State>) : {}
  return {
    ...given,
    requests: given.requests ?? 0,
    active: given.active ?? { done: 0 },
    agents: dictionary(given.agents),
    open: dictionary(given.open),
    asked: dictionary(given.asked),
  }
}

export function boundedState(state: State): State {
  for (const record of [state.open, state.agents, state.asked]) {
    const ids = Object.keys(record)
    for (const id of ids.slice(0, Math.max(0, ids.length - openMax))) delete record[id]
  }
  return state
}

/** One event: its data, where it stands and when; `agentId` where a subagent is its author. */
export type Event = { data: JsonObject; id: string; line: number; time: bigint; agentId: string | undefined }

/** One slice being read. */
export type Context = { state: State; batch: RecordBatch; sessionId: string }

export function projectName({ state }: Context): string | undefined {
  return state.repository ?? projectOf(state.cwd)
}

export function attribution(context: Context, agentId: string | undefined): Attribution {
  const { state } = context
  return {
    serviceName: 'github-copilot',
    project: projectName(context),
    branch: state.branch,
    agentId,
    agent: agentId === undefined ? undefined : state.agents[agentId],
    querySource: agentId ? 'subagent' : 'main',
    promptId: state.promptId,
  }
}

export function tell(
  { state, batch, sessionId }: Context,
  event: Event,
  key: string,
  fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>,
  order = 0,
): void {
  batch.message({
    source: 'transcript',
    tool,
    sessionId,
    messageKey: key,
    sequence: event.line * 64 + Math.min(order, 63),
    timeUnixNano: event.time,
    content: '',
    ...(event.agentId ? { agentId: event.agentId } : {}),
    ...(state.promptId ? { promptId: state.promptId } : {}),
    ...fields,
  })
}

export function activeTime({ state }: Context): ActiveTime {
  return new ActiveTime(state.active)
}

// transcript-context.ts: what the parts of the Codex reader share: the slice, the state, whose records these are.
import type { Attribution, MessageRecord } from '#proto/telemetry.ts'
import { ActiveTime } from '../active-time.ts'
import { frozen } from '../frozen-time.ts'
import { projectOf } from '../git-folder.ts'
import type { JsonObject } from '../json-values.ts'
import type { RecordBatch } from '../record-batch.ts'
import type { CodexState } from './transcript-state.ts'

export const tool = 'codex'
export const defaultService = 'codex_cli_rs'

/** One record: its payload, where it stands and when. */
export type Entry = { payload: JsonObject; line: number; time: bigint }

/** One slice being read. */
export type Context = { state: CodexState; batch: RecordBatch; threadId: string }

export function attribution({ state, threadId }: Context): Attribution {
  return {
    serviceName: state.service ?? defaultService,
    project: state.repository ?? projectOf(state.cwd),
    branch: state.branch,
    agentId: state.subagent ? threadId : undefined,
    agent: state.agent,
    querySource: state.subagent ? 'subagent' : 'main',
    effort: state.effort,
    promptId: state.turnId,
  }
}

/** Adds a message; one of the assistant waits for the usage of its answer, to be told again with it. */
export function tell(
  context: Context,
  entry: Entry,
  key: string,
  fields: Partial<MessageRecord> & Pick<MessageRecord, 'role'>,
): void {
  const { state, batch, threadId } = context
  const message: MessageRecord = {
    source: 'transcript',
    tool,
    sessionId: threadId,
    messageKey: key,
    sequence: entry.line,
    timeUnixNano: entry.time,
    content: '',
    ...(state.subagent ? { agentId: threadId } : {}),
    ...(state.turnId ? { promptId: state.turnId } : {}),
    ...fields,
  }
  batch.message(message)
  if (answering.has(message.role)) state.pending.push(frozen(message))
}

const answering = new Set(['assistant', 'thinking', 'tool_use'])

export function activeTime({ state }: Context): ActiveTime {
  return new ActiveTime(state.active)
}

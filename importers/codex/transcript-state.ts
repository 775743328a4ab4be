// transcript-state.ts: what a reader of one Codex rollout remembers between slices; all of it JSON.
import type { CallObservation, MessageRecord, ToolCallObservation } from '#proto/telemetry.ts'
import type { ActiveState } from '../active-time.ts'
import type { Frozen } from '../frozen-time.ts'
import { dictionary, isObject } from '../json-values.ts'
import type { Usage } from './transcript-usage.ts'

/** A tool call without a result yet. */
export type OpenCall = {
  call: Frozen<ToolCallObservation>
  /** Nested calls of a script stand for it: the script itself is none. */
  nested?: true
  diff?: string
  /** The shell command, where the tool is one. */
  command?: string
}

export type CodexState = {
  /** Of the last record, ns. */
  time?: string
  /** The first `session_meta` says whose file it is; those of a replayed parent say nothing. */
  threadId?: string
  parentId?: string
  /** `closed` while the file repeats its parent's history. */
  gate?: 'open' | 'closed'
  /** Token rows passed while the gate was closed: the place in the parent's own row of totals. */
  replayed: number
  /** What its telemetry would call itself (`codex_exec`, `codex_cli_rs`). */
  service?: string
  cwd?: string
  branch?: string
  repository?: string
  provider?: string
  agent?: string
  subagent?: true
  model?: string
  effort?: string
  /** The service tier that the thread's own settings name, `` when they name none. */
  tier?: string
  turnId?: string
  mark?: Usage
  /** The last request, until something comes of it: one whose conversation is summed up next made the summary. */
  last?: Frozen<CallObservation>
  /** A fork that does not repeat its parent's history begins with the parent's last counter all the same. */
  restates?: true
  /** Exact records were seen: counters no longer count. */
  records?: true
  active: ActiveState
  open: Record<string, OpenCall>
  /** Messages of the answer whose usage has not come yet. */
  pending: Frozen<MessageRecord>[]
}

const openMax = 200
const pendingMax = 50

export function codexState(stored: unknown): CodexState {
  const state = isObject(stored) ? (structuredClone(stored) as Partial<CodexState>) : {}
  return {
    ...state,
    replayed: state.replayed ?? 0,
    active: state.active ?? { done: 0 },
    open: dictionary(state.open),
    pending: state.pending ?? [],
  }
}

export function boundedState(state: CodexState): CodexState {
  const ids = Object.keys(state.open)
  for (const id of ids.slice(0, Math.max(0, ids.length - openMax))) delete state.open[id]
  state.pending = state.pending.slice(-pendingMax)
  return state
}

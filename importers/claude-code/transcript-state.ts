// transcript-state.ts: what a reader of one Claude Code file remembers between slices; all of it JSON.
import type { CallObservation, ToolCallObservation } from '#proto/telemetry.ts'
import type { ActiveState } from '../active-time.ts'
import type { Frozen } from '../frozen-time.ts'
import { dictionary, isObject } from '../json-values.ts'

export type ClaudeState = {
  /** Of the last record, ns. */
  time?: string
  /** Of the file's first record with a time, ns. */
  began?: string
  /** The file begins with a copy of another session's history. */
  isFork?: boolean
  model?: string
  cwd?: string
  branch?: string
  promptId?: string
  /** The prompt whose message was already told: later texts of the same id are not it. */
  promptTold?: string
  /** How often each text was said within the prompt, by its key. */
  answers: Record<string, number>
  active: Record<string, ActiveState>
  /** The user named the session: titles that the agent makes no longer count. */
  named?: boolean
  /** Tool calls without a result yet, by id. */
  open: Record<string, Frozen<ToolCallObservation>>
  /** Requests that asked for web searches, by message id, with what was found so far. */
  searching: Record<string, Frozen<CallObservation>>
}

/** Calls that never get a result (a killed session) must not grow the state without end. */
const openMax = 200

export function claudeState(stored: unknown): ClaudeState {
  const state = isObject(stored) ? (structuredClone(stored) as Partial<ClaudeState>) : {}
  return {
    ...state,
    answers: dictionary(state.answers),
    active: dictionary(state.active),
    open: dictionary(state.open),
    searching: dictionary(state.searching),
  }
}

/** The state as it is stored: the oldest open calls beyond a bound are let go. */
export function boundedState(state: ClaudeState): ClaudeState {
  for (const record of [state.open, state.searching]) {
    const ids = Object.keys(record)
    for (const id of ids.slice(0, Math.max(0, ids.length - openMax))) delete record[id]
  }
  return state
}

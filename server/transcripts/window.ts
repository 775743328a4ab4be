// window.ts: which of a file's records are wanted: those of a time, and none that a person removed.
import type { Telemetry } from '#proto/telemetry.ts'
import { list, query, text, time } from '../store/query.ts'
import type { Reader, Tx } from '../store/store.ts'

/** Times in ns since 1970: `from` is inside, `to` is not. */
export type Window = { from?: bigint; to?: bigint }

/** When each session was removed, by tool and id. */
export type Removed = ReadonlyMap<string, bigint>

const removedSessions = query(
  'select tool, session_id, max(epoch_ns(removed_at)) as removed_at from removed_sessions group by all',
  {},
  { tool: text, session_id: text, removed_at: time },
)

export async function loadRemoved(reader: Reader): Promise<Removed> {
  const rows = await removedSessions(reader, {})
  return new Map(rows.map(({ tool, session_id, removed_at }) => [keyOf(tool, session_id), removed_at]))
}

const forget = query('delete from removed_sessions where tool in (select unnest($tools))', { tools: list(text) }, {})

/** A forced import brings back what was removed. */
export async function forgetRemoved(tx: Tx, tools: readonly string[]): Promise<void> {
  await forget(tx, { tools: [...tools] })
}

const keyOf = (tool: string, sessionId: string) => `${tool}\n${sessionId}`

/** The wanted part of a batch, and whether anything was left out of it. */
export function within(
  telemetry: Telemetry,
  { from, to }: Window,
  removed: Removed,
): { kept: Telemetry; whole: boolean } {
  if (from === undefined && to === undefined && removed.size === 0) return { kept: telemetry, whole: true }
  let whole = true
  const wanted = (time: bigint, tool: string, sessionId: string): boolean => {
    const gone = removed.get(keyOf(tool, sessionId))
    if (gone !== undefined && time <= gone) return false
    if ((from === undefined || time >= from) && (to === undefined || time < to)) return true
    whole = false
    return false
  }
  const timed = <R extends { timeUnixNano: bigint; tool: string; sessionId: string }>(records: R[]) =>
    records.filter(({ timeUnixNano, tool, sessionId }) => wanted(timeUnixNano, tool, sessionId))
  const kept: Telemetry = {
    ...telemetry,
    calls: timed(telemetry.calls),
    aggregates: timed(telemetry.aggregates),
    toolCalls: timed(telemetry.toolCalls),
    messages: timed(telemetry.messages),
    commits: timed(telemetry.commits),
    // A session is wanted when any of it is: it began before the end of the time and was alive after its beginning.
    sessions: telemetry.sessions.filter(({ tool, sessionId, startTimeUnixNano, lastTimeUnixNano }) => {
      const last = lastTimeUnixNano ?? startTimeUnixNano
      if (last === undefined) return !removed.has(keyOf(tool, sessionId)) && from === undefined && to === undefined
      const gone = removed.get(keyOf(tool, sessionId))
      if (gone !== undefined && last <= gone) return false
      const inside = (from === undefined || last >= from) && (to === undefined || (startTimeUnixNano ?? last) < to)
      if (!inside) whole = false
      return inside
    }),
  }
  return { kept, whole }
}

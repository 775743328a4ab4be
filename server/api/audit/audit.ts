// audit.ts: for each session what every door saw, what is used of it, and why they differ.
import { big, int, json, list, maybe, query, type Runner, text } from '../../store/query.ts'
import type { SessionRow } from '../sessions/session.ts'
import { usageOf, usd } from '../usage/shape.ts'
import countedSql from './counted.sql' with { type: 'text' }
import disagreementsSql from './disagreements.sql' with { type: 'text' }
import { type ComparedField, type Disagreement, disagreements, type Seen } from './disagreements.ts'
import seenSql from './seen.sql' with { type: 'text' }

const sessionLists = { tools: list(text), sessions: list(text) }
const readSeen = query(seenSql, sessionLists, {
  tool: text,
  session_id: text,
  source: text,
  requests: int,
  errors: int,
  input_tokens: maybe(int),
  cache_read_tokens: maybe(int),
  cache_write_tokens: maybe(int),
  cache_write_5m_tokens: maybe(int),
  cache_write_1h_tokens: maybe(int),
  output_tokens: maybe(int),
  reasoning_tokens: maybe(int),
  web_searches: maybe(int),
  reported_cost_nano_usd: maybe(big),
})
const readCounted = query(countedSql, sessionLists, {
  tool: text,
  session_id: text,
  source: text,
  field: text,
  value: big,
})
const readDisagreements = query(disagreementsSql, sessionLists, {
  tool: text,
  session_id: text,
  call_id: text,
  differences: json,
})

/** The audit of a page of sessions, in their order. */
export async function audited(runner: Runner, sessions: readonly SessionRow[]) {
  if (sessions.length === 0) return []
  const asked = { tools: sessions.map(({ tool }) => tool), sessions: sessions.map(({ session_id }) => session_id) }
  const seen = new Map<string, Map<string, Seen>>()
  const seenBy = (row: { tool: string; session_id: string; source: string }): Seen => {
    const key = keyOf(row)
    const doors = seen.get(key) ?? new Map<string, Seen>()
    seen.set(key, doors)
    const door = doors.get(row.source) ?? { source: row.source }
    doors.set(row.source, door)
    return door
  }
  for (const row of await readSeen(runner, asked)) {
    const door = seenBy(row)
    door.requests = row.requests
    door.errors = row.errors
    assign(door, 'inputTokens', row.input_tokens)
    assign(door, 'cacheReadTokens', row.cache_read_tokens)
    assign(door, 'cacheWriteTokens', row.cache_write_tokens)
    assign(door, 'cacheWrite5mTokens', row.cache_write_5m_tokens)
    assign(door, 'cacheWrite1hTokens', row.cache_write_1h_tokens)
    assign(door, 'outputTokens', row.output_tokens)
    assign(door, 'reasoningTokens', row.reasoning_tokens)
    assign(door, 'webSearches', row.web_searches)
    if (row.reported_cost_nano_usd !== null) door.reportedCostNanoUsd = row.reported_cost_nano_usd
  }
  // A door that tells of single requests and counts them too has said the same twice: its requests stand.
  const exact = new Set([...seen].flatMap(([key, doors]) => [...doors.keys()].map((source) => `${key}\n${source}`)))
  for (const row of await readCounted(runner, asked)) {
    if (exact.has(`${keyOf(row)}\n${row.source}`)) continue
    const door = seenBy(row)
    if (row.field === 'reportedCostNanoUsd') door.reportedCostNanoUsd = row.value
    else assign(door, row.field as ComparedField, Number(row.value))
  }
  // A door that saw the session but no numbers, as a hook does, is shown as one that does not tell.
  for (const session of sessions) for (const source of session.sources) seenBy({ ...session, source })
  const single = new Map<string, { call_id: string; differences: string }[]>()
  for (const row of await readDisagreements(runner, asked)) {
    const rows = single.get(keyOf(row)) ?? []
    rows.push(row)
    single.set(keyOf(row), rows)
  }
  return sessions.map((session) => {
    const doors = [...(seen.get(keyOf(session))?.values() ?? [])].sort((a, b) => (a.source < b.source ? -1 : 1))
    const used = usageOf(session)
    const differences: Disagreement[] = disagreements(used, doors, single.get(keyOf(session)) ?? [])
    return {
      sessionId: session.session_id,
      tool: session.tool,
      sources: doors.map(sourceUsage),
      used,
      differences,
    }
  })
}

function assign(door: Seen, field: ComparedField, value: number | null): void {
  if (value !== null) door[field] = value
}

function keyOf({ tool, session_id }: { tool: string; session_id: string }): string {
  return `${tool}\n${session_id}`
}

/** Contract §4 Usage of what a door saw: null where it does not tell. A door's cost is what it reported. */
function sourceUsage(door: Seen) {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = door
  const parts = [inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens]
  const cost = usd(door.reportedCostNanoUsd ?? null)
  const totalTokens = parts.every((part) => part === undefined)
    ? null
    : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
  const basis: 'reported' | 'unpriced' = cost === null ? 'unpriced' : 'reported'
  return {
    source: door.source,
    requests: door.requests ?? null,
    inputTokens: inputTokens ?? null,
    cacheReadTokens: cacheReadTokens ?? null,
    cacheWriteTokens: cacheWriteTokens ?? null,
    cacheWrite5mTokens: door.cacheWrite5mTokens ?? null,
    cacheWrite1hTokens: door.cacheWrite1hTokens ?? null,
    outputTokens: outputTokens ?? null,
    reasoningTokens: door.reasoningTokens ?? null,
    totalTokens,
    webSearches: door.webSearches ?? null,
    errors: door.errors ?? null,
    costUsd: cost,
    reportedCostUsd: cost,
    computedCostUsd: null,
    unpricedTokens: cost === null ? totalTokens : 0,
    basis,
  }
}

// session.ts: contract §4 Session, and the list that has them.
import { z } from 'zod'
import { big, flag, int, list, maybe, query, type Row, type Runner, real, text, time } from '../../store/query.ts'
import { page as pageShape } from '../shapes.ts'
import { formatTime, milliseconds, nowNano } from '../time.ts'
import { usageColumns, usageOf, usageShape } from '../usage/shape.ts'
import facetsSql from './facets.sql' with { type: 'text' }
import listSql from './list.sql' with { type: 'text' }
import matchedSql from './matched.sql' with { type: 'text' }

export const Session = z
  .object({
    sessionId: z.string(),
    tool: z.string(),
    serviceName: z.string(),
    title: z.string().optional(),
    project: z.string().optional(),
    branch: z.string().optional(),
    user: z.string().optional(),
    host: z.string().optional(),
    version: z.string().optional().describe('of the tool'),
    parentSessionId: z.string().optional().describe('of the session that started this one as a subagent'),
    startTime: z.string(),
    lastTime: z.string(),
    durationMs: z.number(),
    activeMs: z.number().optional(),
    promptCount: z.number(),
    messageCount: z.number(),
    toolCallCount: z.number(),
    errorCount: z.number().describe('failed model requests and failed tool calls'),
    model: z.string().optional().describe('the one that used the most tokens'),
    models: z.array(z.string()).describe('by their tokens'),
    status: z.enum(['active', 'ended']),
    ...usageShape,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionList = z.object({ sessions: z.array(Session), ...pageShape })
export type SessionList = z.infer<typeof SessionList>

export const sortKeys = ['lastTime', 'startTime', 'duration', 'cost', 'tokens', 'requests', 'errors'] as const
export type SortKey = (typeof sortKeys)[number]

const sessionColumns = {
  tool: text,
  session_id: text,
  service_name: maybe(text),
  title: maybe(text),
  project: maybe(text),
  branch: maybe(text),
  cwd: maybe(text),
  user: maybe(text),
  host: maybe(text),
  version: maybe(text),
  parent_session_id: maybe(text),
  forked_from: maybe(text),
  start_time: time,
  last_time: time,
  ended: flag,
  active_ms: maybe(real),
  commit_at_start: maybe(text),
  commit_at_end: maybe(text),
  sources: list(text),
  models: list(text),
  prompt_count: int,
  message_count: int,
  tool_call_count: int,
  failed_tool_calls: int,
  total: int,
  ...usageColumns,
}
export type SessionRow = Row<typeof sessionColumns>

const matchedBy = {
  from: time,
  to: time,
  session: maybe(text),
  parent: maybe(text),
  tool: maybe(text),
  service: maybe(text),
  project: maybe(text),
  branch: maybe(text),
  model: maybe(text),
  search: maybe(text),
  active: maybe(flag),
  active_since: time,
  counts_failures: flag,
  cost_min: maybe(big),
  cost_max: maybe(big),
  tokens_min: maybe(big),
  tokens_max: maybe(big),
  requests_min: maybe(big),
  requests_max: maybe(big),
  errors_min: maybe(big),
  errors_max: maybe(big),
  duration_min: maybe(big),
  duration_max: maybe(big),
}

const listRows = query(
  listSql.replace('/* matched */', matchedSql),
  { ...matchedBy, sort: text, direction: int, limit: int, offset: int },
  sessionColumns,
)

const countFacets = query(
  facetsSql.replace('/* matched */', matchedSql),
  { ...matchedBy, limit: int },
  { facet: text, value: text, sessions: int },
)

type Own = 'active_since' | 'counts_failures'
/** Which sessions: by what they are of, and by how much they used; what is absent does not matter. */
export type SessionsMatched = Omit<Parameters<typeof countFacets>[1], Own | 'limit'>
export type SessionsAsked = Omit<Parameters<typeof listRows>[1], Own>

export function listSessions(runner: Runner, asked: SessionsAsked): Promise<SessionRow[]> {
  return listRows(runner, {
    ...asked,
    ...own(asked),
    counts_failures: asked.sort === 'errors' || countsFailures(asked),
  })
}

/** How many of the sessions have each value of what they can be narrowed by; at most `limit` values of each. */
export function sessionFacets(runner: Runner, asked: SessionsMatched, limit: number) {
  return countFacets(runner, { ...asked, ...own(asked), limit })
}

const countsFailures = ({ errors_min, errors_max }: SessionsMatched) =>
  typeof errors_min === 'bigint' || typeof errors_max === 'bigint'
const own = (asked: SessionsMatched) => ({
  active_since: nowNano() - activeNano,
  counts_failures: countsFailures(asked),
})

/** A session that is not said to have ended is active as long as its last record is younger than this. */
const activeNano = 5n * 60n * 1_000_000_000n

/** What a service that is no agent of ours is called by: its own name. */
export function serviceNameOf({ service_name, tool }: Pick<SessionRow, 'service_name' | 'tool'>): string {
  return service_name ?? tool
}

export function sessionOf(row: SessionRow) {
  const isActive = !row.ended && row.last_time > nowNano() - activeNano
  const status: Session['status'] = isActive ? 'active' : 'ended'
  return {
    sessionId: row.session_id,
    tool: row.tool,
    serviceName: serviceNameOf(row),
    title: row.title ?? undefined,
    project: row.project ?? undefined,
    branch: row.branch ?? undefined,
    user: row.user ?? undefined,
    host: row.host ?? undefined,
    version: row.version ?? undefined,
    parentSessionId: row.parent_session_id ?? undefined,
    startTime: formatTime(row.start_time),
    lastTime: formatTime(row.last_time),
    durationMs: milliseconds(row.last_time - row.start_time),
    activeMs: row.active_ms ?? undefined,
    promptCount: row.prompt_count,
    messageCount: row.message_count,
    toolCallCount: row.tool_call_count,
    errorCount: row.errors + row.failed_tool_calls,
    model: row.models[0],
    models: row.models,
    status,
    ...usageOf(row),
  }
}

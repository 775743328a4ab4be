// routes.ts: /api/errors: what went wrong, each occurrence with enough to find the records behind it.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, maybe, query, type Row, real, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { withTotal } from '../page.ts'
import { pageParams, queryOf, textParam, timeRange, windowParams } from '../params.ts'
import { page as pageShape } from '../shapes.ts'
import { formatTime } from '../time.ts'
import failuresSql from './failures.sql' with { type: 'text' }

const kinds = ['model_call', 'tool_call', 'event'] as const

export const Failure = z
  .object({
    timestamp: z.string(),
    kind: z.enum(kinds),
    tool: z.string().describe("'' for a service that is no agent"),
    serviceName: z.string().optional(),
    sessionId: z.string().optional(),
    id: z.string().optional().describe("the ledger's id of the request, the tool call's id, or the event's name"),
    errorType: z.string().optional(),
    message: z.string().optional().describe('its first 2,000 characters'),
    count: z.number().describe('more than 1 where only a counter tells'),
    model: z.string().optional(),
    statusCode: z.number().optional(),
    attempt: z.number().optional(),
    toolName: z.string().optional(),
    agent: z.string().optional(),
    agentId: z.string().optional(),
    promptId: z.string().optional(),
    project: z.string().optional(),
    durationMs: z.number().optional(),
    requestId: z.string().optional(),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
  })
  .meta({ id: 'Failure' })
export type Failure = z.infer<typeof Failure>

const FailureList = z.object({ errors: z.array(Failure), ...pageShape })
type FailureList = z.infer<typeof FailureList>

const columns = {
  kind: text,
  time,
  tool: text,
  service_name: maybe(text),
  session_id: maybe(text),
  id: maybe(text),
  error_type: maybe(text),
  message: maybe(text),
  count: int,
  model: maybe(text),
  status_code: maybe(int),
  attempt: maybe(int),
  tool_name: maybe(text),
  agent: maybe(text),
  agent_id: maybe(text),
  prompt_id: maybe(text),
  project: maybe(text),
  duration_ms: maybe(real),
  request_id: maybe(text),
  trace_id: maybe(text),
  span_id: maybe(text),
  total: int,
}
const listFailures = query(
  failuresSql,
  { from: time, to: time, tool: maybe(text), session: maybe(text), limit: int, offset: int },
  columns,
)

export function errorsRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/errors',
    about('Failed model requests and tool calls, and events that tell of an error, newest first', FailureList),
    queryOf(z.object({ ...windowParams, ...pageParams, tool: textParam, session: textParam })),
    async (c) => {
      const { from, to, ...given } = c.req.valid('query')
      const asked = { ...timeRange({ from, to }), ...given }
      const { rows, total, hasMore } = await withTotal(await listFailures(store, asked), asked.offset, () =>
        listFailures(store, { ...asked, limit: 1, offset: 0 }),
      )
      return send<FailureList>(c, { errors: rows.map(failure), total, hasMore })
    },
  )
}

function failure(row: Row<typeof columns>): Failure {
  return {
    timestamp: formatTime(row.time),
    kind: row.kind as Failure['kind'],
    tool: row.tool,
    serviceName: row.service_name ?? undefined,
    sessionId: row.session_id ?? undefined,
    id: row.id ?? undefined,
    errorType: row.error_type ?? undefined,
    message: row.message ?? undefined,
    count: row.count,
    model: row.model ?? undefined,
    statusCode: row.status_code ?? undefined,
    attempt: row.attempt ?? undefined,
    toolName: row.tool_name ?? undefined,
    agent: row.agent ?? undefined,
    agentId: row.agent_id ?? undefined,
    promptId: row.prompt_id ?? undefined,
    project: row.project ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    requestId: row.request_id ?? undefined,
    traceId: row.trace_id ?? undefined,
    spanId: row.span_id ?? undefined,
  }
}

// routes.ts: /api/overhead: what was asked for beside the work (requests tried again, refusals, compactions), and its cost.
import { Hono } from 'hono'
import { z } from 'zod'
import { big, int, maybe, query, type Row, real, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { pageParams, queryOf, textParam, timeRange, windowParams } from '../params.ts'
import { page as pageShape } from '../shapes.ts'
import { formatTime } from '../time.ts'
import overheadSql from './overhead.sql' with { type: 'text' }

const kinds = ['retry', 'refusal', 'compaction'] as const
const Kind = z
  .enum(kinds)
  .describe(
    'retry: a failed attempt after which the same prompt was asked again; refusal: an answer that the model or the provider withheld; compaction: a conversation summed up to fit its context',
  )

const numbers = {
  kind: Kind,
  tool: z.string(),
  model: z.string(),
  count: z.number(),
  totalTokens: z.number().describe('of the requests that it took; a failed attempt usually used none'),
  costUsd: z.number().nullable().describe('null when the requests are not told apart by any source, or not priced'),
  unpricedTokens: z.number(),
  durationMs: z.number().optional().describe('how long the requests took; waits between attempts are not in it'),
}

export const OverheadItem = z
  .object({
    timestamp: z.string(),
    ...numbers,
    sessionId: z.string().optional(),
    message: z.string().optional().describe('what a failed attempt said, its first 2,000 characters'),
    statusCode: z.number().optional(),
    attempt: z.number().optional(),
    stopReason: z.string().optional(),
    tokensBefore: z.number().optional().describe('compaction: the context of the last request before it'),
    tokensAfter: z.number().optional().describe('compaction: the context of the first request after it'),
    callId: z.string().optional().describe("the ledger's id of the request; absent when only the conversation tells"),
    requestId: z.string().optional(),
    promptId: z.string().optional(),
    agentId: z.string().optional(),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
  })
  .meta({ id: 'OverheadItem' })
export type OverheadItem = z.infer<typeof OverheadItem>

export const OverheadSum = z
  .object({
    ...numbers,
    sessions: z.number(),
    lastTime: z.string(),
    withoutCost: z.number().describe('how many of them no source tells the request of'),
  })
  .meta({ id: 'OverheadSum' })
export type OverheadSum = z.infer<typeof OverheadSum>

const Overhead = z.object({
  sums: z.array(OverheadSum).describe('by kind, agent and model'),
  items: z.array(OverheadItem).describe('newest first'),
  ...pageShape,
})
type Overhead = z.infer<typeof Overhead>

const columns = {
  row: text,
  kind: text,
  time,
  tool: text,
  model: text,
  session_id: maybe(text),
  count: int,
  sessions: maybe(int),
  unknown_costs: int,
  total_tokens: int,
  cost_nano_usd: maybe(big),
  unpriced_tokens: int,
  duration_ms: maybe(real),
  message: maybe(text),
  status_code: maybe(int),
  attempt: maybe(int),
  stop_reason: maybe(text),
  tokens_before: maybe(int),
  tokens_after: maybe(int),
  call_id: maybe(text),
  request_id: maybe(text),
  prompt_id: maybe(text),
  agent_id: maybe(text),
  trace_id: maybe(text),
  span_id: maybe(text),
  total: int,
}
type OverheadRow = Row<typeof columns>

const readOverhead = query(
  overheadSql,
  {
    from: time,
    to: time,
    kind: maybe(text),
    tool: maybe(text),
    model: maybe(text),
    session: maybe(text),
    limit: int,
    offset: int,
  },
  columns,
)

export function overheadRoutes({ store }: ApiDeps) {
  return new Hono().get(
    '/api/overhead',
    about('Retries, refusals and compactions: how many, what they used and cost, and the records behind', Overhead),
    queryOf(
      z.object({
        ...windowParams,
        ...pageParams,
        kind: Kind.optional(),
        tool: textParam,
        model: textParam,
        session: textParam,
      }),
    ),
    async (c) => {
      const { from, to, ...given } = c.req.valid('query')
      const rows = await readOverhead(store, { ...timeRange({ from, to }), ...given })
      const items = rows.filter(({ row }) => row === 'item').map(itemOf)
      const total = rows[0]?.total ?? 0
      return send<Overhead>(c, {
        sums: rows.filter(({ row }) => row === 'sum').map(sumOf),
        items,
        total,
        hasMore: given.offset + items.length < total,
      })
    },
  )
}

function numbersOf(row: OverheadRow) {
  return {
    kind: row.kind as OverheadItem['kind'],
    tool: row.tool,
    model: row.model,
    count: row.count,
    totalTokens: row.total_tokens,
    costUsd: row.cost_nano_usd === null ? null : Number(row.cost_nano_usd) / 1e9,
    unpricedTokens: row.unpriced_tokens,
    durationMs: row.duration_ms ?? undefined,
  }
}

function sumOf(row: OverheadRow): OverheadSum {
  return {
    ...numbersOf(row),
    sessions: row.sessions ?? 0,
    lastTime: formatTime(row.time),
    withoutCost: row.unknown_costs,
  }
}

function itemOf(row: OverheadRow): OverheadItem {
  return {
    timestamp: formatTime(row.time),
    ...numbersOf(row),
    sessionId: row.session_id || undefined,
    message: row.message?.slice(0, 2000),
    statusCode: row.status_code ?? undefined,
    attempt: row.attempt ?? undefined,
    stopReason: row.stop_reason ?? undefined,
    tokensBefore: row.tokens_before ?? undefined,
    tokensAfter: row.tokens_after ?? undefined,
    callId: row.call_id ?? undefined,
    requestId: row.request_id ?? undefined,
    promptId: row.prompt_id ?? undefined,
    agentId: row.agent_id ?? undefined,
    traceId: row.trace_id ?? undefined,
    spanId: row.span_id ?? undefined,
  }
}

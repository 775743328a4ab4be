// routes.ts: /api/traces: list, recent, the spans of one.
import { Hono } from 'hono'
import { z } from 'zod'
import { big, flag, int, maybe, query, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { notFound } from '../errors.ts'
import { send, type Wire } from '../json.ts'
import { pageBytesMax, searchTerms, withTotal } from '../page.ts'
import {
  allTime,
  limitParam,
  pageParams,
  pathOf,
  queryOf,
  searchParam,
  serviceParam,
  sessionParam,
  timeRange,
  wholeParam,
  windowParams,
  wordParam,
} from '../params.ts'
import { SpanList, TraceList, type TraceOverview } from '../shapes.ts'
import { formatTime } from '../time.ts'
import callsSql from './calls.sql' with { type: 'text' }
import listSql from './list.sql' with { type: 'text' }
import listOperationsSql from './list-operations.sql' with { type: 'text' }
import { span, spanColumns } from './span.ts'
import spansSql from './spans.sql' with { type: 'text' }
import splitTracesSql from './split-traces.sql' with { type: 'text' }
import traceOfSpanSql from './trace-of-span.sql' with { type: 'text' }

const overviewColumns = {
  trace_id: text,
  is_operation: flag,
  total: int,
  start_time: time,
  end_time: time,
  span_count: int,
  error_count: int,
  any_ok: flag,
  root_span_id: text,
  root_span: text,
  service_name: text,
  tool: maybe(text),
  session_id: maybe(text),
}

const filters = {
  from: time,
  to: time,
  service: maybe(text),
  session: maybe(text),
  search: maybe(text),
  search_json: maybe(text),
  limit: int,
  offset: int,
}
const listTraces = query(listSql, filters, overviewColumns)
const listOperations = query(listOperationsSql, { ...filters, operations: maybe(flag) }, overviewColumns)
const splitTraces = query(splitTracesSql, { from: time, to: time }, { some: flag })
const listSpans = query(
  spansSql,
  { trace: text, root: maybe(text), limit: int, offset: int, bytes: int },
  { ...spanColumns, total: int },
)
const callsOfTrace = query(
  callsSql,
  { trace: text },
  {
    span_id: text,
    model: text,
    requests: int,
    errors: int,
    input_tokens: int,
    cache_read_tokens: int,
    cache_write_tokens: int,
    output_tokens: int,
    total_tokens: int,
    cost_nano_usd: maybe(big),
    unpriced_tokens: int,
  },
)
const CallList = z.object({
  calls: z.array(
    z.object({
      spanId: z.string().describe('the span it was seen in; empty where only its trace is known'),
      model: z.string(),
      requests: z.number(),
      errors: z.number(),
      inputTokens: z.number(),
      cacheReadTokens: z.number(),
      cacheWriteTokens: z.number(),
      outputTokens: z.number(),
      totalTokens: z.number(),
      costUsd: z.number().nullable(),
      unpricedTokens: z.number(),
    }),
  ),
})
const traceOfSpan = query(traceOfSpanSql, { span: text }, { trace_id: text })

/** A whole trace is answered at once up to here: the largest recording of an agent's run had 1,723 spans in one. */
const spansMax = 50_000

const kindParam = wordParam(['otel_trace', 'codex_operation'])
const idPath = pathOf(z.object({ id: z.string() }))
const spansQuery = queryOf(
  z.object({
    kind: kindParam.default('otel_trace'),
    limit: wholeParam(1, spansMax).default(spansMax),
    offset: pageParams.offset,
  }),
)

type Overview = Awaited<ReturnType<typeof listTraces>>[number]

/** Contract §4 TraceOverview. One failed span makes it ERROR; without one, a span marked OK makes it OK. */
function traceOverview(row: Overview): Wire<TraceOverview> {
  return {
    id: row.is_operation ? row.root_span_id : row.trace_id,
    kind: row.is_operation ? 'codex_operation' : 'otel_trace',
    traceId: row.trace_id,
    rootSpanId: row.root_span_id,
    rootSpan: row.root_span,
    serviceName: row.service_name,
    tool: row.tool ?? undefined,
    startTime: formatTime(row.start_time),
    duration: row.end_time > row.start_time ? row.end_time - row.start_time : 0n,
    spanCount: row.span_count,
    errorCount: row.error_count,
    status: row.error_count > 0 ? 'ERROR' : row.any_ok ? 'OK' : 'UNSET',
    sessionId: row.session_id ?? undefined,
  }
}

export function tracesRoutes({ store }: ApiDeps) {
  async function list(asked: Parameters<typeof listOperations>[1]): Promise<Wire<TraceList>> {
    const [split] = await splitTraces(store, asked)
    if (!split?.some && asked.operations) return { traces: [], total: 0, hasMore: false }
    const listed = split?.some ? listOperations : listTraces
    const { rows, total, hasMore } = await withTotal(await listed(store, asked), asked.offset, () =>
      listed(store, { ...asked, limit: 1, offset: 0 }),
    )
    return { traces: rows.map(traceOverview), total, hasMore }
  }

  /**
   * The spans behind a row of the list: `id` is a trace id (32 hex digits), or the id of an operation's outermost span
   * (16 hex digits), which brings that span and everything under it.
   */
  async function spansOf(id: string, limit: number, offset: number): Promise<Wire<SpanList>> {
    const wanted = id.toLowerCase()
    const root = /^[0-9a-f]{16}$/.test(wanted) ? wanted : null
    const trace = root ? (await traceOfSpan(store, { span: root }))[0]?.trace_id : wanted
    const asked = { trace: trace ?? '', root, limit, offset, bytes: 4 * pageBytesMax }
    const { rows, total, hasMore } = await withTotal(await listSpans(store, asked), offset, () =>
      listSpans(store, { ...asked, limit: 1, offset: 0 }),
    )
    if (total === 0) throw notFound(`there is no trace ${JSON.stringify(id)}; /api/traces lists those there are`)
    return { spans: rows.map(span), total, hasMore }
  }

  return new Hono()
    .get(
      '/api/traces/:id/calls',
      about('The model requests of a trace as the ledger counts them, by span', CallList),
      idPath,
      async (c) => {
        const wanted = c.req.valid('param').id.toLowerCase()
        const trace = /^[0-9a-f]{16}$/.test(wanted)
          ? ((await traceOfSpan(store, { span: wanted }))[0]?.trace_id ?? '')
          : wanted
        const rows = await callsOfTrace(store, { trace })
        return send<z.infer<typeof CallList>>(c, {
          calls: rows.map((row) => ({
            spanId: row.span_id,
            model: row.model,
            requests: row.requests,
            errors: row.errors,
            inputTokens: row.input_tokens,
            cacheReadTokens: row.cache_read_tokens,
            cacheWriteTokens: row.cache_write_tokens,
            outputTokens: row.output_tokens,
            totalTokens: row.total_tokens,
            costUsd: row.cost_nano_usd === null ? null : Number(row.cost_nano_usd) / 1e9,
            unpricedTokens: row.unpriced_tokens,
          })),
        })
      },
    )
    .get(
      '/api/traces',
      about('Traces with a span in the time range, newest first', TraceList),
      queryOf(
        z.object({
          ...windowParams,
          ...pageParams,
          service: serviceParam,
          sessionId: sessionParam,
          search: searchParam,
          kind: kindParam.optional(),
        }),
      ),
      async (c) => {
        const { service, sessionId, search, kind, limit, offset, ...given } = c.req.valid('query')
        const asked = {
          ...timeRange(given),
          ...searchTerms(search),
          service,
          session: sessionId,
          operations: kind && kind === 'codex_operation',
          limit,
          offset,
        }
        return send<TraceList>(c, await list(asked))
      },
    )
    .get(
      '/api/traces/recent',
      about('The newest traces of all time', TraceList),
      queryOf(z.object({ limit: limitParam })),
      async (c) => send<TraceList>(c, await list({ ...allTime({}), limit: c.req.valid('query').limit, offset: 0 })),
    )
    .get(
      '/api/traces/:id',
      about('The spans of a trace or of a Codex operation, in order of their start', SpanList),
      idPath,
      spansQuery,
      async (c) => {
        const { limit, offset } = c.req.valid('query')
        return send<SpanList>(c, await spansOf(c.req.valid('param').id, limit, offset))
      },
    )
    .get('/api/traces/:id/spans', about('The same as /api/traces/{id}', SpanList), idPath, spansQuery, async (c) => {
      const { limit, offset } = c.req.valid('query')
      return send<SpanList>(c, await spansOf(c.req.valid('param').id, limit, offset))
    })
}

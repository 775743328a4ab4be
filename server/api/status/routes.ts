// routes.ts: /health, /api/status and /metrics: how the program itself is doing.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, query, text } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import type { Live } from '../live/live.ts'
import type { Ask } from '../sql/ask.ts'
import { formatTime } from '../time.ts'
import { Admission, Door, doorMetrics, doorOf } from './doors.ts'
import type { Monitor } from './monitor.ts'
import { type PrometheusMetric, prometheusText, prometheusType } from './prometheus.ts'
import tablesSql from './tables.sql' with { type: 'text' }

const Health = z.object({ status: z.literal('ok'), version: z.string() })

const bySignal = z.object({ traces: z.number(), logs: z.number(), metrics: z.number(), messages: z.number() })

const Status = z.object({
  status: z.literal('ok'),
  version: z.string(),
  startedAt: z.string(),
  uptimeSeconds: z.number(),
  receivers: z.object({
    otlpHttp: Door,
    otlpGrpc: Door.nullable(),
    inProgress: Admission.optional(),
  }),
  queue: z.object({ batches: z.number(), bytes: z.number() }),
  ingest: z.object({
    acceptedBatches: z.number(),
    acceptedRecords: z.number(),
    duplicateBatches: z.number(),
    rejectedRecords: z.number(),
    refusedBatches: z.number(),
    failedBatches: z.number(),
    untranslatedBatches: z.number(),
    lastCommitAt: z.string().optional(),
  }),
  queries: z
    .object({ running: z.number(), waiting: z.number(), timedOut: z.number() })
    .describe('questions to the database: at work, waiting for their turn, and given up since the start'),
  rates: bySignal.describe('records per second over the last minute'),
  database: z.object({
    path: z.string(),
    databaseBytes: z.number(),
    walBytes: z.number(),
    freeBytes: z
      .number()
      .nullable()
      .describe('of databaseBytes: what is written again before the file grows; POST /api/compact gives it back'),
    lastCheckpoint: z
      .object({ at: z.string(), durationMs: z.number() })
      .optional()
      .describe(
        'when the write-ahead log last moved into the file since the start, and how long commits waited for it',
      ),
    notice: z.string().optional(),
  }),
  lastRecordByTool: z.record(z.string(), z.string()),
  recordsByTool: z.record(z.string(), bySignal),
  dropped: z.literal(0).describe('acknowledged records that were lost: none, by construction'),
  live: z.object({ clients: z.number(), framesSent: z.number(), framesDropped: z.number() }),
  loopLag: z.object({ meanMs: z.number(), maxMs: z.number() }).describe('over the last minute'),
  memory: z.object({ rssBytes: z.number() }),
  poolIsLargeEnough: z
    .boolean()
    .nullable()
    .describe('whether slow queries leave threads to store what arrives, tried at the start; null: not known yet'),
})
type Status = z.infer<typeof Status>

const Tables = z.object({
  tables: z.array(z.object({ name: z.string(), rows: z.number() })).describe('the most first'),
})
const listTables = query(tablesSql, {}, { name: text, rows: int })

export function statusRoutes(deps: ApiDeps, monitor: Monitor, live: Live, ask: Pick<Ask, 'waiting'>) {
  const { version, startedAt, urls, store, ingest, doors = {} } = deps

  const freeBytes = lately(async () => (await store.freeSpace()).freeBytes)

  /** Of the clock that never jumps. */
  const began = performance.now()

  return new Hono()
    .get('/health', about('Whether the server is there', Health), (c) =>
      send<z.infer<typeof Health>>(c, { status: 'ok', version }),
    )
    .get('/api/status', about('How the server is doing', Status), async (c) => {
      const { queuedBatches, queuedBytes, lastCommitUnixMs, ...counts } = ingest.stats()
      const tools = [...(await monitor.tools())]
      return send<Status>(c, {
        status: 'ok',
        version,
        startedAt: startedAt.toISOString(),
        uptimeSeconds: Math.round((performance.now() - began) / 1000),
        receivers: {
          otlpHttp: doorOf(urls.otlpUrl, doors.otlpHttp),
          otlpGrpc: urls.grpcUrl === null ? null : doorOf(urls.grpcUrl, doors.otlpGrpc),
          inProgress: doors.admission?.(),
        },
        queue: { batches: queuedBatches, bytes: queuedBytes },
        ingest: {
          ...counts,
          lastCommitAt: lastCommitUnixMs === null ? undefined : new Date(lastCommitUnixMs).toISOString(),
        },
        queries: queriesOf(deps, ask),
        rates: monitor.rates(),
        database: {
          path: store.path,
          ...store.size(),
          freeBytes: await freeBytes(),
          lastCheckpoint: checkpointOf(store.lastCheckpoint()),
          notice: store.notice,
        },
        lastRecordByTool: Object.fromEntries(tools.map(([tool, { lastNano }]) => [tool, formatTime(lastNano)])),
        recordsByTool: Object.fromEntries(tools.map(([tool, { records }]) => [tool, { ...records }])),
        dropped: 0,
        live: live.stats(),
        loopLag: monitor.lag(),
        memory: { rssBytes: process.memoryUsage.rss() },
        poolIsLargeEnough: doors.poolIsLargeEnough?.() ?? null,
      })
    })
    .get('/api/status/tables', about('How many rows every table of the database holds', Tables), async (c) =>
      send<z.infer<typeof Tables>>(c, { tables: await listTables(store, {}) }),
    )
    .get('/metrics', about("The program's own counters for Prometheus", undefined, prometheusType), (c) =>
      c.body(prometheusText(countersOf(deps, monitor, live, ask)), 200, { 'content-type': prometheusType }),
    )
}

const checkpointOf = (last: { unixMs: number; tookMs: number } | undefined) =>
  last && { at: new Date(last.unixMs).toISOString(), durationMs: Math.round(last.tookMs * 10) / 10 }

/** Statements of users wait by themselves (sql/ask.ts), all others for a read connection. */
function queriesOf({ store }: ApiDeps, ask: Pick<Ask, 'waiting'>): Status['queries'] {
  const { running, waiting, timedOut } = store.queries()
  return { running, waiting: waiting + ask.waiting(), timedOut }
}

function countersOf(deps: ApiDeps, monitor: Monitor, live: Live, ask: Pick<Ask, 'waiting'>): PrometheusMetric[] {
  const { version, startedAt, store, ingest, doors = {} } = deps
  const stats = ingest.stats()
  const { databaseBytes, walBytes } = store.size()
  const queries = queriesOf(deps, ask)
  const { clients, framesSent, framesDropped } = live.stats()
  const counter = (name: string, help: string, value: number): PrometheusMetric => ({
    name: `telltale_${name}`,
    help,
    type: 'counter',
    samples: [{ value }],
  })
  const gauge = (name: string, help: string, value: number): PrometheusMetric => ({
    ...counter(name, help, value),
    type: 'gauge',
  })
  return [
    { name: 'telltale_info', help: 'Version.', type: 'gauge', samples: [{ labels: { version }, value: 1 }] },
    gauge('start_time_seconds', 'When the server started, Unix time.', startedAt.getTime() / 1000),
    {
      name: 'telltale_ingest_batches_total',
      help: 'Batches by what became of them.',
      type: 'counter',
      samples: [
        { labels: { outcome: 'stored' }, value: stats.acceptedBatches },
        { labels: { outcome: 'duplicate' }, value: stats.duplicateBatches },
        { labels: { outcome: 'refused' }, value: stats.refusedBatches },
        { labels: { outcome: 'failed' }, value: stats.failedBatches },
      ],
    },
    counter('ingest_records_total', 'Records on disk since the start.', stats.acceptedRecords),
    counter('ingest_records_rejected_total', 'Records that could not be read.', stats.rejectedRecords),
    counter('ingest_records_dropped_total', 'Acknowledged records that were lost.', 0),
    gauge('ingest_queue_bytes', 'Bytes that wait for their commit.', stats.queuedBytes),
    gauge('ingest_queue_batches', 'Batches that wait for their commit.', stats.queuedBatches),
    gauge('queries_running', 'Questions to the database at work.', queries.running),
    gauge('queries_waiting', 'Questions to the database that wait for their turn.', queries.waiting),
    counter('queries_timed_out_total', 'Questions that took or waited too long and were given up.', queries.timedOut),
    gauge('database_bytes', 'Size of the database file.', databaseBytes),
    gauge('database_wal_bytes', 'Size of the write-ahead log.', walBytes),
    gauge('live_clients', 'Open WebSockets.', clients),
    counter('live_frames_sent_total', 'WebSocket frames sent.', framesSent),
    counter('live_frames_dropped_total', 'WebSocket frames that slow clients lost, and were told of.', framesDropped),
    gauge('event_loop_lag_seconds', 'Largest delay of the event loop in the last minute.', monitor.lag().maxMs / 1000),
    gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    ...doorMetrics(doors),
  ]
}

/** Answers with what was last found out, at most two seconds old; null when it cannot be found out. */
function lately<T>(ask: () => Promise<T>): () => Promise<T | null> {
  let known: Promise<T | null> | undefined
  let askedMs = 0
  return () => {
    if (!known || performance.now() - askedMs > 2000) {
      askedMs = performance.now()
      known = ask().catch(() => null)
    }
    return known
  }
}

// routes.ts: /api/logs, how they spread over time, and their levels.
import { Hono } from 'hono'
import { z } from 'zod'
import { big, int, maybe, query, text, time } from '../../store/query.ts'
import { type AttributeFilter, filterParam, pointerTo } from '../attribute-filter.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { intervalsOf, recorded, usualStep } from '../metrics/intervals.ts'
import { pageBytesMax, searchTerms, withTotal } from '../page.ts'
import {
  intervalParam,
  pageParams,
  queryOf,
  searchParam,
  serviceParam,
  sessionParam,
  textParam,
  timeRange,
  windowParams,
} from '../params.ts'
import { LogList } from '../shapes.ts'
import histogramSql from './histogram.sql' with { type: 'text' }
import levelsSql from './levels.sql' with { type: 'text' }
import listSql from './list.sql' with { type: 'text' }
import { logColumns, logRecord } from './record.ts'
import { severityFilter } from './severity.ts'

/** All but the level, which the count of levels is not filtered by. */
const filtersButLevel = {
  from: time,
  to: time,
  service: maybe(text),
  trace: maybe(text),
  session: maybe(text),
  search: maybe(text),
  search_json: maybe(text),
  filters: maybe(text),
}
const filters = {
  ...filtersButLevel,
  number: maybe(int),
  level: maybe(text),
  number_least: maybe(int),
  number_most: maybe(int),
}
const listLogs = query(listSql, { ...filters, limit: int, offset: int, bytes: int }, { ...logColumns, total: int })
const countByTime = query(histogramSql, { ...filters, start: big, step: big }, { slot: int, level: text, records: int })
const countLevels = query(levelsSql, filtersButLevel, { level: text, records: int })

const Levels = z.record(z.string(), z.number())
const Histogram = z.object({
  intervalSeconds: z.number(),
  buckets: z
    .array(z.object({ time: z.number().describe('start of the interval in ms since 1970'), levels: Levels }))
    .describe('intervals without records are left out'),
})

const severity = textParam.describe(
  'a level (TRACE, DEBUG, INFO, WARN, ERROR, FATAL, each with its four numbers), any other text as sent, or a number',
)

const filterParamsButLevel = {
  service: serviceParam,
  traceId: textParam.meta({ example: '5b8aa5a2d2c872e8321cf37308d69df2' }),
  sessionId: sessionParam,
  search: searchParam,
  filter: filterParam,
}

const filterParams = { ...filterParamsButLevel, severity }

/** Attributes that stand in a column of their own. */
const columns: Record<string, string> = {
  'event.name': 'event',
  event: 'event',
  model: 'model',
  project: 'project',
  tool: 'tool',
  scope: 'scope',
}

function attributesOf(filter: AttributeFilter | undefined): string | null {
  const entries = Object.entries(filter ?? {})
  if (entries.length === 0) return null
  return JSON.stringify(
    entries.map(([name, values]) => ({ asked: columns[name] ?? null, pointer: pointerTo(name), values })),
  )
}

type Given = { [K in Exclude<keyof typeof filterParams, 'filter'>]?: string | undefined } & {
  filter?: AttributeFilter | undefined
}

/** The filters as the statements take them. */
function filtersOf(given: Given) {
  return {
    filters: attributesOf(given.filter),
    ...severityFilter(given.severity),
    ...searchTerms(given.search),
    service: given.service,
    trace: given.traceId?.toLowerCase(),
    session: given.sessionId,
  }
}

export function logsRoutes({ store }: ApiDeps) {
  return new Hono()
    .get(
      '/api/logs',
      about('Log records, newest first', LogList),
      queryOf(z.object({ ...windowParams, ...pageParams, ...filterParams })),
      async (c) => {
        const { limit, offset, ...given } = c.req.valid('query')
        const asked = { ...timeRange(given), ...filtersOf(given), limit, offset, bytes: pageBytesMax }
        const { rows, total, hasMore } = await withTotal(await listLogs(store, asked), offset, () =>
          listLogs(store, { ...asked, limit: 1, offset: 0 }),
        )
        return send<LogList>(c, { logs: rows.map(logRecord), total, hasMore })
      },
    )
    .get(
      '/api/logs/histogram',
      about('How many records of each level every interval has, under the filters of the list', Histogram),
      queryOf(z.object({ ...windowParams, ...filterParams, interval: intervalParam.optional() })),
      async (c) => {
        const { interval, ...given } = c.req.valid('query')
        const range = recorded(timeRange(given))
        const intervalSeconds = interval ?? usualStep(range)
        const { startNano, stepNano } = intervalsOf(range, intervalSeconds)
        const rows = await countByTime(store, { ...range, ...filtersOf(given), start: startNano, step: stepNano })
        const buckets = Map.groupBy(rows, (row) => row.slot)
        return send<z.infer<typeof Histogram>>(c, {
          intervalSeconds,
          buckets: [...buckets].map(([slot, levels]) => ({
            time: Number((startNano + BigInt(slot) * stepNano) / 1_000_000n),
            levels: Object.fromEntries(levels.map((row) => [row.level, row.records])),
          })),
        })
      },
    )
    .get(
      '/api/logs/levels',
      about('How many records each level has, under the other filters of the list', Levels),
      queryOf(z.object({ ...windowParams, ...filterParamsButLevel })),
      async (c) => {
        const given = c.req.valid('query')
        const rows = await countLevels(store, { ...timeRange(given), ...filtersOf(given) })
        return send<z.infer<typeof Levels>>(c, Object.fromEntries(rows.map((row) => [row.level, row.records])))
      },
    )
}

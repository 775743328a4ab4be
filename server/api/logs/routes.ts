// routes.ts: /api/logs and /api/logs/levels.
import { Hono } from 'hono'
import { z } from 'zod'
import { int, maybe, query, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { send } from '../json.ts'
import { pageBytesMax, searchTerms, withTotal } from '../page.ts'
import {
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
import levelsSql from './levels.sql' with { type: 'text' }
import listSql from './list.sql' with { type: 'text' }
import { logColumns, logRecord } from './record.ts'
import { severityFilter } from './severity.ts'

const listLogs = query(
  listSql,
  {
    from: time,
    to: time,
    service: maybe(text),
    trace: maybe(text),
    session: maybe(text),
    number: maybe(int),
    level: maybe(text),
    number_least: maybe(int),
    number_most: maybe(int),
    search: maybe(text),
    search_json: maybe(text),
    limit: int,
    offset: int,
    bytes: int,
  },
  { ...logColumns, total: int },
)
const countLevels = query(levelsSql, { from: time, to: time, service: maybe(text) }, { level: text, records: int })

const Levels = z.record(z.string(), z.number())

const severity = textParam.describe(
  'a level (TRACE, DEBUG, INFO, WARN, ERROR, FATAL, each with its four numbers), any other text as sent, or a number',
)

export function logsRoutes({ store }: ApiDeps) {
  return new Hono()
    .get(
      '/api/logs',
      about('Log records, newest first', LogList),
      queryOf(
        z.object({
          ...windowParams,
          ...pageParams,
          service: serviceParam,
          severity,
          traceId: textParam.meta({ example: '5b8aa5a2d2c872e8321cf37308d69df2' }),
          sessionId: sessionParam,
          search: searchParam,
        }),
      ),
      async (c) => {
        const { service, severity, traceId, sessionId, search, limit, offset, ...given } = c.req.valid('query')
        const asked = {
          ...timeRange(given),
          ...severityFilter(severity),
          ...searchTerms(search),
          service,
          trace: traceId?.toLowerCase(),
          session: sessionId,
          limit,
          offset,
          bytes: pageBytesMax,
        }
        const { rows, total, hasMore } = await withTotal(await listLogs(store, asked), offset, () =>
          listLogs(store, { ...asked, limit: 1, offset: 0 }),
        )
        return send<LogList>(c, { logs: rows.map(logRecord), total, hasMore })
      },
    )
    .get(
      '/api/logs/levels',
      about('How many records each level has', Levels),
      queryOf(z.object({ ...windowParams, service: serviceParam })),
      async (c) => {
        const { service, ...given } = c.req.valid('query')
        const rows = await countLevels(store, { ...timeRange(given), service })
        return send<z.infer<typeof Levels>>(c, Object.fromEntries(rows.map((row) => [row.level, row.records])))
      },
    )
}

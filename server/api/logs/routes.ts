// routes.ts: /api/logs, how they spread over time, and their levels.
import { Hono } from 'hono'
import { z } from 'zod'
import { big, flag, int, maybe, query, text, time } from '../../store/query.ts'
import { type AttributeFilter, excludeParam, filterParam, pointerTo } from '../attribute-filter.ts'
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
import facetsSql from './facets.sql' with { type: 'text' }
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
const countFacets = query(
  facetsSql,
  { ...filters, sample: int, names: int, most: int },
  { is_attribute: flag, name: text, value: text, records: int, sampled: int },
)
const countLevels = query(levelsSql, filtersButLevel, { level: text, records: int })

const Levels = z.record(z.string(), z.number())
const Histogram = z.object({
  intervalSeconds: z.number(),
  buckets: z
    .array(z.object({ time: z.number().describe('start of the interval in ms since 1970'), levels: Levels }))
    .describe('intervals without records are left out'),
})

const Facet = z.object({
  name: z.string().describe('what `filter` and `exclude` call it'),
  values: z.array(z.object({ value: z.string(), records: z.number() })).describe('the most frequent first'),
})
const Facets = z.object({
  facets: z.array(Facet).describe('level, service, event, model, tool, project and session, counted over all records'),
  attributes: z.array(Facet).describe('attributes with few values, counted over the newest records'),
  sampledRecords: z.number().describe('how many records the attributes were counted over'),
})
/** Attributes are read of so many records (20 ms), and the most of them and of their values that anybody reads down. */
const facetBounds = { sample: 2_000, names: 14, most: 12 }
const facetOrder = ['level', 'service', 'event', 'tool', 'model', 'project', 'session']

const severity = textParam.describe(
  'a level (TRACE, DEBUG, INFO, WARN, ERROR, FATAL, each with its four numbers), any other text as sent, or a number',
)

const filterParamsButLevel = {
  service: serviceParam,
  traceId: textParam.meta({ example: '5b8aa5a2d2c872e8321cf37308d69df2' }),
  sessionId: sessionParam,
  search: searchParam,
  filter: filterParam,
  exclude: excludeParam,
}

const filterParams = { ...filterParamsButLevel, severity }

/** Attributes that stand in a column of their own. */
const columns = new Map([
  ['event.name', 'event'],
  ['event', 'event'],
  ['model', 'model'],
  ['project', 'project'],
  ['tool', 'tool'],
  ['scope', 'scope'],
  ['service', 'service'],
  ['service.name', 'service'],
  ['session', 'session'],
  ['session.id', 'session'],
  ['level', 'level'],
])

function attributesOf(filter: AttributeFilter | undefined, exclude: AttributeFilter | undefined): string | null {
  const entriesOf = (given: AttributeFilter | undefined, excluded: boolean) =>
    Object.entries(given ?? {}).map(([name, values]) => ({
      asked: columns.get(name) ?? null,
      pointer: pointerTo(name),
      values,
      excluded,
    }))
  const entries = [...entriesOf(filter, false), ...entriesOf(exclude, true)]
  return entries.length === 0 ? null : JSON.stringify(entries)
}

type Given = { [K in Exclude<keyof typeof filterParams, 'filter' | 'exclude'>]?: string | undefined } & {
  filter?: AttributeFilter | undefined
  exclude?: AttributeFilter | undefined
}

/** The filters as the statements take them. */
function filtersOf(given: Given) {
  return {
    filters: attributesOf(given.filter, given.exclude),
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
      '/api/logs/facets',
      about('What log records can be narrowed by, and how many records have each value', Facets),
      queryOf(z.object({ ...windowParams, ...filterParams })),
      async (c) => {
        const given = c.req.valid('query')
        const rows = await countFacets(store, { ...timeRange(given), ...filtersOf(given), ...facetBounds })
        const [columns, attributes] = [false, true].map((isAttribute) =>
          [
            ...Map.groupBy(
              rows.filter(({ is_attribute }) => is_attribute === isAttribute),
              ({ name }) => name,
            ),
          ].map(([name, values]) => ({ name, values: values.map(({ value, records }) => ({ value, records })) })),
        )
        return send<z.infer<typeof Facets>>(c, {
          facets: (columns ?? []).sort((a, b) => facetOrder.indexOf(a.name) - facetOrder.indexOf(b.name)),
          attributes: attributes ?? [],
          sampledRecords: rows[0]?.sampled ?? 0,
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

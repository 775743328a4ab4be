// routes.ts: /api/metrics: points, names, what they can be broken down by, and series for charts.
import { Hono } from 'hono'
import { z } from 'zod'
import { QueryTimeout } from '../../store/errors.ts'
import { flag, int, maybe, query, text, time } from '../../store/query.ts'
import { filterBody, filterParam } from '../attribute-filter.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { ApiError } from '../errors.ts'
import { exactly, itemsOf } from '../exactly.ts'
import { send } from '../json.ts'
import { pageBytesMax } from '../page.ts'
import {
  bodyOf,
  firstIssue,
  flagParam,
  intervalParam,
  pageParams,
  queryOf,
  requiredText,
  serviceParam,
  sessionParam,
  textParam,
  timeRange,
  windowParams,
  wordParam,
} from '../params.ts'
import { MetricList, metricTypes, Series, SeriesList } from '../shapes.ts'
import attributesSql from './attributes.sql' with { type: 'text' }
import breakdownSql from './breakdown-values.sql' with { type: 'text' }
import { MetricCatalogue, metricCatalogue } from './catalogue.ts'
import { labelOf } from './group-by.ts'
import listSql from './list.sql' with { type: 'text' }
import namesSql from './names.sql' with { type: 'text' }
import pageStartSql from './page-start.sql' with { type: 'text' }
import { metricPoint, pointColumns } from './point.ts'
import { seriesOf, stats } from './series.ts'

const filters = {
  from: time,
  to: time,
  service: maybe(text),
  name: maybe(text),
  type: maybe(text),
  session: maybe(text),
  limit: int,
  offset: int,
}
const pageStart = query(pageStartSql, filters, { total: int, start: maybe(time) })
const listPoints = query(listSql, { ...filters, bytes: int }, pointColumns)
const listNames = query(namesSql, { service: maybe(text) }, { name: text })
const breakdownValues = query(
  breakdownSql,
  { name: text, service: maybe(text), asked: maybe(text), pointer: maybe(text) },
  { label: text },
)

const listAttributes = query(
  attributesSql,
  { name: text, service: maybe(text) },
  { name: text, values: int, resource: flag },
)

const Names = z.object({ names: z.array(z.string()) })
const Values = z.object({ values: z.array(z.string()) })
const Attributes = z.object({
  attributes: z.array(
    z.object({
      name: z.string(),
      values: z.number().describe('how many different ones'),
      resource: z.boolean().describe('of the resource, not of the point'),
    }),
  ),
})
const BatchResults = z.object({
  results: z.array(
    z.object({
      id: z.string().describe('of the query; empty where it has none'),
      success: z.boolean(),
      error: z.string().optional(),
      series: z.array(Series).optional(),
      seriesTotal: z.number().optional(),
      intervalSeconds: z.number().optional(),
    }),
  ),
})

const seriesParams = {
  name: requiredText.meta({ example: 'claude_code.token.usage' }),
  service: serviceParam,
  interval: intervalParam.optional(),
  groupBy: textParam.meta({
    description: 'the attribute to tell series apart by, of the point or its resource',
    example: 'type',
  }),
  filter: filterParam,
  stat: wordParam(stats).optional(),
}

/** One query of a batch, read on its own, so that a bad one fails alone. */
const batchQuery = exactly({
  id: z.union([z.string(), z.number()], 'is missing; give each query its own id'),
  ...seriesParams,
  service: serviceParam.nullable(),
  groupBy: textParam.nullable(),
  filter: filterBody.nullish(),
  interval: intervalParam.nullish(),
  stat: wordParam(stats).nullish(),
  aggregate: z.union([z.boolean(), flagParam], 'use true or false').nullish(),
})
const batchBody = exactly({
  ...windowParams,
  interval: intervalParam.nullish(),
  queries: z
    .array(z.unknown(), { error: ({ input }) => (input === undefined ? 'is missing' : 'is not a list') })
    .max(50, 'has more than 50 queries; ask in several requests')
    .meta({ items: itemsOf(batchQuery) }),
})

export function metricsRoutes({ store, agents }: ApiDeps) {
  const catalogue = metricCatalogue(agents)
  return new Hono()
    .get(
      '/api/metrics',
      about('Metric points, newest first, as received and as derived', MetricList),
      queryOf(
        z.object({
          ...windowParams,
          ...pageParams,
          service: serviceParam,
          name: textParam,
          type: wordParam(metricTypes).optional(),
          sessionId: sessionParam,
        }),
      ),
      async (c) => {
        const { service, name, type, sessionId, limit, offset, ...given } = c.req.valid('query')
        const asked = { ...timeRange(given), service, name, type, session: sessionId, limit, offset }
        const [found] = await pageStart(store, asked)
        const total = found?.total ?? 0
        const rows =
          offset < total ? await listPoints(store, { ...asked, from: found!.start!, bytes: pageBytesMax }) : []
        const hasMore = offset + rows.length < total
        return send<MetricList>(c, { metrics: rows.map(metricPoint), total, hasMore })
      },
    )
    .get(
      '/api/metrics/names',
      about('The names of all metrics', Names),
      queryOf(z.object({ service: serviceParam })),
      async (c) => {
        const rows = await listNames(store, c.req.valid('query'))
        return send<z.infer<typeof Names>>(c, { names: rows.map((row) => row.name) })
      },
    )
    .get(
      '/api/metrics/catalogue',
      about('What metrics are called and mean, as far as it is known', MetricCatalogue),
      (c) => send<MetricCatalogue>(c, catalogue),
    )
    .get(
      '/api/metrics/attributes',
      about('The attributes that the points of a metric carry, of all time', Attributes),
      queryOf(z.object({ name: requiredText, service: serviceParam })),
      async (c) => {
        const { name, service } = c.req.valid('query')
        const rows = await listAttributes(store, { name, service })
        return send<z.infer<typeof Attributes>>(c, { attributes: rows })
      },
    )
    .get(
      '/api/metrics/breakdown-values',
      about('The values of an attribute of a metric, of all time', Values),
      queryOf(z.object({ name: requiredText, attribute: requiredText, service: serviceParam })),
      async (c) => {
        const { name, attribute, service } = c.req.valid('query')
        const rows = await breakdownValues(store, { name, service, ...labelOf(attribute) })
        return send<z.infer<typeof Values>>(c, { values: rows.map((row) => row.label) })
      },
    )
    .get(
      '/api/metrics/series',
      about('A metric over time', SeriesList),
      queryOf(z.object({ ...seriesParams, ...windowParams, aggregate: flagParam })),
      async (c) => {
        const { from, to, interval, ...question } = c.req.valid('query')
        const range = timeRange({ from, to })
        return send<SeriesList>(c, await seriesOf(store, { ...question, range, stepSeconds: interval }))
      },
    )
    .post(
      '/api/metrics/batch-series',
      about('Up to 50 metrics over the same time', BatchResults),
      bodyOf(batchBody),
      async (c) => {
        const { from, to, interval, queries } = c.req.valid('json')
        const range = timeRange({ from, to })
        const results = await Promise.all(
          queries.map(async (given) => {
            const parsed = batchQuery.safeParse(given)
            if (!parsed.success)
              return { id: idOf(given), success: false, error: firstIssue(parsed.error, 'the query') }
            const { name, service, groupBy, filter, stat, aggregate, interval: own } = parsed.data
            const id = String(parsed.data.id)
            try {
              const answer = await seriesOf(store, {
                name,
                service: service ?? undefined,
                groupBy: groupBy ?? undefined,
                filter: filter ?? undefined,
                stat: stat ?? undefined,
                aggregate: aggregate ?? false,
                stepSeconds: own ?? interval ?? undefined,
                range,
              })
              return { id, success: true, ...answer }
            } catch (error) {
              if (!(error instanceof ApiError || error instanceof QueryTimeout)) throw error
              return { id, success: false, error: error.message }
            }
          }),
        )
        return send<z.infer<typeof BatchResults>>(c, { results })
      },
    )
}

/** The id that a query which cannot be read has, if it has one: its answer stands in its place all the same. */
function idOf(given: unknown): string {
  const { id } = Object(given) as { id?: unknown }
  return typeof id === 'string' || typeof id === 'number' ? String(id) : ''
}

// api.ts: what the screens ask the server. The client knows each route, its parameters and its answer from the server's
// own types; only the fetching is ours, for one kind of error everywhere.
import { hc, type InferResponseType } from 'hono/client'
import type { Api } from '../server/api/index.ts'
import type { Machine } from '../server/api/machine/shape.ts'
import type { Question, Topic } from './lib/answers.ts'
import type {
  Budget,
  OverheadSum,
  Repriced,
  SavedView,
  SqlAnswer,
  Statistic,
  TraceKind,
  Transcript,
  UsageKey,
  UsageWeek,
  Webhook,
} from './lib/shapes.ts'
import type { Window } from './lib/time-range.ts'
import type { UsageInterval } from './lib/usage-interval.ts'
import { lastLine, request, requestLarge, sendJson } from './request.ts'

const { api, health: healthRoute } = hc<Api>(location.origin)

// biome-ignore lint/suspicious/noExplicitAny: a route takes the arguments that its own type says; here any route may stand.
type Route = { $url(args?: any): URL; $get(args?: any, options?: any): Promise<any> }
type Answer<R extends Route> = InferResponseType<R['$get'], 200>

/** The address of a route with its arguments; what is absent is left out. */
function addressOf<R extends Route>(route: R, args: Parameters<R['$get']>[0]): string {
  const { query, ...rest } = (args ?? {}) as { query?: Record<string, string | undefined> }
  const given = Object.fromEntries(
    Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== ''),
  )
  const { pathname, search } = route.$url({ ...rest, query: given })
  return pathname + search
}

function ask<R extends Route>(route: R, args: Parameters<R['$get']>[0], topics: readonly Topic[]): Question<Answer<R>> {
  const url = addressOf(route, args)
  return { key: url, topics, ask: (signal) => request<Answer<R>>(url, { signal }) }
}

function postJson<T>(route: { $url(): URL }, body: unknown, signal: AbortSignal): Promise<T> {
  return request<T>(route.$url().pathname, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    signal,
  })
}

/** A window whose edges may be exact to the nanosecond, as RFC 3339 text. */
export type ExactWindow = { from: number | string | undefined; to: number | string | undefined }

const written = (edge: number | string) => (typeof edge === 'string' ? edge : new Date(edge).toISOString())

/** The parameters of a window; all time is from the beginning, since the API's default is the last 24 hours. */
function within({ from, to }: ExactWindow) {
  return { from: written(from ?? 0), to: to === undefined ? undefined : written(to) }
}

/**
 * What changes usage and sessions. The server tells so once a second; the records themselves it tells at once, and with them
 * a view that reaches up to now is asked anew without that wait.
 */
const ledger: readonly Topic[] = ['usage', 'sessions', 'traces', 'metrics', 'logs']

/** As `ledger`, but what is over changes only by an import. */
function ledgerTopics({ to }: Window): readonly Topic[] {
  return to === undefined ? ledger : ['usage', 'sessions']
}

/** Lists of what can be chosen are read from every point there is: not with each that comes. */
const choicesMs = 10_000

type Page = { limit?: number; offset?: number }

function paged({ limit, offset }: Page) {
  return {
    limit: limit === undefined ? undefined : String(limit),
    offset: offset === undefined ? undefined : String(offset),
  }
}

export type TraceFilter = { service?: string; search?: string; kind?: TraceKind; sessionId?: string }
export const traces = (window: Window, filter: TraceFilter, page: Page = {}) =>
  ask(api.traces, { query: { ...within(window), ...filter, ...paged(page) } }, ['traces'])

const firstSpans = 500

/** The first spans of a trace: of most traces all. 20,000 take a second until they are here. */
export const traceStart = (id: string, kind: TraceKind) =>
  ask(api.traces[':id'], { param: { id }, query: { kind, limit: String(firstSpans) } }, ['traces'])

export function trace(id: string, kind: TraceKind): Question<Answer<(typeof api.traces)[':id']>> {
  const url = addressOf(api.traces[':id'], { param: { id }, query: { kind } })
  return { key: url, topics: ['traces'], ask: (signal) => requestLarge(url, { signal }) }
}

/** The model requests of a trace as the ledger counts them. */
export const traceCalls = (id: string) => ask(api.traces[':id'].calls, { param: { id } }, ['traces', 'logs', 'usage'])

export type LogFilter = {
  service?: string
  severity?: string
  traceId?: string
  sessionId?: string
  search?: string
  /** Values by attribute, as JSON; and those of records that are left out. */
  filter?: string
  exclude?: string
}
export const logs = (window: ExactWindow, filter: LogFilter, page: Page = {}) => ({
  ...ask(api.logs, { query: { ...within(window), ...filter, ...paged(page) } }, ['logs']),
  spacingMs: 400,
})
export const logHistogram = (window: Window, filter: LogFilter, intervalSeconds: number) =>
  ask(api.logs.histogram, { query: { ...within(window), ...filter, interval: String(intervalSeconds) } }, ['logs'])
/** What the records can be narrowed by, with counts. */
export const logFacets = (window: Window, filter: LogFilter) =>
  ask(api.logs.facets, { query: { ...within(window), ...filter } }, ['logs'])
export const logLevels = (window: Window, filter: Omit<LogFilter, 'severity'>) =>
  ask(api.logs.levels, { query: { ...within(window), ...filter } }, ['logs'])

export const metricNames = (service?: string) => ask(api.metrics.names, { query: { service } }, ['metrics'])
export const metricPoints = (window: Window, filter: { name?: string; service?: string }, page: Page = {}) =>
  ask(api.metrics, { query: { ...within(window), ...filter, ...paged(page) } }, ['metrics'])
export const metricCatalogue = () => ask(api.metrics.catalogue, {}, [])
export const metricAttributes = (name: string) => ({
  ...ask(api.metrics.attributes, { query: { name } }, ['metrics']),
  spacingMs: choicesMs,
})
/** The values of several attributes in one question. */
export const metricValues = (name: string, attributes: readonly string[]): Question<Map<string, string[]>> => ({
  key: `metric values ${name} ${attributes.join(' ')}`,
  topics: ['metrics'],
  spacingMs: choicesMs,
  async ask(signal) {
    const values = async (attribute: string) => {
      const url = addressOf(api.metrics['breakdown-values'], { query: { name, attribute } })
      return (await request<{ values: string[] }>(url, { signal })).values
    }
    const found = await Promise.all(attributes.map(values))
    return new Map(attributes.map((attribute, index) => [attribute, found[index]!]))
  },
})
/** Values by attribute: points that have one of each; an empty text stands for none. */
export type AttributeFilter = Readonly<Record<string, readonly string[]>>
export type SeriesFilter = {
  name: string
  service?: string | undefined
  interval?: string
  /** One value over the whole window. */
  aggregate?: boolean
  groupBy?: string | undefined
  stat?: Statistic | undefined
  filter?: AttributeFilter | undefined
}
export const metricSeries = (window: Window, { filter, aggregate, ...query }: SeriesFilter) =>
  ask(
    api.metrics.series,
    {
      query: {
        ...within(window),
        ...query,
        ...(aggregate ? { aggregate: 'true' as const } : {}),
        ...(filter && Object.keys(filter).length > 0 ? { filter: JSON.stringify(filter) } : {}),
      },
    },
    ['metrics'],
  )

export const services = () => ask(api.services, {}, ['traces', 'metrics', 'logs'])
export const stats = () => ask(api.stats, {}, ledger)

export type SessionFilter = {
  tool?: string
  service?: string
  project?: string
  branch?: string
  model?: string
  search?: string
  status?: 'active' | 'ended'
  cost?: string
  tokens?: string
  requests?: string
  errors?: string
  durationMs?: string
  sort?: string
}
export const sessionFacets = (window: Window, filter: SessionFilter) =>
  ask(api['session-facets'], { query: { ...within(window), ...filter } }, ledgerTopics(window))
export const sessions = (window: Window, filter: SessionFilter, page: Page = {}) =>
  ask(api.sessions, { query: { ...within(window), ...filter, ...paged(page) } }, ledgerTopics(window))
export const session = (id: string) => ask(api.sessions[':id'], { param: { id }, query: {} }, ledger)

const firstMessages = 200

/** The beginning of a transcript: what is read first, and for most sessions all. */
export const transcriptStart = (id: string): Question<Transcript> =>
  ask(api.sessions[':id'].transcript, { param: { id }, query: paged({ limit: firstMessages }) }, [
    'sessions',
    'logs',
    'traces',
  ])

/** Messages at the end that may still change (a tool that runs, an answer that streams) and are read again. */
const unsettledMessages = 100

/** A whole transcript; one of many megabytes comes in pieces. Asked again, only its end is read. */
export function wholeTranscript(id: string): Question<Transcript> {
  const route = api.sessions[':id'].transcript
  return {
    key: `${addressOf(route, { param: { id }, query: {} })} whole`,
    topics: ['sessions', 'logs', 'traces'],
    async ask(signal, before) {
      const messages = before?.messages.slice(0, Math.max(0, before.messages.length - unsettledMessages)) ?? []
      for (;;) {
        const query = { whole: 'true' as const, offset: String(messages.length) }
        const page = await requestLarge<Transcript>(addressOf(route, { param: { id }, query }), { signal })
        messages.push(...page.messages)
        if (!page.hasMore || page.messages.length === 0) return { ...page, messages }
      }
    },
  }
}

/** What the agents do now; it also moves on by itself, so whoever shows it asks from time to time. */
export const running = () => ask(api.running, {}, ledger)

export type UsageFilter = { [K in UsageKey]?: string }
export const usage = (
  window: Window,
  groupBy: readonly UsageKey[],
  options: { interval?: UsageInterval; tz?: string; filter?: UsageFilter } = {},
) =>
  ask(
    api.usage,
    {
      query: {
        from: window.from === undefined ? undefined : written(window.from),
        to: window.to === undefined ? undefined : written(window.to),
        groupBy: groupBy.join(','),
        interval: options.interval,
        tz: options.tz,
        ...options.filter,
      },
    },
    ledgerTopics(window),
  )

/** What there is of a key, the first seen first: the order in which colours are given. */
export const usageValues = (key: UsageKey) => ({
  ...ask(api.usage.values, { query: { key } }, ['usage']),
  spacingMs: choicesMs,
})

/** What caches saved of what usage shows. */
export const savings = (window: Window, groupBy: UsageKey, filter: UsageFilter = {}) =>
  ask(
    api.usage.savings,
    {
      query: {
        from: window.from === undefined ? undefined : written(window.from),
        to: window.to === undefined ? undefined : written(window.to),
        groupBy,
        ...filter,
      },
    },
    ledgerTopics(window),
  )
/** The windows that subscriptions count in: five hours, and the week. */
export const usageWindows = (tool?: string) => ask(api.usage.windows, { query: { tool } }, ledger)
export const usageWeeks = () => ask(api.usage.weeks, {}, [])
export const saveUsageWeeks = (weeks: readonly UsageWeek[]) =>
  sendJson<unknown>('PUT', api.usage.weeks.$url().pathname, { weeks })

export const tools = (window: Window, filter: { tool?: string; project?: string } = {}) =>
  ask(api.tools, { query: { ...within(window), ...filter } }, ledgerTopics(window))
export const errors = (window: Window, filter: { tool?: string; session?: string } = {}, page: Page = {}) =>
  ask(api.errors, { query: { ...within(window), ...filter, ...paged(page) } }, ledgerTopics(window))
export const overhead = (
  window: Window,
  filter: { kind?: OverheadSum['kind']; tool?: string; model?: string; session?: string },
  page: Page = {},
) => ask(api.overhead, { query: { ...within(window), ...filter, ...paged(page) } }, ledgerTopics(window))
export const audit = (filter: { tool?: string; session?: string }) => ask(api.audit, { query: filter }, ledger)
export const search = (window: Window, q: string, limit = 20) =>
  ask(api.search, { query: { ...within(window), q, ...paged({ limit }) } }, ['sessions'])

/** Names, colours and set-up of the agents: every screen asks for them, and records do not change them. */
export const agents = () => ask(api.agents, {}, [])
/** The same with what each has sent so far. */
export const agentActivity = () => {
  const question = ask(api.agents, {}, ledger)
  return { ...question, key: `${question.key} activity` }
}
export const status = () => ask(api.status, {}, ledger)
export const databaseTables = () => ask(api.status.tables, {}, ledger)
export const health = () => ask(healthRoute, {}, [])
export const prices = () => ask(api.prices, { query: {} }, [])

/** Runs one read-only statement. */
export const runSql = (sql: string, limit: number, signal: AbortSignal) =>
  postJson<SqlAnswer>(api.sql, { sql, limit }, signal)

/** The rows of one read-only statement as a Parquet file. */
export const parquetOf = (sql: string, limit: number) =>
  request<Blob>(api.sql.parquet.$url().pathname, {
    method: 'POST',
    body: JSON.stringify({ sql, limit }),
    headers: { 'content-type': 'application/json' },
  })

/** What a budget is; what was spent of it is told with it. */
export type BudgetGiven = Pick<Budget, 'period' | 'limitUsd' | 'warnPercent' | 'tz'> &
  Partial<Pick<Budget, 'id' | 'name' | 'tool' | 'project'>>

export const budgets = () => ask(api.budgets, {}, ledger)
/** Those that are reached, or nearly, in their present period. */
export const alerts = () => ask(api.alerts, { query: {} }, ledger)
export const webhook = () => ask(api.alerts.webhook, {}, [])
/** Sets all budgets at once. */
export const saveBudgets = (list: readonly BudgetGiven[]) =>
  sendJson<unknown>('PUT', api.budgets.$url().pathname, { budgets: list })
export const saveWebhook = (url: string | null) => sendJson<Webhook>('PUT', api.alerts.webhook.$url().pathname, { url })
export const tryWebhook = () => sendJson<{ ok: boolean; message: string }>('POST', api.alerts.test.$url().pathname, {})

export const unpriced = () => ask(api.prices.unpriced, {}, ledger)

/** A price of one's own: dollars for a million tokens; without `from` it holds since ever. */
export type PriceGiven = {
  input?: number
  output?: number
  cacheRead?: number
  cacheWrite5m?: number
  cacheWrite1h?: number
  from?: string
  included?: boolean
}
const pricePath = (model: string) => `${api.prices.$url().pathname}/${encodeURIComponent(model)}`
export const savePrice = (model: string, price: PriceGiven) => sendJson<unknown>('PUT', pricePath(model), price)
export const removePrice = (model: string) => request<void>(pricePath(model), { method: 'DELETE' })
/** What the present prices would move in history, or moves it. */
export const reprice = (dryRun: boolean) => sendJson<Repriced>('POST', api.prices.reprice.$url().pathname, { dryRun })

/** The views of the page that were saved by name. */
export const savedViews = () => ask(api.views, {}, [])
export const saveView = (name: string, path: string) =>
  sendJson<SavedView>('POST', api.views.$url().pathname, { name, path })
export const changeView = (id: string, changes: { name?: string; path?: string }) =>
  sendJson<SavedView>('PUT', `${api.views.$url().pathname}/${encodeURIComponent(id)}`, changes)
export const deleteView = (id: string) =>
  request<void>(`${api.views.$url().pathname}/${encodeURIComponent(id)}`, { method: 'DELETE' })

/** Writes the whole database of this moment into a file on the server. */
export const backUp = (output: string) =>
  sendJson<{ bytes: number; durationMs: number }>('POST', api.backup.$url().pathname, { output })

/** Writes the database file anew, without what is free in it. */
export const compact = () =>
  lastLine<{ bytesBefore: number; bytesAfter: number; durationMs: number }>(api.compact.$url().pathname, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })

const machinePath = '/api/machine'
/** How the server is set, and which agents of its machine send to it. */
export const machine = (): Question<Machine> => ({
  key: machinePath,
  topics: [],
  ask: (signal) => request(machinePath, { signal }),
})

export const tokens = () => ask(api.tokens, {}, [])
export const createToken = (given: { name: string; user?: string; scopes: string[] }) =>
  sendJson<{ token: string; name: string }>('POST', api.tokens.$url().pathname, given)
export const revokeToken = (id: string) =>
  request<void>(`${api.tokens.$url().pathname}/${encodeURIComponent(id)}`, { method: 'DELETE' })

export const dashboards = () => ask(api.dashboards, {}, [])
export const defaultDashboard = () => ask(api.dashboards.default, {}, [])
export const dashboard = (id: string) => ask(api.dashboards[':id'], { param: { id } }, [])

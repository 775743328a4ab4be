// api.ts: every question the page asks the server.
import type { Question, Topic } from './lib/answers.ts'
import type {
  AgentInfo,
  Audit,
  ErrorList,
  Levels,
  LogList,
  MetricList,
  PriceList,
  Refusal,
  Series,
  SeriesQuery,
  SeriesResult,
  SessionDetail,
  SessionList,
  Span,
  SqlAnswer,
  Stats,
  Status,
  ToolStats,
  TraceKind,
  TraceList,
  Transcript,
  Usage,
  UsageKey,
} from './lib/shapes.ts'
import type { Window } from './lib/time-range.ts'
import { tokenWanted } from './token.ts'

/** An answer that is not 2xx, or none at all (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId?: string,
  ) {
    super(message)
  }
}

type Query = Record<string, string | number | boolean | undefined>

function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Fetches JSON; what went wrong becomes an {@link ApiError} with the server's own words. */
export async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown
    throw new ApiError(0, 'The server does not answer.')
  }
  if (response.status === 401) tokenWanted()
  if (!response.ok) {
    const failure = (await response.json().catch(() => undefined)) as Partial<Refusal> | undefined
    const requestId = response.headers.get('x-request-id') ?? undefined
    throw new ApiError(response.status, failure?.message ?? `${response.status} ${response.statusText}`, requestId)
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

function get<T>(path: string, query: Query, topics: readonly Topic[]): Question<T> {
  const url = address(path, query)
  return { key: url, topics, ask: (signal) => request<T>(url, { signal }) }
}

function post<T>(path: string, body: unknown, topics: readonly Topic[]): Question<T> {
  const text = JSON.stringify(body)
  return {
    key: `${path} ${text}`,
    topics,
    ask: (signal) =>
      request<T>(path, { method: 'POST', body: text, headers: { 'content-type': 'application/json' }, signal }),
  }
}

/** A window whose edges may be exact to the nanosecond, as RFC 3339 text. */
export type ExactWindow = { from: number | string | undefined; to: number | string | undefined }

const written = (edge: number | string) => (typeof edge === 'string' ? edge : new Date(edge).toISOString())

/** The parameters of a window; all time is from the beginning, since the API's default is the last 24 hours. */
function within({ from, to }: ExactWindow) {
  return { from: written(from ?? 0), to: to === undefined ? undefined : written(to) }
}

type Page = { limit?: number; offset?: number }

export type TraceFilter = { service?: string; search?: string; kind?: TraceKind; sessionId?: string }
export const traces = (window: Window, filter: TraceFilter, page: Page = {}) =>
  get<TraceList>('/api/traces', { ...within(window), ...filter, ...page }, ['traces'])

export const trace = (id: string, kind: TraceKind = 'otel_trace') =>
  get<{ spans: Span[] }>(`/api/traces/${encodeURIComponent(id)}`, { kind: kind === 'otel_trace' ? undefined : kind }, [
    'traces',
  ])

export type LogFilter = { service?: string; severity?: string; traceId?: string; sessionId?: string; search?: string }
export const logs = (window: ExactWindow, filter: LogFilter, page: Page = {}) =>
  get<LogList>('/api/logs', { ...within(window), ...filter, ...page }, ['logs'])
export const logLevels = (window: Window, service?: string) =>
  get<Levels>('/api/logs/levels', { ...within(window), service }, ['logs'])

export const metricNames = (service?: string) =>
  get<{ names: string[] }>('/api/metrics/names', { service }, ['metrics'])
export const metricPoints = (window: Window, filter: { name?: string; service?: string }, page: Page = {}) =>
  get<MetricList>('/api/metrics', { ...within(window), ...filter, ...page }, ['metrics'])
export const metricBreakdownValues = (name: string, attribute: string, service?: string) =>
  get<{ values: string[] }>('/api/metrics/breakdown-values', { name, attribute, service }, ['metrics'])
export const metricSeries = (window: Window, query: Omit<SeriesQuery, 'id'>) =>
  get<{ series: Series[] }>('/api/metrics/series', { ...within(window), ...query }, ['metrics'])
export const metricBatch = (window: Window, interval: string, queries: SeriesQuery[]) =>
  post<{ results: SeriesResult[] }>('/api/metrics/batch-series', { ...within(window), interval, queries }, ['metrics'])

export const services = () => get<{ services: string[] }>('/api/services', {}, ['traces', 'metrics', 'logs'])
export const stats = () => get<Stats>('/api/stats', {}, ['traces', 'metrics', 'logs', 'sessions', 'usage'])

export type SessionFilter = {
  tool?: string
  service?: string
  project?: string
  model?: string
  search?: string
  sort?: string
}
export const sessions = (window: Window, filter: SessionFilter, page: Page = {}) =>
  get<SessionList>('/api/sessions', { ...within(window), ...filter, ...page }, ['sessions', 'usage'])
export const session = (id: string) =>
  get<SessionDetail>(`/api/sessions/${encodeURIComponent(id)}`, {}, ['sessions', 'usage'])
export const transcript = (id: string, page: Page = {}) =>
  get<Transcript>(`/api/sessions/${encodeURIComponent(id)}/transcript`, { ...page }, ['sessions'])

const pageMessages = 1_000
/** Messages at the end that may still change (a tool that runs, an answer that streams) and are read again. */
const unsettledMessages = 100

/** A whole transcript, page by page; asked again it reads only its end. */
export function wholeTranscript(id: string): Question<Transcript> {
  const path = `/api/sessions/${encodeURIComponent(id)}/transcript`
  return {
    key: `${path} all`,
    topics: ['sessions'],
    async ask(signal, before) {
      const kept = before?.messages.slice(0, Math.max(0, before.messages.length - unsettledMessages)) ?? []
      const messages = [...kept]
      for (;;) {
        const url = address(path, { limit: pageMessages, offset: messages.length })
        const page = await request<Transcript>(url, { signal })
        messages.push(...page.messages)
        if (!page.hasMore || page.messages.length === 0) return { ...page, messages }
      }
    },
  }
}

export type UsageFilter = { [K in UsageKey]?: string }
export const usage = (
  window: Window,
  groupBy: readonly UsageKey[],
  options: { interval?: 'hour' | 'day' | 'week' | 'month'; tz?: string; filter?: UsageFilter } = {},
) =>
  get<Usage>(
    '/api/usage',
    {
      from: window.from === undefined ? undefined : new Date(window.from).toISOString(),
      to: window.to === undefined ? undefined : new Date(window.to).toISOString(),
      groupBy: groupBy.join(','),
      interval: options.interval,
      tz: options.tz,
      ...options.filter,
    },
    ['usage'],
  )

export const tools = (window: Window, filter: { tool?: string; project?: string } = {}) =>
  get<{ tools: ToolStats[] }>('/api/tools', { ...within(window), ...filter }, ['sessions', 'usage'])
export const errors = (window: Window, filter: { tool?: string; session?: string } = {}, page: Page = {}) =>
  get<ErrorList>('/api/errors', { ...within(window), ...filter, ...page }, ['usage', 'sessions', 'logs'])
export const audit = (filter: { tool?: string; session?: string }, window?: Window, page: Page = {}) =>
  get<Audit>('/api/audit', { ...(window ? within(window) : {}), ...filter, ...page }, ['usage'])
export const search = (window: Window, q: string, limit = 20) =>
  get<{
    hits: { sessionId: string; messageIndex: number; timestamp: string; role: string; snippet: string }[]
    total: number
  }>('/api/search', { ...within(window), q, limit }, ['sessions'])

export const agents = () => get<{ agents: AgentInfo[] }>('/api/agents', {}, [])
export const status = () => get<Status>('/api/status', {}, ['traces', 'metrics', 'logs', 'sessions', 'usage'])
export const health = () => get<{ status: string; version: string }>('/health', {}, [])
export const prices = () => get<PriceList>('/api/prices', {}, [])

/** Runs one read-only statement. */
export function runSql(sql: string, limit: number, signal: AbortSignal): Promise<SqlAnswer> {
  return request<SqlAnswer>('/api/sql', {
    method: 'POST',
    body: JSON.stringify({ sql, limit }),
    headers: { 'content-type': 'application/json' },
    signal,
  })
}

// index.ts: all routes of the API, chained, so that the page's client (`hc<Api>`) knows each question and answer.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { hostAllowed } from '../receivers/guard.ts'
import { agentsRoutes } from './agents/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { backupRoutes } from './backup/routes.ts'
import { type AlertWatch, createAlertWatch } from './budgets/alert-watch.ts'
import { budgetsRoutes } from './budgets/routes.ts'
import { webhookRoutes } from './budgets/webhook-routes.ts'
import { compactionRoutes } from './compaction/routes.ts'
import { dashboardsRoutes } from './dashboards/routes.ts'
import type { ApiDeps } from './deps.ts'
import { about } from './describe.ts'
import { errorsRoutes } from './errors/routes.ts'
import { ApiError, errorHandler, errorResponse } from './errors.ts'
import { exportRoutes } from './export/routes.ts'
import { type GuardRules, guarded, secured } from './guard.ts'
import { ingestRoutes } from './ingest/routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import type { Socket } from './live/client.ts'
import { createLive, type Live } from './live/live.ts'
import { liveQuestions } from './live/questions.ts'
import { logsRoutes } from './logs/routes.ts'
import { metricsRoutes } from './metrics/routes.ts'
import { docsPage, docsStyle } from './openapi/docs.ts'
import { openApi } from './openapi/openapi.ts'
import { overheadRoutes } from './overhead/routes.ts'
import type { PageFiles } from './page-files.ts'
import { pricesRoutes } from './prices/routes.ts'
import { removalRoutes } from './removal/routes.ts'
import { runningRoutes } from './running/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { servicesRoutes } from './services/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'
import { createAsk } from './sql/ask.ts'
import { parquetRoutes } from './sql/parquet.ts'
import { sqlRoutes } from './sql/routes.ts'
import { createMonitor, type Monitor } from './status/monitor.ts'
import { statusRoutes } from './status/routes.ts'
import { statuslineRoutes } from './statusline/routes.ts'
import { tokensRoutes } from './tokens/routes.ts'
import { toolsRoutes } from './tools/routes.ts'
import { tracesRoutes } from './traces/routes.ts'
import { usageRoutes } from './usage/routes.ts'
import { viewsRoutes } from './views/routes.ts'

/** Every route; modules of other folders are chained here, each a `Hono` of its own with full paths. */
function routes(deps: ApiDeps, monitor: Monitor, live: Live, alerts: AlertWatch) {
  const ask = createAsk(deps.store)
  return new Hono()
    .route('/', statusRoutes(deps, monitor, live, ask))
    .route('/', servicesRoutes(deps))
    .route('/', agentsRoutes(deps, monitor))
    .route('/', tracesRoutes(deps))
    .route('/', logsRoutes(deps))
    .route('/', metricsRoutes(deps))
    .route('/', sqlRoutes(deps, ask))
    .route('/', parquetRoutes(deps))
    .route('/', usageRoutes(deps))
    .route('/', pricesRoutes(deps))
    .route('/', sessionsRoutes(deps))
    .route('/', runningRoutes(deps))
    .route('/', toolsRoutes(deps))
    .route('/', errorsRoutes(deps))
    .route('/', overheadRoutes(deps))
    .route('/', auditRoutes(deps))
    .route('/', searchRoutes(deps))
    .route('/', removalRoutes(deps))
    .route('/', exportRoutes(deps))
    .route('/', ingestRoutes(deps))
    .route('/', dashboardsRoutes(deps))
    .route('/', budgetsRoutes(deps, alerts.look))
    .route('/', webhookRoutes(alerts))
    .route('/', viewsRoutes(deps))
    .route('/', ledgerRoutes(deps))
    .route('/', statuslineRoutes(deps))
    .route('/', backupRoutes(deps))
    .route('/', compactionRoutes(deps))
    .route('/', tokensRoutes(deps, live))
}

/** What the page's client is made of. */
export type Api = ReturnType<typeof routes>

/** Asks the API's own routes, past the guard: for callers that have passed it, or are the program itself. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>
export type Mount = Hono | ((ask: Ask) => Hono)

export type ApiOptions = {
  /** Who may call; without it everybody may, which is only for calls inside the program. */
  rules?: GuardRules
  page?: PageFiles
  /** Routes that this folder may not know; those that answer through the API's own (MCP) are given how to ask them. */
  mounts?: readonly Mount[]
  /** Whether budgets that are reached are told to the user's address. */
  tellAlerts?: boolean
  /** Makes a WebSocket of a request; `false` when it is none. */
  upgrade?: (request: Request) => boolean
}

/** The whole of port 8080 as one handler, with what has to be stopped. */
export type ApiApp = {
  fetch(request: Request): Response | Promise<Response>
  /** The same for tests: `api.request('/api/traces?limit=1')`. */
  request: Hono['request']
  /** The routes of the API itself. */
  routes(): { method: string; path: string }[]
  live: Live
  stop(): void
}

/** No body that the API takes is larger; what agents push comes in at most 1,000 records. */
const bodyBytesMax = 16 * 1024 * 1024

export function createApi(deps: ApiDeps, options: ApiOptions = {}): ApiApp {
  const { rules, page, upgrade } = options
  const monitor = createMonitor(deps.store, deps.ingest)
  const live = createLive(deps.ingest, liveQuestions(deps.store), (message) => deps.log.warn(message))
  const alerts = createAlertWatch(deps, options.tellAlerts ?? false)
  const api = routes(deps, monitor, live, alerts)
  const inside = new Hono().onError(errorHandler(deps.log)).route('/', api)
  const ask: Ask = async (path, init) => inside.request(path, init)
  const mounts = (options.mounts ?? []).map((mount) => (typeof mount === 'function' ? mount(ask) : mount))

  const app = new Hono()
  app.onError(errorHandler(deps.log))
  app.use(secured)
  if (rules) app.use(guarded(rules))
  app.use(
    bodyLimit({
      maxSize: bodyBytesMax,
      onError: (c) =>
        errorResponse(c, new ApiError(413, `the body is larger than ${bodyBytesMax} bytes; send less at once`)),
    }),
  )
  // A browser that opens an address of the page gets the page, also where a program gets something else (/metrics); `/` is the
  // page for everybody.
  app.use(async (c, next) => {
    const { method, path } = c.req
    if (!page || !/^(GET|HEAD)$/.test(method) || isOurs(path)) return next()
    if (path !== '/' && !c.req.header('accept')?.includes('text/html')) return next()
    return page.index(c.req.raw)
  })
  const socket = new Hono().get('/ws', about(aboutSocket, Frame), (c) => {
    if (upgrade?.(c.req.raw)) return new Response(null)
    throw new ApiError(400, '/ws is a WebSocket; open it with an Upgrade request')
  })
  app.route('/', socket)
  app.route('/', api)
  for (const mount of mounts) app.route('/', mount)
  const describe = once(() =>
    openApi([...api.routes, ...socket.routes, ...mounts.flatMap((mount) => mount.routes)], deps.version),
  )
  app.get('/openapi.json', (c) => c.json(describe()))
  app.get('/docs', (c) => c.html(docsPage(describe())))
  app.get('/docs/style.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css; charset=utf-8' }))
  if (page) app.get('*', async (c, next) => (await page.get(c.req.raw)) ?? next())
  app.notFound((c) =>
    errorResponse(c, new ApiError(404, `there is no ${c.req.method} ${c.req.path}; GET /docs lists what there is`)),
  )
  methodsOf(app)

  /** Whether an address can be made of the Host header; of one that is not ours none needs to be. */
  const isNamed = (request: Request) => !rules || hostAllowed(rules.guard, request.headers.get('host'))

  return {
    fetch: (request) => (request.method === 'HEAD' && isNamed(request) ? likeGet(request, app) : app.fetch(request)),
    request: app.request,
    routes: () => api.routes.map(({ method, path }) => ({ method, path })),
    live,
    stop() {
      live.stop()
      monitor.stop()
      alerts.stop()
      page?.stop()
    },
  }
}

const aboutSocket =
  'A WebSocket: what is stored, as it is stored. Send {"subscribe":["traces","metrics","logs","sessions","usage"],"service"?,"sessionId"?}; without it all kinds come, without content'
const Frame = z
  .object({
    type: z.enum(['traces', 'metrics', 'logs', 'sessions', 'usage', 'dropped']),
    timestamp: z.string().optional(),
    payload: z.array(z.unknown()).optional(),
    count: z.number().optional().describe('with dropped: frames that a slow reader lost'),
  })
  .meta({ id: 'Frame', description: 'one JSON document a frame' })

/** Addresses that are never the page's. */
function isOurs(path: string): boolean {
  return /^\/(api|docs|openapi\.json|health|ws|mcp|login)(\/|$)/.test(path) || /\.\w+$/.test(path)
}

/** A known path asked by another method is 405, with what it can be asked by. */
function methodsOf(app: Hono): void {
  const methods = new Map<string, Set<string>>()
  for (const { method, path } of app.routes) {
    if (method === 'ALL' || path.includes('*')) continue
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    if (known.has('GET')) known.add('HEAD')
    app.all(path, (c) => {
      c.header('allow', [...known].sort().join(', '))
      return errorResponse(c, new ApiError(405, `${c.req.path} takes ${[...known].sort().join(', ')}`))
    })
  }
}

/**
 * HEAD is GET without the body, with the length that GET's would have: the runtime keeps the body back and counts it. (The
 * router's own HEAD has no body to count, and would say 0.) What streams is let go.
 */
async function likeGet(request: Request, app: Hono): Promise<Response> {
  const answer = await app.fetch(new Request(request.url, { headers: request.headers, signal: request.signal }))
  if (!/^text\/event-stream|ndjson/.test(answer.headers.get('content-type') ?? '')) return answer
  await answer.body?.cancel()
  return new Response(null, answer)
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

export type { Socket }

// serve.ts: the API's port on both loopbacks: routes, page and WebSocket behind one guard.
import type { Agent } from '#proto/agent.ts'
import type { Core } from '../core.ts'
import type { Log } from '../log.ts'
import { type Authorize, createGuard, type Guard, hostAllowed } from '../receivers/guard.ts'
import { listenOn } from '../receivers/listen.ts'
import { type ApiApp, createApi, type Mount } from './index.ts'
import { pageFiles } from './page-files.ts'
import type { Doors } from './status/doors.ts'

export type ListenApiOptions = {
  host: string
  /** 0: any free port. */
  port: number
  frontendUrl?: string | undefined
  /** Further names by which clients call this machine. */
  names?: readonly string[]
  authorize?: Authorize | undefined
  core: Core
  agents: readonly Agent[]
  version: string
  startedAt: Date
  urls: { otlpUrl: string; grpcUrl: string | null }
  log: Log
  /** What the receivers tell of themselves. */
  doors?: Doors
  /** The HTML import of the page. */
  page?: unknown
  /** Routes beside the API's own (MCP). */
  mounts?: readonly Mount[]
}

/** A port that listens. */
export type ApiServer = {
  port: number
  /** Takes no new request, lets those in flight end, closes the WebSockets. */
  stop(graceMs?: number): Promise<void>
}

/**
 * Seconds for a request to arrive in; a query may take longer than that (30 s), so it is lifted once the request is there, and
 * not before: a body that comes byte by byte would hold its connection for as long.
 */
const idleTimeoutSeconds = 30
const queryTimeoutSeconds = 120
/** A socket that answers no ping for this long is gone. */
const socketIdleSeconds = 120
const socketMessageBytesMax = 64 * 1024
/** Beyond what live/client.ts lets wait; reached only by a defect of ours. */
const socketWaitingBytesMax = 1024 * 1024

/** Opens the port. Throws what the system says when it is taken. */
export async function listenApi(options: ListenApiOptions): Promise<ApiServer> {
  const { host, port, frontendUrl, names = [], authorize, core, page, mounts = [], ...rest } = options
  let app: ApiApp | undefined
  let guard: Guard | undefined
  const serverOf = new WeakMap<Request, Bun.Server<undefined>>()

  const servers = await listenOn(host, port, (hostname, onPort) => {
    const server: Bun.Server<undefined> = Bun.serve({
      hostname,
      port: onPort,
      idleTimeout: idleTimeoutSeconds,
      // Beyond any body: the API counts itself, because the runtime's own 413 has no message.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // `development: false` alone would share the port with a second server, which then gets half of the requests.
      reusePort: false,
      fetch(request) {
        if (!app) return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
        serverOf.set(request, server)
        const lift = () => server.timeout(request, queryTimeoutSeconds)
        // Of a Host that is not ours no address can be made; the guard refuses it.
        const isOurs = guard !== undefined && hostAllowed(guard, request.headers.get('host'))
        if (request.body !== null && isOurs) return app.fetch(whenRead(request, lift))
        lift()
        return app.fetch(request)
      },
      error: () => new Response(null, { status: 500 }),
      websocket: {
        open: (socket) => app?.live.open(socket),
        message: (socket, text) => app?.live.hear(socket, String(text)),
        drain: (socket) => app?.live.drained(socket),
        close: (socket) => app?.live.closed(socket),
        idleTimeout: socketIdleSeconds,
        maxPayloadLength: socketMessageBytesMax,
        backpressureLimit: socketWaitingBytesMax,
        closeOnBackpressureLimit: true,
      },
    })
    return { port: server.port!, stop: (force?: boolean) => server.stop(force) }
  })
  const actual = servers[0]!.port
  guard = createGuard({ host, port: actual, frontendUrl, names })
  app = createApi(
    { ...rest, core, store: core.store, ingest: core.ingest },
    {
      rules: { guard, authorize },
      ...(page === undefined ? {} : { page: pageFiles(page) }),
      mounts,
      tellAlerts: true,
      upgrade: (request) => serverOf.get(request)?.upgrade(request) ?? false,
    },
  )
  const started = app
  return {
    port: actual,
    async stop(graceMs = 5000) {
      started.stop()
      const finished = Promise.all(servers.map((server) => server.stop()))
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      await Promise.race([finished, late])
      clearTimeout(timer)
      await Promise.all(servers.map((server) => server.stop(true)))
    },
  }
}

/** The same request; `done` is called when its body has been read to the end. */
function whenRead(request: Request, done: () => void): Request {
  const body = request.body!.pipeThrough(new TransformStream({ flush: done }))
  return new Request(request, { body, duplex: 'half' } as RequestInit)
}

// otlp-http-server.ts: the OTLP/HTTP port, HTTP/1.1 and h2c, on both loopbacks.
import type { Ingest } from '../ingest/ingest.ts'
import type { Log } from '../log.ts'
import { type Admission, createAdmission } from './admission.ts'
import { type Authorize, createGuard } from './guard.ts'
import { listenOn } from './listen.ts'
import { type Hooks, type OtlpHttp, otlpHttp } from './otlp-http.ts'
import type { ReceiverStats } from './receive.ts'

export type OtlpHttpServerOptions = {
  host: string
  /** 0: any free port. */
  port: number
  ingest: Pick<Ingest, 'submit'>
  bodyBytesMax: number
  /** What may come in now; the port's own when it is not shared with others. */
  admission?: Admission
  frontendUrl?: string | undefined
  /** Further names by which clients call this machine. */
  names?: readonly string[]
  authorize?: Authorize | undefined
  hooks?: Hooks | undefined
  log: Log
}

/** A port that listens. */
export type Receiver = {
  port: number
  stats(): ReceiverStats
  /** Takes no new request, finishes those in flight (up to `graceMs`), and closes. */
  stop(graceMs?: number): Promise<void>
}

/**
 * Seconds without a byte after which a connection is closed: the defence against clients that only hold one open. With
 * Bun's default of 10 uploads of 2 KB/s were cut, with 30 all finished.
 */
const idleTimeoutSeconds = 30

/** Opens the port. Throws what the system says when it is taken. */
export async function listenOtlpHttp(options: OtlpHttpServerOptions): Promise<Receiver> {
  const { host, port, frontendUrl, names = [], ...rest } = options
  let handler: OtlpHttp | undefined
  const servers = await listenOn(host, port, (hostname, onPort) => {
    const server = Bun.serve({
      hostname,
      port: onPort,
      http2: true,
      idleTimeout: idleTimeoutSeconds,
      // Beyond any body: we count ourselves, because the runtime's own 413 has neither type nor Status.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      // `development: false` alone would share the port with a second server, which then gets half of the requests.
      reusePort: false,
      fetch: (request, server) =>
        handler?.fetch(request, peerOf(server.requestIP(request))) ??
        new Response(null, { status: 503, headers: { 'retry-after': '1' } }),
      error: () => new Response(null, { status: 503, headers: { 'retry-after': '5' } }),
    })
    return { port: server.port!, stop: (force?: boolean) => server.stop(force) }
  })
  const actual = servers[0]!.port
  const guard = createGuard({ host, port: actual, frontendUrl, names })
  const http = otlpHttp({ admission: createAdmission(options), ...rest, guard })
  handler = http
  return {
    port: actual,
    stats: http.stats,
    async stop(graceMs = 8000) {
      http.refuse()
      const finished = Promise.all(servers.map((server) => server.stop()))
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
      await Promise.race([finished, late])
      clearTimeout(timer)
      await Promise.all(servers.map((server) => server.stop(true)))
    },
  }
}

/** The other end of a connection; requests of one connection are one client's. */
function peerOf(address: { address: string; port: number } | null): string {
  return address ? `${address.address} ${address.port}` : ''
}

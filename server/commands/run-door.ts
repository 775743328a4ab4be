// run-door.ts: the door of one run: hands what the agent sends to the server as it came, and notes whose sessions it is.
import { translate } from '#importers/index.ts'
import { decode, type Signal } from '../receivers/codec.ts'
import { createDecompressor } from '../receivers/decompress.ts'
import { encodingOf } from '../receivers/http-answer.ts'

export type RunDoor = {
  url: string
  /** The sessions it has seen. */
  sessions(): string[]
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const signalPath = /\/v1\/(traces|metrics|logs)$/
const kept = ['content-type', 'content-encoding', 'user-agent']

/**
 * @param forward hands a request to the server that runs now.
 * @param seen told of every session before the first record of it is handed on.
 */
export function openRunDoor(
  bodyBytesMax: number,
  forward: (
    path: string,
    init: { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> },
  ) => Promise<Response>,
  seen: (session: string) => Promise<void>,
): RunDoor {
  const decompress = createDecompressor(bodyBytesMax)
  const sessions = new Map<string, Promise<void>>()
  const underWay = new Set<Promise<unknown>>()

  /** The sessions of a body; of one that cannot be read the server says what is wrong. */
  async function sessionsOf(path: string, headers: Headers, body: Uint8Array): Promise<string[]> {
    const signal = signalPath.exec(path)?.[1] as Signal | undefined
    const encoding = encodingOf(headers.get('content-type'))
    if (!signal || !encoding) return []
    try {
      const plain = await decompress(headers.get('content-encoding'), body)
      const { telemetry } = decode(signal, encoding, plain, BigInt(Date.now()) * 1_000_000n)
      const { spans, logs, points, calls, aggregates, sessions } = translate(telemetry)
      const records = [...spans, ...logs, ...points].map(({ hot }) => hot.sessionId)
      const observed = [...calls, ...aggregates, ...sessions].map(({ sessionId }) => sessionId)
      return [...new Set([...records, ...observed])].filter((id) => id !== '')
    } catch {
      return []
    }
  }

  async function take(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const body = new Uint8Array(await request.arrayBuffer())
    const found = await sessionsOf(pathname, request.headers, body)
    for (const id of found) if (!sessions.has(id)) sessions.set(id, seen(id))
    await Promise.all(found.map((id) => sessions.get(id)))
    const headers: Record<string, string> = {}
    for (const name of kept) {
      const value = request.headers.get(name)
      if (value !== null) headers[name] = value
    }
    const response = await forward(pathname, { headers, body })
    const answer: Record<string, string> = {}
    for (const name of ['content-type', 'retry-after']) {
      const value = response.headers.get(name)
      if (value !== null) answer[name] = value
    }
    return new Response(await response.arrayBuffer(), { status: response.status, headers: answer })
  }

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    http2: true,
    idleTimeout: 30,
    maxRequestBodySize: bodyBytesMax,
    development: false,
    reusePort: false,
    async fetch(request) {
      if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
      // A page of a browser has no business here.
      if (request.headers.has('origin')) return new Response(null, { status: 403 })
      const work = take(request)
      underWay.add(work)
      try {
        return await work
      } catch {
        return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
      } finally {
        underWay.delete(work)
      }
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    sessions: () => [...sessions.keys()],
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
    stop: () => server.stop(true),
  }
}

// dev-server.ts: the page by itself, for building it: `bun frontend/dev-server.ts --api http://127.0.0.1:8080` goes to a server's
// API; without --api the answers are invented (dev/). Never part of the binary.
import { parseArgs } from 'node:util'
import page from './index.html'

const { values } = parseArgs({
  options: {
    api: { type: 'string' },
    port: { type: 'string', default: '5173' },
    empty: { type: 'boolean', default: false },
  },
})
const fixture = values.api ? undefined : await import('./dev/fixture.ts')

type Tunnel = { upstream: WebSocket | undefined; path: string }

async function api(request: Request): Promise<Response> {
  const url = new URL(request.url)
  if (values.api) {
    const headers = new Headers(request.headers)
    headers.delete('host')
    headers.delete('origin')
    return fetch(new URL(url.pathname + url.search, values.api), {
      method: request.method,
      headers,
      body: await request.blob(),
    })
  }
  const body = request.method === 'POST' ? await request.json().catch(() => undefined) : undefined
  const found = fixture?.answer(url, body, values.empty)
  return found === undefined
    ? Response.json({ error: 'Not Found', message: `there is no ${url.pathname}` }, { status: 404 })
    : Response.json(found)
}

const server = Bun.serve<Tunnel, string>({
  hostname: '127.0.0.1',
  port: Number(values.port),
  development: process.env.NODE_ENV !== 'production' && { hmr: true, console: false },
  routes: {
    '/api/*': api,
    '/health': api,
    '/ws': (request, server) =>
      server.upgrade(request, { data: { upstream: undefined, path: '/ws' } })
        ? undefined
        : new Response('', { status: 426 }),
    '/*': page,
  },
  websocket: {
    data: {} as Tunnel,
    open(socket) {
      if (!values.api) return
      const upstream = new WebSocket(new URL('/ws', values.api.replace('http', 'ws')))
      socket.data.upstream = upstream
      upstream.onmessage = ({ data }) => socket.send(data)
      upstream.onclose = () => socket.close()
    },
    message(socket, message) {
      socket.data.upstream?.send(message)
    },
    close(socket) {
      socket.data.upstream?.close()
    },
  },
})
console.log(server.url.href)

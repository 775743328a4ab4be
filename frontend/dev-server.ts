// dev-server.ts: the page by itself with hot reload, before the API of a running server:
// `bun frontend/dev-server.ts --api http://127.0.0.1:8080`. `dev/sample.ts` fills that server. Never part of the binary.
import { parseArgs } from 'node:util'
import page from './index.html'

const { values } = parseArgs({
  options: { api: { type: 'string', default: 'http://127.0.0.1:8080' }, port: { type: 'string', default: '5173' } },
})

type Tunnel = { upstream: WebSocket | undefined }

async function api(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const headers = new Headers(request.headers)
  headers.delete('host')
  headers.delete('origin')
  return fetch(new URL(url.pathname + url.search, values.api), {
    method: request.method,
    headers,
    body: await request.blob(),
  })
}

const server = Bun.serve<Tunnel, string>({
  hostname: '127.0.0.1',
  port: Number(values.port),
  development: { hmr: true, console: false },
  routes: {
    '/api/*': api,
    '/health': api,
    '/login': api,
    '/ws': (request, server) =>
      server.upgrade(request, { data: { upstream: undefined } }) ? undefined : new Response('', { status: 426 }),
    '/*': page,
  },
  websocket: {
    data: {} as Tunnel,
    open(socket) {
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

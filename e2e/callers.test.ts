// callers.test.ts: who may talk to the compiled binary: every port, every route, both loopbacks, against the names and origins that a
// web page of another site would come with.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { request as httpRequest } from 'node:http'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import { type Running, start } from './telltale.ts'

let server: Running
/** `GET /api/logs`, …: everything that the program says it answers, and what a page loads. */
let routes: [method: string, path: string][]
beforeAll(async () => {
  server = await start({ grpc: true })
  const { paths } = await server.get<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json')
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path.replace(/\{[^}]+\}/g, 'x')]),
  )
  for (const path of ['/', '/sessions', '/ws', '/docs', '/openapi.json', '/nothing.js']) routes.push(['GET', path])
  routes.push(['POST', '/mcp'], ['POST', '/login'], ['HEAD', '/'])
})
afterAll(() => server.dispose())

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const websocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** The status; a connection that is closed without one is 0. */
function ask(host: string, port: number, method: string, path: string, headers: Record<string, string>) {
  const { promise, resolve } = Promise.withResolvers<number>()
  const asked = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  asked.on('upgrade', (response, socket) => {
    socket.destroy()
    resolve(response.statusCode ?? 0)
  })
  asked.on('error', () => resolve(0))
  asked.end(method === 'GET' ? undefined : '{}')
  return promise
}

const otlpRoutes: [string, string][] = [
  ...['/v1/traces', '/v1/metrics', '/v1/logs', '/', '/v1/hooks/claude-code', '/v1/logs/v1/logs'].map(
    (path): [string, string] => ['POST', path],
  ),
  ['GET', '/health'],
  ['GET', '/nothing'],
  ['OPTIONS', '/v1/logs'],
]
const portOf = (url: string) => Number(new URL(url).port)
const doors = () => [
  { name: 'API', port: portOf(server.apiUrl), routes },
  { name: 'OTLP', port: portOf(server.otlpUrl), routes: otlpRoutes },
]
/** Neither port may be reached by these: names that somebody can own, other spellings, other ports. */
const foreignHosts = (port: number) => [
  'evil.example',
  `evil.example:${port}`,
  `127.0.0.1.evil.example:${port}`,
  `localhost.evil.example:${port}`,
  `127.0.0.1.nip.io:${port}`,
  'localhost:1',
  `localhost:${port}@evil.example`,
  `2130706433:${port}`,
]
const foreignOrigins = (port: number) => [
  'http://evil.example',
  'null',
  'http://localhost:1',
  `http://localhost.evil.example:${port}`,
  `http://localhost:${port}@evil.example`,
  'file://',
  'chrome-extension://abc',
]

describe.each(['127.0.0.1', '::1'])('on %s', (address) => {
  test('a foreign Host is refused by every route of every port (DNS rebinding)', async () => {
    for (const { name, port, routes } of doors()) {
      for (const host of foreignHosts(port)) {
        const statuses = await Promise.all(
          routes.map(async ([method, path]) => {
            const headers = path === '/ws' ? { ...websocket, host } : { ...json, host }
            return [name, host, method, path, await ask(address, port, method, path, headers)]
          }),
        )
        expect(statuses.filter((row) => row[4] !== 403)).toEqual([])
      }
    }
  })

  test('a foreign Origin is refused by every route of every port, by the WebSocket and by MCP too', async () => {
    for (const { name, port, routes } of doors()) {
      for (const origin of foreignOrigins(port)) {
        const statuses = await Promise.all(
          routes.map(async ([method, path]) => {
            const headers = path === '/ws' ? { ...websocket, origin } : { ...json, origin }
            return [name, origin, method, path, await ask(address, port, method, path, headers)]
          }),
        )
        expect(statuses.filter((row) => row[4] !== 403)).toEqual([])
      }
    }
  })

  test('what a form or a page without CORS can send changes nothing (CSRF)', async () => {
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined]
    for (const { name, port, routes } of doors()) {
      const changing = routes.filter(([method, path]) => method === 'POST' && !/^\/login$|^\/nothing/.test(path))
      for (const type of types) {
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
        for (const [method, path] of changing)
          expect([name, path, type, await ask(address, port, method, path, headers)]).toEqual([name, path, type, 415])
      }
    }
    expect((await server.get('/api/stats')).logCount).toBe(0)
  })

  test('our own names and origins are let in', async () => {
    for (const { port } of doors()) {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`])
        for (const origin of [undefined, `http://${host}`])
          expect([
            host,
            await ask(address, port, 'GET', '/health', { host, ...(origin === undefined ? {} : { origin }) }),
          ]).toEqual([host, 200])
    }
    const origin = new URL(server.apiUrl).origin
    expect(
      await ask(address, portOf(server.apiUrl), 'GET', '/ws', {
        ...websocket,
        host: `localhost:${portOf(server.apiUrl)}`,
        origin,
      }),
    ).toBe(101)
  })

  test('gRPC refuses a foreign authority and a foreign origin, and lets our own in', async () => {
    const target = `${address === '::1' ? '[::1]' : address}:${portOf(server.grpcUrl as string)}`
    const port = portOf(server.grpcUrl as string)
    const call = (authority: string | undefined, origin?: string): Promise<number> => {
      const options = authority === undefined ? {} : { 'grpc.default_authority': authority }
      const client = new Client(target, credentials.createInsecure(), options)
      const metadata = new Metadata()
      if (origin !== undefined) metadata.set('origin', origin)
      const bytes = (value: Buffer) => value
      const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
      return new Promise<number>((resolve) => {
        client.makeUnaryRequest(
          path,
          bytes,
          bytes,
          Buffer.alloc(0),
          metadata,
          { deadline: Date.now() + 20_000 },
          (error) => resolve(error?.code ?? 0),
        )
      }).finally(() => client.close())
    }
    for (const host of foreignHosts(port).filter((name) => !name.includes('@')))
      expect([host, await call(host)]).toEqual([host, 7])
    for (const origin of foreignOrigins(port)) expect([origin, await call(undefined, origin)]).toEqual([origin, 7])
    expect(await call(undefined)).toBe(0)
    expect(await call(`localhost:${port}`, `http://localhost:${port}`)).toBe(0)
  })
})

test('the answers of both receivers are counted by signal and status', async () => {
  const { receivers, dropped } = await server.get('/api/status')
  const counted = (
    door: { answers: { signal: string; status: string; count: number }[] },
    signal: string,
    status: string,
  ) => door.answers.find((one) => one.signal === signal && one.status === status)?.count ?? 0
  expect(counted(receivers.otlpHttp, 'logs', '403')).toBeGreaterThan(0)
  expect(counted(receivers.otlpHttp, 'hooks', '415')).toBeGreaterThan(0)
  expect(counted(receivers.otlpGrpc, 'logs', 'PERMISSION_DENIED')).toBeGreaterThan(0)
  expect(counted(receivers.otlpGrpc, 'logs', 'OK')).toBeGreaterThan(0)
  expect(dropped).toBe(0)
  const metrics = await (await fetch(`${server.apiUrl}/metrics`)).text()
  expect(metrics).toMatch(/^telltale_receiver_requests_total\{protocol="grpc",signal="logs",status="OK"\} \d+$/m)
  expect(metrics).toMatch(/^telltale_receiver_requests_total\{protocol="http",signal="traces",status="415"\} \d+$/m)
  expect(metrics).toMatch(/^telltale_pool_is_large_enough 1$/m)
})

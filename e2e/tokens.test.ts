// tokens.test.ts: tokens of a shared server on every port: made, hashed, scoped, told apart by user, revoked.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client, credentials, Metadata } from '@grpc/grpc-js'
import WebSocket from 'ws'
import { requests, sendableHeaders } from './recordings.ts'
import { command, newHome, type Running, start } from './telltale.ts'

let server: Running
const home = newHome()
const tell = (args: string[], environment = {}) =>
  command(home, ['--home', join(home, '.telltale'), ...args], { environment })
/** The token that a command line makes: what it prints on standard output. */
async function made(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tell(['token', 'create', ...args])
  expect([exitCode, stderr.includes(stdout.trim())]).toEqual([0, false])
  return stdout.trim()
}
const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

let ann: string
let reader: string
let admin: string
beforeAll(async () => {
  // The first is made before any server runs, the others by the one that runs.
  ann = await made('--name', 'laptop', '--user', 'ann')
  server = await start({ home, grpc: true })
  reader = await made('--name', 'page', '--scope', 'read')
  admin = await made('--scope', 'admin', '--name', 'root')
})
afterAll(() => server.dispose())

/** The status of one request of each kind. */
async function statuses(token: string | undefined): Promise<Record<string, number>> {
  const json = { 'content-type': 'application/json', ...bearer(token) }
  const http = async (base: string, path: string, init: RequestInit = {}) =>
    (await fetch(new URL(path, base), { ...init, headers: { ...json, ...init.headers } })).status
  const post = (body: unknown): RequestInit => ({ method: 'POST', body: JSON.stringify(body) })
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  const mcp = { ...post(initialize), headers: { accept: 'application/json, text/event-stream' } }
  return {
    otlp: await http(server.otlpUrl, '/v1/logs', post({})),
    hook: await http(
      server.otlpUrl,
      '/v1/hooks/claude-code',
      post({ hook_event_name: 'Stop', session_id: 'of-a-hook' }),
    ),
    grpc: await exported(token),
    ingest: await http(server.apiUrl, '/api/ingest', post({ source: 'script' })),
    stats: await http(server.apiUrl, '/api/stats'),
    sql: await http(server.apiUrl, '/api/sql', post({ sql: 'select 1' })),
    ws: await upgraded(token),
    mcp: await http(server.apiUrl, '/mcp', mcp),
    page: await http(server.apiUrl, '/', { headers: { accept: 'text/html' } }),
    budgets: await http(server.apiUrl, '/api/budgets', { method: 'PUT', body: '{"budgets":[]}' }),
    tokens: await http(server.apiUrl, '/api/tokens'),
    health: await http(server.apiUrl, '/health'),
  }
}

/** A call of an empty Export request, as the HTTP status that means the same. */
function exported(token: string | undefined): Promise<number> {
  const client = new Client(new URL(server.grpcUrl!).host, credentials.createInsecure())
  const metadata = new Metadata()
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  const same = (value: Buffer) => value
  const { promise, resolve } = Promise.withResolvers<number>()
  client.makeUnaryRequest(
    '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    same,
    same,
    Buffer.alloc(0),
    metadata,
    (error) =>
      resolve(
        error
          ? (new Map([
              [16, 401],
              [7, 403],
            ]).get(error.code) ?? 500)
          : 200,
      ),
  )
  return promise.finally(() => client.close())
}

function upgraded(token: string | undefined): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = new WebSocket(new URL('/ws', server.apiUrl.replace('http', 'ws')), { headers: bearer(token) })
  socket.on('open', () => resolve(200))
  socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
  socket.on('error', (error) => resolve(Number(/\b(40\d)\b/.exec(String(error))?.[1] ?? 0)))
  return promise.finally(() => socket.terminate())
}

const everything = {
  otlp: 200,
  hook: 200,
  grpc: 200,
  ingest: 200,
  stats: 200,
  sql: 200,
  ws: 200,
  mcp: 200,
  page: 200,
  budgets: 200,
  tokens: 200,
  health: 200,
}
const each = (status: number) => Object.fromEntries(Object.keys(everything).map((name) => [name, status]))

test('without a valid token nothing answers, on any port', async () => {
  const refused = { ...each(401) }
  for (const token of [undefined, 'wrong', ann.slice(0, -1), `${ann}x`]) {
    const { ws, ...rest } = await statuses(token)
    const { ws: _, ...expected } = refused
    expect(rest).toEqual(expected)
    // A client of WebSockets tells a refusal, not always its number.
    expect(ws).not.toBe(200)
  }
})

test('a token does what its scope says, and nothing else', async () => {
  const forbidden = (given: Record<string, number>, allowed: string[]) => {
    const { ws, ...rest } = given
    const wanted = Object.fromEntries(Object.keys(rest).map((name) => [name, allowed.includes(name) ? 200 : 403]))
    expect(rest).toEqual(wanted)
    expect(ws === 200).toBe(allowed.includes('ws'))
  }
  forbidden(await statuses(ann), ['otlp', 'hook', 'grpc', 'ingest', 'health'])
  forbidden(await statuses(reader), ['stats', 'sql', 'ws', 'mcp', 'page', 'health'])
  expect(await statuses(admin)).toEqual(everything)
})

test('a record that came by a token is its user’s, by every door', async () => {
  for (const request of requests('codex', '01-http-binary').slice(0, 40)) {
    const response = await fetch(new URL(request.path, server.otlpUrl), {
      method: 'POST',
      headers: { ...sendableHeaders(request), ...bearer(ann) },
      body: request.body.slice(),
    })
    expect(response.status).toBe(200)
  }
  const call = {
    id: '1',
    sessionId: 's',
    timestamp: new Date().toISOString(),
    model: 'm',
    inputTokens: 7,
    outputTokens: 1,
  }
  const pushed = await fetch(new URL('/api/ingest', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(ann) },
    body: JSON.stringify({ source: 'script', calls: [call] }),
  })
  expect(await pushed.json()).toMatchObject({ accepted: 1 })
  const usage = await fetch(new URL('/api/usage?groupBy=user,tool', server.apiUrl), { headers: bearer(reader) })
  const { rows } = (await usage.json()) as { rows: { user: string; tool: string; requests: number }[] }
  expect(new Set(rows.map(({ user }) => user))).toEqual(new Set(['ann']))
  expect(rows.map(({ tool }) => tool).sort()).toEqual(['codex', 'script'])
})

test('the owner’s commands and hooks need none, and a wrong one is told', async () => {
  expect((await tell(['status'])).exitCode).toBe(0)
  const hooked = await command(home, ['--home', join(home, '.telltale'), 'hook', 'claude-code'], {
    stdin: JSON.stringify({
      hook_event_name: 'SessionStart',
      session_id: 'by-the-owner',
      source: 'startup',
      cwd: '/x',
    }),
  })
  expect([hooked.exitCode, hooked.stdout, hooked.stderr]).toEqual([0, '', ''])
  const { stdout } = await tell([
    'sql',
    '--format',
    'json',
    "select count(*) as n from sessions where session_id = 'by-the-owner'",
  ])
  expect(JSON.parse(stdout)).toEqual([{ n: 1 }])
  const wrong = await tell(['status'], { TELLTALE_TOKEN: 'wrong' })
  expect([wrong.exitCode, wrong.stderr.trim().split('\n').length]).toEqual([1, 1])
  expect(wrong.stderr).toContain('needs its token')
  for (const name of ['server.json', 'server.token'])
    expect(statSync(join(home, '.telltale', name)).mode & 0o777).toBe(0o600)
})

test('only hashes are kept, and no log has a token', async () => {
  const { stdout } = await tell(['token', 'list', '--json'])
  const { tokens } = JSON.parse(stdout) as { tokens: { name: string; scopes: string[]; user?: string }[] }
  expect(tokens.map(({ name, scopes, user }) => [name, scopes, user])).toEqual([
    ['laptop', ['ingest'], 'ann'],
    ['page', ['read'], undefined],
    ['root', ['admin'], undefined],
  ])
  for (const token of [ann, reader, admin]) {
    expect([stdout.includes(token), server.errors().includes(token)]).toEqual([false, false])
    for (const name of readdirSync(join(home, '.telltale')))
      expect([name, readFileSync(join(home, '.telltale', name)).includes(token)]).toEqual([name, false])
  }
})

test('a revoked token is refused at once, also after a restart, and the last one opens nothing', async () => {
  const socket = new WebSocket(new URL('/ws', server.apiUrl.replace('http', 'ws')), { headers: bearer(reader) })
  await new Promise((resolve) => socket.on('open', resolve))
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  expect((await tell(['token', 'revoke', 'page'])).exitCode).toBe(0)
  expect(await closed).toBe(1008)
  expect((await statuses(reader)).stats).toBe(401)
  expect((await statuses(ann)).otlp).toBe(200)
  for (const name of ['laptop', 'root']) expect((await tell(['token', 'revoke', name])).exitCode).toBe(0)
  const again = await tell(['token', 'revoke', 'laptop'])
  expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('no token in force')])
  await server.stop()
  server = await start({ home, grpc: true })
  for (const token of [ann, reader, admin, undefined]) expect((await statuses(token)).otlp).toBe(401)
  // The owner gives the doors back to everybody on this machine.
  expect((await tell(['token', 'revoke', '--all'])).exitCode).toBe(0)
  expect((await statuses(undefined)).otlp).toBe(200)
})

test('a wrong scope, or none to revoke, is one line and exit code 2', async () => {
  for (const args of [['create', '--scope', 'all'], ['revoke']]) {
    const { exitCode, stderr } = await tell(['token', ...args])
    expect([exitCode, stderr.trim().split('\n').length]).toEqual([2, 1])
  }
})

// http-rows.test.ts: statuses, refusals and shapes of the contract's tables, asked of the compiled binary from outside.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { request as httpRequest } from 'node:http'
import { requests, send } from './recordings.ts'
import { type Running, start } from './telltale.ts'

type Answer = { status: number; headers: Record<string, any>; text: string; body: any }

/** A request by node:http, which sends the Host, Origin and Upgrade headers that it is told to. */
function ask(url: URL, method = 'GET', headers: Record<string, string> = {}, content?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = httpRequest(url, { method, headers, agent: false }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk) => {
      text += chunk
    })
    response.on('end', () => {
      let body: any
      try {
        body = JSON.parse(text)
      } catch {
        // Not JSON.
      }
      resolve({ status: response.statusCode!, headers: response.headers, text, body })
    })
  })
  asked.on('upgrade', (response, socket) => {
    socket.destroy()
    resolve({ status: response.statusCode!, headers: response.headers, text: '', body: undefined })
  })
  asked.on('error', reject)
  asked.end(content)
  return promise
}

let empty: Running
let filled: Running
let small: Running
beforeAll(async () => {
  ;[empty, filled, small] = await Promise.all([start(), start(), start({ flags: ['--max-body', '1KiB'] })])
  for (const [agent, variant] of [
    ['claude-code', '07-traces-beta-protobuf'],
    ['copilot', '01-http-json'],
  ] as const)
    for (const recorded of requests(agent, variant)) expect((await send(filled.otlpUrl, recorded)).status).toBe(200)
})
afterAll(async () => {
  await Promise.all([empty, filled, small].map((server) => server.dispose()))
})

const api = (server: Running, path: string) => new URL(path, server.apiUrl)
const otlp = (path: string, server = empty) => new URL(path, server.otlpUrl)
const json = { 'content-type': 'application/json' }
const websocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

describe('who may ask', () => {
  test('a foreign Host or Origin is refused on both ports and at the socket, our own is not', async () => {
    for (const [url, method, content, own] of [
      [() => api(empty, '/api/stats'), 'GET', undefined, {}],
      [() => api(empty, '/ws'), 'GET', undefined, websocket],
      [() => otlp('/v1/logs'), 'POST', '{}', json],
      [() => otlp('/v1/hooks/claude-code'), 'POST', '{}', json],
    ] as const) {
      const { port } = url()
      const what = `${method} ${url().pathname}`
      const status = async (headers: Record<string, string>) =>
        [what, headers, (await ask(url(), method, { ...own, ...headers }, content)).status] as const
      for (const refused of [
        { host: 'evil.example' },
        { host: `evil.example:${port}` },
        { host: `127.0.0.1.evil.example:${port}` },
        { origin: 'http://evil.example' },
        { origin: 'null' },
      ] as Record<string, string>[])
        expect(await status(refused)).toEqual([what, refused, 403])
      for (const own of [{ host: `localhost:${port}` }, { host: `[::1]:${port}` }] as Record<string, string>[])
        expect((await status(own))[2]).toBeLessThan(400)
    }
    const ownPage = { origin: new URL(empty.apiUrl).origin }
    expect((await ask(api(empty, '/ws'), 'GET', { ...websocket, ...ownPage })).status).toBe(101)
  })
})

describe('the receivers', () => {
  const logs = (path: string, headers: Record<string, string>, content = '{"resourceLogs":[]}', server = empty) =>
    ask(otlp(path, server), 'POST', headers, content)

  test('take only what no web page can send', async () => {
    for (const headers of [
      {},
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { ...json, 'content-encoding': 'br' },
    ] as Record<string, string>[])
      expect([headers, (await logs('/v1/logs', headers)).status]).toEqual([headers, 415])
    expect((await logs('/v1/logs', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
  })
  test('name their methods, sizes and nonsense by status', async () => {
    expect((await ask(otlp('/v1/logs'), 'GET')).status).toBe(405)
    expect((await logs('/v1/nothing', json)).status).toBe(404)
    expect((await logs('/v1/logs', json, '{"resourceLogs":[')).status).toBe(400)
    expect((await logs('/v1/traces', { 'content-type': 'application/x-protobuf' }, '\u0000\u0001junk')).status).toBe(
      400,
    )
    expect((await logs('/v1/logs', json, `{"x":"${'x'.repeat(2000)}"}`, small)).status).toBe(413)
    expect((await logs('/v1/hooks/nobody', json, '{}')).status).toBe(404)
  })
  test('answer in the encoding of the request, wherever agents append the path', async () => {
    for (const path of ['/v1/logs', '/v1/logs/v1/logs', '/v1/traces', '/v1/metrics', '/v1/logs/v1/metrics', '/']) {
      const answer = await logs(path, json, path === '/' ? '{"resourceSpans":[]}' : '{}')
      expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 200, 'application/json'])
      expect(answer.body).toBeDefined()
    }
    const protobuf = await logs('/v1/logs', { 'content-type': 'application/x-protobuf' }, '')
    expect([protobuf.status, protobuf.headers['content-type']]).toEqual([200, 'application/x-protobuf'])
  })
  test('are healthy', async () => {
    expect((await ask(otlp('/health'))).body).toEqual({ status: 'ok' })
  })
})

const range = 'from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z'
const page = ['total', 'hasMore']
/** GET routes of contract §4 with the fields that each answer has, empty or not; the first list's name is filled. */
const routes: [path: string, fields: string[]][] = [
  [`/api/traces?${range}`, ['traces', ...page]],
  ['/api/traces/recent', ['traces', ...page]],
  [`/api/metrics?${range}`, ['metrics', ...page]],
  ['/api/metrics/names', ['names']],
  ['/api/metrics/breakdown-values?name=claude_code.token.usage&attribute=type', ['values']],
  [
    `/api/metrics/series?name=claude_code.token.usage&from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z&interval=1h`,
    ['series'],
  ],
  [`/api/logs?${range}`, ['logs', ...page]],
  ['/api/services', ['services']],
  [`/api/sessions?${range}`, ['sessions', ...page]],
  ['/api/usage?groupBy=session,model', ['rows', 'groupBy', 'interval', 'totals']],
  ['/api/usage/values?key=model', ['values', 'key']],
  [`/api/tools?${range}`, ['tools']],
  [`/api/errors?${range}`, ['errors', ...page]],
  [`/api/audit?${range}`, ['sessions', ...page]],
  ['/api/agents', ['agents']],
]
const usage = [
  'requests',
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'outputTokens',
  'reasoningTokens',
  'totalTokens',
  'webSearches',
  'errors',
  'costUsd',
  'reportedCostUsd',
  'computedCostUsd',
  'unpricedTokens',
  'basis',
]

describe('the query API', () => {
  for (const [path, fields] of routes)
    test(`GET ${path.split('?')[0]} has its shape, empty and filled`, async () => {
      for (const server of [empty, filled]) {
        const { status, body } = await ask(api(server, path))
        expect([status, Object.keys(body)]).toEqual([200, expect.arrayContaining(fields)])
        expect(Array.isArray(body[fields[0]!])).toBe(true)
        if (fields.includes('total')) expect([typeof body.total, typeof body.hasMore]).toEqual(['number', 'boolean'])
        // The agents known are there without data; what was sent long ago is nothing recent.
        if (path !== '/api/agents' && server === empty) expect(body[fields[0]!]).toEqual([])
        if (path !== '/api/traces/recent' && server === filled) expect(body[fields[0]!].length).toBeGreaterThan(0)
      }
    })

  test('single things have their shapes', async () => {
    expect((await ask(api(filled, '/health'))).body).toEqual({ status: 'ok', version: filled.version })
    const { sessions } = (await ask(api(filled, `/api/sessions?${range}`))).body
    for (const { sessionId } of sessions.filter((s: any) => s.sessionId)) {
      const { status, body } = await ask(api(filled, `/api/sessions/${sessionId}`))
      expect([status, Object.keys(body)]).toEqual([
        200,
        expect.arrayContaining([...usage, 'models', 'agents', 'tools', 'commits', 'sources', 'status', 'startTime']),
      ])
      const transcript = (await ask(api(filled, `/api/sessions/${sessionId}/transcript`))).body
      expect(Object.keys(transcript)).toEqual(expect.arrayContaining(['sessionId', 'tool', 'total', 'messages']))
    }
    const { traces } = (await ask(api(filled, `/api/traces?${range}`))).body
    for (const path of [`/api/traces/${traces[0].traceId}`, `/api/traces/${traces[0].traceId}/spans`])
      expect((await ask(api(filled, path))).body.spans.length).toBeGreaterThan(0)
    const stats = (await ask(api(filled, '/api/stats'))).body
    expect(Object.keys(stats)).toEqual(
      expect.arrayContaining(['traceCount', 'spanCount', 'logCount', 'metricCount', 'sessionCount', 'callCount']),
    )
    const report = (await ask(api(filled, '/api/usage'))).body
    expect(Object.keys(report.totals)).toEqual(expect.arrayContaining(usage))
    expect(Object.keys((await ask(api(filled, `/api/logs/levels?${range}`))).body).length).toBeGreaterThan(0)
    expect((await ask(api(filled, '/api/status'))).body.dropped).toBe(0)
    expect((await ask(api(filled, '/api/search?q=greet'))).body).toMatchObject({ hits: expect.any(Array) })
    expect((await ask(api(filled, '/api/prices'))).status).toBe(200)
  })

  test('what cannot be read is refused by name, never guessed', async () => {
    for (const path of [
      '/api/traces?limit=0',
      '/api/traces?limit=1001',
      '/api/traces?offset=-1',
      '/api/logs?limit=ten',
      '/api/logs?from=yesterday',
      '/api/logs?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
      '/api/metrics?type=nothing',
      '/api/metrics/series?name=x&interval=soon',
      '/api/metrics/series?name=x&stat=p17',
      '/api/usage?groupBy=moon',
      '/api/usage?interval=minute',
      '/api/usage?tz=Mars/Olympus',
      '/api/sessions?sort=beauty',
      '/api/traces/xyz?kind=other',
    ]) {
      const { status, body } = await ask(api(filled, path))
      expect([path, status, body.error]).toEqual([path, 400, 'Bad Request'])
      expect(body.message.length).toBeGreaterThan(10)
    }
  })

  test('what is not there is 404, in JSON', async () => {
    for (const path of [
      '/api/nothing',
      '/api/sessions/none',
      '/api/sessions/none/transcript',
      `/api/traces/${'0'.repeat(31)}1`,
    ]) {
      const { status, body } = await ask(api(filled, path))
      expect([path, status, body]).toEqual([path, 404, { error: 'Not Found', message: expect.any(String) }])
    }
  })

  test('describes every one of these routes', async () => {
    const { paths } = (await ask(api(empty, '/openapi.json'))).body
    const described = new Set(Object.keys(paths))
    for (const [path] of routes) expect([path, described.has(path.split('?')[0]!)]).toEqual([path, true])
    for (const path of [
      '/api/sessions/{id}',
      '/api/sessions/{id}/transcript',
      '/api/traces/{id}',
      '/api/sql',
      '/api/stats',
    ])
      expect([path, described.has(path)]).toEqual([path, true])
    expect((await ask(api(empty, '/docs'))).status).toBe(200)
  })

  test('changes come as JSON only', async () => {
    const sql = '{"sql":"select 1"}'
    expect((await ask(api(empty, '/api/sql'), 'POST', json, sql)).body.rows).toEqual([[1]])
    expect((await ask(api(empty, '/api/sql'), 'POST', { 'content-type': 'text/plain' }, sql)).status).toBe(415)
    expect((await ask(api(empty, '/api/sql'), 'POST', json, '{"sql":"drop table spans"}')).status).toBe(400)
    const wrong = await ask(api(empty, '/api/import'), 'POST', json, '{"tool":"moon"}')
    expect([wrong.status, wrong.body.error]).toEqual([400, 'Bad Request'])
  })
})

// mcp.test.ts: the official MCP client asks the compiled program, over HTTP and over standard input and output.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { homeFlag } from './doors.ts'
import { requests } from './recordings.ts'
import { binary, emptyEnvironment, type Running, start } from './telltale.ts'

let server: Running
beforeAll(async () => {
  server = await start({ flags: ['--token', 'the-token'] })
  const headers = { authorization: 'Bearer the-token' }
  for (const request of requests('claude-code', '01-http-json'))
    await fetch(new URL(request.path, server.otlpUrl), {
      method: 'POST',
      headers: { ...headers, 'content-type': request.headers['content-type']! },
      body: request.body.slice(),
    })
})
afterAll(() => server.dispose())

const transports: [string, () => unknown][] = [
  [
    'Streamable HTTP',
    () =>
      new StreamableHTTPClientTransport(new URL('/mcp', server.apiUrl), {
        requestInit: { headers: { authorization: 'Bearer the-token' } },
      }),
  ],
  [
    'stdio',
    () =>
      new StdioClientTransport({
        command: binary,
        args: [...homeFlag(server.home), 'mcp'],
        env: emptyEnvironment(server.home),
        stderr: 'inherit',
      }),
  ],
]

describe.each(transports)('%s', (_, transport) => {
  const client = new Client({ name: 'test', version: '1' })
  beforeAll(() => client.connect(transport() as never))
  afterAll(() => client.close())

  /** A tool's answer: the data between the marks, and the link under it. */
  async function call(name: string, input: Record<string, unknown> = {}): Promise<{ data: any; link: string }> {
    const result = (await client.callTool({ name, arguments: input })) as {
      content: { text: string }[]
      isError?: boolean
    }
    const text = result.content[0]!.text
    expect([name, result.isError ?? false, text.includes('untrusted data')]).toEqual([name, false, true])
    const found = /<(telltale-data-[0-9a-f]{16})>\n([\s\S]*)\n<\/\1>/.exec(text)!
    return { data: JSON.parse(found[2]!), link: /On the page: (\S+)/.exec(text)?.[1] ?? '' }
  }

  test('the nine tools answer with their parameters, marked, and link to the page', async () => {
    const { tools } = await client.listTools()
    const names = ['observe', 'stats', 'tools', 'sessions', 'session_detail', 'errors', 'costs', 'search', 'sql']
    expect(tools.map(({ name }) => name)).toEqual(names)
    const parameters = new Set(tools.flatMap(({ inputSchema }) => Object.keys(inputSchema.properties ?? {})))
    for (const name of ['from', 'to', 'source', 'interval', 'limit', 'id', 'model']) expect(parameters).toContain(name)
    const time = { from: '2026-11-01', to: '2026-12-31' }
    const { data, link } = await call('sessions', { ...time, source: 'claude-code', limit: 1 })
    expect(data.sessions).toHaveLength(1)
    expect(link).toStartWith(`${server.apiUrl}/sessions?`)
    const { sessionId, model } = data.sessions[0]
    expect((await call('session_detail', { id: sessionId, limit: 2 })).data.session.sessionId).toBe(sessionId)
    const { data: costs } = await call('costs', { ...time, model, interval: 'day' })
    expect(costs.rows.every((row: any) => row.model === model && row.bucket)).toBe(true)
    expect((await call('costs', { ...time, source: 'nobody' })).data.rows).toEqual([])
    expect((await call('observe', time)).data.usage.totals.requests).toBeGreaterThan(0)
    expect((await call('stats')).data.callCount).toBeGreaterThan(0)
    expect((await call('tools', time)).data.tools.length).toBeGreaterThan(0)
    expect((await call('errors', { ...time, limit: 5 })).data).toHaveProperty('errors')
    expect((await call('search', { query: 'the', ...time })).data).toHaveProperty('hits')
    const counted = await call('sql', { query: 'select count(*)::int as n from model_calls' })
    expect(counted.data.rows[0][0]).toBeGreaterThan(0)
  })

  test('there is nothing but tools, and a ping is answered', async () => {
    await client.ping()
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: true } })
    expect(client.getServerVersion()).toMatchObject({ name: 'telltale' })
  })
})

test('/mcp stands in the description of the API', async () => {
  const response = await fetch(new URL('/openapi.json', server.apiUrl), {
    headers: { authorization: 'Bearer the-token' },
  })
  const { paths } = (await response.json()) as any
  expect(paths['/mcp'].post.summary).toContain('session_detail')
  expect(paths['/mcp'].post.requestBody.content['application/json'].schema).toBeDefined()
  for (const path of ['/ws', '/api/tokens', '/api/push', '/api/backup', '/api/statusline', '/api/import', '/metrics'])
    expect([path, paths[path] !== undefined]).toEqual([path, true])
})

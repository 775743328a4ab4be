// statusline.test.ts: the line for Claude Code, with a server, a slow one, a dead one and none.
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestApi } from '../api/testing.ts'
import { writeServerFile } from '../server-file.ts'
import { statusline } from './statusline.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'statusline-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const told = {
  session_id: 's-1',
  model: { id: 'claude-opus-4-8', display_name: 'Opus' },
  workspace: { project_dir: '/home/me/shop/' },
  cost: { total_cost_usd: 0.4234 },
  context_window: {
    context_window_size: 200_000,
    current_usage: {
      input_tokens: 1_000,
      cache_creation_input_tokens: 9_000,
      cache_read_input_tokens: 64_000,
      output_tokens: 5,
    },
  },
}
const line = (value: unknown, rest: object = {}) =>
  statusline({ home, stdin: async () => (typeof value === 'string' ? value : JSON.stringify(value)), ...rest })

function serverAt(apiUrl: string): void {
  const startedAt = new Date().toISOString()
  writeServerFile(
    home,
    { pid: process.pid, version: '0', startedAt, apiUrl, otlpUrl: apiUrl, grpcUrl: null },
    'the-owner',
  )
}

test('without a server the line says what the agent knows', async () => {
  expect(await line(told)).toBe('$0.42 session · 37% context · Opus')
  expect(await line({ ...told, context_window: { used_percentage: 12.4 } })).toBe('$0.42 session · 12% context · Opus')
})

test('what is not told is left out', async () => {
  expect(await line({})).toBe('')
  expect(await line({ model: { id: 'm' }, cost: { total_cost_usd: 'x' }, context_window: null })).toBe('m')
})

test('with a server it has its session and its day', async () => {
  const api = await openTestApi()
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => api.api.fetch(request) })
  try {
    await api.replay('claude-code/otlp/01-http-json')
    const { body } = await api.ask('/api/sessions?limit=1&from=2000-01-01')
    const { sessionId, costUsd } = body.sessions[0]
    serverAt(server.url.origin)
    const all = (await api.ask('/api/usage')).body.totals.costUsd
    const now = new Date(
      (await api.ask('/api/sessions?sort=lastTime&limit=1&from=2000-01-01')).body.sessions[0].lastTime,
    )
    // A busy machine may be slower than an agent's line waits.
    const rest = { now, format: '{session}|{today}|{project}|{block}|{left}', waitMs: 30_000 }
    const [session, today, project, block, left] = (await line({ ...told, session_id: sessionId }, rest)).split('|')
    expect(Number(session!.slice(1))).toBeCloseTo(costUsd, 2)
    expect(Number(today!.slice(1))).toBeCloseTo(all, 2)
    expect(project).toBe('shop')
    expect(Number(block!.slice(1))).toBeCloseTo(all, 2)
    expect(left).toMatch(/^[0-4]h [0-5]\dm$/)
  } finally {
    await server.stop(true)
    await api.close()
  }
})

test('a server that does not answer in time, refuses or is gone takes nothing away', async () => {
  const slow = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise<Response>(() => {}) })
  serverAt(slow.url.origin)
  expect(await line(told)).toBe('$0.42 session · 37% context · Opus')
  await slow.stop(true)
  expect(await line(told)).toBe('$0.42 session · 37% context · Opus')
  const closed = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 401 }) })
  serverAt(closed.url.origin)
  expect(await line(told)).toBe('$0.42 session · 37% context · Opus')
  await closed.stop(true)
})

test('names cannot move the cursor', async () => {
  expect(await line({ model: { display_name: 'a\u001b[2Jb\n' } })).toBe('a[2Jb')
})

test('what is no JSON, and a field that does not exist, are told in a line', async () => {
  for (const text of ['', 'x', '[]', 'null']) await expect(line(text)).rejects.toThrow('statusLine')
  await expect(line(told, { format: '{cost}' })).rejects.toThrow('{cost}')
})

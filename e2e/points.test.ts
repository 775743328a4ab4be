// points.test.ts: the points that follow from files and telemetry: who read them, and that a session's come from one source.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { homeFlag, importAll } from './doors.ts'
import { command, newHome, type Running, start } from './telltale.ts'
import { until } from './until.ts'

let server: Running
let folder: string
beforeAll(async () => {
  const home = newHome()
  folder = join(home, '.claude/projects/-home-dev-project')
  mkdirSync(folder, { recursive: true })
  write('grown', 1)
  write('older', 1)
  server = await start({ home, flags: ['--watch', 'claude-code'] })
})
afterAll(() => server.dispose())

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second)).toISOString()

/** One more answered request in a session's file; its number is its tokens and its second. */
function write(session: string, number: number): void {
  const line = {
    type: 'assistant',
    sessionId: session,
    uuid: `${session}-${number}`,
    parentUuid: null,
    isSidechain: false,
    cwd: '/home/dev/project',
    version: '2.1.197',
    timestamp: at(number),
    requestId: `req_${session}_${number}`,
    message: {
      id: `msg_${session}_${number}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5-20250929',
      content: [{ type: 'text', text: 'done' }],
      usage: {
        input_tokens: number,
        cache_read_input_tokens: 100,
        cache_creation_input_tokens: 0,
        output_tokens: 1,
      },
    },
  }
  appendFileSync(join(folder, `${session}.jsonl`), `${JSON.stringify(line)}\n`)
}

/** What Claude Code sends of one request. */
async function send(session: string, number: number): Promise<void> {
  const attribute = (key: string, value: string | number) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  })
  const record = {
    timeUnixNano: `${BigInt(Date.parse(at(number))) * 1_000_000n}`,
    body: { stringValue: 'claude_code.api_request' },
    attributes: Object.entries({
      'event.name': 'api_request',
      'session.id': session,
      model: 'claude-sonnet-4-5-20250929',
      request_id: `req_${session}_${number}`,
      input_tokens: number,
      cache_read_tokens: 100,
      cache_creation_tokens: 0,
      output_tokens: 1,
      duration_ms: 10,
    }).map(([key, value]) => attribute(key, value)),
  }
  const resource = { attributes: [attribute('service.name', 'claude-code')] }
  const answer = await fetch(new URL('/v1/logs', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
  })
  expect(answer.status).toBe(200)
}

/** The input points of a metric: session, tokens (the request's number) and who read them. */
async function points(name = 'claude_code.token.usage'): Promise<string[]> {
  const { metrics } = await server.get(`/api/metrics?name=${name}&from=2026-11-20&to=2026-11-21`)
  return metrics
    .filter(({ attributes }: any) => attributes.type === 'input')
    .map(({ value, attributes }: any) => `${attributes['session.id']} ${value} ${attributes.import_source ?? 'sent'}`)
    .sort()
}

test('a point says whether an import or the watcher read it, request by request, and keeps saying so', async () => {
  await importAll(server.home)
  write('grown', 2)
  write('new', 1)
  write('new', 2)
  const expected = [
    'grown 1 local_jsonl',
    'grown 2 file_watcher',
    'new 1 file_watcher',
    'new 2 file_watcher',
    'older 1 local_jsonl',
  ]
  await until(points, expected)
  await importAll(server.home, '--force')
  expect(await points()).toEqual(expected)
  expect((await points('claude_code.token.usage_user_facing')).sort()).toEqual(expected)
})

test('what the agent sent wins over its file for the whole session, and other sessions keep theirs', async () => {
  await send('new', 1)
  expect(await points('claude_code.token.usage_user_facing')).toEqual([
    'grown 1 local_jsonl',
    'grown 2 file_watcher',
    'new 1 sent',
    'older 1 local_jsonl',
  ])
  // The ledger, and so every sum of tokens and money, still has both requests.
  const { rows } = await server.get('/api/usage?groupBy=session')
  expect(rows.find(({ session }: any) => session === 'new')).toMatchObject({ requests: 2, inputTokens: 3 })
})

test('the size that is told is the size of the list', async () => {
  const { total } = await server.get('/api/metrics?from=1970-01-01T00:00:00Z&limit=1')
  expect(total).toBeGreaterThan(0)
  expect((await server.get('/api/stats')).metricCount).toBe(total)
})

test('a session that is deleted leaves nothing behind of who read it', async () => {
  const run = await command(server.home, [...homeFlag(server.home), 'delete', 'sessions', '--session', 'new', '--yes'])
  expect([run.exitCode, run.stderr]).toEqual([0, expect.any(String)])
  expect((await points()).filter((line) => line.startsWith('new'))).toEqual([])
  const sql = "select count(*) from watched_sessions where session_id = 'new'"
  const answer = await fetch(new URL('/api/sql', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  })
  expect(await answer.json()).toMatchObject({ rows: [[0]] })
})

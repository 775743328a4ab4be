import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Hono } from 'hono'
import type { MessageRecord } from '#proto/telemetry.ts'
import type { ApiDeps } from '../deps.ts'
import { sessionsRoutes } from '../sessions/routes.ts'
import { at, type Bench, openBench } from '../usage/testing.ts'
import { searchRoutes, snippet } from './routes.ts'

let bench: Bench
const start = at('2026-11-22T04:00:00Z')
const message = (messageKey: string, part: Partial<MessageRecord> = {}): MessageRecord => ({
  source: 'transcript',
  tool: 'claude-code',
  sessionId: 's1',
  messageKey,
  sequence: 0,
  timeUnixNano: start,
  role: 'assistant',
  content: '',
  ...part,
})

beforeAll(async () => {
  bench = await openBench(((deps: ApiDeps) =>
    new Hono().route('/', searchRoutes(deps)).route('/', sessionsRoutes(deps))) as never)
  await bench.keep({
    messages: [
      message('a', { role: 'user', content: 'Write a Haiku about 100%_sure “cats”' }),
      message('b', { timeUnixNano: start + 1n, toolInput: '{"command":"git log"}', role: 'tool_use' }),
      message('c', { timeUnixNano: start + 2n, toolOutput: 'a haiku\n\n  of logs', role: 'tool_result' }),
      message('d', { source: 'otlp_logs', timeUnixNano: start + 1n, content: 'a haiku, heard by another door' }),
      message('e', { sessionId: 's2', tool: 'codex', timeUnixNano: start - 5n, content: 'no poem' }),
      message('f', { sessionId: 's2', tool: 'codex', timeUnixNano: start - 4n, content: 'HAIKU' }),
    ],
  })
})
afterAll(() => bench.close())

const find = async (query: string) => {
  const { status, body } = await bench.get(`/api/search?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body
}

test('finds a term in what was said, asked of tools and answered by them, without regard to case', async () => {
  expect(await find('q=haiku')).toEqual({
    hits: [
      {
        sessionId: 's1',
        tool: 'claude-code',
        messageIndex: 2,
        timestamp: '2026-11-22T04:00:00.000000002Z',
        role: 'tool_result',
        snippet: 'a haiku of logs',
      },
      {
        sessionId: 's1',
        tool: 'claude-code',
        messageIndex: 0,
        timestamp: '2026-11-22T04:00:00.000Z',
        role: 'user',
        snippet: 'Write a Haiku about 100%_sure “cats”',
      },
      {
        sessionId: 's2',
        tool: 'codex',
        messageIndex: 1,
        timestamp: '2026-11-22T03:59:59.999999996Z',
        role: 'assistant',
        snippet: 'HAIKU',
      },
    ],
    total: 3,
  })
  expect((await find('q=git%20log')).hits).toMatchObject([{ messageIndex: 1 }])
})

test('a hit’s index is the message’s place in the transcript', async () => {
  for (const { sessionId, messageIndex, timestamp } of (await find('q=haiku')).hits) {
    const { body } = await bench.get(`/api/sessions/${sessionId}/transcript?limit=1&offset=${messageIndex}`)
    expect(body.messages[0]).toMatchObject({ index: messageIndex, timestamp })
  }
})

test('takes every character as it is written', async () => {
  expect((await find(`q=${encodeURIComponent('100%_sure')}`)).total).toBe(1)
  for (const term of ['1__%', '%', "' or 1=1 --", '\\']) {
    const { total } = await find(`q=${encodeURIComponent(term)}`)
    expect([term, total]).toEqual([term, term === '%' ? 1 : 0])
  }
})

test('filters by tool and time, and counts beyond the limit', async () => {
  expect((await find('q=haiku&tool=codex')).hits).toHaveLength(1)
  expect((await find('q=haiku&to=2026-11-22T03:59:59.999999999Z')).hits).toHaveLength(1)
  expect(await find('q=haiku&limit=1')).toMatchObject({ total: 3, hits: [{ messageIndex: 2 }] })
})

test('a page is filled, however many newer messages another door tells of better', async () => {
  // Of these, the file tells all; what was sent says the same and is newer.
  const told = (source: MessageRecord['source'], index: number) =>
    message(`${source}-${index}`, {
      source,
      sessionId: 's3',
      content: `limerick ${index}`,
      timeUnixNano: start + BigInt(index) + (source === 'transcript' ? 0n : 1n),
    })
  const several = [0, 1, 2, 3]
  await bench.keep({
    messages: [
      message('end', { sessionId: 's3', timeUnixNano: start + 1000n, content: 'the end' }),
      ...several.map((index) => told('transcript', index)),
      ...several.map((index) => told('otlp_logs', index)),
    ],
  })
  for (const limit of [1, 2, 3, 4, 5]) {
    const { hits, total } = await find(`q=limerick&limit=${limit}`)
    expect([limit, hits.length, total]).toEqual([limit, Math.min(limit, 4), 4])
  }
})

test('without a term is a 400', async () => {
  expect((await bench.get('/api/search')).status).toBe(400)
  expect((await bench.get('/api/search?q=')).status).toBe(400)
})

test('a snippet is the text around the term, on one line', () => {
  const long = `${'a '.repeat(200)}needle${' b'.repeat(200)}`
  const cut = snippet(long, 'NEEDLE')
  expect(cut).toStartWith('…')
  expect(cut).toContain('needle')
  expect(cut).toEndWith('…')
  expect(cut.length).toBeLessThan(200)
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compacted } from '#importers/compaction.ts'
import type { MessageRecord } from '#proto/telemetry.ts'
import { openTestApi, type TestApi } from '../testing.ts'
import { at, type Bench, failedCall, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { overheadRoutes } from './routes.ts'

const start = at('2026-11-22T04:00:00Z')
const second = 1_000_000_000n
const inTime = (seconds: number) => start + BigInt(Math.round(seconds * 1000)) * 1_000_000n
const day = 'from=2026-11-22&to=2026-11-22'

const fixtures = join(import.meta.dir, '../../../fixtures')

let bench: Bench
beforeEach(async () => {
  bench = await openBench(overheadRoutes as never)
})
afterEach(() => bench.close())

const read = async (query = '') => {
  const { status, body } = await bench.get(`/api/overhead?${day}${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body
}
const entry = (at: number, source: MessageRecord['source'], sessionId = 's1'): MessageRecord => ({
  source,
  tool: 'claude-code',
  sessionId,
  sequence: 0,
  timeUnixNano: inTime(at),
  ...compacted(`${source}${at}`, { trigger: 'auto' }),
})

test('a failed attempt is a retry when its prompt was asked again, and not when the user went on to something else', async () => {
  await insertCalls(bench.store, [
    failedCall({ callId: 'again', timeUnixNano: inTime(1), promptId: 'p1', statusCode: 529, durationMs: 700 }),
    modelCall({ callId: 'done', timeUnixNano: inTime(300), promptId: 'p1', durationMs: 900 }),
    failedCall({ callId: 'final', timeUnixNano: inTime(301), promptId: 'p2', statusCode: 400 }),
    modelCall({ callId: 'other', timeUnixNano: inTime(302), promptId: 'p3' }),
    // Nobody says of which prompt: what follows within two minutes is the same.
    failedCall({ callId: 'soon', timeUnixNano: inTime(1), sessionId: 's2' }),
    modelCall({ timeUnixNano: inTime(60), sessionId: 's2' }),
    failedCall({ callId: 'late', timeUnixNano: inTime(100), sessionId: 's2' }),
    modelCall({ timeUnixNano: inTime(300), sessionId: 's2' }),
    // A side call's success is not the conversation's, nor a subagent's.
    failedCall({ callId: 'alone', timeUnixNano: inTime(1), sessionId: 's3' }),
    modelCall({ timeUnixNano: inTime(2), sessionId: 's3', querySource: 'auxiliary' }),
    modelCall({ timeUnixNano: inTime(3), sessionId: 's3', agentId: 'a1' }),
  ])
  const { items, sums, total } = await read()
  expect(items.map(({ callId }: any) => callId).sort()).toEqual(['again', 'soon'])
  expect(total).toBe(2)
  expect(items.find(({ callId }: any) => callId === 'again')).toMatchObject({
    kind: 'retry',
    count: 1,
    sessionId: 's1',
    promptId: 'p1',
    statusCode: 529,
    durationMs: 700,
    totalTokens: 0,
    costUsd: 0,
  })
  expect(sums).toMatchObject([{ kind: 'retry', tool: 'claude-code', count: 2, sessions: 2, withoutCost: 0 }])
})

test('attempts that only a number tells of are counted, and those that were seen are not counted again', async () => {
  await insertCalls(bench.store, [
    modelCall({ callId: 'third', timeUnixNano: inTime(1), attempt: 3, sessionId: 's1' }),
    // A span holds all its attempts: it begins before the failed one that it tells of.
    failedCall({ callId: 'first', timeUnixNano: inTime(1.1), durationMs: 500, attempt: 1, sessionId: 's2' }),
    modelCall({ callId: 'span', timeUnixNano: inTime(1), durationMs: 1000, attempt: 2, sessionId: 's2' }),
    failedCall({ callId: 'gave up', timeUnixNano: inTime(9), attempt: 11, sessionId: 's3' }),
  ])
  const { items } = await read()
  expect(items.map(({ callId, count, costUsd }: any) => [callId, count, costUsd])).toEqual([
    ['gave up', 10, 0],
    ['first', 1, 0],
    ['third', 2, 0],
  ])
})

test('refusals are known by every provider’s word for them and cost what the answer cost', async () => {
  const reasons = ['refusal', 'content_filter', 'content-filter', 'SAFETY', 'PROHIBITED_CONTENT', 'end_turn', 'length']
  await insertCalls(
    bench.store,
    reasons.map((stopReason, index) => modelCall({ callId: stopReason, stopReason, timeUnixNano: inTime(index) })),
  )
  const { items, sums } = await read('&kind=refusal')
  expect(items.map(({ stopReason }: any) => stopReason)).toEqual(reasons.slice(0, 5).reverse())
  expect(sums).toMatchObject([{ kind: 'refusal', count: 5, totalTokens: 5500, costUsd: 0.05 }])
})

test('a compaction is one however many doors tell of it, with its own requests and the context around it', async () => {
  await insertCalls(bench.store, [
    modelCall({ timeUnixNano: inTime(1), inputTokens: 150_000, cacheReadTokens: 5_000 }),
    modelCall({
      callId: 'sum',
      timeUnixNano: inTime(10),
      agent: 'compaction',
      querySource: 'auxiliary',
      durationMs: 20,
    }),
    modelCall({ timeUnixNano: inTime(40), inputTokens: 12_000 }),
    // Of another session, told by telemetry alone: no entry in the conversation.
    modelCall({ callId: 'bare', timeUnixNano: inTime(50), agent: 'compaction', sessionId: 's2' }),
    modelCall({ timeUnixNano: inTime(5), sessionId: 's3', model: 'claude-haiku-4-5' }),
  ])
  await bench.keep({
    messages: [entry(30, 'transcript'), entry(29, 'hook'), entry(30, 'otlp_logs'), entry(60, 'hook', 's3')],
  })
  const { items, sums } = await read('&kind=compaction')
  expect(items).toMatchObject([
    { sessionId: 's3', model: 'claude-haiku-4-5', costUsd: null, totalTokens: 0, count: 1 },
    { sessionId: 's2', callId: 'bare', costUsd: 0.01, totalTokens: 1100 },
    { sessionId: 's1', callId: 'sum', costUsd: 0.01, tokensBefore: 155_000, tokensAfter: 12_000, durationMs: 20 },
  ])
  expect(sums).toMatchObject([
    { model: 'claude-sonnet-4-5', count: 2, costUsd: 0.02, withoutCost: 0 },
    { model: 'claude-haiku-4-5', count: 1, costUsd: null, withoutCost: 1 },
  ])
})

test('is narrowed by agent, model, session and time, paged, and empty of nothing', async () => {
  await insertCalls(bench.store, [
    modelCall({ stopReason: 'refusal', timeUnixNano: start }),
    modelCall({ stopReason: 'SAFETY', tool: 'gemini', model: 'gemini-2.5-pro', timeUnixNano: start + second }),
  ])
  expect((await read('&tool=gemini')).items).toMatchObject([{ tool: 'gemini' }])
  expect((await read('&model=claude-sonnet-4-5')).total).toBe(1)
  expect((await read('&session=nobody')).items).toEqual([])
  expect(await read('&limit=1')).toMatchObject({ total: 2, hasMore: true, items: [{ tool: 'gemini' }] })
  expect(await read('&offset=5')).toMatchObject({ total: 2, hasMore: false, items: [] })
  expect(await read('&kind=retry')).toEqual({ sums: [], items: [], total: 0, hasMore: false })
  expect((await bench.get('/api/overhead?kind=x')).status).toBe(400)
})

type Truth = { sessions: { session_id: string; requests: { status: number; kind: string }[] }[] }

test('of the recordings: one retry wherever the model server failed a request and was asked again', async () => {
  const api: TestApi = await openTestApi()
  const folders = ['codex/otlp/01-http-binary', 'codex/otlp/05-logs-only-root-endpoint-errors', 'gemini/otlp/01-http']
  folders.push('gemini/otlp/06-http-traces', 'copilot/otlp/05-errors-deny', 'claude-code/otlp/07-traces-beta-protobuf')
  try {
    for (const folder of folders) await api.replay(folder)
    const window = 'from=2026-11-20T00:00:00Z&to=2026-12-01T00:00:00Z'
    const { sessions } = (await api.ask(`/api/sessions?${window}&limit=100`)).body
    const { items } = (await api.ask(`/api/overhead?${window}&limit=100`)).body
    const truths = new Set(folders.map((folder) => folder.split('/')[0])).values()
    const served = [...truths].flatMap(
      (agent) => (JSON.parse(readFileSync(`${fixtures}/${agent}/expected.json`, 'utf8')) as Truth).sessions,
    )
    let retried = 0
    for (const { sessionId } of sessions) {
      const requests = served.find(({ session_id }) => session_id === sessionId)?.requests ?? []
      const mine = requests.filter(({ kind }) => kind === 'main')
      const expected = mine.filter(({ status }, at) => status >= 400 && at + 1 < mine.length).length
      const told = items.filter((item: any) => item.sessionId === sessionId)
      expect([sessionId, told.map(({ kind, count }: any) => [kind, count])]).toEqual([
        sessionId,
        Array(expected).fill(['retry', 1]),
      ])
      retried += expected
    }
    expect(retried).toBe(7)
  } finally {
    await api.close()
  }
})

// savings.test.ts: what caches saved, by the very prices that the requests were priced with.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
  const call = (id: string, part: object) => ({
    id,
    timestamp: '2026-11-22T04:00:00Z',
    model: 'claude-sonnet-4-5',
    status: 'ok',
    sessionId: 's1',
    project: 'shop',
    inputTokens: 0,
    outputTokens: 50,
    ...part,
  })
  const { status, body } = await t.post('/api/ingest', {
    source: 'mine',
    calls: [
      // $3 a million of input, $0.30 read, $3.75 written for five minutes.
      call('a', { inputTokens: 10_000, cacheReadTokens: 100_000 }),
      call('b', { cacheWriteTokens: 40_000, project: 'notes' }),
      // Over 200,000 tokens of input everything costs twice (writes as well).
      call('c', { cacheReadTokens: 1_000_000 }),
      call('d', { model: 'nobody-knows-this', cacheReadTokens: 7_000 }),
      call('e', { inputTokens: 500_000 }),
    ],
  })
  expect([status, body.accepted]).toEqual([200, 5])
})
afterAll(() => t.close())

const close = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(1e-9)

test('are the difference between cached and plain input, tier by tier; output and uncached requests count for nothing', async () => {
  const { body } = await t.ask('/api/usage/savings')
  const { totals } = body
  // a: 0.03 + 0.03 instead of 0.33; b: 0.15 instead of 0.12; c: 0.60 instead of 6.00.
  close(totals.withCacheUsd, 0.06 + 0.15 + 0.6)
  close(totals.withoutCacheUsd, 0.33 + 0.12 + 6)
  close(totals.savedUsd, 0.27 - 0.03 + 5.4)
  expect([totals.cacheReadTokens, totals.cacheWriteTokens, totals.unpricedTokens]).toEqual([1_107_000, 40_000, 7_000])
  expect(body.rows).toHaveLength(1)
})

test('are told apart by any key and filtered by any, and may be below zero', async () => {
  const { body } = await t.ask('/api/usage/savings?groupBy=project&model=claude-sonnet-4-5')
  expect(body.groupBy).toBe('project')
  expect(body.rows.map((row: any) => row.key)).toEqual(['shop', 'notes'])
  close(body.rows[0].savedUsd, 5.67)
  close(body.rows[1].savedUsd, -0.03)
  const none = (await t.ask('/api/usage/savings?project=nowhere')).body
  expect([none.rows, none.totals.savedUsd]).toEqual([[], 0])
  expect((await t.ask('/api/usage/savings?groupBy=weather')).status).toBe(400)
})

// windows.test.ts: windows of five hours begin with a request and end without asking.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { blockAt } from '../statusline/block.ts'
import { openTestApi, type TestApi } from '../testing.ts'
import { type Minute, projected, windowsOf } from './windows.ts'

const minute = (minute: number, tokens = 100): Minute => ({ minute, requests: 1, tokens, costUsd: tokens / 1000 })

test('a window begins at the full hour of its first request; the next with the first request after its end', () => {
  const windows = windowsOf([minute(607), minute(610), minute(899), minute(900), minute(2_000)])
  expect(windows.map(({ from, requests, tokens }) => [from, requests, tokens])).toEqual([
    [600, 3, 300],
    [900, 1, 100],
    [1_980, 1, 100],
  ])
})

test('the pace is that of the last hour, to the end of the window', () => {
  const [window] = windowsOf([minute(600, 5_000), minute(700, 600), minute(730, 600)])
  // 1,200 tokens in the last 60 minutes, 150 minutes to go.
  expect(projected(window!, 750)).toEqual({ tokens: 6_200 + 3_000, costUsd: 6.2 + 3 })
  const [young] = windowsOf([minute(600)])
  expect(projected(young!, 605)).toBeNull()
  expect(projected(young!, 620)).toEqual({ tokens: 100 + 5 * 280, costUsd: 0.1 + 0.005 * 280 })
})

test('the open window is the block that a status line tells of', () => {
  const minuteNano = 60_000_000_000n
  fc.assert(
    fc.property(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 30 }), fc.nat(600), (given, later) => {
      const minutes = [...new Set(given)].sort((a, b) => a - b)
      const now = minutes.at(-1)! + later
      const last = windowsOf(minutes.map((one) => minute(one))).at(-1)!
      const block = blockAt(
        minutes.map((one) => ({ first: BigInt(one) * minuteNano, last: BigInt(one) * minuteNano, nanoUsd: 1n })),
        BigInt(now) * minuteNano,
      )
      expect(now < last.from + 300 ? last.from : undefined).toEqual(block && Number(block.start / minuteNano))
      if (block) expect(last.requests).toBe(Number(block.nanoUsd))
    }),
  )
})

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
  const now = Date.now()
  const call = (id: string, hoursAgo: number, inputTokens: number) => ({
    id,
    timestamp: new Date(now - hoursAgo * 3_600_000).toISOString(),
    model: 'claude-sonnet-4-5',
    status: 'ok',
    inputTokens,
    outputTokens: 0,
  })
  await t.post('/api/ingest', {
    source: 'mine',
    calls: [call('a', 0.4, 1_000), call('b', 0.1, 2_000), call('c', 30, 9_000), call('d', 24 * 9, 500)],
  })
  await t.post('/api/ingest', { source: 'other', calls: [{ ...call('x', 40, 10), model: 'nobody-knows-this' }] })
})
afterAll(() => t.close())

test('every agent has its own, with the largest and the last seven days', async () => {
  const { body } = await t.ask('/api/usage/windows')
  expect(body.windows.map((one: any) => one.tool)).toEqual(['mine', 'other'])
  const [mine, other] = body.windows
  expect(mine.current).toMatchObject({ requests: 2, tokens: 3_000 })
  expect(Date.parse(mine.current.to) - Date.parse(mine.current.from)).toBe(5 * 3_600_000)
  expect(mine.current.projectedTokens).toBeGreaterThan(3_000)
  expect([mine.largest.tokens, mine.count]).toEqual([9_000, 3])
  expect([mine.sevenDays.tokens, mine.sevenDaysBefore.tokens]).toEqual([12_000, 500])
  expect([other.current, other.sevenDays.requests]).toEqual([null, 1])
  // Nothing is known of its model's price: that is no zero.
  expect([mine.sevenDays.costUsd, other.sevenDays.costUsd]).toEqual([0.036, null])
  expect((await t.ask('/api/usage/windows?tool=other')).body.windows).toHaveLength(1)
})

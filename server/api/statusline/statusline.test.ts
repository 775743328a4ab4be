import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from '../testing.ts'
import { type Activity, blockAt } from './block.ts'

const hour = 3_600_000_000_000n
const minute = hour / 60n
const used = (at: bigint, nanoUsd = 1n): Activity => ({ first: at, last: at, nanoUsd })

describe('a block', () => {
  const ten = 1000n * hour
  test('begins with the hour of its first request and ends five hours later', () => {
    const block = blockAt([used(ten + 42n * minute, 3n), used(ten + 200n * minute, 4n)], ten + 201n * minute)
    expect(block).toEqual({ start: ten, end: ten + 5n * hour, nanoUsd: 7n })
  })

  test('is followed by another when work goes on past its end', () => {
    const activity = Array.from({ length: 12 }, (_, i) => used(ten + BigInt(i) * hour + 30n * minute))
    expect(blockAt(activity, ten + 12n * hour)).toEqual({ start: ten + 10n * hour, end: ten + 15n * hour, nanoUsd: 2n })
  })

  test('begins anew after five hours without a request', () => {
    const activity = [used(ten), used(ten + 4n * hour), used(ten + 9n * hour + 10n * minute, 9n)]
    expect(blockAt(activity, ten + 9n * hour + 11n * minute)).toMatchObject({ start: ten + 9n * hour, nanoUsd: 9n })
  })

  test('that is over, or never was, is none', () => {
    expect(blockAt([], ten)).toBeUndefined()
    expect(blockAt([used(ten)], ten + 5n * hour)).toBeUndefined()
    expect(blockAt([used(ten)], ten + 5n * hour - 1n)).toBeDefined()
  })
})

describe('/api/statusline', () => {
  let t: TestApi
  beforeAll(async () => {
    t = await openTestApi()
    await t.replay('claude-code/otlp/01-http-json')
  })
  afterAll(() => t.close())

  test('says what /api/usage says, in one answer', async () => {
    const { rows, totals } = (await t.ask('/api/usage?groupBy=session')).body
    const { start } = (
      await t.ask(`/api/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sql: 'select max(time)::varchar as start from model_calls' }),
      })
    ).body.rows.map(([start]: [string]) => ({ start }))[0]
    const to = `${start.replace(' ', 'T')}Z`
    const { body } = await t.ask(`/api/statusline?session=${rows[0].session}&from=2020-01-01&to=${to}`)
    expect(body.sessionCostUsd).toBe(rows[0].costUsd)
    expect(body.todayCostUsd).toBe(totals.costUsd)
    expect(body.block.costUsd).toBe(totals.costUsd)
    expect(Date.parse(body.block.end) - Date.parse(body.block.start)).toBe(5 * 3_600_000)
    expect(body.block.start).toMatch(/:00:00(\.0+)?Z$/)
  })

  test('knows nothing of a session that never was, and of a time before everything', async () => {
    const { body } = await t.ask('/api/statusline?session=none&from=2099-01-01')
    expect(body).toEqual({ sessionCostUsd: null, todayCostUsd: null, block: null })
  })
})

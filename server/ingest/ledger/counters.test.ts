// counters.test.ts: counters in the ledger: where they count, by how much, and when they give way to exact requests.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Telemetry } from '#proto/telemetry.ts'
import { batch, counted, type Desk, noon, openDesk, second, seen } from './testing.ts'

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const tokens = { inputTokens: 10, cacheReadTokens: 1000, cacheWriteTokens: 200, outputTokens: 50 }
const log = (keys: string[], part = {}) => batch({ calls: [seen({ source: 'otlp_logs', keys, ...tokens, ...part })] })
const file = (keys: string[], part = {}) => batch({ calls: [seen({ source: 'transcript', keys, ...tokens, ...part })] })
const all = (sql: string) => desk.store.all(sql)
const keepAll = async (...groups: Telemetry[]) => {
  for (const group of groups) await desk.keep(group)
}

describe('counters', () => {
  const input = (value: number, at: bigint, part = {}) =>
    batch({
      aggregates: [counted({ tool: 'claude-code', model: 'm', value, timeUnixNano: noon + at * second, ...part })],
    })
  const inputs = async () =>
    (await all('select quality, input_tokens from model_calls order by time, quality')).map((row) => [
      row.quality,
      Number(row.input_tokens),
    ])

  test('count where nothing exact does, by their increases', async () => {
    await keepAll(input(100, 10n), input(100, 20n), input(130, 30n))
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['aggregate', 30],
    ])
    expect(await all('select count(*) as n from aggregate_observations')).toEqual([{ n: 2n }])
  })

  test('give way to exact requests of the same interval, whichever came first', async () => {
    await keepAll(input(100, 10n), input(130, 30n), log(['req:1'], { model: 'm', timeUnixNano: noon + 25n * second }))
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['exact', 10],
    ])
    await desk.restart()
    await keepAll(log(['req:2'], { model: 'm', timeUnixNano: noon + 5n * second }), input(150, 40n))
    expect(await inputs()).toEqual([
      ['exact', 10],
      ['exact', 10],
      ['aggregate', 20],
    ])
  })

  test('of a purpose that files leave out stand beside a session known from files', async () => {
    await keepAll(
      input(100, 10n, { querySource: 'main', seriesId: 'main' }),
      input(7, 10n, { querySource: 'auxiliary', seriesId: 'aux' }),
      file(['msg:1'], { model: 'm', timeUnixNano: noon + 3n * second }),
    )
    expect(await inputs()).toEqual([
      ['exact', 10],
      ['aggregate', 7],
    ])
  })

  test('a process that starts again counts from zero', async () => {
    await keepAll(input(100, 10n), input(40, 100n, { startTimeUnixNano: noon + 90n * second }))
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['aggregate', 40],
    ])
  })

  test('without a session stand only while no request of the tool ended in their time', async () => {
    const codex = (value: number, at: bigint) =>
      input(value, at, { tool: 'codex', sessionId: '', temporality: 1, startTimeUnixNano: noon + (at - 60n) * second })
    await keepAll(codex(500, 60n), codex(300, 600n))
    expect(await inputs()).toEqual([
      ['aggregate', 500],
      ['aggregate', 300],
    ])
    await desk.restart()
    await keepAll(log([], { tool: 'codex', sessionId: 'c', weakKey: 'v', timeUnixNano: noon + 580n * second }))
    expect(await inputs()).toEqual([
      ['aggregate', 500],
      ['exact', 10],
    ])
  })

  test('cover the intervals of a process that sent nothing else, beside one that did', async () => {
    const hour = 3600n
    await keepAll(
      input(100, 10n),
      input(500, hour + 10n, { startTimeUnixNano: noon + hour * second }),
      log(['req:1'], { model: 'm', timeUnixNano: noon + (hour + 8n) * second }),
    )
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['exact', 10],
    ])
  })

  test('stand for what came long after the last request that a file holds', async () => {
    await keepAll(
      file(['msg:1'], { model: 'm', timeUnixNano: noon }),
      file(['msg:2'], { model: 'm', timeUnixNano: noon + 300n * second }),
      input(100, 100n),
      input(250, 3000n),
      input(700, 5000n),
    )
    // What was added between 100 s and 3,000 s may be what the file holds; what came after cannot.
    expect(await inputs()).toEqual([
      ['exact', 10],
      ['exact', 10],
      ['aggregate', 450],
    ])
  })

  test('tell requests and errors where nothing else does', async () => {
    const count = (field: 'requests' | 'errors' | 'inputTokens', value: number) =>
      counted({ tool: 'gemini', field, value, seriesId: field })
    await keepAll(batch({ aggregates: [count('requests', 3), count('errors', 1), count('inputTokens', 60)] }))
    expect(await all('select requests, errors, input_tokens, cost_nano_usd from model_calls')).toEqual([
      { requests: 3n, errors: 1n, input_tokens: 60n, cost_nano_usd: 60_000n },
    ])
  })

  test('that fall without a new start count nothing until they pass their highest value', async () => {
    await keepAll(input(100, 10n), input(40, 20n), input(90, 30n), input(120, 40n))
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['aggregate', 20],
    ])
  })

  test('of an interval that was sent with two values count the larger, whichever came first', async () => {
    const delta = (value: number) => input(value, 60n, { temporality: 1 })
    await keepAll(delta(5), delta(9), delta(7), delta(9))
    expect(await inputs()).toEqual([['aggregate', 9]])
  })

  test('that report a cost are in force with it, and else are priced without a tier', async () => {
    const part = (field: 'inputTokens' | 'reportedCostNanoUsd', value: number, sessionId: string) =>
      counted({ tool: 'claude-code', model: 'm', field, value, sessionId, seriesId: `${field} ${sessionId}` })
    await keepAll(
      batch({
        aggregates: [
          part('inputTokens', 40, 'paid'),
          part('reportedCostNanoUsd', 777, 'paid'),
          part('inputTokens', 40, 'free'),
        ],
      }),
    )
    expect(await all('select session_id, cost_nano_usd, cost_basis from model_calls order by 1')).toEqual([
      { session_id: 'free', cost_nano_usd: 40_000n, cost_basis: 'computed' },
      { session_id: 'paid', cost_nano_usd: 777n, cost_basis: 'reported' },
    ])
  })

  test('a rolled back group leaves the counters as they were', async () => {
    await keepAll(input(100, 10n))
    await desk.store
      .transaction(async (tx) => {
        ;(await desk.ledger.apply(tx, { telemetry: input(180, 20n), batch: 9n, receivedUnixNano: noon })).rolledBack()
        throw new Error('no')
      })
      .catch(() => {})
    await keepAll(input(190, 30n))
    expect(await inputs()).toEqual([
      ['aggregate', 100],
      ['aggregate', 90],
    ])
  })
})

import { afterEach, beforeEach, expect, test } from 'bun:test'
import { formatTime } from '../time.ts'
import { at, type Bench, failedCall, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { periodAt } from './period.ts'
import { budgetsRoutes } from './routes.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench(budgetsRoutes as never)
})
afterEach(() => bench.close())

async function ask(method: string, path: string, body?: unknown) {
  const answer = await bench.send(method, path, body)
  expect([path, answer.status, answer.body.message]).toEqual([path, 200, undefined])
  return answer.body
}
const set = (...budgets: object[]) => ask('PUT', '/api/budgets', { budgets })
const dollars = (amount: number, part: object = {}) =>
  modelCall({ costNanoUsd: Math.round(amount * 1e9), computedCostNanoUsd: Math.round(amount * 1e9), ...part })
const now = () => BigInt(Date.now()) * 1_000_000n

test('there are none at first, and nothing has fired', async () => {
  expect(await ask('GET', '/api/budgets')).toEqual({ budgets: [] })
  expect(await ask('GET', '/api/alerts')).toEqual({ alerts: [] })
})

test('what is set is kept, in place of what was, with what was spent of it', async () => {
  await insertCalls(bench.store, [
    dollars(1.25, { timeUnixNano: now(), project: 'verse' }),
    dollars(2.5, { timeUnixNano: now(), tool: 'codex' }),
  ])
  const { budgets } = await set(
    { period: 'month', limitUsd: 100, name: 'All' },
    { id: 'mine', period: 'day', tool: 'codex', limitUsd: 2.5, warnPercent: 50, tz: 'Europe/Berlin' },
    { period: 'week', project: 'verse', limitUsd: 1.5 },
  )
  expect(budgets).toMatchObject([
    {
      name: 'All',
      period: 'month',
      limitUsd: 100,
      warnPercent: 80,
      tz: 'UTC',
      costUsd: 3.75,
      percent: 3.75,
      state: 'ok',
    },
    { id: 'mine', tool: 'codex', limitUsd: 2.5, tz: 'Europe/Berlin', costUsd: 2.5, percent: 100, state: 'exceeded' },
    { project: 'verse', limitUsd: 1.5, costUsd: 1.25, percent: 83.33, state: 'warning' },
  ])
  expect('tool' in budgets[0]).toBe(false)
  expect(await ask('GET', '/api/budgets')).toEqual({ budgets })
  const { alerts } = await ask('GET', '/api/alerts')
  expect(alerts.map((one: any) => `${one.budgetId} ${one.level} ${one.costUsd}`)).toEqual([
    'mine exceeded 2.5',
    `${budgets[2].id} warning 1.25`,
  ])
  expect(await set({ id: 'mine', period: 'day', limitUsd: 5 })).toMatchObject({
    budgets: [{ id: 'mine', limitUsd: 5 }],
  })
  expect(await set()).toEqual({ budgets: [] })
})

test('alerts of the past are told for every period that the range touches, by whole periods', async () => {
  await insertCalls(bench.store, [
    dollars(6, { timeUnixNano: at('2026-03-02T00:00:00Z') }),
    dollars(5, { timeUnixNano: at('2026-03-02T23:59:59Z') }),
    dollars(9.99, { timeUnixNano: at('2026-03-03T12:00:00Z') }),
    dollars(10, { timeUnixNano: at('2026-03-05T12:00:00Z') }),
    failedCall({ timeUnixNano: at('2026-03-05T13:00:00Z') }),
  ])
  await set({ id: 'd', period: 'day', limitUsd: 10, warnPercent: 100 }, { id: 'm', period: 'month', limitUsd: 20 })
  const fired = async (query: string) =>
    (await ask('GET', `/api/alerts?${query}`)).alerts.map(
      (one: any) => `${one.budgetId} ${one.level} ${one.periodStart.slice(0, 10)} ${one.costUsd}`,
    )
  expect(await fired('from=2026-03-02T12:00:00Z&to=2026-03-06')).toEqual([
    'd exceeded 2026-03-05 10',
    'd exceeded 2026-03-02 11',
    'm exceeded 2026-03-01 30.99',
  ])
  expect(await fired('from=2026-03-03&to=2026-03-04')).toEqual(['m exceeded 2026-03-01 30.99'])
  expect(await fired('from=2026-04-01&to=2026-04-30')).toEqual([])
  expect(await fired('from=1970-01-01&to=2026-12-31')).toHaveLength(3)
  await set({ id: 'w', period: 'week', limitUsd: 1, tz: 'America/New_York' })
  expect(await fired('from=2026-03-03&to=2026-03-03')).toEqual([
    // The first second of Monday in UTC is still Sunday there.
    'w exceeded 2026-03-02 24.99',
  ])
})

test('what has no price counts nothing and is told', async () => {
  const unpriced = { costNanoUsd: null, computedCostNanoUsd: null, costBasis: 'unpriced' as const }
  await insertCalls(bench.store, [modelCall({ ...unpriced, timeUnixNano: now() })])
  const { budgets } = await set({ period: 'month', limitUsd: 1 })
  expect(budgets).toMatchObject([{ costUsd: 0, unpricedTokens: 1100, state: 'ok' }])
})

test('what is wrong is a 400 that says so, and changes nothing', async () => {
  const before = await set({ id: 'a', period: 'day', limitUsd: 1 })
  for (const body of [
    {},
    { budgets: {} },
    { budgets: [{ limitUsd: 1 }] },
    { budgets: [{ period: 'year', limitUsd: 1 }] },
    { budgets: [{ period: 'day' }] },
    { budgets: [{ period: 'day', limitUsd: 0 }] },
    { budgets: [{ period: 'day', limitUsd: '1' }] },
    { budgets: [{ period: 'day', limitUsd: 1, tz: 'Mars' }] },
    { budgets: [{ period: 'day', limitUsd: 1, warnPercent: 101 }] },
    { budgets: [{ period: 'day', limitUsd: 1, tool: '' }] },
    { budgets: Array.from({ length: 2 }, () => ({ id: 'a', period: 'day', limitUsd: 1 })) },
  ]) {
    const answer = await bench.send('PUT', '/api/budgets', body)
    expect([JSON.stringify(body), answer.status, typeof answer.body.message]).toEqual([
      JSON.stringify(body),
      400,
      'string',
    ])
  }
  expect((await bench.get('/api/alerts?from=x')).status).toBe(400)
  expect((await bench.get('/api/alerts?from=2026-02-02&to=2026-01-01')).status).toBe(400)
  expect(await ask('GET', '/api/budgets')).toEqual(before)
})

test('periods are those of the zone’s calendar, also where its clocks change', () => {
  const of = (time: string, period: 'day' | 'week' | 'month', tz: string) => {
    const { start, end } = periodAt(at(time), period, tz)
    return `${formatTime(start)} ${formatTime(end)}`
  }
  expect(of('2026-12-31T23:59:59Z', 'month', 'UTC')).toBe('2026-12-01T00:00:00.000Z 2027-01-01T00:00:00.000Z')
  expect(of('2026-11-22T04:00:00Z', 'week', 'UTC')).toBe('2026-11-16T00:00:00.000Z 2026-11-23T00:00:00.000Z')
  expect(of('2026-11-23T00:00:00Z', 'week', 'UTC')).toBe('2026-11-23T00:00:00.000Z 2026-11-30T00:00:00.000Z')
  // Clocks go forward: a day of 23 hours.
  expect(of('2026-03-29T10:00:00Z', 'day', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z')
  expect(of('2026-03-31T22:30:00Z', 'month', 'Europe/Berlin')).toBe('2026-03-31T22:00:00.000Z 2026-04-30T22:00:00.000Z')
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPrices } from '../../ingest/prices/prices.ts'
import type { ApiDeps } from '../deps.ts'
import { at, type Bench, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { pricesRoutes } from './routes.ts'

let bench: Bench
const prices = createPrices()
beforeAll(async () => {
  bench = await openBench(pricesRoutes as never, { core: { prices, pricingMode: 'auto' } as ApiDeps['core'] })
  await insertCalls(bench.store, [
    modelCall({ model: 'house-model-7', costNanoUsd: null, computedCostNanoUsd: null, costBasis: 'unpriced' }),
    modelCall({
      model: 'o3',
      timeUnixNano: at('2025-01-01T00:00:00Z'),
      costNanoUsd: 14_000_000,
      computedCostNanoUsd: 14_000_000,
    }),
  ])
})
afterAll(() => bench.close())

describe('the table in force', () => {
  test('lists models with dollars per million tokens, source and tiers', async () => {
    const { body } = await bench.get('/api/prices')
    expect(body.base).toEqual({ name: 'genai-prices', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
    expect(body.prices.length).toBeGreaterThan(1400)
    const sonnet = body.prices.find((one: any) => one.model === 'claude-sonnet-4-5' && one.provider === 'anthropic')
    expect(sonnet).toEqual({
      model: 'claude-sonnet-4-5',
      provider: 'anthropic',
      source: 'genai-prices',
      included: false,
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite5m: 3.75,
      cacheWrite1h: 6,
      webSearch: 0.01,
      tiers: [
        {
          tokens: 200_000,
          inclusive: false,
          input: 6,
          output: 22.5,
          cacheRead: 0.6,
          cacheWrite5m: 7.5,
          cacheWrite1h: 12,
        },
      ],
    })
    expect(body.overrides).toEqual([])
  })

  test('is the one of the time asked for', async () => {
    const o3 = async (query: string) =>
      (await bench.get(`/api/prices?search=o3${query}`)).body.prices.find(
        (one: any) => one.model === 'o3' && one.provider === 'openai',
      )
    expect(await o3('&at=2025-01-01')).toMatchObject({ input: 10, output: 40 })
    expect(await o3('')).toMatchObject({ input: 2, validFrom: '2025-06-10T00:00:00.000Z' })
  })

  test('tells how the id of one model was found', async () => {
    expect((await bench.get('/api/prices/anthropic/claude-opus-4.6')).body).toMatchObject({
      model: 'anthropic/claude-opus-4.6',
      as: 'claude-opus-4-6',
      rule: 'prefix',
      input: 5,
    })
    expect(await bench.get('/api/prices/house-model-7')).toMatchObject({ status: 404, body: { error: 'Not Found' } })
  })
})

describe('overrides', () => {
  test('are set, hold at once, heal history when asked to, and are taken back', async () => {
    expect((await bench.get('/api/prices/unpriced')).body).toEqual({
      unpriced: [
        {
          tool: 'claude-code',
          model: 'house-model-7',
          requests: 1,
          totalTokens: 1100,
          firstTime: '2026-11-22T04:00:00.000Z',
          lastTime: '2026-11-22T04:00:00.000Z',
        },
      ],
    })
    const set = await bench.send('PUT', '/api/prices/house-model-7', { input: 2, output: 10, from: '2026-01-01' })
    expect(set).toMatchObject({
      status: 200,
      body: { model: 'house-model-7', source: 'user', input: 2, cacheRead: 2, validFrom: '2026-01-01T00:00:00.000Z' },
    })
    expect((await bench.get('/api/prices')).body.overrides).toEqual([set.body])
    expect((await bench.get('/api/prices/house-model-7')).body).toMatchObject({ source: 'user', output: 10 })

    const plan = (await bench.send('POST', '/api/prices/reprice', { dryRun: true })).body
    expect(plan).toMatchObject({ dryRun: true, calls: 2, costUsd: { before: 0.014, after: 0.017 } })
    expect((await bench.get('/api/prices/unpriced')).body.unpriced).toHaveLength(1)
    const { body } = await bench.send('POST', '/api/prices/reprice', {})
    expect(body.moved).toEqual([
      {
        tool: 'claude-code',
        model: 'house-model-7',
        calls: 1,
        costUsd: { before: 0, after: 0.003 },
        newlyPriced: 1,
        newlyUnpriced: 0,
      },
    ])
    expect((await bench.get('/api/prices/unpriced')).body.unpriced).toEqual([])

    expect((await bench.send('DELETE', '/api/prices/house-model-7')).status).toBe(204)
    expect((await bench.send('DELETE', '/api/prices/house-model-7')).status).toBe(404)
    expect((await bench.get('/api/prices/house-model-7')).status).toBe(404)
  })

  test('may be for an id with slashes, written either way', async () => {
    await bench.send('PUT', '/api/prices/acme/big%20one', { included: true })
    expect((await bench.get('/api/prices/acme%2Fbig%20one')).body).toMatchObject({ included: true, source: 'user' })
    expect((await bench.send('DELETE', '/api/prices/acme%2Fbig%20one')).status).toBe(204)
  })

  test('stand in the list instead of what they replace', async () => {
    await bench.send('PUT', '/api/prices/gpt-5.5', { input: 1, output: 2 })
    const { body } = await bench.get('/api/prices?search=gpt-5.5')
    expect(body.prices.filter((one: any) => one.model === 'gpt-5.5')).toMatchObject([{ source: 'user', input: 1 }])
    await bench.send('DELETE', '/api/prices/gpt-5.5')
  })

  test.each([
    [{}, 'input'],
    [{ input: 1 }, 'input'],
    [{ input: '1', output: 2 }, 'input'],
    [{ input: -1, output: 2 }, 'input'],
    [{ input: 1, output: 2, cached: 3 }, 'cached'],
    [{ input: 1, output: 2, from: 'soon' }, 'from'],
  ])('%j is a 400 that names what is wrong', async (given, named) => {
    const { status, body } = await bench.send('PUT', '/api/prices/m', given)
    expect(status).toBe(400)
    expect(body.message).toContain(named)
  })
})

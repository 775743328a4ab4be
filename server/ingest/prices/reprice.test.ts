import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../store/store.ts'
import { UsageError } from '../../usage-error.ts'
import { batch, openDesk, seen } from '../ledger/testing.ts'
import { configPrices } from './config-prices.ts'
import { createPrices } from './prices.ts'
import { reprice } from './reprice.ts'
import { unpricedModels } from './unpriced.ts'
import { loadUserPrices, removeUserPrices, saveUserPrice, userPrice } from './user-prices.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-prices-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const request = (id: string, model: string, part: object = {}) =>
  seen({ keys: [`req:${id}`], model, inputTokens: 1000, outputTokens: 100, ...part })

describe('re-pricing', () => {
  test('heals what was unpriced, moves what got another price, and says what moved', async () => {
    const prices = createPrices()
    const desk = await openDesk({ price: prices.price })
    try {
      await desk.keep(
        batch({
          calls: [
            request('1', 'house-model-7'),
            request('2', 'house-model-7', { status: 'error', inputTokens: 0, outputTokens: 0 }),
            request('3', 'claude-sonnet-4-5'),
            request('4', 'claude-sonnet-4-5', { reportedCostNanoUsd: 5 }),
            request('5', 'gpt-5.5', { tool: 'codex' }),
          ],
        }),
      )
      expect(await unpricedModels(desk.store)).toMatchObject([
        { model: 'house-model-7', requests: 1, totalTokens: 1100 },
      ])

      prices.setUserPrices([
        userPrice('house-model-7', { input: 1, output: 10 }),
        userPrice('claude-sonnet-4-5', { input: 6, output: 30 }),
      ])
      const plan = await reprice(desk.store, prices, 'auto', { dryRun: true })
      const done = await reprice(desk.store, prices, 'auto')
      expect({ ...plan, durationMs: 0, dryRun: false }).toEqual({ ...done, durationMs: 0 })
      expect(done).toMatchObject({
        calls: 5,
        costNanoUsd: { before: 4_500_000n + 5n + 8_000_000n, after: 2_000_000n + 9_000_000n + 5n + 8_000_000n },
        moved: [
          {
            model: 'claude-sonnet-4-5',
            calls: 1,
            costNanoUsd: { before: 4_500_005n, after: 9_000_005n },
            newlyPriced: 0,
          },
          { model: 'house-model-7', calls: 1, costNanoUsd: { before: 0n, after: 2_000_000n }, newlyPriced: 1 },
        ],
      })
      expect(await unpricedModels(desk.store)).toEqual([])
      const [reported] = await desk.store.all(
        "select computed_cost_nano_usd as computed, cost_nano_usd as cost, cost_basis, price_source from model_calls where call_id like '%req:4'",
      )
      expect(reported).toEqual({ computed: 9_000_000n, cost: 5n, cost_basis: 'reported', price_source: 'user' })

      expect(await reprice(desk.store, prices, 'auto')).toMatchObject({ calls: 5, changed: 0, moved: [] })
      prices.setUserPrices([])
      expect((await reprice(desk.store, prices, 'auto')).moved).toMatchObject([{}, { newlyUnpriced: 1 }])
      expect(await unpricedModels(desk.store)).toHaveLength(1)
    } finally {
      await desk.close()
    }
  })

  test('leaves exactly what the same requests cost when they come under the new table', async () => {
    const observations = [
      request('1', 'claude-opus-4-6', { cacheWriteTokens: 500, cacheWrite1hTokens: 200, webSearches: 2 }),
      request('2', 'gemini-2.5-pro', { tool: 'gemini', inputTokens: 300_000 }),
      request('3', 'house-model-7', { speed: 'fast', reportedCostNanoUsd: 0 }),
      request('4', 'gpt-5.5', { tool: 'codex', speed: 'fast', provider: 'openai' }),
    ]
    const prices = createPrices([userPrice('house-model-7', { input: 1, output: 10 })])
    const columns =
      'call_id, computed_cost_nano_usd, cost_nano_usd, cost_basis, price_source, price_model, price_rule, price_tier, epoch_ns(price_from)'
    const rowsOf = (store: Store) => store.all(`select ${columns} from model_calls order by call_id`)
    const [fresh, later] = [await openDesk({ price: prices.price }), await openDesk({ price: createPrices().price })]
    try {
      await fresh.keep(batch({ calls: observations }))
      await later.keep(batch({ calls: observations }))
      await reprice(later.store, prices, 'auto')
      expect(await rowsOf(later.store)).toEqual(await rowsOf(fresh.store))
    } finally {
      await fresh.close()
      await later.close()
    }
  })

  test('follows the mode: calculated costs, or only what was reported', async () => {
    const prices = createPrices()
    const desk = await openDesk({ price: prices.price })
    try {
      await desk.keep(batch({ calls: [request('1', 'o3', { reportedCostNanoUsd: 7 }), request('2', 'o3')] }))
      const costs = async () =>
        (
          await desk.store.all('select cost_nano_usd as cost, cost_basis as basis from model_calls order by call_id')
        ).map(({ cost, basis }) => `${cost} ${basis}`)
      expect(await costs()).toEqual(['7 reported', '2800000 computed'])
      await reprice(desk.store, prices, 'calculate')
      expect(await costs()).toEqual(['2800000 computed', '2800000 computed'])
      await reprice(desk.store, prices, 'display')
      expect(await costs()).toEqual(['7 reported', 'null unpriced'])
    } finally {
      await desk.close()
    }
  })
})

describe("the user's prices in the database", () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore({ path: join(folder, 'prices.duckdb'), threads: 2 })
  })
  afterAll(() => store.close())

  const save = (...price: Parameters<typeof userPrice>) =>
    store.transaction((tx) => saveUserPrice(tx, userPrice(...price), 1n))

  test('come back as they were set', async () => {
    await save('b', { input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, from: 5n })
    await save('a/b c', { included: true })
    await save('b', { input: 0.000000001, output: 2 })
    const loaded = await loadUserPrices(store)
    expect(loaded).toEqual([
      userPrice('a/b c', { included: true }),
      userPrice('b', { input: 0.000000001, output: 2 }),
      userPrice('b', { input: 3, output: 15, cacheRead: 0.3, cacheWrite5m: 3.75, cacheWrite1h: 6, from: 5n }),
    ])
    expect(loaded[1]?.rates).toMatchObject({ input: 1, output: 2_000_000_000, cacheRead: 1, cacheWrite1h: 1 })
  })

  test('of one time replace each other, whatever the case of the id', async () => {
    await save('c', { input: 1, output: 1 })
    await save('C', { input: 2, output: 2 })
    expect((await loadUserPrices(store)).filter(({ model }) => model.toLowerCase() === 'c')).toEqual([
      userPrice('C', { input: 2, output: 2 }),
    ])
  })

  test('go all at once; how many there were is said', async () => {
    await save('d', { input: 1, output: 1 })
    await save('d', { input: 1, output: 1, from: 9n })
    expect(await store.transaction((tx) => removeUserPrices(tx, 'D'))).toBe(2)
    expect(await store.transaction((tx) => removeUserPrices(tx, 'd'))).toBe(0)
  })
})

describe("the user's prices in config.toml", () => {
  const read = (text: string) => {
    const path = join(folder, 'config.toml')
    writeFileSync(path, text)
    return configPrices(path)
  }

  test('are read in dollars per million tokens', () => {
    expect(
      read(
        `[prices."gpt-9.9"]\ninput = 3\noutput = 15.5\ncache_read = 0.3\nfrom = 2026-01-01\n[prices.plan]\nincluded = true`,
      ),
    ).toEqual([
      userPrice('gpt-9.9', {
        input: 3,
        output: 15.5,
        cacheRead: 0.3,
        from: BigInt(Date.parse('2026-01-01')) * 1_000_000n,
      }),
      userPrice('plan', { included: true }),
    ])
  })

  test('need not be there', () => {
    expect(configPrices(join(folder, 'none.toml'))).toEqual([])
    expect(read('retention = "90d"')).toEqual([])
  })

  test.each([
    ['prices = 3', 'prices must be tables'],
    ['[prices]\nm = 3', '"m" must be a table'],
    ['[prices.m]\ninput = 3', '"m" needs input and output'],
    ['[prices.m]\ninput = -1\noutput = 1', 'input must be dollars'],
    ['[prices.m]\ninput = "3"\noutput = 1', 'input must be dollars'],
    ['[prices.m]\ninput = 3\noutput = 1\ncached = 1', 'no field "cached"'],
    ['[prices.m]\nincluded = 1', 'included must be true or false'],
    ['[prices.m]\nincluded = true\nfrom = "soon"', 'from must be a date'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => read(text)).toThrow(UsageError)
    expect(() => read(text)).toThrow(message)
  })

  test('stand below what was set later in the database', () => {
    const at = 1_795_320_000_000_000_000n
    const prices = createPrices([userPrice('m', { input: 2, output: 2 })], [userPrice('m', { input: 1, output: 1 })])
    const cost = () => prices.price({ model: 'm', timeUnixNano: at, inputTokens: 1_000_000 }).costNanoUsd
    expect(cost()).toBe(2e9)
    prices.setUserPrices([])
    expect(cost()).toBe(1e9)
  })
})

import { describe, expect, test } from 'bun:test'
import { calcPrice } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { candidates } from './match.ts'
import { createPrices } from './prices.ts'

const prices = createPrices()
const at = (date: string) => BigInt(Date.parse(date)) * 1_000_000n
const now = at('2026-11-22T00:00:00Z')

describe('costs', () => {
  /** Models of three vendors, with and without tiers, cache prices and dated prices. */
  const models = [
    'claude-sonnet-4-5',
    'claude-opus-4-6',
    'claude-haiku-4-5',
    'gpt-5.5',
    'gpt-5.6-sol',
    'gpt-4.1',
    'o3',
    'gemini-2.5-pro',
    'gemini-3.1-pro-preview',
    'gemini-3.8-flash',
    'deepseek-chat',
  ]
  const tokens = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0, max: 2_000_000 }),
    fc.constantFrom(0, 199_999, 200_000, 200_001, 271_999, 272_000),
  )

  test('equal what calcPrice of genai-prices says, to a nano-dollar', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.record({
          inputTokens: tokens,
          cacheReadTokens: tokens,
          cacheWrite5mTokens: tokens,
          cacheWrite1hTokens: tokens,
          outputTokens: tokens,
          webSearches: fc.integer({ min: 0, max: 20 }),
        }),
        fc.date({ min: new Date('2025-01-01'), max: new Date('2027-06-01'), noInvalidDate: true }),
        (model, counts, date) => {
          const cacheWriteTokens = counts.cacheWrite5mTokens + counts.cacheWrite1hTokens
          const ours = prices.price({
            model,
            timeUnixNano: BigInt(date.getTime()) * 1_000_000n,
            ...counts,
            cacheWriteTokens,
          })
          const theirs = calcPrice(
            {
              input_tokens: counts.inputTokens + counts.cacheReadTokens + cacheWriteTokens,
              cache_read_tokens: counts.cacheReadTokens,
              cache_write_tokens: cacheWriteTokens,
              cache_write_5m_tokens: counts.cacheWrite5mTokens,
              cache_write_1h_tokens: counts.cacheWrite1hTokens,
              output_tokens: counts.outputTokens,
              web_searches: counts.webSearches,
            },
            model,
            { timestamp: date },
          )
          expect(Math.abs(ours.costNanoUsd! - theirs!.total_price * 1e9)).toBeLessThan(1)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each([
    [200_000, 'base', 600_000_000],
    [200_001, 'long_context>200000', 1_200_006_000],
  ])('of %d input tokens of Sonnet 4.5 are %s', (inputTokens, tier, costNanoUsd) => {
    expect(prices.price({ model: 'claude-sonnet-4-5', timeUnixNano: now, inputTokens })).toMatchObject({
      tier,
      costNanoUsd,
    })
  })

  test('the tier is decided on the whole input, cache included, and a sum of requests gets none', () => {
    const call = { model: 'gemini-2.5-pro', timeUnixNano: now, inputTokens: 1000, cacheReadTokens: 250_000 }
    expect(prices.price(call).tier).toBe('long_context>200000')
    expect(prices.price({ ...call, aggregate: true }).tier).toBe('base')
  })

  test('a one-hour write costs twice the input, a five-minute write 1.25 times; without the split it is five minutes', () => {
    const price = (counts: object) =>
      prices.price({ model: 'claude-opus-4-6', timeUnixNano: now, ...counts }).costNanoUsd
    expect(price({ cacheWriteTokens: 1000, cacheWrite1hTokens: 1000 })).toBe(10_000_000)
    expect(price({ cacheWriteTokens: 1000, cacheWrite5mTokens: 1000 })).toBe(6_250_000)
    expect(price({ cacheWriteTokens: 1000 })).toBe(6_250_000)
  })

  test('fast mode multiplies: Opus 4.6 by 6, Opus 4.8 by 2, Codex priority by 2 and fast by 2.5', () => {
    const factor = (model: string, speed: string) => {
      const call = { model, timeUnixNano: now, inputTokens: 1000, outputTokens: 1000 }
      return prices.price({ ...call, speed }).costNanoUsd! / prices.price(call).costNanoUsd!
    }
    expect(factor('claude-opus-4-6', 'fast')).toBe(6)
    expect(factor('claude-opus-4-8', 'fast')).toBe(2)
    expect(factor('gpt-5.5', 'priority')).toBe(2)
    expect(factor('gpt-5.5', 'fast')).toBe(2.5)
    expect(factor('claude-sonnet-4-5', 'normal')).toBe(1)
  })

  test('the price is the one in force when the request was made', () => {
    const o3 = (date: string) => prices.price({ model: 'o3', timeUnixNano: at(date), inputTokens: 1_000_000 })
    expect(o3('2025-06-09T23:59:59Z').costNanoUsd).toBe(10_000_000_000)
    expect(o3('2025-06-10T00:00:00Z')).toMatchObject({
      costNanoUsd: 2_000_000_000,
      validFrom: at('2025-06-10T00:00:00Z'),
    })
  })
})

describe('states', () => {
  test('a model that nobody knows is unpriced: no cost, not zero', () => {
    expect(prices.price({ model: 'house-model-7', timeUnixNano: now, inputTokens: 5 })).toEqual({
      state: 'unpriced',
      costNanoUsd: null,
    })
  })

  test("the user's own price wins, says so, and may be included in a plan", () => {
    const rates = {
      input: 1e9,
      output: 2e9,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      reasoning: 2e9,
      webSearch: 0,
    }
    const mine = createPrices([{ model: 'House-Model-7', validFrom: undefined, included: false, rates }])
    expect(mine.price({ model: 'house-model-7', timeUnixNano: now, inputTokens: 1_000_000 })).toMatchObject({
      state: 'priced',
      source: 'user',
      costNanoUsd: 1e9,
    })
    mine.setUserPrices([{ model: 'house-model-7', validFrom: undefined, included: true, rates }])
    expect(mine.price({ model: 'house-model-7', timeUnixNano: now, inputTokens: 1 })).toMatchObject({
      state: 'included',
      costNanoUsd: 0,
    })
    mine.setUserPrices([])
    expect(mine.price({ model: 'house-model-7', timeUnixNano: now, inputTokens: 1 }).state).toBe('unpriced')
  })
})

describe('model ids', () => {
  test.each([
    ['claude-sonnet-4-5-20250929', undefined, 'claude-sonnet-4-5', 'exact'],
    ['claude-opus-4-6[1m]', undefined, 'claude-opus-4-6', 'exact'],
    ['claude-opus-4.6', undefined, 'claude-opus-4-6', 'exact'],
    ['claude-sonnet-4-5@20250929', undefined, 'claude-sonnet-4-5', 'exact'],
    ['anthropic/claude-sonnet-4.5', undefined, 'claude-sonnet-4-5', 'prefix'],
    ['models/gemini-2.5-pro', undefined, 'gemini-2.5-pro', 'prefix'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', undefined, 'claude-sonnet-4-5', 'bedrock'],
    ['GPT-5.5', 'openai', 'gpt-5.5', 'exact'],
    ['gemini-3-pro', undefined, 'gemini-3-pro-preview', 'exact'],
  ])('%s (%s) is priced as %s by rule %s', (model, provider, modelId, rule) => {
    const shown = prices.show(model, provider, now)
    expect(shown?.modelId).toContain(modelId)
    expect(shown?.rule).toStartWith(rule)
  })

  test('every way of writing one model finds the same rates', () => {
    const cost = (model: string) =>
      prices.price({ model, timeUnixNano: now, inputTokens: 1000, outputTokens: 10 }).costNanoUsd
    const plain = cost('claude-sonnet-4-5')
    for (const model of [
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4.5',
      'anthropic/claude-sonnet-4-5',
      'claude-sonnet-4-5@20250929',
      'claude-sonnet-4-5[1m]',
    ]) {
      expect([model, cost(model)]).toEqual([model, plain])
    }
  })

  test('candidates begin with the id as it came', () => {
    expect(candidates('a/b', undefined)[0]).toEqual({ modelId: 'a/b', providerId: undefined, rule: 'exact' })
  })
})

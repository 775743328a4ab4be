import { describe, expect, test } from 'bun:test'
import { calcPrice } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { listBaseTable } from './base-table.ts'
import { createPrices, type Priceable } from './prices.ts'
import { userPrice } from './user-prices.ts'

const prices = createPrices()
const at = (date: string) => BigInt(Date.parse(date)) * 1_000_000n
const now = at('2026-11-22T00:00:00Z')
const million = 1_000_000

/** Nano-USD of a request, made now unless said. */
const cost = (model: string, call: Partial<Priceable>) =>
  prices.price({ model, timeUnixNano: now, ...call }).costNanoUsd

const tokens = fc.oneof(
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: 0, max: 2_000_000 }),
  fc.constantFrom(0, 100_000, 127_999, 128_000, 128_001, 199_999, 200_000, 200_001, 271_999, 272_000, 272_001),
)

describe('the oracle: calcPrice of genai-prices', () => {
  const table = listBaseTable()

  test('says the same of every model of every provider at any time, to a nano-dollar', () => {
    let compared = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...table),
        fc.record({
          inputTokens: tokens,
          cacheReadTokens: tokens,
          cacheWriteTokens: tokens,
          outputTokens: tokens,
          webSearches: fc.integer({ min: 0, max: 20 }),
          reasoningTokens: fc.integer({ min: 0, max: 1000 }),
        }),
        fc.date({ min: new Date('2025-01-01'), max: new Date('2027-06-01'), noInvalidDate: true }),
        ({ providerId, modelId }, { reasoningTokens, ...counts }, date) => {
          const theirs = calcPrice(
            {
              input_tokens: counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens,
              cache_read_tokens: counts.cacheReadTokens,
              cache_write_tokens: counts.cacheWriteTokens,
              output_tokens: counts.outputTokens,
              output_reasoning_tokens: Math.min(reasoningTokens, counts.outputTokens),
              web_searches: counts.webSearches,
            },
            modelId,
            { timestamp: date, providerId },
          )
          // An id that is a pattern's name and matches nothing itself, or a model that another one shadows.
          if (!theirs || theirs.model.id !== modelId) return
          const price = theirs.model_price
          // Where the package bills nothing we say unknown, or what Claude costs everywhere (written tests below).
          if (Object.keys(price).length > 0 && !('input_mtok' in price && 'output_mtok' in price)) return
          const isClaude = /claude/.test(modelId) && 'input_mtok' in price
          if (isClaude && !('cache_write_mtok' in price && 'web_searches_kcount' in price)) return
          compared++
          const ours = prices.price({
            model: modelId,
            provider: providerId,
            timeUnixNano: BigInt(date.getTime()) * 1_000_000n,
            reasoningTokens,
            ...counts,
          })
          expect(ours.modelId).toBe(modelId)
          // A rate that is no whole number of nano-USD per million (1/12 dollar) is off by at most half of one.
          const written = counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens + counts.outputTokens
          expect(Math.abs((ours.costNanoUsd ?? Number.NaN) - theirs.total_price * 1e9)).toBeLessThan(1 + written / 2e6)
        },
      ),
      { numRuns: 20_000 },
    )
    expect(compared).toBeGreaterThan(10_000)
  })

  test('agrees on one-hour writes of Claude', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('claude-sonnet-4-5', 'claude-opus-4-6', 'claude-opus-5-5', 'claude-haiku-4-5'),
        tokens,
        tokens,
        tokens,
        fc.date({ min: new Date('2025-10-01'), max: new Date('2027-06-01'), noInvalidDate: true }),
        (model, inputTokens, fiveMinutes, oneHour, timestamp) => {
          const theirs = calcPrice(
            {
              input_tokens: inputTokens + fiveMinutes + oneHour,
              cache_write_tokens: fiveMinutes + oneHour,
              cache_write_5m_tokens: fiveMinutes,
              cache_write_1h_tokens: oneHour,
            },
            model,
            { timestamp },
          )
          const ours = cost(model, {
            timeUnixNano: BigInt(timestamp.getTime()) * 1_000_000n,
            inputTokens,
            cacheWriteTokens: fiveMinutes + oneHour,
            cacheWrite5mTokens: fiveMinutes,
            cacheWrite1hTokens: oneHour,
          })
          expect(Math.abs(ours! - theirs!.total_price * 1e9)).toBeLessThan(1)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the list prices that are known by heart', () => {
  test.each([
    ['claude-opus-4-5', 5, 25, 0.5, 6.25],
    ['claude-opus-4-8', 5, 25, 0.5, 6.25],
    ['claude-opus-4-1', 15, 75, 1.5, 18.75],
    ['claude-sonnet-4-6', 3, 15, 0.3, 3.75],
    ['claude-3-5-sonnet-20241022', 3, 15, 0.3, 3.75],
    ['claude-haiku-4-5-20251001', 1, 5, 0.1, 1.25],
    ['claude-3-5-haiku-20241022', 0.8, 4, 0.08, 1],
    ['gpt-5.4', 2.5, 15, 0.25, 2.5],
    ['gpt-5.5', 5, 30, 0.5, 5],
    ['gpt-5.3-codex', 1.75, 14, 0.175, 1.75],
    ['gpt-5.2', 1.75, 14, 0.175, 1.75],
    ['gpt-5', 1.25, 10, 0.125, 1.25],
    ['gemini-3-pro-preview', 2, 12, 0.2, 2],
    ['gemini-3-flash-preview', 0.5, 3, 0.05, 0.5],
    ['gemini-2.5-pro', 1.25, 10, 0.125, 1.25],
    ['gemini-2.5-flash', 0.3, 2.5, 0.03, 0.3],
  ])('%s: %d in, %d out, %d cached, %d to write the cache', (model, input, output, cacheRead, cacheWrite) => {
    expect(cost(model, { inputTokens: 1000 })).toBe(input * million)
    expect(cost(model, { outputTokens: 1000 })).toBe(output * million)
    expect(cost(model, { cacheReadTokens: 1000 })).toBe(cacheRead * million)
    expect(cost(model, { cacheWriteTokens: 1000 })).toBe(cacheWrite * million)
  })
})

describe('tiers', () => {
  test.each([
    ['claude-sonnet-4-5', 200_000, 'base', 3000 * 200_000],
    ['claude-sonnet-4-5', 200_001, 'long_context>200000', 6000 * 200_001],
    // OpenAI lists its standard rates for prompts below 272,000: the threshold belongs to the tier.
    ['gpt-5.5', 271_999, 'base', 5000 * 271_999],
    ['gpt-5.5', 272_000, 'long_context>=272000', 10_000 * 272_000],
  ])('%s with %d input tokens is billed %s', (model, inputTokens, tier, costNanoUsd) => {
    expect(prices.price({ model, timeUnixNano: now, inputTokens })).toMatchObject({ tier, costNanoUsd })
  })

  test('the same model sold elsewhere may put the threshold outside', () => {
    const tier = (inputTokens: number) =>
      prices.price({ model: 'gpt-5.5', provider: 'github-copilot', timeUnixNano: now, inputTokens }).tier
    expect([tier(272_000), tier(272_001)]).toEqual(['base', 'long_context>272000'])
  })

  test('a tier is decided on the whole input, cache included, and a sum of requests gets none', () => {
    const call = { model: 'gemini-2.5-pro', timeUnixNano: now, inputTokens: 1000, cacheReadTokens: 250_000 }
    expect(prices.price(call).tier).toBe('long_context>200000')
    expect(prices.price({ ...call, aggregate: true }).tier).toBe('base')
  })

  test('a tier applies to every token of the request, not only to those above', () => {
    expect(cost('claude-sonnet-4-5', { inputTokens: 200_001, outputTokens: 1000 })).toBe(200_001 * 6000 + 1000 * 22_500)
  })
})

describe('cache writes and searches', () => {
  test('a one-hour write costs twice the input, a five-minute write 1.25 times; without the split it is five minutes', () => {
    const price = (counts: object) => cost('claude-opus-4-6', counts)
    expect(price({ cacheWriteTokens: 1000, cacheWrite1hTokens: 1000 })).toBe(10_000_000)
    expect(price({ cacheWriteTokens: 1000, cacheWrite5mTokens: 1000 })).toBe(6_250_000)
    expect(price({ cacheWriteTokens: 1000 })).toBe(6_250_000)
    expect(price({ cacheWriteTokens: 1000, cacheWrite1hTokens: 400 })).toBe(600 * 6250 + 400 * 10_000)
  })

  test('a one-hour write of Claude costs twice the input wherever it is sold', () => {
    const call = { cacheWriteTokens: 1000, cacheWrite1hTokens: 1000 }
    expect(cost('claude-sonnet-4-6', { provider: 'google-vertex', ...call })).toBe(6_000_000)
    expect(cost('us.anthropic.claude-sonnet-4-6-v1:0', call)).toBe(6_600_000)
  })

  test('a search costs a cent', () => {
    expect(cost('claude-sonnet-4-5', { webSearches: 3 })).toBe(30_000_000)
  })

  test('a cache read without a price of its own is input, never free', () => {
    expect(cost('gpt-5-pro', { cacheReadTokens: 1000 })).toBe(cost('gpt-5-pro', { inputTokens: 1000 })!)
  })
})

describe('speed', () => {
  const factor = (model: string, speed: string) => {
    const call = { inputTokens: 1000, outputTokens: 1000, cacheReadTokens: 500 }
    return cost(model, { ...call, speed })! / cost(model, call)!
  }

  test('multiplies: Opus 4.6 and 4.7 by 6, Opus 4.8 by 2, Codex priority by 2 and fast by 2.5', () => {
    expect(factor('claude-opus-4-6', 'fast')).toBe(6)
    expect(factor('claude-opus-4-7', 'fast')).toBe(6)
    expect(factor('claude-opus-4-8', 'fast')).toBe(2)
    expect(factor('gpt-5.5', 'priority')).toBe(2)
    expect(factor('gpt-5.5', 'fast')).toBe(2.5)
    expect(factor('gpt-5.4', 'fast')).toBe(2)
    for (const standard of ['normal', 'standard', 'default', 'medium'])
      expect(factor('claude-sonnet-4-5', standard)).toBe(1)
  })

  test('never multiplies searches', () => {
    expect(cost('claude-opus-4-6', { speed: 'fast', webSearches: 1 })).toBe(10_000_000)
  })

  test('said by the id counts as said by the request', () => {
    expect(cost('claude-opus-4-6-fast', { inputTokens: 1000 })).toBe(30_000_000)
    expect(
      prices.price({ model: 'claude-opus-4.8-fast', provider: 'github-copilot', timeUnixNano: now }),
    ).toMatchObject({ modelId: 'claude-opus-4.8-fast', source: 'genai-prices' })
    expect(prices.show('grok-4-fast', undefined, now)?.modelId).toStartWith('grok-4-fast')
  })

  test('that nobody published a price for leaves the request unpriced rather than at the standard price', () => {
    expect(prices.price({ model: 'claude-sonnet-4-5', timeUnixNano: now, speed: 'fast', inputTokens: 1 })).toEqual({
      state: 'unpriced',
      costNanoUsd: null,
    })
  })
})

describe('time', () => {
  test('the price is the one in force when the request was made', () => {
    const o3 = (date: string) => prices.price({ model: 'o3', timeUnixNano: at(date), inputTokens: million })
    expect(o3('2025-06-09T23:59:59.999Z')).toMatchObject({ costNanoUsd: 10e9 })
    expect(o3('2025-06-09T23:59:59.999Z').validFrom).toBeUndefined()
    const cut = at('2025-06-10T00:00:00Z')
    expect(o3('2025-06-10T00:00:00Z')).toMatchObject({ costNanoUsd: 2e9, validFrom: cut })
  })

  test('hours of the day that cost more are seen, also for a model asked about before', () => {
    const deepseek = (time: string) =>
      cost('deepseek-chat', { timeUnixNano: at(`2026-11-22T${time}Z`), inputTokens: million })
    expect([deepseek('00:29:59'), deepseek('00:30:00'), deepseek('16:29:59'), deepseek('16:30:00')]).toEqual([
      135_000_000, 270_000_000, 270_000_000, 135_000_000,
    ])
  })

  test('a name that moved is priced as what it meant at the time', () => {
    const auto = (date: string) => prices.show('codex-auto-review', undefined, at(date))
    expect(auto('2026-01-01')).toBeUndefined()
    expect(auto('2026-07-29T23:59:59Z')).toMatchObject({ modelId: 'gpt-5.4', rule: 'alias', source: 'overlay' })
    expect(auto('2026-07-30')).toMatchObject({ modelId: 'gpt-5.6-luna', validFrom: at('2026-07-30') })
    expect(prices.show('kimi-for-coding', undefined, at('2026-05-01'))?.modelId).toBe('kimi-k2.6')
  })
})

describe('states', () => {
  test('a model that nobody knows is unpriced: no cost, not zero', () => {
    for (const model of ['house-model-7', 'gpt-fake-1', 'deepseek-v4', '', '/', '<synthetic>'])
      expect([model, prices.price({ model, timeUnixNano: now, inputTokens: 5 })]).toEqual([
        model,
        { state: 'unpriced', costNanoUsd: null },
      ])
  })

  test('a model that is free or part of a plan is included, at no cost', () => {
    for (const [model, provider] of [
      ['gpt-4.1', 'github-copilot'],
      ['mistral-nemo:free', 'mistral'],
      ['glm-4.6', 'zai-coding-plan'],
    ] as const)
      expect(prices.price({ model, provider, timeUnixNano: now, inputTokens: 5 })).toMatchObject({
        state: 'included',
        costNanoUsd: 0,
      })
  })

  test('tokens of a kind that the price list does not have are unpriced, not free', () => {
    const embedding = { model: 'text-embedding-3-small', provider: 'openai', timeUnixNano: now }
    expect(prices.price({ ...embedding, inputTokens: million }).costNanoUsd).toBe(20_000_000)
    expect(prices.price({ ...embedding, inputTokens: million, outputTokens: 0 }).state).toBe('priced')
    expect(prices.price({ model: 'azure/ada', timeUnixNano: now, outputTokens: 1 }).state).toBe('unpriced')
  })
})

describe("the user's own price", () => {
  const mine = (...set: Parameters<typeof userPrice>[]) => createPrices(set.map((one) => userPrice(...one)))
  const ask = { timeUnixNano: now, inputTokens: million }

  test('wins for any way of writing the model, and says so', () => {
    const own = mine(['Claude-Sonnet-4-5', { input: 1, output: 2 }])
    for (const model of ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5'])
      expect(own.price({ ...ask, model })).toMatchObject({ state: 'priced', source: 'user', costNanoUsd: 1e9 })
  })

  test('for one snapshot leaves the others alone', () => {
    const own = mine(['claude-sonnet-4-5-20250929', { input: 1, output: 2 }])
    expect(own.price({ ...ask, model: 'claude-sonnet-4-5' })).toMatchObject({ source: 'genai-prices' })
  })

  test('holds from its date on; before it the table stands', () => {
    const own = mine(['o3', { input: 1, output: 2, from: now }], ['o3', { input: 4, output: 8, from: now + 100n }])
    const dollars = (timeUnixNano: bigint) =>
      own.price({ model: 'o3', timeUnixNano, inputTokens: million }).costNanoUsd! / 1e9
    expect([dollars(now - 1n), dollars(now), dollars(now + 99n), dollars(now + 100n)]).toEqual([2, 1, 1, 4])
    expect(own.price({ ...ask, model: 'o3' }).validFrom).toBe(now)
  })

  test('may include a model in a plan, and goes when it is taken back', () => {
    const own = mine(['house-model-7', { included: true }])
    expect(own.price({ ...ask, model: 'house-model-7' })).toMatchObject({ state: 'included', costNanoUsd: 0 })
    own.setUserPrices([])
    expect(own.price({ ...ask, model: 'house-model-7' }).state).toBe('unpriced')
  })

  test('without a cache price bills the cache as input, Claude with its own multiples', () => {
    const own = mine(['house-model-7', { input: 3, output: 9 }], ['my-claude', { input: 3, output: 9 }])
    const cache = { timeUnixNano: now, cacheReadTokens: 1000, cacheWriteTokens: 2000, cacheWrite1hTokens: 1000 }
    expect(own.price({ ...cache, model: 'house-model-7' }).costNanoUsd).toBe(9_000_000)
    expect(own.price({ ...cache, model: 'my-claude' }).costNanoUsd).toBe(3_000_000 + 3_750_000 + 6_000_000)
  })
})

test('a cost is rounded once, half up, and sums of large counts stay exact', () => {
  // 2.8 nano-USD a token.
  const cached = (cacheReadTokens: number) =>
    cost('deepseek-v4-flash', { timeUnixNano: at('2026-06-01T12:00:00Z'), cacheReadTokens })
  expect([cached(1), cached(5), cached(1_000_000_000)]).toEqual([3, 14, 2_800_000_000])
  const huge = { inputTokens: 1_000_000_000, outputTokens: 1_000_000_000 }
  expect(BigInt(cost('claude-opus-4-1', huge)!)).toBe(90_000_000_000_000n)
})

test('a stream of made-up models does not fill the memory', () => {
  const own = createPrices()
  for (let index = 0; index < 20_000; index++) own.price({ model: `m${index}`, timeUnixNano: now })
  for (let index = 0; index < 1000; index++)
    expect(own.price({ model: 'o3', speed: `s${index}`, timeUnixNano: now, inputTokens: 1 }).state).toBe('priced')
})

test('tools, providers and models that are called like parts of every object have no price, and throw nothing', () => {
  const prices = createPrices()
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])
    for (const part of [{ tool: name }, { provider: name }, { model: name }, { speed: name }, { model: `${name}:x` }])
      expect([name, prices.price({ model: 'no-such-model', timeUnixNano: 1n, inputTokens: 1, ...part }).state]).toEqual(
        [name, 'unpriced'],
      )
})

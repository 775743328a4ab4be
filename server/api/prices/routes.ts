// routes.ts: /api/prices: the table in force, the user's own prices, what has none, and history priced anew.
import { Hono } from 'hono'
import { z } from 'zod'
import { baseTableName, baseVersion } from '../../ingest/prices/base-table.ts'
import { reprice } from '../../ingest/prices/reprice.ts'
import { unpricedModels } from '../../ingest/prices/unpriced.ts'
import { loadUserPrices, removeUserPrices, saveUserPrice, userPrice } from '../../ingest/prices/user-prices.ts'
import type { ApiDeps } from '../deps.ts'
import { about } from '../describe.ts'
import { notFound } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { send } from '../json.ts'
import { bodyOf, pathOf, queryOf, textParam, windowParams } from '../params.ts'
import { formatTime, nowNano } from '../time.ts'
import { usd } from '../usage/shape.ts'
import { ownPrices, PriceEntry, priceEntry, pricesInForce, shownPrice } from './shape.ts'

export const PriceTable = z.object({
  base: z
    .object({ name: z.string(), version: z.string() })
    .describe('the table that the overlay and the user stand on'),
  prices: z.array(PriceEntry),
  overrides: z.array(PriceEntry).describe("the user's own prices, also those that do not hold now"),
})
export type PriceTable = z.infer<typeof PriceTable>

export const UnpricedList = z.object({
  unpriced: z.array(
    z.object({
      tool: z.string(),
      model: z.string(),
      provider: z.string().optional(),
      speed: z.string().optional(),
      requests: z.number(),
      totalTokens: z.number(),
      firstTime: z.string(),
      lastTime: z.string(),
    }),
  ),
})
export type UnpricedList = z.infer<typeof UnpricedList>

const moved = z.object({ before: z.number(), after: z.number() }).describe('dollars; what is unpriced counts nothing')
export const Repriced = z.object({
  dryRun: z.boolean(),
  calls: z.number().describe('requests looked at'),
  changed: z.number().describe('requests whose cost or whose price’s provenance changed'),
  costUsd: moved,
  moved: z.array(
    z.object({
      tool: z.string(),
      model: z.string(),
      calls: z.number(),
      costUsd: moved,
      newlyPriced: z.number(),
      newlyUnpriced: z.number(),
    }),
  ),
  durationMs: z.number(),
})
export type Repriced = z.infer<typeof Repriced>

const modelPath = pathOf(z.object({ model: z.string().trim().min(1).max(500) }))
const kind = z.number().min(0).max(1_000_000).describe('dollars per million tokens')
const priceBody = exactly({
  input: kind.optional(),
  output: kind.optional(),
  cacheRead: kind.optional(),
  cacheWrite5m: kind.optional(),
  cacheWrite1h: kind.optional(),
  from: windowParams.from.describe('since when it holds; absent: since ever'),
  included: z.boolean().optional().describe('costs nothing by itself: free, or part of a plan'),
}).refine(({ input, output, included }) => included === true || (input !== undefined && output !== undefined), {
  path: ['input'],
  message: 'give input and output in dollars per million tokens, or included: true',
})

export function pricesRoutes({ store, core }: ApiDeps) {
  async function reload(): Promise<void> {
    core.prices.setUserPrices(await loadUserPrices(store))
  }

  return new Hono()
    .get(
      '/api/prices',
      about('The price table in force, with source and validity, and the user’s own prices', PriceTable),
      queryOf(z.object({ search: textParam, at: windowParams.from.describe('as of this time; now unless given') })),
      async (c) => {
        const { search, at } = c.req.valid('query')
        const found = pricesInForce(core.prices, at ?? nowNano())
        const term = search?.toLowerCase()
        return send<PriceTable>(c, {
          base: { name: baseTableName, version: baseVersion },
          prices: term ? found.filter(({ model }) => model.toLowerCase().includes(term)) : found,
          overrides: ownPrices(core.prices),
        })
      },
    )
    .get('/api/prices/unpriced', about('Models that were used and have no price', UnpricedList), async (c) => {
      const models = await unpricedModels(store)
      return send<UnpricedList>(c, {
        unpriced: models.map(({ firstTimeUnixNano, lastTimeUnixNano, ...model }) => ({
          ...model,
          firstTime: formatTime(firstTimeUnixNano),
          lastTime: formatTime(lastTimeUnixNano),
        })),
      })
    })
    .post(
      '/api/prices/reprice',
      about('Computes all costs anew by the present table and says what moved', Repriced),
      bodyOf(exactly({ dryRun: z.boolean().default(false) })),
      async (c) => {
        const report = await reprice(store, core.prices, core.pricingMode, c.req.valid('json'))
        const dollars = ({ before, after }: { before: bigint; after: bigint }) => ({
          before: usd(before)!,
          after: usd(after)!,
        })
        const { costNanoUsd, moved, ...rest } = report
        return send<Repriced>(c, {
          ...rest,
          costUsd: dollars(costNanoUsd),
          moved: moved.map(({ costNanoUsd, ...one }) => ({ ...one, costUsd: dollars(costNanoUsd) })),
        })
      },
    )
    .get(
      '/api/prices/:model{.+}',
      about('The price in force for a model, and how its id was found', PriceEntry),
      modelPath,
      queryOf(z.object({ provider: textParam, at: windowParams.from })),
      async (c) => {
        const { model } = c.req.valid('param')
        const { provider, at } = c.req.valid('query')
        const price = shownPrice(core.prices, model, provider, at ?? nowNano())
        if (!price) throw notFound(`${JSON.stringify(model)} has no price; PUT one here, or see /api/prices`)
        return send<PriceEntry>(c, price)
      },
    )
    .put(
      '/api/prices/:model{.+}',
      about('Sets the price of a model; POST /api/prices/reprice then applies it to history', PriceEntry),
      modelPath,
      bodyOf(priceBody),
      async (c) => {
        const price = userPrice(c.req.valid('param').model, c.req.valid('json'))
        await store.transaction((tx) => saveUserPrice(tx, price, nowNano()))
        await reload()
        const { model, validFrom, included, rates } = price
        return send<PriceEntry>(
          c,
          priceEntry(
            { model, provider: undefined, source: 'user', validFrom },
            { validFrom, base: rates, tiers: [], included },
          ),
        )
      },
    )
    .delete(
      '/api/prices/:model{.+}',
      about('Takes back the prices that were set for a model'),
      modelPath,
      async (c) => {
        const { model } = c.req.valid('param')
        const count = await store.transaction((tx) => removeUserPrices(tx, model))
        if (count === 0) throw notFound(`no price was set for ${JSON.stringify(model)}; /api/prices lists overrides`)
        await reload()
        return c.body(null, 204)
      },
    )
}

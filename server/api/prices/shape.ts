// shape.ts: a price as the API and the command line show it: dollars per million tokens.
import { z } from 'zod'
import { baseTableName, listBaseTable } from '../../ingest/prices/base-table.ts'
import { aliasIds, overlayModels } from '../../ingest/prices/overlay.ts'
import type { PriceSource, Prices } from '../../ingest/prices/prices.ts'
import { type PriceVersion, type Rates, unknownRate, versionAt } from '../../ingest/prices/rates.ts'
import { maybeTime } from '../time.ts'

const dollars = z.number().nullable().describe('dollars per million tokens; null: not known')
const rates = {
  input: dollars,
  output: dollars,
  cacheRead: dollars,
  cacheWrite5m: dollars,
  cacheWrite1h: dollars,
}

export const PriceEntry = z
  .object({
    model: z.string(),
    provider: z.string().optional(),
    source: z.enum([baseTableName, 'overlay', 'user']),
    as: z.string().optional().describe("the table's model, when the name stands for another"),
    rule: z.string().optional().describe('how the name was found in the table'),
    validFrom: z.string().optional().describe('since when this price holds; absent: since ever'),
    included: z.boolean().describe('costs nothing by itself: free, or part of a plan'),
    ...rates,
    webSearch: z.number().nullable().describe('dollars for each search'),
    tiers: z
      .array(z.object({ tokens: z.number(), inclusive: z.boolean(), ...rates }))
      .describe('rates of a whole request whose input, cache included, is above (inclusive: at or above) tokens'),
  })
  .meta({ id: 'PriceEntry' })
export type PriceEntry = z.infer<typeof PriceEntry>

function perMillion(rate: number): number | null {
  return rate === unknownRate ? null : rate / 1e9
}

function ratesOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Rates) {
  return {
    input: perMillion(input),
    output: perMillion(output),
    cacheRead: perMillion(cacheRead),
    cacheWrite5m: perMillion(cacheWrite5m),
    cacheWrite1h: perMillion(cacheWrite1h),
  }
}

type Named = Pick<PriceEntry, 'model' | 'provider' | 'source'> & { as?: string; rule?: string; validFrom?: bigint }

export function priceEntry({ validFrom, ...named }: Named, version: PriceVersion): PriceEntry {
  return {
    ...named,
    validFrom: maybeTime(validFrom),
    included: version.included === true,
    ...ratesOf(version.base),
    webSearch: version.base.webSearch / 1e9,
    tiers: version.tiers.map(({ tokens, inclusive, rates }) => ({ tokens, inclusive, ...ratesOf(rates) })),
  }
}

/** The price in force for a name at a time; `undefined` when it has none. */
export function shownPrice(
  prices: Prices,
  model: string,
  provider: string | undefined,
  time: bigint,
): PriceEntry | undefined {
  const shown = prices.show(model, provider, time)
  if (!shown) return undefined
  const { providerId, modelId, source, rule, validFrom, version } = shown
  return priceEntry({ model, provider: providerId, source, as: modelId, rule, validFrom }, version)
}

/** The user's own prices, all of them, in the order of their models and dates. */
export function ownPrices(prices: Prices): PriceEntry[] {
  return prices
    .userPrices()
    .map(({ model, validFrom, included, rates }) =>
      priceEntry(
        { model, source: 'user', provider: undefined, validFrom },
        { validFrom, base: rates, tiers: [], included },
      ),
    )
}

/** Every model with a price at a time: the user's, then the overlay's, then the base table's that neither replaces. */
export function pricesInForce(prices: Prices, time: bigint): PriceEntry[] {
  const entries: PriceEntry[] = []
  const listed = new Set<string>()
  const add = (model: string) => {
    const id = model.toLowerCase()
    if (listed.has(id)) return
    const entry = shownPrice(prices, model, undefined, time)
    if (!entry) return
    listed.add(id)
    entries.push(entry)
  }
  for (const { model } of prices.userPrices()) add(model)
  for (const id of [...overlayModels().map(({ modelId }) => modelId), ...aliasIds()]) add(id)
  for (const { providerId, modelId, versions } of listBaseTable()) {
    const version = versionAt(versions, time)
    if (!version || listed.has(modelId.toLowerCase())) continue
    const source: PriceSource = baseTableName
    entries.push(priceEntry({ model: modelId, provider: providerId, source, validFrom: version.validFrom }, version))
  }
  return entries
}

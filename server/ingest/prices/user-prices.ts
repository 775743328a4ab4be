// user-prices.ts: the prices that the user set, in the table `prices` and in config.toml.
import { flag, int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'
import deleteSql from './delete-user-price.sql' with { type: 'text' }
import type { UserPrice } from './prices.ts'
import { completed, perMillion } from './rates.ts'
import userPricesSql from './user-prices.sql' with { type: 'text' }

const listUserPrices = query(
  userPricesSql,
  {},
  {
    model: text,
    valid_from: maybe(time),
    input: maybe(int),
    output: maybe(int),
    cache_read: maybe(int),
    cache_write_5m: maybe(int),
    cache_write_1h: maybe(int),
    included: flag,
  },
)
const deleteUserPrice = query(deleteSql, { model: text, valid_from: maybe(time), every: flag }, { model: text })

/** A price as a person says it: dollars per million tokens. `from`: ns since 1970, absent for "always". */
export type PriceGiven = {
  input?: number | undefined
  output?: number | undefined
  cacheRead?: number | undefined
  cacheWrite5m?: number | undefined
  cacheWrite1h?: number | undefined
  from?: bigint | undefined
  /** Costs nothing by itself: free, or part of a flat-rate plan. */
  included?: boolean | undefined
}

/** A given price as the table has it; kinds that were not given follow from the input (see {@link completed}). */
export function userPrice(model: string, given: PriceGiven): UserPrice {
  const rates: Partial<Record<'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h', number>> = {}
  for (const kind of ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const) {
    const dollars = given[kind]
    if (dollars !== undefined) rates[kind] = perMillion(dollars)
  }
  return {
    model: model.trim(),
    validFrom: given.from,
    included: given.included === true,
    rates: completed(model, rates),
  }
}

/** All of them that the table has. */
export async function loadUserPrices(runner: Runner): Promise<UserPrice[]> {
  const rows = await listUserPrices(runner, {})
  return rows.map((row) => ({
    model: row.model,
    validFrom: row.valid_from ?? undefined,
    included: row.included,
    rates: completed(row.model, {
      ...(row.input === null ? {} : { input: row.input }),
      ...(row.output === null ? {} : { output: row.output }),
      ...(row.cache_read === null ? {} : { cacheRead: row.cache_read }),
      ...(row.cache_write_5m === null ? {} : { cacheWrite5m: row.cache_write_5m }),
      ...(row.cache_write_1h === null ? {} : { cacheWrite1h: row.cache_write_1h }),
    }),
  }))
}

/** Sets a price; one for the same model from the same time is replaced. */
export async function saveUserPrice(tx: Tx, price: UserPrice, updatedUnixNano: bigint): Promise<void> {
  await deleteUserPrice(tx, { model: price.model, valid_from: price.validFrom ?? null, every: false })
  const { rates } = price
  await tx.append(
    {
      table: 'prices',
      columns: [
        { name: 'model', type: 'text', take: () => price.model },
        { name: 'valid_from', type: 'time', take: () => price.validFrom },
        { name: 'input_nano_usd_per_mtok', type: 'bigint', take: () => known(rates.input) },
        { name: 'output_nano_usd_per_mtok', type: 'bigint', take: () => known(rates.output) },
        { name: 'cache_read_nano_usd_per_mtok', type: 'bigint', take: () => known(rates.cacheRead) },
        { name: 'cache_write_5m_nano_usd_per_mtok', type: 'bigint', take: () => known(rates.cacheWrite5m) },
        { name: 'cache_write_1h_nano_usd_per_mtok', type: 'bigint', take: () => known(rates.cacheWrite1h) },
        { name: 'included', type: 'boolean', take: () => price.included },
        { name: 'updated_at', type: 'time', take: () => updatedUnixNano },
      ],
    },
    [price],
  )
}

/** Removes every price that the user set for a model; how many there were. */
export async function removeUserPrices(tx: Tx, model: string): Promise<number> {
  return (await deleteUserPrice(tx, { model: model.trim(), valid_from: null, every: true })).length
}

function known(rate: number): number | undefined {
  return rate < 0 ? undefined : rate
}

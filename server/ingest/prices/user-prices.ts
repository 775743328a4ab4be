// user-prices.ts: the prices that the user set, as the table keeps them.
import { flag, int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import type { UserPrice } from './prices.ts'
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

/** All of them. A kind that was not given follows from the input: reads and writes are billed as input, never free. */
export async function loadUserPrices(runner: Runner): Promise<UserPrice[]> {
  const rows = await listUserPrices(runner, {})
  return rows.map((row) => {
    const input = row.input ?? 0
    const output = row.output ?? 0
    const cacheWrite5m = row.cache_write_5m ?? input
    return {
      model: row.model,
      validFrom: row.valid_from ?? undefined,
      included: row.included,
      rates: {
        input,
        output,
        cacheRead: row.cache_read ?? input,
        cacheWrite5m,
        cacheWrite1h: row.cache_write_1h ?? cacheWrite5m,
        reasoning: output,
        webSearch: 0,
      },
    }
  })
}

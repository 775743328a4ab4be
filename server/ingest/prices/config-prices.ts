// config-prices.ts: the user's prices in config.toml.
//
//   [prices.my-model]            # quote ids with dots: [prices."gpt-9.9"]
//   input = 3                    # dollars per million tokens
//   output = 15
//   cache_read = 0.3             # the rest may be left out
//   cache_write_5m = 3.75
//   cache_write_1h = 6
//   from = 2026-01-01            # since when it holds
//
//   [prices.plan-model]
//   included = true              # free, or part of a flat-rate plan
import { readFileSync } from 'node:fs'
import { parse, TomlDate } from 'smol-toml'
import { UsageError } from '../../usage-error.ts'
import type { UserPrice } from './prices.ts'
import { type PriceGiven, userPrice } from './user-prices.ts'

const kinds = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write_5m: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
} as const

/**
 * The prices of a config.toml; none when it does not exist or has none.
 *
 * @throws UsageError naming the file, the model, the field and what is valid.
 */
export function configPrices(path: string): UserPrice[] {
  let source: string
  try {
    source = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  // That the file is valid TOML was checked when the settings were read.
  const { prices } = parse(source) as { prices?: unknown }
  if (prices === undefined) return []
  if (!isTable(prices)) throw new UsageError(`${path}: prices must be tables, as in [prices."my-model"]`)
  return Object.entries(prices).map(([model, given]) => priceOf(path, model, given))
}

function priceOf(path: string, model: string, given: unknown): UserPrice {
  const where = `${path}: the price of ${JSON.stringify(model)}`
  if (!isTable(given))
    throw new UsageError(`${where} must be a table with input and output, in dollars per million tokens`)
  const price: PriceGiven = {}
  for (const [key, value] of Object.entries(given)) {
    if (key in kinds) price[kinds[key as keyof typeof kinds]] = dollars(`${where}: ${key}`, value)
    else if (key === 'included') price.included = truth(`${where}: included`, value)
    else if (key === 'from') price.from = timeOf(`${where}: from`, value)
    else
      throw new UsageError(
        `${where} has no field ${JSON.stringify(key)}; use ${Object.keys(kinds).join(', ')}, included, from`,
      )
  }
  if (price.included !== true && (price.input === undefined || price.output === undefined))
    throw new UsageError(`${where} needs input and output (dollars per million tokens), or included = true`)
  return userPrice(model, price)
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function dollars(where: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1_000_000) return value
  throw new UsageError(`${where} must be dollars per million tokens, from 0 to 1000000`)
}

function truth(where: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new UsageError(`${where} must be true or false`)
}

function timeOf(where: string, value: unknown): bigint {
  const milliseconds =
    value instanceof TomlDate || value instanceof Date
      ? value.getTime()
      : typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value)
        ? Date.parse(value)
        : Number.NaN
  if (Number.isNaN(milliseconds)) throw new UsageError(`${where} must be a date such as 2026-01-01`)
  return BigInt(milliseconds) * 1_000_000n
}

// compile-base.ts: @pydantic/genai-prices → base-table.gen.ts. Run by hand after an update of the package:
// `bun server/ingest/prices/compile-base.ts`. A test holds the generated file to the installed package.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ConditionalPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices'
import type { BaseModel, BaseProvider, BaseRates, BaseVersion } from './base-table.ts'

/** The providers of the package, each with its models, as lines of JSON: a provider, then its models. */
export function compiledTable(): string {
  const lines: string[] = []
  for (const id of providerIds()) {
    const provider = findProvider({ providerId: id })
    if (!provider || provider.id !== id) throw new Error(`genai-prices has no provider ${id}`)
    const head: BaseProvider = { id }
    if (provider.model_match) head.models = provider.model_match
    if (provider.fallback_model_providers) head.fallback = provider.fallback_model_providers
    lines.push(JSON.stringify(head))
    for (const model of provider.models) {
      const versions = versionsOf(model.prices)
      if (versions) lines.push(JSON.stringify([model.id, model.match, versions] satisfies BaseModel))
    }
  }
  return lines.join('\n')
}

/** The version of the installed package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version
}

function packageFolder(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@pydantic/genai-prices'))), '..')
}

/** The package exports a look-up by provider but no list of them; a provider's id is the first line of its literal. */
export function providerIds(): string[] {
  const source = readFileSync(join(packageFolder(), 'dist', 'index.js'), 'utf8')
  const ids = [...source.matchAll(/^ {4}id: "([^"]+)",$/gm)].map((match) => match[1] as string)
  if (ids.length < 30) throw new Error(`found only ${ids.length} providers in genai-prices: its layout has changed`)
  return ids
}

/** Nothing for a model that is not billed by text tokens at all: pages, hours of audio. */
function versionsOf(prices: ConditionalPrice[] | ModelPrice): BaseVersion[] | undefined {
  const conditional: ConditionalPrice[] = Array.isArray(prices) ? prices : [{ prices }]
  const isTextual = conditional.some(
    (one) => Object.keys(one.prices).length === 0 || Object.keys(one.prices).some((key) => key in keys),
  )
  return isTextual ? conditional.map(versionOf) : undefined
}

function versionOf({ constraint, prices }: ConditionalPrice): BaseVersion {
  const version: BaseVersion = { rates: ratesAbove(prices, undefined) }
  if (constraint?.type === 'start_date') version.from = constraint.start_date
  if (constraint?.type === 'time_of_date') version.hours = [constraint.start_time, constraint.end_time]
  const starts = Object.entries(prices).flatMap(([key, price]) =>
    key in keys && typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
  )
  const tiers = [...new Set(starts)].sort((a, b) => a - b)
  if (tiers.length > 0) version.tiers = tiers.map((start) => ({ ...boundary(start), rates: ratesAbove(prices, start) }))
  return version
}

/** The package writes "at or above 272,000" as "above 271,999"; what was meant is kept as data. */
function boundary(start: number): { tokens: number; inclusive: boolean } {
  return start % 1000 === 999 ? { tokens: start + 1, inclusive: true } : { tokens: start, inclusive: false }
}

/** Our name of a rate, and by how much the package's price is multiplied to be integer nano-USD per million (searches: each). */
const keys: Record<string, [name: keyof BaseRates, factor: number]> = {
  input_mtok: ['input', 1e9],
  output_mtok: ['output', 1e9],
  cache_read_mtok: ['cacheRead', 1e9],
  cache_write_mtok: ['cacheWrite5m', 1e9],
  cache_write_1h_mtok: ['cacheWrite1h', 1e9],
  output_reasoning_mtok: ['reasoning', 1e9],
  web_searches_kcount: ['webSearch', 1e6],
  requests_kcount: ['request', 1e6],
}

function ratesAbove(prices: ModelPrice, above: number | undefined): BaseRates {
  const rates: BaseRates = {}
  for (const [key, value] of Object.entries(prices)) {
    const known = keys[key]
    if (!known || value === undefined) continue
    let dollars = typeof value === 'number' ? value : value.base
    if (typeof value === 'object' && above !== undefined)
      for (const tier of value.tiers) if (tier.start <= above) dollars = tier.price
    // A few prices are converted from other currencies and not whole: half a nano-USD per million tokens is lost at most.
    rates[known[0]] = Math.round(dollars * known[1])
  }
  return rates
}

/** The text of base-table.gen.ts. */
export function generatedSource(): string {
  const table = compiledTable()
  if (table.includes('`') || table.includes('${')) throw new Error('the table cannot be written as a raw template')
  return `// base-table.gen.ts: @pydantic/genai-prices ${packageVersion()} (MIT), by compile-base.ts; never edited.
export const baseVersion = '${packageVersion()}'
export const baseLines = String.raw\`${table}\`
`
}

if (import.meta.main) writeFileSync(join(import.meta.dir, 'base-table.gen.ts'), generatedSource())

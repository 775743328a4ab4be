// prices.ts: the price table in force, the user's own prices, and history priced anew.
import type { PriceTable, Repriced, UnpricedList } from '../api/prices/routes.ts'
import type { PriceEntry } from '../api/prices/shape.ts'
import { parseTime } from '../api/time.ts'
import type { Config } from '../config.ts'
import { oneLine } from '../log.ts'
import { UsageError } from '../usage-error.ts'
import { type Client, withClient } from './client.ts'
import { printDocument } from './document.ts'
import { type Column, tableOf, widthOf } from './table.ts'
import { count, dollars } from './words.ts'

type Json = { json?: boolean | undefined }
export type SetOptions = Json & {
  input?: string | undefined
  output?: string | undefined
  cacheRead?: string | undefined
  cacheWrite5m?: string | undefined
  cacheWrite1h?: string | undefined
  from?: string | undefined
  included?: boolean | undefined
}

/** Every model with a price, or those whose id holds a text. */
export async function listPrices(config: Config, search: string | undefined, { json }: Json): Promise<void> {
  const query = search ? `?search=${encodeURIComponent(search)}` : ''
  const table = await withClient(config, (client) => client.get<PriceTable>(`/api/prices${query}`))
  if (json) return print(table)
  process.stdout.write(
    table.prices.length === 0 ? 'no model is called that\n' : pricesTable(table.prices, widthOf(process.stdout)),
  )
}

/** The price in force for a model, and how its id was found. */
export async function showPrice(
  config: Config,
  model: string,
  options: Json & { provider?: string | undefined; at?: string | undefined },
): Promise<void> {
  const asked = new URLSearchParams()
  for (const name of ['provider', 'at'] as const) if (options[name]) asked.set(name, options[name])
  const price = await withClient(config, (client) => client.get<PriceEntry>(`${pathOf(model)}?${asked}`))
  if (options.json) return print(price)
  process.stdout.write(priceText(price))
}

/** Sets the user's price of a model: dollars per million tokens. */
export async function setPrice(config: Config, model: string, options: SetOptions): Promise<void> {
  const body = priceBody(options)
  const price = await withClient(config, (client) => client.send<PriceEntry>('PUT', pathOf(model), body))
  if (options.json) return print(price)
  process.stdout.write(`${priceText(price)}\nfrom now on; for what was already counted: telltale prices reprice\n`)
}

/** Takes back what was set for a model. */
export async function removePrice(config: Config, model: string, { json }: Json): Promise<void> {
  await withClient(config, (client) => client.send('DELETE', pathOf(model)))
  if (json) return print({ model, removed: true })
  process.stdout.write(
    `the price that was set for ${oneLine(model)} is gone; for what was already counted: telltale prices reprice\n`,
  )
}

/** The models that were used and have no price. */
export async function listUnpriced(config: Config, { json }: Json): Promise<void> {
  const found = await withClient(config, (client) => client.get<UnpricedList>('/api/prices/unpriced'))
  if (json) return print(found)
  process.stdout.write(
    found.unpriced.length === 0
      ? 'every model that was used has a price\n'
      : `${unpricedTable(found.unpriced, widthOf(process.stdout))}\nset one: telltale prices set MODEL --input 3 --output 15\n`,
  )
}

/** Prices history by the present table and says what moved. */
export async function repriceHistory(config: Config, options: Json & { dryRun?: boolean | undefined }): Promise<void> {
  const report = await withClient(config, (client: Client) =>
    client.send<Repriced>('POST', '/api/prices/reprice', { dryRun: options.dryRun ?? false }),
  )
  if (options.json) return print(report)
  process.stdout.write(repricedText(report, widthOf(process.stdout)))
}

function print(value: unknown): void {
  printDocument(value)
}

function pathOf(model: string): string {
  if (model.trim() === '') throw new UsageError('MODEL: give the id of a model, as it appears in reports')
  return `/api/prices/${encodeURIComponent(model)}`
}

/**
 * What `prices set` sends.
 *
 * @throws UsageError naming the option, the value and what would be valid.
 */
export function priceBody(options: SetOptions): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  const kinds = {
    input: '--input',
    output: '--output',
    cacheRead: '--cache-read',
    cacheWrite5m: '--cache-write-5m',
    cacheWrite1h: '--cache-write-1h',
  } as const
  for (const [kind, flag] of Object.entries(kinds)) {
    const given = options[kind as keyof typeof kinds]
    if (given === undefined) continue
    const value = Number(given)
    if (!/^\d*\.?\d+$/.test(given) || value > 1_000_000)
      throw new UsageError(
        `${flag}: ${JSON.stringify(given)} is not valid; use dollars per million tokens, such as 3 or 0.25`,
      )
    body[kind] = value
  }
  if (options.included) body.included = true
  else if (body.input === undefined || body.output === undefined)
    throw new UsageError('give --input and --output in dollars per million tokens, or --included')
  if (options.from === undefined) return body
  if (parseTime(options.from) === undefined)
    throw new UsageError(`--from: ${JSON.stringify(options.from)} is not valid; use a date (2026-11-22) or RFC 3339`)
  body.from = options.from
  return body
}

/** A rate in full: `$6.875`. */
function rate(value: number | null): string | undefined {
  if (value === null) return undefined
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 9 })}`
}

export function pricesTable(prices: readonly PriceEntry[], width: number): string {
  const columns: Column<PriceEntry>[] = [
    { head: 'Model', cell: ({ model }) => model },
    { head: 'Provider', cell: ({ provider }) => provider ?? '', drop: 2 },
    { head: 'Input', cell: (price) => (price.included ? 'included' : rate(price.input)), align: 'right' },
    { head: 'Output', cell: (price) => (price.included ? '' : rate(price.output)), align: 'right' },
    { head: 'Cache read', cell: ({ cacheRead }) => rate(cacheRead), align: 'right', drop: 3 },
    { head: 'Write 5m', cell: ({ cacheWrite5m }) => rate(cacheWrite5m), align: 'right', drop: 4 },
    { head: 'Write 1h', cell: ({ cacheWrite1h }) => rate(cacheWrite1h), align: 'right', drop: 5 },
    { head: 'Tiers', cell: ({ tiers }) => tiers.map(tierText).join(', '), drop: 6 },
    { head: 'From', cell: ({ validFrom }) => validFrom?.slice(0, 10) ?? '', drop: 7 },
    { head: 'Source', cell: ({ source }) => source, drop: 1 },
  ]
  return tableOf(columns, prices, undefined, width)
}

const tierText = ({ tokens, inclusive }: { tokens: number; inclusive: boolean }) =>
  `${inclusive ? '≥' : '>'} ${count(tokens)}`

export function priceText(price: PriceEntry): string {
  const lines: [string, string][] = [['model', price.model]]
  if (price.as && price.as !== price.model) lines.push(['priced as', price.as])
  if (price.provider) lines.push(['provider', price.provider])
  lines.push(['source', price.rule ? `${price.source}, found by: ${price.rule}` : price.source])
  lines.push(['holds', price.validFrom ? `from ${price.validFrom}` : 'always'])
  if (price.included) lines.push(['price', 'included: free, or part of a plan'])
  else {
    const kinds = (rates: Pick<PriceEntry, 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h'>) =>
      `input ${rate(rates.input) ?? '—'}, output ${rate(rates.output) ?? '—'}, cache read ${rate(rates.cacheRead) ?? '—'}, ` +
      `cache write ${rate(rates.cacheWrite5m) ?? '—'} (5 min) ${rate(rates.cacheWrite1h) ?? '—'} (1 h)`
    lines.push(['per million', kinds(price)])
    for (const tier of price.tiers) lines.push([`${tierText(tier)}`, kinds(tier)])
  }
  return lines.map(([name, value]) => `${name.padEnd(12)}${oneLine(value)}\n`).join('')
}

export function unpricedTable(models: UnpricedList['unpriced'], width: number): string {
  type Row = UnpricedList['unpriced'][number]
  const columns: Column<Row>[] = [
    { head: 'Model', cell: ({ model, speed }) => (speed ? `${model} (${speed})` : model) },
    { head: 'Tool', cell: ({ tool }) => tool },
    { head: 'Provider', cell: ({ provider }) => provider ?? '', drop: 2 },
    { head: 'Requests', cell: ({ requests }) => count(requests), align: 'right', drop: 1 },
    { head: 'Tokens', cell: ({ totalTokens }) => count(totalTokens), align: 'right' },
    { head: 'Last', cell: ({ lastTime }) => lastTime.slice(0, 10), drop: 3 },
  ]
  return tableOf(columns, models, undefined, width)
}

export function repricedText(report: Repriced, width: number): string {
  const { calls, changed, costUsd, moved, dryRun } = report
  const columns: Column<Repriced['moved'][number]>[] = [
    { head: 'Model', cell: ({ model }) => model },
    { head: 'Tool', cell: ({ tool }) => tool, drop: 1 },
    { head: 'Requests', cell: ({ calls }) => count(calls), align: 'right' },
    { head: 'Before', cell: ({ costUsd }) => dollars(costUsd.before), align: 'right' },
    { head: 'After', cell: ({ costUsd }) => dollars(costUsd.after), align: 'right' },
    { head: 'Newly priced', cell: ({ newlyPriced }) => count(newlyPriced), align: 'right', drop: 2 },
    { head: 'No longer', cell: ({ newlyUnpriced }) => count(newlyUnpriced), align: 'right', drop: 3 },
  ]
  const table = moved.length === 0 ? '' : `${tableOf(columns, moved, undefined, width)}\n`
  const summary = `${count(calls)} requests, ${count(changed)} changed: ${dollars(costUsd.before)} → ${dollars(costUsd.after)}\n`
  return `${table}${summary}${dryRun ? 'nothing was changed (--dry-run)\n' : ''}`
}

// base-table.ts: the base price table (@pydantic/genai-prices, compiled): which model of which provider an id names.
import { baseLines, baseVersion } from './base-table.gen.ts'
import { completed, type PriceVersion, type Rates, type Tier } from './rates.ts'

export { baseVersion }

/** The base table's name in every answer about where a price comes from. */
export const baseTableName = 'genai-prices'

/** When an id belongs to a model or provider. `equals`, `starts_with` … ignore case. */
export type Match =
  | { or: Match[] }
  | { and: Match[] }
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }

/** Integer nano-USD per million tokens (searches and requests: each); what is absent has no price of its own. */
export type BaseRates = Partial<Rates>
export type BaseVersion = {
  /** A date (UTC) from which it holds. */
  from?: string
  /** Hours of the day (UTC, `00:30:00Z`) in which it holds. */
  hours?: [start: string, end: string]
  rates: BaseRates
  tiers?: { tokens: number; inclusive: boolean; rates: BaseRates }[]
}
export type BaseModel = [id: string, match: Match, versions: BaseVersion[]]
/** `models`: which ids are this provider's when none is named; `fallback`: whose models it also serves. */
export type BaseProvider = { id: string; models?: Match; fallback?: string[] }

/** A model of the table with all its prices over time. No version: it has none for text. */
export type TableModel = { providerId: string; modelId: string; versions: PriceVersion[] }

type Provider = BaseProvider & { table: BaseModel[] }

let providers: Map<string, Provider> | undefined

/** Parsed at first use: a program that prices nothing does not pay for it. */
function loaded(): Map<string, Provider> {
  if (providers) return providers
  providers = new Map()
  const lines = JSON.parse(`[${baseLines.replaceAll('\n', ',')}]`) as (BaseProvider | BaseModel)[]
  let current: Provider | undefined
  for (const line of lines) {
    if (Array.isArray(line)) current?.table.push(line)
    else {
      current = { ...line, table: [] }
      providers.set(current.id, current)
    }
  }
  return providers
}

/** Whether the table has a provider of this id. */
export function isBaseProvider(id: string): boolean {
  return loaded().has(id)
}

/**
 * The model that an id names at a provider, else (no provider) at the one whose ids look like it. A date without dashes is
 * also tried with them (`-20260305` → `-2026-03-05`), as the package does. Slow (100 µs): callers keep the answer.
 */
export function findInBaseTable(modelId: string, providerId: string | undefined): TableModel | undefined {
  const id = modelId.trim().toLowerCase()
  const provider =
    providerId === undefined
      ? [...loaded().values()].find(({ models }) => models && matches(models, id))
      : loaded().get(providerId)
  if (!provider) return undefined
  return modelOf(provider, id) ?? modelOf(provider, id.replace(/-(20\d\d)([01]\d)([0-3]\d)(?=-|:|$)/g, '-$1-$2-$3'))
}

function modelOf(provider: Provider, id: string): TableModel | undefined {
  for (const { id: providerId, table } of [provider, ...fallbacks(provider)]) {
    const model = table.find(([, match]) => matches(match, id))
    if (model) return tableModel(providerId, model)
  }
  return undefined
}

function fallbacks(provider: Provider): Provider[] {
  return (provider.fallback ?? []).flatMap((id) => loaded().get(id) ?? [])
}

/** Every model of the table. */
export function listBaseTable(): TableModel[] {
  return [...loaded().values()].flatMap(({ id, table }) => table.map((model) => tableModel(id, model)))
}

function tableModel(providerId: string, [modelId, , versions]: BaseModel): TableModel {
  return { providerId, modelId, versions: versions.map((version) => versionOf(modelId, version)) }
}

/** A version with every rate filled in. */
export function versionOf(modelId: string, { from, hours, rates, tiers = [] }: BaseVersion): PriceVersion {
  const version: PriceVersion = {
    validFrom: from === undefined ? undefined : BigInt(Date.parse(`${from}T00:00:00Z`)) * 1_000_000n,
    base: completed(modelId, rates),
    tiers: tiers.map((tier): Tier => ({ ...tier, rates: completed(modelId, tier.rates) })),
  }
  if (Object.values(rates).every((rate) => rate === 0)) version.included = true
  if (hours) version.hours = [secondsOfDay(hours[0]), secondsOfDay(hours[1])]
  return version
}

function secondsOfDay(time: string): number {
  const [hour = 0, minute = 0, second = 0] = time.replace('Z', '').split(':').map(Number)
  return (hour * 60 + minute) * 60 + second
}

/** Whether a lower-case id matches. */
export function matches(match: Match, id: string): boolean {
  if ('or' in match) return match.or.some((part) => matches(part, id))
  if ('and' in match) return match.and.every((part) => matches(part, id))
  if ('equals' in match) return id === match.equals.toLowerCase()
  if ('starts_with' in match) return id.startsWith(match.starts_with.toLowerCase())
  if ('ends_with' in match) return id.endsWith(match.ends_with.toLowerCase())
  if ('contains' in match) return id.includes(match.contains.toLowerCase())
  return new RegExp(match.regex).test(id)
}

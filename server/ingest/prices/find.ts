// find.ts: which prices a model has over time: the user's own, else the overlay's, else the base table's.
import { baseTableName, findInBaseTable, type TableModel } from './base-table.ts'
import { type Candidate, candidates } from './match.ts'
import { aliasesOf, isPlan, overlayModel, providerOf, speedFactor } from './overlay.ts'
import type { PriceSource, UserPrice } from './prices.ts'
import { completed, multiplied, type PriceVersion } from './rates.ts'

/** A stretch of time in which a name has the prices of one model. Segments ascend; each ends where the next begins. */
export type Segment = {
  /** ns since 1970; `undefined`: since ever. */
  from: bigint | undefined
  source: PriceSource
  providerId: string | undefined
  modelId: string
  rule: string
  versions: readonly PriceVersion[]
}

/** What names a price. `speed` is a word that changes it, or none. */
export type Asked = {
  model: string
  provider?: string | undefined
  tool?: string | undefined
  speed?: string | undefined
  userPrices: readonly UserPrice[]
}

/** A segment, and the speed that the id itself says. */
type Found = { segment: Segment; speed?: string | undefined }

/** The prices of a model over time; empty when it has none. */
export function find({ model, provider, tool, speed, userPrices }: Asked): readonly Segment[] {
  if (model.trim() === '') return []
  const ids = candidates(model, provider ?? providerOf(tool))
  const found = isPlan(provider) ? [{ segment: plan(model) }] : fromTables(ids)
  const own = fromUser(
    ids,
    found.map(({ segment }) => segment.modelId),
    userPrices,
  )
  const begin = own[0]?.from
  if (own.length > 0 && begin === undefined) return own
  const priced = found.flatMap((one) => atSpeed(one.segment, speed ?? one.speed))
  if (begin === undefined) return priced
  // The user's price stands from its date on, whatever the tables say later; what was before it stays.
  return [...priced.filter(({ from }) => from === undefined || from < begin), ...own]
}

function fromTables(ids: readonly Candidate[]): Found[] {
  // What the overlay names exactly comes first: the base table's patterns also match ids that are newer than it.
  for (const { modelId, rule, speed } of ids) {
    const known = overlayModel(modelId)
    if (known) return [{ segment: segment(known, 'overlay', rule), speed }]
    const aliases = aliasesOf(modelId)
    if (aliases.length > 0)
      return aliases.flatMap(({ as, from }) => {
        const target = overlayModel(as) ?? findInBaseTable(as, undefined)
        return target ? [{ segment: { ...segment(target, 'overlay', joined(rule, 'alias')), from }, speed }] : []
      })
  }
  for (const { modelId, providerId, rule, speed } of ids) {
    const known = findInBaseTable(modelId, providerId)
    if (known)
      return [{ segment: segment(known, baseTableName, rule), speed: speed ?? speedOf(modelId, known.modelId) }]
  }
  return []
}

/**
 * The base table's patterns take `claude-opus-4-6-fast` for the normal model without a word, though it costs six times as
 * much: an id that says fast must find a model that says so, or is at that speed.
 */
function speedOf(asked: string, found: string): string | undefined {
  return /-fast(?=$|[-:@])/.test(asked) && !/fast/i.test(found) ? 'fast' : undefined
}

function segment({ providerId, modelId, versions }: TableModel, source: PriceSource, rule: string): Segment {
  return { from: undefined, source, providerId: providerId === '' ? undefined : providerId, modelId, rule, versions }
}

/** `exact` says that nothing was changed; beside another rule it says nothing. */
function joined(rule: string, by: string): string {
  return rule === 'exact' ? by : `${rule}+${by}`
}

/** The prices at a speed; none when nobody published what it costs: the standard price would be silently wrong. */
function atSpeed(of: Segment, speed: string | undefined): Segment[] {
  if (speed === undefined) return [of]
  const factor = speedFactor(of.modelId, speed)
  if (factor === undefined) return []
  const versions = of.versions.map((version) => ({
    ...version,
    base: multiplied(version.base, factor),
    tiers: version.tiers.map((tier) => ({ ...tier, rates: multiplied(tier.rates, factor) })),
  }))
  return [{ ...of, versions, source: 'overlay', rule: of.rule.endsWith('speed') ? of.rule : joined(of.rule, 'speed') }]
}

function plan(model: string): Segment {
  const version: PriceVersion = { validFrom: undefined, base: completed('', {}), tiers: [], included: true }
  return {
    from: undefined,
    source: 'overlay',
    providerId: undefined,
    modelId: model,
    rule: 'plan',
    versions: [version],
  }
}

/** The user's prices for any way of writing the model, the most literal first, or for the model that the tables found. */
function fromUser(ids: readonly Candidate[], tableIds: readonly string[], prices: readonly UserPrice[]): Segment[] {
  if (prices.length === 0) return []
  const tries = [...ids.map(({ modelId, rule }) => ({ modelId, rule })), ...tableIds.map(byTable)]
  for (const { modelId, rule } of tries) {
    const own = prices.filter(({ model }) => model.trim().toLowerCase() === modelId)
    if (own.length === 0) continue
    return own
      .sort((a, b) => Number((a.validFrom ?? -(2n ** 63n)) - (b.validFrom ?? -(2n ** 63n))))
      .map(({ model, validFrom, included, rates }) => ({
        from: validFrom,
        source: 'user' as const,
        providerId: undefined,
        modelId: model,
        rule,
        versions: [{ validFrom: undefined, base: rates, tiers: [], included }],
      }))
  }
  return []
}

function byTable(modelId: string) {
  return { modelId: modelId.toLowerCase(), rule: 'table' }
}

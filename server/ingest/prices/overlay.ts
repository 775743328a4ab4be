// overlay.ts: what we know of prices beyond the base table: models it lacks, names that move, what speed costs.
import { type BaseVersion, type TableModel, versionOf } from './base-table.ts'
import overlay from './overlay.json' with { type: 'json' }
import { perMillion, type Rates } from './rates.ts'

/** A name that stands for another model, from a time on (ns; `undefined`: always). */
export type Alias = { as: string; from: bigint | undefined }

const models = new Map<string, TableModel>(
  overlay.models.map(({ id, versions }) => [
    id,
    { providerId: '', modelId: id, versions: (versions as BaseVersion[]).map((one) => versionOf(id, inNano(one))) },
  ]),
)

const aliases = new Map<string, Alias[]>()
for (const { id, as, from } of overlay.aliases as { id: string; as: string; from?: string }[]) {
  const since = from === undefined ? undefined : BigInt(Date.parse(`${from}T00:00:00Z`)) * 1_000_000n
  aliases.set(id, [...(aliases.get(id) ?? []), { as, from: since }])
}

const speeds = overlay.speeds.map(({ model, speed, times }) => ({
  model: new RegExp(model),
  speed,
  thousandths: Math.round(times * 1000),
}))
const speedWords = new Set([...speeds.map(({ speed }) => speed), 'ultrafast', 'turbo'])
const plans = new Set(overlay.plans)
const providerOfTool = new Map(Object.entries(overlay.providerOfTool))

/** A model that the base table lacks or has wrong; by its exact id. */
export function overlayModel(id: string): TableModel | undefined {
  return models.get(id)
}

export function overlayModels(): TableModel[] {
  return [...models.values()]
}

/** What a name stood for over time, in order; empty when it is no alias. */
export function aliasesOf(id: string): readonly Alias[] {
  return aliases.get(id) ?? []
}

export function aliasIds(): string[] {
  return [...aliases.keys()]
}

/** The speed as a word that changes the price; `undefined` for standard ones and for words that say nothing of price. */
export function pricedSpeed(speed: string | undefined): string | undefined {
  if (speed === undefined) return undefined
  const word = speed.toLowerCase()
  return speedWords.has(word) ? word : undefined
}

/** Thousandths by which a speed multiplies a model's rates; `undefined` when nobody published what it costs. */
export function speedFactor(modelId: string, speed: string): number | undefined {
  const id = modelId.toLowerCase()
  return speeds.find((one) => one.speed === speed && one.model.test(id))?.thousandths
}

/** The price table's provider for a tool that sells models under prices of its own and does not say so. */
export function providerOf(tool: string | undefined): string | undefined {
  return tool === undefined ? undefined : providerOfTool.get(tool)
}

/** Whether a provider sells a flat-rate plan, so that a request costs nothing by itself. */
export function isPlan(provider: string | undefined): boolean {
  return provider !== undefined && plans.has(provider.toLowerCase())
}

function inNano(version: BaseVersion): BaseVersion {
  const rates = (dollars: Partial<Rates>): Partial<Rates> =>
    Object.fromEntries(Object.entries(dollars).map(([kind, value]) => [kind, perMillion(value)]))
  const changed: BaseVersion = { ...version, rates: rates(version.rates) }
  if (version.tiers) changed.tiers = version.tiers.map((tier) => ({ ...tier, rates: rates(tier.rates) }))
  return changed
}

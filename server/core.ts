// core.ts: the parts that every process which owns the database needs: store, prices, ledger, ingest.
import { agents, translateInSteps } from '#importers/index.ts'
import { save as saveDashboard } from './api/dashboards/keep.ts'
import { loadTokens, type Tokens } from './api/tokens/tokens.ts'
import type { Config } from './config.ts'
import { nameMetrics } from './ingest/agent-metrics.ts'
import { createIngest, type Ingest } from './ingest/ingest.ts'
import { createLedger, type Ledger } from './ingest/ledger/ledger.ts'
import type { PricingMode } from './ingest/ledger/price.ts'
import { configPrices } from './ingest/prices/config-prices.ts'
import { createPrices, type Prices } from './ingest/prices/prices.ts'
import { loadUserPrices } from './ingest/prices/user-prices.ts'
import { createPrivacy } from './ingest/privacy/privacy.ts'
import type { RedactionReport } from './ingest/privacy/secrets.ts'
import type { Log } from './log.ts'
import { openStore, type Store, type StoreOptions } from './store/store.ts'

/** An open database with everything that writes to it. */
export type Core = {
  store: Store
  prices: Prices
  /** Which cost is in force where an agent reported one; re-pricing follows it too. */
  pricingMode: PricingMode
  ledger: Ledger
  ingest: Ingest
  redactions: RedactionReport
  /** Who may call. */
  tokens: Tokens
  /** Writes a dashboard, of another program's database. */
  saveDashboard: typeof saveDashboard
  /** Finishes what was accepted, checkpoints and closes. */
  close(): Promise<void>
}

export type CoreOptions = {
  /** What commands of the same user may call with, beside the tokens that are set and made. */
  ownerToken?: string
  /**
   * Nothing may be written: the ledger then reads its memory when the first records come, if ever (half a second for a million
   * requests).
   */
  mayOnlyRead?: boolean
  /** What the database may take of the machine. */
  limits?: Pick<StoreOptions, 'threads' | 'memoryLimitBytes'> | undefined
}

/**
 * Opens the database of a configuration, alone on it.
 *
 * @throws CannotOpen with a message for the user.
 */
export async function openCore(config: Config, log: Log, options: CoreOptions = {}): Promise<Core> {
  const { ownerToken, mayOnlyRead = false, limits } = options
  const store = await openStore({ path: config.database, warn: (message) => log.warn(message), ...limits })
  try {
    if (store.notice) log.warn(store.notice)
    const prices = createPrices(await loadUserPrices(store), configPrices(config.configFile))
    const ledger = createLedger({ price: prices.price, pricingMode: config.pricingMode })
    await store.transaction((tx) => nameMetrics(tx, agents))
    if (mayOnlyRead) ledger.invalidate()
    else await store.reader((reader) => ledger.load(reader), { timeoutMs: 600_000 })
    const privacy = createPrivacy({ tier: config.privacy, redact: config.redact })
    const ingest = await createIngest({
      store,
      privacy: privacy.apply,
      remember: privacy.remembered,
      translate: translateInSteps,
      stages: [ledger],
      ledgerMetrics: new Set(agents.flatMap((agent) => Object.values(agent.metrics))),
      warn: (message) => log.warn(message),
    })
    const tokens = await loadTokens(store, { setting: config.token, owner: ownerToken })
    return {
      store,
      prices,
      pricingMode: config.pricingMode,
      ledger,
      ingest,
      redactions: privacy.report,
      tokens,
      saveDashboard,
      async close() {
        await ingest.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

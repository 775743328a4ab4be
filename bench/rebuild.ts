// rebuild.ts: how long the ledger takes to be computed anew from its observations, and in what. ARGS=rebuild, CALLS=n (200,000).
import '#server/store/pool-size.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { translateInSteps } from '#importers/index.ts'
import { createIngest } from '#server/ingest/ingest.ts'
import { createLedger } from '#server/ingest/ledger/ledger.ts'
import { rebuild } from '#server/ingest/ledger/rebuild.ts'
import { createPrices } from '#server/ingest/prices/prices.ts'
import { decode } from '#server/receivers/codec.ts'
import { openStore } from '#server/store/store.ts'
import { generator } from './generate.ts'
import { table, thousands } from './table.ts'

const calls = Number(process.env.CALLS ?? 200_000)
const perRequest = 1_000
const requestsAtOnce = 8

const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
const store = await openStore({ path: join(folder, 't.duckdb') })
try {
  const price = createPrices().price
  const ledger = createLedger({ price })
  const ingest = await createIngest({ store, translate: translateInSteps, stages: [ledger], ledgerMetrics: new Set() })
  const make = generator('logs', perRequest, 1, 'claude-code')
  for (let sent = 0; sent < calls; sent += perRequest * requestsAtOnce)
    await Promise.all(
      Array.from({ length: requestsAtOnce }, () => {
        const { protobuf } = make()
        const { telemetry } = decode('logs', 'protobuf', protobuf, 1n)
        return ingest.submit(telemetry, { source: 'otlp_logs', bytes: protobuf.length })
      }),
    )
  await store.checkpoint()
  const rows: string[][] = []
  for (let round = 0; round < 2; round++) {
    const before = process.cpuUsage()
    const { calls: moved, durationMs } = await rebuild(store, { price, mode: 'auto' }, { ledger })
    const { user, system } = process.cpuUsage(before)
    const perMillion = (seconds: number) => `${((seconds / moved.after) * 1e6).toFixed(1)} s`
    rows.push([
      thousands(moved.after),
      `${(durationMs / 1000).toFixed(1)} s`,
      perMillion(durationMs / 1000),
      perMillion((user + system) / 1e6),
      `${Math.round(process.memoryUsage.rss() / 1024 ** 2)} MiB`,
    ])
  }
  console.log(table(['requests', 'rebuilt in', 'a million', 'in CPU', 'RSS after'], rows))
  await ingest.close()
} finally {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}

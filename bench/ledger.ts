// ledger.ts: what the ledger and the prices cost: the same telemetry stored with and without them, in CPU time, side by side.
import '#server/store/pool-size.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agents, translateInSteps } from '#importers/index.ts'
import type { Telemetry } from '#proto/telemetry.ts'
import { createIngest } from '#server/ingest/ingest.ts'
import { createLedger } from '#server/ingest/ledger/ledger.ts'
import { createPrices } from '#server/ingest/prices/prices.ts'
import { decode, type Encoding, type Signal } from '#server/receivers/codec.ts'
import { recordings } from '#server/receivers/testing.ts'
import { openStore } from '#server/store/store.ts'
import { generator } from './generate.ts'
import { table, thousands } from './table.ts'

const records = Number(process.argv[2] ?? 100_000)
const only = process.argv[3]
/** Agents that send at once. */
const clients = 256

type Body = { signal: Signal; encoding: Encoding; body: Uint8Array }

/** A recorded session again and again, each time with ids of its own: what an agent really sends, requests and the rest. */
function replayed(variant: string): Body[] {
  const own = recordings().filter(({ name }) => name.startsWith(`${variant}/`))
  const text = own.map(({ body }) => body.toString('latin1'))
  // Ids of sessions, prompts, requests, traces: everything that looks random, replaced by as many other digits.
  const ids = new Set(
    text.flatMap((one) => one.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|(?:req|toolu|msg)_\w{24}/g) ?? []),
  )
  const bodies: Body[] = []
  for (let round = 0, sent = 0; sent < records; round++) {
    const salt = round.toString(16).padStart(6, '0')
    const names = new Map([...ids].map((id) => [id, id.slice(0, -6) + salt]))
    const pattern = new RegExp([...ids].join('|'), 'g')
    own.forEach(({ signal, encoding }, at) => {
      const body = Buffer.from(
        text[at]!.replace(pattern, (id) => names.get(id) ?? id),
        'latin1',
      )
      const { spans, logs, points } = decode(signal, encoding, body, 1n).telemetry
      sent += spans.length + logs.length + points.length
      bodies.push({ signal, encoding, body })
    })
  }
  return bodies
}

function generated(sender: 'claude-code' | 'shop'): Body[] {
  const make = generator('logs', 1000, 1, sender)
  return Array.from({ length: records / 1000 }, () => ({
    signal: 'logs' as const,
    encoding: 'protobuf' as const,
    body: make().protobuf,
  }))
}

type Run = { count: number; seconds: number; cpu: number }

async function run(bodies: Body[], withLedger: boolean): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bench-'))
  const store = await openStore({ path: join(folder, 't.duckdb') })
  const ledger = createLedger({ price: createPrices().price })
  const ingest = await createIngest({
    store,
    translate: translateInSteps,
    stages: withLedger ? [ledger] : [],
    ledgerMetrics: new Set(agents.flatMap((agent) => Object.values(agent.metrics))),
  })
  let count = 0
  const submit = async ({ signal, encoding, body }: Body) => {
    const telemetry: Telemetry = decode(signal, encoding, body, 1n).telemetry
    count += telemetry.spans.length + telemetry.logs.length + telemetry.points.length
    await ingest.submit(telemetry, { source: `otlp_${signal}`, bytes: body.length })
  }
  const before = process.cpuUsage()
  const started = performance.now()
  let next = 0
  const client = async () => {
    while (next < bodies.length) await submit(bodies[next++]!)
  }
  await Promise.all(Array.from({ length: clients }, client))
  await store.checkpoint()
  const seconds = (performance.now() - started) / 1000
  const cpu = process.cpuUsage(before)
  await ingest.close()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
  return { count, seconds, cpu: (cpu.user + cpu.system) / 1e6 }
}

const kinds: [string, () => Body[]][] = [
  ['Claude Code, a recorded session again and again', () => replayed('claude-code/03-http-protobuf')],
  ['Codex, the same', () => replayed('codex/01-http-binary')],
  ['logs of Claude Code, each a model request', () => generated('claude-code')],
  ['logs of a plain service', () => generated('shop')],
]
const rows: (string | number)[][] = []
for (const [name, make] of kinds) {
  if (only && !name.includes(only)) continue
  const bodies = make()
  await run(bodies.slice(0, Math.ceil(bodies.length / 5)), true)
  const runs = { without: [] as Run[], with: [] as Run[] }
  for (let round = 0; round < 3; round++) {
    runs.without.push(await run(bodies, false))
    runs.with.push(await run(bodies, true))
  }
  // The least disturbed of each.
  const best = (of: Run[], key: 'cpu' | 'seconds') => of.reduce((least, one) => (one[key] < least[key] ? one : least))
  const cpu = (of: Run[]) => (best(of, 'cpu').cpu / of[0]!.count) * 1e6
  const rate = (of: Run[]) => of[0]!.count / best(of, 'seconds').seconds
  const share = (without: number, withIt: number) => `${Math.round((1 - without / withIt) * 100)} %`
  rows.push([
    name,
    thousands(rate(runs.without)),
    thousands(rate(runs.with)),
    share(rate(runs.with), rate(runs.without)),
    cpu(runs.without).toFixed(1),
    cpu(runs.with).toFixed(1),
    share(cpu(runs.without), cpu(runs.with)),
  ])
}
console.log(
  table(['records', 'records/s without', 'with', 'slower by', 'CPU s/M without', 'with', 'share of CPU'], rows),
)

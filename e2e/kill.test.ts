// kill.test.ts: kill -9 at random moments under load; what was acknowledged is there exactly once, every time.
// KILLS (12) is the number of kills, SEED repeats a run's moments.
import { afterAll, expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '#server/store/store.ts'
import killSql from './kill.sql' with { type: 'text' }
import { KillClient, type Sent, ways } from './kill-clients.ts'
import { newHome, type Running, start } from './telltale.ts'

const kills = Number(process.env.KILLS ?? 12)
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const homes: string[] = []
const emptyHome = () => {
  homes.push(newHome())
  return homes.at(-1) as string
}
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** mulberry32: small, and the same everywhere. */
function randomFrom(state: number): () => number {
  let a = state
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Looks into a copy of the dead server's files, so that its next start has to recover by itself. */
async function inCopy<T>(home: string, look: (store: Store) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-kill-'))
  try {
    for (const name of ['telltale.duckdb', 'telltale.duckdb.wal']) {
      const file = join(home, '.telltale', name)
      if (existsSync(file)) copyFileSync(file, join(folder, name))
    }
    const store = await openStore({ path: join(folder, 'telltale.duckdb') })
    try {
      expect(store.notice).toBeUndefined()
      return await look(store)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Found = { lost: Sent[]; partial: string[]; twice: string[]; unknown: string[]; wrongDeltas: unknown[] }

const nothingWrong: Found = { lost: [], partial: [], twice: [], unknown: [], wrongDeltas: [] }

/** Compares what is stored with what was sent and acknowledged. */
async function compare(store: Store, sent: Sent[]): Promise<Found> {
  const stored = new Map((await store.all(killSql)).map((row) => [row.id as string, row]))
  const known = new Map(sent.map((one) => [one.id, one]))
  const rows = [...stored].map(([id, row]) => ({
    id,
    stored: row.stored as number,
    different: row.different as number,
  }))
  return {
    lost: sent.filter((one) => one.acknowledged && !stored.has(one.id)),
    // A request is stored whole or not at all.
    partial: rows.filter((row) => row.different !== (known.get(row.id)?.records ?? row.different)).map((row) => row.id),
    twice: rows.filter((row) => row.stored !== row.different).map((row) => row.id),
    unknown: rows.filter((row) => !known.has(row.id)).map((row) => row.id),
    // Every counter's increases add up to its newest value.
    wrongDeltas: await store.all(`
      select attributes, max(value_int) filter (not is_derived) as newest,
        sum(value_int) filter (is_derived) as increases
      from raw_metric_points group by attributes having newest is distinct from increases`),
  }
}

test(`${kills} kills under load (seed ${seed})`, async () => {
  const home = emptyHome()
  const random = randomFrom(seed)
  const clients = ways.map((way) => new KillClient(way, random))
  const sent = () => clients.flatMap((client) => client.sent)
  let slowestStartMs = 0
  let server: Running | undefined

  for (let round = 0; round < kills; round++) {
    const started = performance.now()
    server = await start({ home, grpc: true })
    slowestStartMs = Math.max(slowestStartMs, performance.now() - started)
    let running = true
    const load = Promise.all(clients.map((client) => client.run(server as Running, () => running)))
    await Bun.sleep(20 + random() * 1200)
    await server.stop('SIGKILL')
    running = false
    await load
    expect({ round, ...(await inCopy(home, (store) => compare(store, sent()))) }).toEqual({ round, ...nothingWrong })
  }

  // Whatever was in flight at the last kill is sent again; then everything that was ever sent is there once.
  server = await start({ home, grpc: true })
  await Promise.all(
    clients.map((client) => client.run(server as Running, () => client.sent.at(-1)?.acknowledged === false)),
  )
  expect(await server.stop()).toBe(0)
  const all = sent()
  expect(all.filter((one) => !one.acknowledged)).toEqual([])
  expect(await inCopy(home, (store) => compare(store, all))).toEqual(nothingWrong)
  const records = all.reduce((sum, one) => sum + one.records, 0)
  expect(records).toBeGreaterThan(kills * 100)
  console.log(
    `${kills} kills, ${all.length} requests, ${records} records: none lost, none twice; slowest start ${Math.round(slowestStartMs)} ms`,
  )
}, 600_000)

test('a server that is asked to stop under load ends well, and keeps what it acknowledged', async () => {
  const home = emptyHome()
  const random = randomFrom(seed)
  const clients = ways.map((way) => new KillClient(way, random))
  for (let round = 0; round < 4; round++) {
    const server = await start({ home, grpc: true })
    let running = true
    const load = Promise.all(clients.map((client) => client.run(server, () => running)))
    await Bun.sleep(100 + random() * 500)
    const stopping = performance.now()
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(performance.now() - stopping).toBeLessThan(10_000)
    running = false
    await load
    const found = await inCopy(home, (store) =>
      compare(
        store,
        clients.flatMap((client) => client.sent),
      ),
    )
    expect({ round, ...found }).toEqual({ round, ...nothingWrong })
  }
}, 120_000)

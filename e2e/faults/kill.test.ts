// kill.test.ts: kill -9 at random moments under load; what was acknowledged is there exactly once, every time.
// KILLS (4) is the number of kills, SEED repeats a run's moments.
import { afterAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { newHome, type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import { LedgerClient, ways } from './clients.ts'
import { compactAgain } from './compacting.ts'
import { randomFrom, seed } from './settings.ts'

const kills = Number(process.env.KILLS ?? 4)
/** A database that has grown makes every look into it slower; after so many kills a new one is begun. */
const killsOfOneHome = 100
const homes: string[] = []
const emptyHome = () => {
  homes.push(newHome())
  return homes.at(-1) as string
}
/** One of them fills row groups, which go into the file before the commit does and into the log by name (store/wal.ts). */
const clientsOf = (random: () => number) => [
  ...ways.map((way) => new LedgerClient(way, random)),
  new LedgerClient(ways[0]!, random, '-large', 20_000),
]
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

for (let first = 0; first < kills; first += killsOfOneHome) {
  const rounds = Math.min(killsOfOneHome, kills - first)
  const name = `${rounds} kills under load lose nothing and double nothing (after ${first} before, seed ${seed + first})`
  test(
    name,
    async () => {
      const home = emptyHome()
      const random = randomFrom(seed + first)
      const clients = clientsOf(random)
      const sent = () => clients.flatMap((client) => client.sent)
      let slowestStartMs = 0
      let server: Running | undefined

      for (let round = 0; round < rounds; round++) {
        const started = performance.now()
        server = await start({ home, grpc: true })
        slowestStartMs = Math.max(slowestStartMs, performance.now() - started)
        let running = true
        const load = Promise.all(clients.map((client) => client.run(server as Running, () => running)))
        // Every other time while the file is written anew.
        if (round % 2 === 1) void compactAgain(server, () => running)
        await Bun.sleep(20 + random() * 1200)
        await server.stop('SIGKILL')
        running = false
        await load
        const found = await inCopy(home, async (store) => {
          expect(store.notice).toBeUndefined()
          return compare(store, sent())
        })
        expect({ round, ...found }).toEqual({ round, ...nothingWrong })
      }

      // Whatever was in flight at the last kill is sent again; then everything that was ever sent is there once.
      server = await start({ home, grpc: true })
      await Promise.all(clients.map((client) => client.finish(server as Running)))
      expect(await server.stop()).toBe(0)
      const all = sent()
      expect(all.filter((one) => !one.acknowledged)).toEqual([])
      expect(await inCopy(home, (store) => compare(store, all))).toEqual(nothingWrong)
      const records = all.reduce((sum, one) => sum + one.records, 0)
      expect(records).toBeGreaterThan(rounds * 100)
      console.log(
        `${rounds} kills, ${all.length} requests, ${records} records: none lost, none twice; slowest start ${Math.round(slowestStartMs)} ms`,
      )
    },
    rounds * 20_000,
  )
}

test('a server that is asked to stop under load ends well, and keeps what it acknowledged', async () => {
  const home = emptyHome()
  const random = randomFrom(seed)
  const clients = clientsOf(random)
  for (let round = 0; round < 4; round++) {
    const server = await start({ home, grpc: true })
    let running = true
    const load = Promise.all(clients.map((client) => client.run(server, () => running)))
    if (round % 2 === 1) void compactAgain(server, () => running)
    await Bun.sleep(100 + random() * 500)
    const stopping = performance.now()
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(performance.now() - stopping).toBeLessThan(10_000)
    running = false
    await load
    const sent = clients.flatMap((client) => client.sent)
    expect({ round, ...(await inCopy(home, (store) => compare(store, sent))) }).toEqual({ round, ...nothingWrong })
  }
}, 120_000)

// clock.test.ts: the clock is a year ahead, a year behind, and jumps while the server runs; the process is stopped for a while.
// Nothing is lost, nothing twice, nothing has a negative age.
import { afterAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newHome, type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import { LedgerClient, ways } from './clients.ts'
import { isFull, randomFrom, seed } from './settings.ts'

/** libfaketime's library, where distributions put it. */
const library = ['/usr/lib', '/usr/lib64', '/usr/local/lib']
  .flatMap((folder) => [folder, ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])])
  .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  .find((path) => existsSync(path))
if (!library) console.log('jumps of the clock are not tested: libfaketime is not installed (apt-get install faketime)')

const homes: string[] = []
const servers: Running[] = []
afterAll(async () => {
  await Promise.all(servers.map((server) => server.dispose()))
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

async function load(server: Running, clients: LedgerClient[], ms: number): Promise<void> {
  let running = true
  const done = Promise.all(clients.map((client) => client.run(server, () => running)))
  await Bun.sleep(ms)
  running = false
  await done
}

test.skipIf(!library)(
  `jumps of the clock by a year and by hours lose nothing (seed ${seed})`,
  async () => {
    const home = newHome()
    homes.push(home)
    const jumps = join(home, 'clock')
    writeFileSync(jumps, '+0d')
    // The monotonic clock does not jump when somebody sets the other.
    const still = { FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' }
    const environment = { ...still, LD_PRELOAD: library!, FAKETIME_TIMESTAMP_FILE: jumps, FAKETIME_NO_CACHE: '1' }
    const clients = ways.slice(0, 3).map((way) => new LedgerClient(way, randomFrom(seed)))
    for (const first of isFull ? ['+0d', '+365d', '-365d'] : ['-365d']) {
      writeFileSync(jumps, first)
      const server = await start({ home, environment })
      servers.push(server)
      for (const jump of [first, '-2h', '+400d', '+0d']) {
        writeFileSync(jumps, jump)
        await load(server, clients, isFull ? 1500 : 200)
        const status = await server.get('/api/status')
        expect([
          jump,
          status.uptimeSeconds >= 0,
          Object.values(status.rates).every((rate) => Number(rate) >= 0),
        ]).toEqual([jump, true, true])
        expect((await server.get('/api/stats')).logCount).toBeGreaterThan(0)
      }
      await Promise.all(clients.map((client) => client.finish(server)))
      expect(await server.stop()).toBe(0)
    }
    const sent = clients.flatMap((client) => client.sent)
    expect(sent.filter((one) => !one.acknowledged)).toEqual([])
    expect(await inCopy(home, (store) => compare(store, sent))).toEqual(nothingWrong)
  },
  120_000,
)

test('a process that is stopped for a while and goes on keeps its promises', async () => {
  const server = await start()
  servers.push(server)
  const clients = ways.slice(0, 3).map((way) => new LedgerClient(way, randomFrom(seed)))
  await load(server, clients, 200)
  let running = true
  const busy = Promise.all(clients.map((client) => client.run(server, () => running)))
  server.process.kill('SIGSTOP')
  await Bun.sleep(isFull ? 30_000 : 1000)
  server.process.kill('SIGCONT')
  await Bun.sleep(500)
  running = false
  await busy
  await Promise.all(clients.map((client) => client.finish(server)))
  expect(await server.stop()).toBe(0)
  const sent = clients.flatMap((client) => client.sent)
  expect(await inCopy(server.home, (store) => compare(store, sent))).toEqual(nothingWrong)
}, 120_000)

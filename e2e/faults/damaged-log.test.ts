// damaged-log.test.ts: the write-ahead log of a killed server is cut, zeroed, flipped and emptied; the server starts, and says so
// whenever something that was acknowledged is gone.
import { afterAll, expect, test } from 'bun:test'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newHome, type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import { LedgerClient, type Sent, ways } from './clients.ts'
import { isFull, randomFrom, seed } from './settings.ts'

const random = randomFrom(seed)
const homes: string[] = []
const empty = () => {
  homes.push(newHome())
  return homes.at(-1) as string
}
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})
const logOf = (home: string) => join(home, '.telltale', 'telltale.duckdb.wal')

/** A killed server's home whose log holds the newest of what was acknowledged. */
async function killed(): Promise<{ home: string; sent: Sent[] }> {
  const home = empty()
  const clients = ways.slice(0, 3).map((way) => new LedgerClient(way, random, '', 10))
  let server: Running
  do {
    server = await start({ home })
    let running = true
    const load = Promise.all(clients.map((client) => client.run(server, () => running)))
    await Bun.sleep(300)
    running = false
    await load
    await server.stop('SIGKILL')
  } while (!existsSync(logOf(home)) || statSync(logOf(home)).size < 20_000)
  return { home, sent: clients.flatMap((client) => client.sent) }
}

/**
 * `isCut`: what is left is a whole log that ends early, as after any kill in the middle of a commit that nobody was promised; no one
 * can tell the two apart.
 */
type Damage = { name: string; losesNothing?: true; isCut?: true; change(log: Buffer): Buffer }
const flipped = (log: Buffer, at: number) => {
  const changed = Buffer.from(log)
  changed[at] = changed[at]! ^ (1 << (at % 8))
  return changed
}
const flips = isFull ? 40 : 2
const damages: Damage[] = [
  { name: 'zeros behind it', losesNothing: true, change: (log) => Buffer.concat([log, Buffer.alloc(4096)]) },
  { name: 'its last byte missing', isCut: true, change: (log) => log.subarray(0, -1) },
  { name: 'its last 100 bytes missing', isCut: true, change: (log) => log.subarray(0, -100) },
  { name: 'half of it missing', isCut: true, change: (log) => log.subarray(0, log.byteLength / 2) },
  {
    name: 'its last 5000 bytes zero',
    isCut: true,
    change: (log) => Buffer.concat([log.subarray(0, -5000), Buffer.alloc(5000)]),
  },
  { name: 'nothing in it', isCut: true, change: () => Buffer.alloc(0) },
  ...Array.from({ length: flips }, (_, i) => {
    const share = i === 0 ? 0.3 : random()
    const change = (log: Buffer) => flipped(log, Math.floor(share * log.byteLength))
    return { name: `a bit changed at ${Math.round(share * 100)} %`, change }
  }),
]

test(`a damaged log never keeps the server from starting, and what is lost is said (seed ${seed})`, async () => {
  const before = await killed()
  const log = readFileSync(logOf(before.home))
  let lossy = 0
  for (const { name, losesNothing, isCut, change } of damages) {
    const home = empty()
    cpSync(join(before.home, '.telltale'), join(home, '.telltale'), { recursive: true })
    writeFileSync(logOf(home), change(log))
    const server = await start({ home })
    const { database } = await server.get('/api/status')
    await server.stop('SIGKILL')
    const { lost, ...found } = await inCopy(home, (store) => compare(store, before.sent))
    const { lost: _, ...nothing } = nothingWrong
    // What a commit brought is there whole or not at all; counters may have lost their newest points, never their sums.
    expect({ name, ...found }).toEqual({ name, ...nothing })
    if (losesNothing) expect([name, lost]).toEqual([name, []])
    if (lost.length === 0 || isCut) continue
    lossy++
    const kept = readdirSync(join(home, '.telltale')).filter((file) => file.startsWith('quarantine-'))
    expect([name, lost.length, database.notice, kept]).toEqual([
      name,
      lost.length,
      expect.stringContaining('lost'),
      [expect.any(String)],
    ])
    expect(server.errors()).toContain('write-ahead log')
    expect(existsSync(join(home, '.telltale', kept[0]!, 'telltale.duckdb.wal'))).toBe(true)
  }
  expect(lossy).toBeGreaterThan(0)
  console.log(`${damages.length} damages, ${lossy} of them lost something and said so`)
}, 600_000)

// nth-call.test.ts: the n-th write or sync of the database fails; nothing that was acknowledged is lost, nothing is doubled,
// and the server goes on without a restart, or ends and says why.
import { afterAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { newHome, type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import { LedgerClient, ways } from './clients.ts'
import { compactAgain } from './compacting.ts'
import { failCalls, whyNot } from './failing-calls.ts'
import { isFull, randomFrom, seed } from './settings.ts'

const reason = whyNot()
if (reason) console.log(`failing system calls are not tested: ${reason}`)
const nths = isFull ? Array.from({ length: 40 }, (_, i) => i + 1) : [1, 3]
const loadMs = isFull ? 700 : 400
const httpWays = ways.filter((way) => way.name !== 'logs-grpc')
const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

const cases = [
  ['fsync,fdatasync', 'EIO'],
  ['write,pwrite64', 'ENOSPC'],
  ['write,pwrite64', 'EIO'],
  ['fsync,fdatasync', 'ENOSPC'],
] as const

describe.skipIf(reason !== undefined)(`when the disk fails (seed ${seed})`, () => {
  for (const [calls, error] of isFull ? cases : cases.slice(0, 2)) {
    test(
      `the n-th ${calls} with ${error}, n = ${nths[0]} to ${nths.at(-1)}, loses and doubles nothing`,
      async () => {
        const home = newHome()
        homes.push(home)
        const random = randomFrom(seed)
        const clients = httpWays.map((way) => new LedgerClient(way, random))
        const sent = () => clients.flatMap((client) => client.sent)
        const database = join(home, '.telltale', 'telltale.duckdb')
        const files = [database, `${database}.wal`, `${database}.blocks`, `${database}.compacting/telltale.duckdb`]
        let failed = 0
        let ended = 0
        for (const [index, nth] of nths.entries()) {
          let server: Running = await start({ home })
          const tracer = await failCalls(server.pid, { calls, error, nth }, files)
          let running = true
          const load = Promise.all(clients.map((client) => client.run(server, () => running)))
          // Every other time while the file is written anew.
          const compacting = index % 2 === 1 ? compactAgain(server, () => running) : undefined
          await Bun.sleep(loadMs)
          running = false
          await load
          await compacting
          failed += await tracer.detach()
          if (server.process.exitCode !== null) {
            // It may end, but not without a word.
            ended++
            expect([server.process.exitCode === 0, server.errors().length > 0]).toEqual([false, true])
            server = await start({ home })
          }
          // The disk is well again: without a restart everything is taken, and can be asked for.
          await Promise.all(clients.map((client) => client.finish(server)))
          const status = await server.get('/api/status')
          expect(status.dropped).toBe(0)
          await server.stop('SIGKILL')
          expect({ nth, ...(await inCopy(home, (store) => compare(store, sent()))) }).toEqual({ nth, ...nothingWrong })
        }
        const heard = new Map<number, number>()
        for (const client of clients)
          for (const [code, count] of client.heard) heard.set(code, (heard.get(code) ?? 0) + count)
        expect(sent().filter((one) => !one.acknowledged)).toEqual([])
        expect([...heard.keys()].filter((code) => ![0, 200, 503].includes(code))).toEqual([])
        expect(failed).toBeGreaterThan(0)
        console.log(
          `${calls} ${error}: ${failed} calls failed in ${nths.length} rounds, ended ${ended} times,`,
          `heard ${JSON.stringify(Object.fromEntries(heard))}, ${sent().length} requests: none lost, none twice`,
        )
      },
      nths.length * 30_000,
    )
  }
})

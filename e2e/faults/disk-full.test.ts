// disk-full.test.ts: a disk of a few megabytes fills up under load and is then given room: nothing acknowledged is lost, nothing
// is doubled, questions are answered all the while, and the server goes on without a restart.
import { afterAll, expect, test } from 'bun:test'
import { type Running, start } from '../telltale.ts'
import { compare, inCopy, nothingWrong } from './acknowledged.ts'
import { LedgerClient, ways } from './clients.ts'
import { isFull, randomFrom, seed } from './settings.ts'
import { smallDisk } from './small-disk.ts'

const rounds = isFull ? 10 : 1
const cleanups: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

/** As random bytes do not compress, the disk is soon full. */
const incompressible = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')

async function post(server: Running, id: string): Promise<Response> {
  const logRecords = [
    { body: { stringValue: `${id}/0` }, attributes: [{ key: 'x', value: { stringValue: incompressible(30_000) } }] },
  ]
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
  const headers = { 'content-type': 'application/json' }
  return fetch(`${server.otlpUrl}/v1/logs`, { method: 'POST', headers, body })
}

for (let round = 0; round < rounds; round++) {
  const sizeMb = 12 + ((seed + round * 7) % 20)
  test(`a disk of ${sizeMb} MB that is full and then has room loses and doubles nothing (seed ${seed + round})`, async () => {
    const disk = smallDisk(sizeMb)
    cleanups.push(disk.remove)
    const server = await start({ home: disk.folder, grpc: true, by: disk.by, environment: { TMPDIR: '/tmp' } })
    cleanups.push(() => server.process.kill('SIGKILL'))
    const random = randomFrom(seed + round)
    const clients = ways.map((way) => new LedgerClient(way, random))
    const filler: { id: string; records: number; acknowledged: boolean }[] = []
    let running = true
    const load = Promise.all(clients.map((client) => client.run(server, () => running)))
    let refused: Response | undefined
    for (let i = 0; i < 5000 && !refused; i++) {
      const one = { id: `filler-${i}`, records: 1, acknowledged: false }
      filler.push(one)
      const response = await post(server, one.id)
      if (response.status === 200) one.acknowledged = true
      else refused = response
    }
    // Full: said so that senders keep their data, and what is there can be asked for.
    expect([refused?.status, refused?.headers.get('content-type')]).toEqual([503, 'application/json'])
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    await Bun.sleep(300)
    expect((await server.get('/api/logs?limit=1&from=2000-01-01T00:00:00Z')).logs).toHaveLength(1)
    const heard = clients.flatMap((client) => [...client.heard.keys()])
    expect(heard.filter((code) => ![200, 503].includes(code))).toEqual([])

    disk.grow(1024, server.pid)
    await Bun.sleep(200)
    running = false
    await load
    await Promise.all(clients.map((client) => client.finish(server)))
    for (const one of filler.filter(({ acknowledged }) => !acknowledged)) {
      expect((await post(server, one.id)).status).toBe(200)
      one.acknowledged = true
    }
    expect(await server.stop(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')).toBe(round % 2 === 0 ? 137 : 0)
    const sent = [...clients.flatMap((client) => client.sent), ...filler]
    expect(sent.filter((one) => !one.acknowledged)).toEqual([])
    expect(await inCopy(disk.folder, (store) => compare(store, sent))).toEqual(nothingWrong)
    console.log(`${disk.kind}: ${sent.length} requests, none lost, none twice`)
  }, 120_000)
}

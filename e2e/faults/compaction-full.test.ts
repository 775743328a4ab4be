// compaction-full.test.ts: a disk without room for the new file, or that fills up while it is written: the old file stays, what
// was deleted stays deleted, the server goes on, and with room it is done.
import { afterAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, start } from '../telltale.ts'
import { smallDisk } from './small-disk.ts'

const mebibyte = 1024 * 1024
const disk = smallDisk(64)
afterAll(disk.remove)
const data = join(disk.folder, '.telltale')
const database = join(data, 'telltale.duckdb')
const filler = join(disk.folder, 'filler')

const noise = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')
const tell = (...args: string[]) => command(disk.folder, ['--home', data, ...args], { environment: { TMPDIR: '/tmp' } })
/** Leaves so much room on the disk. */
function leave(bytes: number): void {
  const { bavail, bsize } = statfsSync(disk.folder)
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
}

// The other way to make a disk small limits each file alone.
test.skipIf(disk.kind !== 'tmpfs')(
  'a full disk keeps the old file',
  async () => {
    const server = await start({ home: disk.folder, environment: { TMPDIR: '/tmp' } })
    const send = async (service: string, text: string, count: number) => {
      const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
      const logRecords = Array.from({ length: count }, () => ({
        timeUnixNano: String(BigInt(Date.parse('2026-05-05')) * 1_000_000n),
        body: { stringValue: `${text} ${noise(3000)}` },
      }))
      const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
      const headers = { 'content-type': 'application/json' }
      return (await fetch(`${server.otlpUrl}/v1/logs`, { method: 'POST', headers, body })).status
    }
    const stored = async () => {
      const { services } = await server.get('/api/services')
      const said = await tell('sql', '--format', 'json', 'select count(*)::int as n from logs')
      expect(said.stderr).toBe('')
      const [row] = JSON.parse(said.stdout)
      return [services.length, row.n]
    }
    expect([await send('kept', 'kept', 3000), await send('doomed', 'Rosebud', 1000)]).toEqual([200, 200])
    leave(6 * mebibyte)
    const deleted = await tell(
      'delete',
      'all',
      '--service',
      'doomed',
      '--from',
      '2026-01-01',
      '--to',
      '2026-12-31',
      '--yes',
    )
    expect([deleted.exitCode, deleted.stderr.trim().split('\n').length]).toEqual([1, 1])
    expect(deleted.stderr).toContain('deleted, but the file was not made smaller')
    expect(deleted.stderr).toContain('telltale compact')
    expect(deleted.stdout).toContain('1,000  rows deleted')
    expect(await stored()).toEqual([1, 3000])
    expect(await send('kept', 'kept', 10)).toBe(200)

    rmSync(filler)
    const size = statSync(database).size
    let failed: Awaited<ReturnType<typeof tell>> | undefined
    for (let tries = 0; tries < 5 && failed?.exitCode !== 1; tries++) {
      rmSync(filler, { force: true })
      let done = false
      const compacting = tell('compact').finally(() => {
        done = true
      })
      while (!done && !existsSync(`${database}.compacting`)) await Bun.sleep(1)
      leave(2 * mebibyte)
      failed = await compacting
    }
    expect([failed!.exitCode, failed!.stdout]).toEqual([1, ''])
    expect(failed!.stderr).toContain('not made smaller')
    expect(statSync(database).size).toBeGreaterThanOrEqual(size)
    expect(readdirSync(data).filter((name) => name.includes('compacting'))).toEqual([])
    expect(await stored()).toEqual([1, 3010])

    rmSync(filler)
    expect(await send('kept', 'kept', 10)).toBe(200)
    const last = await tell('compact', '--json')
    expect([last.exitCode, last.stderr]).toEqual([0, ''])
    expect(await stored()).toEqual([1, 3020])
    for (const name of readdirSync(data))
      expect([name, readFileSync(join(data, name)).includes('Rosebud')]).toEqual([name, false])
    expect(await server.stop()).toBe(0)
  },
  60_000,
)

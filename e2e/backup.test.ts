// backup.test.ts: a backup taken while records arrive is one whole moment; restored it is the same database.
import { afterAll, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { everything, homeFlag, replay } from './doors.ts'
import { command, newHome, type Running, start } from './telltale.ts'

const homes: string[] = []
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})
function machine(): string {
  const home = newHome()
  homes.push(home)
  return home
}
const tell = (home: string, ...args: string[]) => command(home, [...homeFlag(home), ...args])

/** Every table's rows as one number each. */
async function fingerprint(home: string): Promise<Record<string, string>> {
  const ask = async (sql: string) => {
    const { stdout, stderr } = await tell(home, 'sql', '--format', 'json', sql)
    if (stderr) throw new Error(stderr)
    return JSON.parse(stdout)
  }
  const tables = await ask("select table_name as name from duckdb_tables() where database_name = 'db' order by 1")
  const parts = tables.map(
    ({ name }: any) =>
      `select '${name}' as name, count(*) || '/' || coalesce(sum(hash(t))::varchar, '0') as sum from "${name}" as t`,
  )
  const rows = await ask(parts.join(' union all '))
  return Object.fromEntries(rows.map(({ name, sum }: any) => [name, sum]))
}

/** Sends a numbered log at a time until told to stop; gives how many were acknowledged. */
function sending(server: Running): () => Promise<number> {
  let going = true
  const done = (async () => {
    let sent = 0
    while (going) {
      const records = Array.from({ length: 20 }, (_, i) => ({
        timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
        body: { stringValue: `record ${sent + i}` },
      }))
      const body = { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ logRecords: records }] }] }
      const response = await fetch(new URL('/v1/logs', server.otlpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (response.status !== 200) throw new Error(String(response.status))
      sent += 20
    }
    return sent
  })()
  return () => {
    going = false
    return done
  }
}

test('a backup taken while records arrive is a moment of it, and restored elsewhere it is that database', async () => {
  const home = machine()
  const server = await start({ home })
  await replay(
    server,
    everything.filter(({ transport }) => transport !== 'grpc'),
  )
  const file = join(home, 'backups/one.duckdb')
  const stop = sending(server)
  await Bun.sleep(200)
  const made = await tell(home, 'backup', file, '--json')
  expect([made.exitCode, made.stderr]).toEqual([0, ''])
  expect(JSON.parse(made.stdout)).toMatchObject({ output: file, bytes: statSync(file).size })
  const sent = await stop()
  expect(statSync(file).mode & 0o777).toBe(0o600)

  const other = machine()
  const back = await tell(other, 'restore', file)
  expect([back.exitCode, back.stderr]).toEqual([0, ''])
  const ofLogs = "select count(*)::int as n from logs where body like '%record %'"
  const [{ n }] = JSON.parse((await tell(other, 'sql', '--format', 'json', ofLogs)).stdout)
  // Whole batches, up to a moment between the first and the last.
  expect([n % 20, n > 0, n < sent]).toEqual([0, true, true])
  const usage = JSON.parse((await tell(other, 'report', 'tool', '--json')).stdout)
  expect(usage).toEqual(JSON.parse((await tell(home, 'report', 'tool', '--json')).stdout))
  // A ledger that is whole moves nothing when it is computed anew.
  expect(JSON.parse((await tell(other, 'rebuild', '--dry-run', '--json')).stdout).calls).toMatchObject({
    added: 0,
    removed: 0,
    changed: 0,
  })

  // At rest, the copy is the original to the row.
  const still = join(home, 'backups/two.duckdb')
  expect((await tell(home, 'backup', still)).exitCode).toBe(0)
  const third = machine()
  expect((await tell(third, 'restore', still)).exitCode).toBe(0)
  expect(await fingerprint(third)).toEqual(await fingerprint(home))
  // And a server goes on with it.
  const again = await start({ home: third })
  await (await sending(again))()
  await again.dispose()
  await server.dispose()
}, 120_000)

test('neither writes over what is there, and a restore that cannot be done changes nothing', async () => {
  const home = machine()
  const server = await start({ home })
  const file = join(home, 'one.duckdb')
  expect((await tell(home, 'backup', file)).exitCode).toBe(0)
  const bytes = readFileSync(file)
  const line = async (says: string, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await tell(home, ...args)
    expect([args, exitCode, stdout, stderr.trim().split('\n').length]).toEqual([args, 1, '', 1])
    expect(stderr).toContain(says)
  }
  await line('there already', 'backup', file)
  expect(readFileSync(file).equals(bytes)).toBe(true)
  await line('cannot be written', 'backup', '/proc/none/x.duckdb')
  await line('stop it', 'restore', file)
  await server.stop()
  await line('--force', 'restore', file)
  await line('no file', 'restore', join(home, 'none.duckdb'), '--force')
  const broken = join(home, 'broken.duckdb')
  writeFileSync(broken, bytes.subarray(0, bytes.length / 2))
  const before = readFileSync(join(home, '.telltale/telltale.duckdb'))
  await line('no backup', 'restore', broken, '--force')
  writeFileSync(broken, 'text')
  await line('no backup', 'restore', broken, '--force')
  expect(readFileSync(join(home, '.telltale/telltale.duckdb')).equals(before)).toBe(true)
  // With --force the one before is kept beside.
  const forced = await tell(home, 'restore', file, '--force', '--json')
  expect(forced.exitCode).toBe(0)
  const { aside } = JSON.parse(forced.stdout)
  expect(readFileSync(aside).equals(before)).toBe(true)
  expect(readdirSync(join(home, '.telltale')).filter((name) => /restoring|export|lock/.test(name))).toEqual([])
  expect(existsSync(file)).toBe(true)
}, 60_000)

import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { schemaVersion } from './migrate.ts'
import firstSql from './schema/001_telemetry.sql' with { type: 'text' }
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-migrate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A database as the first version of the schema left it, with a record in it. */
async function oldDatabase(path: string): Promise<void> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run(
    'create table schema_version (version integer not null, name varchar not null, applied_at timestamp not null)',
  )
  await connection.run(firstSql)
  await connection.run("insert into schema_version values (1, 'telemetry', '2026-01-01')")
  await connection.run("insert into batches values (7, make_timestamp_ns(1), 'hash', 'otlp_logs', 1, 0, null)")
  connection.closeSync()
  instance.closeSync()
}

async function stateOf(path: string) {
  const store = await openStore({ path })
  try {
    return {
      notice: store.notice,
      versions: (await store.all('select version::integer as v from schema_version order by 1')).map(({ v }) => v),
      batches: await store.all('select batch::integer as b from batches'),
      calls: await store.all('select count(*)::integer as c from model_calls'),
      walBytes: store.size().walBytes,
    }
  } finally {
    await store.close()
  }
}

const upToDate = {
  notice: undefined,
  versions: Array.from({ length: schemaVersion }, (_, i) => i + 1),
  batches: [{ b: 7 }],
  calls: [{ c: 0 }],
  walBytes: 0,
}

test('an old database is brought up to date with what it holds, and no step waits in the log', async () => {
  const path = join(folder, 'old.duckdb')
  await oldDatabase(path)
  expect(await stateOf(path)).toEqual(upToDate)
  expect(await stateOf(path)).toEqual(upToDate)
})

test('a kill at any moment of that leaves a database that opens and goes on from there', async () => {
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    console.log('loaded')
    await openStore({ path: process.argv[1] })
    console.log('opened')
    await Bun.sleep(60_000)
  `
  let interrupted = 0
  for (let kill = 0; kill < 12; kill++) {
    const path = join(folder, `killed-${kill}.duckdb`)
    await oldDatabase(path)
    const child = Bun.spawn([process.execPath, '-e', script, path], { stdout: 'pipe', stderr: 'inherit' })
    const reader = child.stdout.getReader()
    await reader.read()
    await Bun.sleep(kill * 4)
    child.kill('SIGKILL')
    await child.exited
    const said = new TextDecoder().decode((await reader.read()).value)
    if (!said.includes('opened')) interrupted++
    expect({ kill, ...(await stateOf(path)) }).toEqual({ kill, ...upToDate })
  }
  expect(interrupted).toBeGreaterThan(0)
}, 60_000)

test('a kill between the last step and its checkpoint is made good at the next start', async () => {
  const path = join(folder, 'between.duckdb')
  await oldDatabase(path)
  // Every step is committed and none moved into the file: the process is killed where it would do that.
  const script = `
    import { DuckDBInstance } from '@duckdb/node-api'
    import { migrate } from ${JSON.stringify(join(import.meta.dir, 'migrate.ts'))}
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run("attach '" + process.argv[1] + "' as db")
    await connection.run('use db')
    await migrate(connection, process.argv[1], () => process.kill(process.pid, 'SIGKILL'))
  `
  const cwd = join(import.meta.dir, '../..')
  await Bun.spawn([process.execPath, '-e', script, path], { cwd, stderr: 'inherit' }).exited
  expect(statSync(`${path}.wal`).size).toBeGreaterThan(1000)
  expect(await stateOf(path)).toEqual(upToDate)
  expect(existsSync(`${path}.migrating`)).toBe(false)
})

test('a new database is whole when its first start was killed', async () => {
  const path = join(folder, 'new', 't.duckdb')
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    await openStore({ path: process.argv[1] })
    process.kill(process.pid, 'SIGKILL')
  `
  await Bun.spawn([process.execPath, '-e', script, path], { stderr: 'inherit' }).exited
  expect(existsSync(path) && statSync(path).size > 0).toBe(true)
  expect(await stateOf(path)).toEqual({ ...upToDate, batches: [] })
})

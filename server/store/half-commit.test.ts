// half-commit.test.ts: a kill in the middle of a commit that fills row groups: none of it is there, and what was before stands.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from './store.ts'
import { readWal } from './wal.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-half-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const original = join(folder, 'original', 't.duckdb')
let wal: Buffer
let commits: number[]

/** Two commits; the second takes out ten rows of the first and puts them in again, among more rows than two row groups hold. */
beforeAll(async () => {
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    const store = await openStore({ path: ${JSON.stringify(original)} })
    const writer = (table) => ({ table, columns: [
      { name: 'n', type: 'double', take: (row) => row.n },
      { name: 'version', type: 'bigint', take: (row) => row.version },
    ] })
    const rows = (from, to, version) => Array.from({ length: to - from }, (_, i) => ({ n: from + i, version }))
    await store.transaction(async (tx) => {
      for (const table of ['large', 'small']) await tx.run('create table ' + table + ' (n double, version bigint)')
    })
    await store.checkpoint()
    await store.transaction((tx) => tx.append(writer('large'), rows(0, 1000, 1n)))
    await store.transaction(async (tx) => {
      await tx.run('delete from large where n < 10')
      await tx.append(writer('large'), [...rows(1000, 21000, 2n), ...rows(0, 10, 2n)])
      await tx.append(writer('small'), rows(0, 10, 2n))
    })
    process.kill(process.pid, 'SIGKILL')
  `
  await Bun.spawn([process.execPath, '-e', script], { stdout: 'inherit', stderr: 'inherit' }).exited
  wal = readFileSync(`${original}.wal`)
  commits = readWal(`${original}.wal`)!.commitEnds
})

/** Where the entries between two bytes end. */
function entriesBetween(from: number, to: number): number[] {
  const ends: number[] = []
  for (let at = from; at < to; ends.push(at)) at += 16 + Number(wal.readBigUInt64LE(at))
  return ends
}

async function rowsWith(name: string, log: Uint8Array) {
  const path = join(folder, name, 't.duckdb')
  mkdirSync(join(folder, name))
  copyFileSync(original, path)
  writeFileSync(`${path}.wal`, log)
  const store = await openStore({ path })
  const count = async () => {
    const [row] = await store.all(`
      select count(*)::integer as large, count(distinct n)::integer as distinct_n, max(version)::integer as version,
        (select count(*)::integer from small) as small
      from large`)
    return row
  }
  try {
    const found = await count()
    await store.transaction((tx) => tx.run('insert into small values (-1, 3)'))
    expect(store.notice).toBeUndefined()
    return found
  } finally {
    await store.close()
  }
}

const before = { large: 1000, distinct_n: 1000, version: 1, small: 0 }

test('the whole log is read', async () => {
  expect(await rowsWith('whole', wal)).toEqual({ large: 21000, distinct_n: 21000, version: 2, small: 10 })
})

test('wherever the second commit is cut off, nothing of it is there and the first stands', async () => {
  const [first, second] = commits.slice(-2) as [number, number]
  const ends = entriesBetween(first, second)
  // The deletion, the row groups, the small table, each with the entry that names its table, and the end.
  expect(ends.length).toBeGreaterThan(6)
  const cuts = ends.slice(0, -1).flatMap((end) => [end - 1, end, end + 5, end + 17, end + 18])
  for (const [at, cut] of cuts.entries())
    expect([cut, await rowsWith(`cut-${at}`, wal.subarray(0, cut))]).toEqual([cut, before])
  const zeros = Buffer.concat([wal.subarray(0, ends.at(-2)!), Buffer.alloc(4096)])
  expect(await rowsWith('zeros', zeros)).toEqual(before)
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { backup, restore } from './backup.ts'
import { CannotOpen } from './errors.ts'
import { openStore, type Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-backup-'))
const file = join(folder, 'backup.duckdb')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sums = `select (select count(*) || '/' || sum(hash(t)) from plain as t) as plain,
  (select count(*) || '/' || sum(hash(t)) from import_files as t) as keyed`
let expected: Record<string, unknown>[]
let form: Record<string, unknown> | undefined

const formOf = async (store: Store): Promise<Record<string, unknown> | undefined> =>
  (await store.all("select tags->>'storage_version' as v from duckdb_databases() where database_name = 'db'"))[0]

beforeAll(async () => {
  const store = await openStore({ path: join(folder, 'original', 't.duckdb') })
  await store.transaction(async (tx) => {
    await tx.run('create table plain (id bigint, text varchar, list double[])')
    await tx.run(
      `insert into plain select i, array_to_string([md5((i * 7 + j)::varchar) for j in range(6)], ''), [i, i / 3]
       from range(6000) as t(i)`,
    )
    await tx.run(
      `insert into import_files by name
       select 'path ' || i || md5(i::varchar) as path, '' as tool, '' as kind, '' as inode, 0 as size, 0 as modified_ms,
         0 as byte_offset, 0 as line, md5(i::varchar) as head_hash, '' as tail_hash, 0 as from_offset, 0 as calls,
         0 as tool_calls, 0 as messages, 0 as skipped, make_timestamp_ns(0) as first_read_at, make_timestamp_ns(0) as last_read_at
       from range(8000) as t(i)`,
    )
  })
  expected = await store.all(sums)
  form = await formOf(store)
  await backup(store, file)
  await store.close()
})

const blockBytes = 262_144
const headersBytes = 12_288

/** Restores a file and says what came of it. */
async function outcomeOf(source: string, path: string): Promise<'refused' | 'whole' | 'damaged'> {
  try {
    await restore(source, path, false)
  } catch (error) {
    if (error instanceof CannotOpen) return 'refused'
    throw error
  }
  try {
    const store = await openStore({ path })
    try {
      if (JSON.stringify(await store.all(sums)) !== JSON.stringify(expected)) return 'damaged'
      // The key works, too.
      await store.transaction((tx) => tx.run('update import_files set path = path || chr(33)'))
      return 'whole'
    } finally {
      await store.close()
    }
  } catch {
    return 'damaged'
  }
}

test('a backup has the form of our files, and is what was there', async () => {
  const path = join(folder, 'restored', 't.duckdb')
  await restore(file, path, false)
  const store = await openStore({ path })
  expect(await store.all(sums)).toEqual(expected)
  expect(await formOf(store)).toEqual(form)
  await store.close()
})

test('a damaged byte anywhere is found before the backup replaces anything, or does not matter', async () => {
  const whole = readFileSync(file)
  const blocks = (whole.length - headersBytes) / blockBytes
  const places = [
    ...Array.from(
      { length: blocks },
      (_, block) => headersBytes + block * blockBytes + Math.floor(Math.random() * blockBytes),
    ),
    8,
    4096,
    8192 + 16,
  ]
  const outcomes: Record<string, number[]> = { refused: [], whole: [], damaged: [] }
  for (const [index, place] of places.entries()) {
    const damaged = Buffer.from(whole)
    damaged[place]! ^= 0x10
    const source = join(folder, 'damaged.duckdb')
    writeFileSync(source, damaged)
    const path = join(folder, `at-${index}`, 't.duckdb')
    const outcome = await outcomeOf(source, path)
    outcomes[outcome]!.push(place)
    if (outcome === 'refused') expect(readdirSync(dirname(path))).toEqual([])
  }
  expect(outcomes.damaged).toEqual([])
  expect(outcomes.refused!.length).toBeGreaterThan(blocks * 0.9)
  console.log(`${outcomes.refused!.length} of ${places.length} damaged bytes refused, the others in what is free`)
}, 120_000)

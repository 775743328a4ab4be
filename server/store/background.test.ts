// background.test.ts: statements on the database's own threads: their rows, errors, time and memory.
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryTimeout, QueryTooLarge, StorageTrouble } from './errors.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-background-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const newPath = () => join(folder, `${made++}.duckdb`)

async function withStore<T>(work: (store: Store) => Promise<T>, options: Partial<StoreOptions> = {}): Promise<T> {
  // Two, that there is a thread besides the one that asks, also where there is one core.
  const store = await openStore({ path: newPath(), threads: 2, ...options })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

test('a statement in the background gives what it gives at once, many at a time, and its error', async () => {
  await withStore(async (store) => {
    const sql = 'select n % 7 as k, count(distinct hash(n)) as c from range(300000) t(n) group by all order by all'
    const at = await store.all(sql)
    const background = (statement: string) =>
      store.reader(async (reader) => (await reader.inBackground(statement)).getRowObjectsJS())
    expect(await Promise.all(Array.from({ length: 8 }, () => background(sql)))).toEqual(Array(8).fill(at))
    expect(await background('select 1 as one where false')).toEqual([])
    const wrong = "select sum(case when n = 250000 then error('at ' || n) else n end) from range(300000) t(n)"
    await expect(background(wrong)).rejects.toThrow('at 250000')
    await expect(background('select nothing_here')).rejects.toThrow('nothing_here')
    expect(await background('select 2 as two')).toEqual([{ two: 2 }])
  })
})

test('a statement in the background is done also where the database has no thread of its own', async () => {
  const store = await openStore({ path: newPath(), threads: 1 })
  try {
    const rows = await store.reader(
      async (reader) => (await reader.inBackground('select 2 as two')).getRowObjectsJS(),
      {
        timeoutMs: 5_000,
      },
    )
    expect(rows).toEqual([{ two: 2 }])
  } finally {
    await store.close()
  }
})

test('an endless statement in the background is stopped by its time and by the end', async () => {
  let ending: Promise<unknown> | undefined
  await withStore(async (store) => {
    const endless = (timeoutMs: number) =>
      store.reader(
        (reader) => reader.inBackground('select count(*) from range(100000000000) a, range(100000000000) b'),
        {
          timeoutMs,
        },
      )
    await expect(endless(200)).rejects.toBeInstanceOf(QueryTimeout)
    expect(store.queries()).toEqual({ running: 0, stuck: 0, waiting: 0, timedOut: 1 })
    ending = endless(60_000).catch((error) => error)
    await Bun.sleep(50)
    expect(store.queries()).toEqual({ running: 1, stuck: 0, waiting: 0, timedOut: 1 })
  })
  expect(await ending).toBeInstanceOf(StorageTrouble)
})

test('a statement that fills the memory is ended before anything is written to the disk for it, and others go on', async () => {
  await withStore(
    async (store) => {
      const background = (sql: string) =>
        store.reader(async (reader) => (await reader.inBackground(sql)).getRowObjectsJS())
      const distinct = (rows: number) => `select count(*) as n from (select distinct hash(n) from range(${rows}) t(n))`
      await expect(background(distinct(500_000_000))).rejects.toBeInstanceOf(QueryTooLarge)
      await store.transaction((tx) => tx.run('create table after as select 1 as one'))
      expect(await background(distinct(1000))).toEqual([{ n: 1000n }])
    },
    { memoryLimitBytes: 200_000_000 },
  )
})

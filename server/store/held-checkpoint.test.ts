// held-checkpoint.test.ts: a query that began before a commit that changed rows in place keeps the log from moving into the file.
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-held-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const told: string[] = []
let opened = 0

/** A store of rows 1 to `rows`, all in its file, and a query that has begun to read them. */
async function withReader(
  rows: number,
  work: (store: Store, letGo: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const store = await openStore({
    path: join(folder, `${opened++}.duckdb`),
    warn: (message) => told.push(message),
  })
  try {
    await store.transaction((tx) =>
      tx.run(`create table counted as select i::integer as n, 'x' as s from range(1, ${rows} + 1) r(i)`),
    )
    await store.checkpoint()
    const hasBegun = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const reading = store.reader(async (reader) => {
      const sum = () => reader.all('select sum(n)::integer as n from counted')
      await reader.all('begin transaction read only')
      const before = await sum()
      hasBegun.resolve()
      await mayEnd.promise
      const after = await sum()
      await reader.all('commit')
      const n = (rows * (rows + 1)) / 2
      expect([before, after]).toEqual([[{ n }], [{ n }]])
    })
    await hasBegun.promise
    await work(store, async () => {
      mayEnd.resolve()
      await reading
    })
  } finally {
    await store.close()
  }
}

test('a checkpoint waits until it has ended, while others write and read', () =>
  withReader(3, async (store, letGo) => {
    const count = () => store.transaction((tx) => tx.run('update counted set n = n + 1'))
    await count()
    let isDone = false
    const moved = store.checkpoint().then(() => {
      isDone = true
    })
    for (let times = 0; times < 5; times++) {
      await count()
      await store.all('select n from counted')
    }
    expect(isDone).toBe(false)
    expect(store.size().walBytes).toBeGreaterThan(0)
    await letGo()
    await moved
    expect(store.size().walBytes).toBe(0)
    expect(await store.all('select sum(n)::integer as n from counted')).toEqual([{ n: 24 }])
  }))

test('it is no failure that anybody is told of, and made by itself when it can be', () =>
  withReader(1000, async (store, letGo) => {
    told.length = 0
    const checkpointed = store.lastCheckpoint()?.unixMs
    // More than 32 MiB of log: a checkpoint is wanted at once.
    await store.transaction((tx) => tx.run('update counted set s = repeat(hash(n)::varchar, 2500)'))
    expect(store.size().walBytes).toBeGreaterThan(32 * 1024 * 1024)
    await Bun.sleep(300)
    expect(store.lastCheckpoint()?.unixMs).toBe(checkpointed)
    await letGo()
    while (store.size().walBytes > 0) await Bun.sleep(20)
    expect(told).toEqual([])
  }))

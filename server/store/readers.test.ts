import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { QueryTimeout } from './errors.ts'
import { createReaders, type Readers } from './readers.ts'

let instance: DuckDBInstance
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("attach ':memory:' as db")
  connection.closeSync()
})
afterAll(() => instance.closeSync())

/** One function of one row: some tenths of a second or more, in which the database does not look whether it is to stop. */
const deaf = "select levenshtein(repeat('a', 8000), repeat('b', 8000))"

async function withDeaf(work: (readers: Readers, ended: Promise<unknown>) => Promise<void>): Promise<void> {
  const readers = createReaders(instance, {
    size: 2,
    hasOwnThreads: false,
    memoryLimitBytes: 1e9,
    stuckAfterMs: 20,
  })
  const { promise: ended, resolve } = Promise.withResolvers<unknown>()
  const given = readers.use((reader) => {
    const rows = reader.all(deaf)
    resolve(rows.catch(() => {}))
    return rows
  }, 20)
  await expect(given).rejects.toBeInstanceOf(QueryTimeout)
  await work(readers, ended)
  await readers.close()
}

test('a statement that does not hear that it is to stop is answered in time, and keeps its reader until it ends', () =>
  withDeaf(async (readers, ended) => {
    expect(readers.stats()).toEqual({ running: 1, stuck: 1, waiting: 0, timedOut: 1 })
    expect(await readers.use((reader) => reader.all('select 1 as one'), 10_000)).toEqual([{ one: 1 }])
    await ended
    await readers.use((reader) => reader.all('select 1'), 10_000)
    expect(readers.stats()).toEqual({ running: 0, stuck: 0, waiting: 0, timedOut: 1 })
  }))

test('closing does not wait for it', () =>
  withDeaf(async (readers, ended) => {
    await readers.close()
    expect(readers.stats()).toMatchObject({ running: 1, stuck: 1 })
    await ended
  }))

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exportFolder } from '../../store/store.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

const ask = (body: object) =>
  t.api.request('/api/sql/parquet', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('the rows come with their names and types, no more than asked for, and nothing stays on the disk', async () => {
  const answer = await ask({
    sql: `select i::integer as n, 'ü' || i as "two words" from range(10) as t (i) -- end`,
    limit: 3,
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet'])
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect(new TextDecoder().decode(bytes.slice(0, 4))).toBe('PAR1')
  expect(() => readdirSync(exportFolder(t.core.store.path))).toThrow()
  // Read back where the database may read: the folder of exports.
  const folder = exportFolder(t.core.store.path)
  await Bun.write(join(folder, 'back.parquet'), bytes)
  const rows = await t.core.store.reader((reader) =>
    reader.all(`select n, "two words" as words, typeof(n) as type from '${join(folder, 'back.parquet')}'`),
  )
  expect(rows).toEqual([
    { n: 0, words: 'ü0', type: 'INTEGER' },
    { n: 1, words: 'ü1', type: 'INTEGER' },
    { n: 2, words: 'ü2', type: 'INTEGER' },
  ])
})

test('what does anything but read is refused as it is elsewhere', async () => {
  const wrong = {
    sql: 'drop table logs',
    also: 'copy logs to x',
    none: '',
    two: 'select 1; select 2',
    bad: 'select nope',
  }
  for (const sql of Object.values(wrong)) {
    const answer = await ask({ sql })
    expect([sql, answer.status]).toEqual([sql, 400])
    expect(((await answer.json()) as { message: string }).message).toStartWith('sql: ')
  }
  expect((await ask({ sql: 'select 1', limit: 0 })).status).toBe(400)
  expect((await ask({ sql: 'select 1', other: 1 })).status).toBe(400)
  const folder = join(dirname(t.core.store.path), 'secret.csv')
  writeFileSync(folder, 'a\n1\n')
  expect((await ask({ sql: `select * from '${folder}'` })).status).toBe(400)
})

test('a second is told to wait while one is made, and the next is made', async () => {
  const slow = ask({ sql: 'select count(*) as n from range(30000000) as a (i) where i % 7 = 3' })
  await Bun.sleep(0)
  const second = await ask({ sql: 'select 1' })
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '2'])
  expect((await slow).status).toBe(200)
  expect((await ask({ sql: 'select 1 as x' })).status).toBe(200)
})

import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { openStore, type Store } from './store.ts'

const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 100_000)
const folder = mkdtempSync(join(tmpdir(), 'telltale-compaction-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function randomFrom(start: number): (below: number) => number {
  let state = start
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}
const noise = (bytes: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64')

/** Every file of the database that holds a text. */
const holding = (path: string, text: string) =>
  readdirSync(dirname(path), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => readFileSync(file).includes(text))

async function filled(name: string, rows: number): Promise<{ store: Store; path: string }> {
  const path = join(folder, name, 't.duckdb')
  const store = await openStore({ path })
  await store.transaction(async (tx) => {
    await tx.run('create table plain (id bigint, value varchar, list double[])')
    await tx.run('create table keyed (id bigint primary key, value varchar)')
  })
  await add(store, 0, rows)
  await store.checkpoint()
  return { store, path }
}

/** Texts that do not compress, so that they can be looked for. */
const add = (store: Store, from: number, count: number, text = '') =>
  store.transaction(async (tx) => {
    const rows = Array.from({ length: count }, (_, i) => ({ id: from + i, value: `${text}${noise(150)}` }))
    await tx.append<{ id: number; value: string }>(
      {
        table: 'plain',
        columns: [
          { name: 'id', type: 'bigint', take: ({ id }) => id },
          { name: 'value', type: 'text', take: ({ value }) => value },
          { name: 'list', type: 'double[]', take: () => undefined },
        ],
      },
      rows,
    )
    for (const { id, value } of rows.slice(0, 20))
      await tx.run('insert or replace into keyed values ($id, $value)', { id: BigInt(id), value })
  })

const content = async (store: Store) =>
  store.all(`select (select count(*) || '/' || sum(hash(t)) from plain as t) as plain,
    (select count(*) || '/' || sum(hash(t)) from keyed as t) as keyed`)

test('what was deleted is in no file any more, and the file is smaller', async () => {
  const { store, path } = await filled('smaller', 0)
  await add(store, 0, 20_000, 'Rosebud-')
  await add(store, 20_000, 4_000)
  await store.checkpoint()
  expect(holding(path, 'Rosebud-')).toEqual([path])
  await store.transaction((tx) => tx.run('delete from plain where id < 20000'))
  await store.transaction((tx) => tx.run('delete from keyed where id < 20000'))
  await store.checkpoint()
  // Free blocks are not wiped, and blocks that were kept for a checkpoint hold texts, too.
  expect(holding(path, 'Rosebud-')).toContain(path)
  const before = await content(store)
  const { bytesBefore, bytesAfter } = await store.compact()
  expect(holding(path, 'Rosebud-')).toEqual([])
  expect(await content(store)).toEqual(before)
  expect(statSync(path).size).toBe(bytesAfter)
  expect(bytesAfter).toBeLessThan(bytesBefore * 0.4)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await store.freeSpace()).freeBytes).toBeLessThan(4 * 262_144)
  await store.close()
  expect(readdirSync(dirname(path))).toEqual(['t.duckdb'])
}, 60_000)

test(`nothing is lost of what is written, changed and deleted meanwhile, and no query fails (seed ${seed})`, async () => {
  const { store, path } = await filled('meanwhile', 12_000)
  const random = randomFrom(seed)
  const expected = new Map<number, string>()
  for (const row of await store.all('select id, value from plain')) expected.set(Number(row.id), String(row.value))
  const keys = new Map((await store.all('select id, value from keyed')).map((r) => [Number(r.id), String(r.value)]))
  let going = true
  let id = 12_000
  let done = 0
  const steps = [
    async () => {
      const value = noise(200)
      await store.transaction((tx) => tx.run('insert into plain values ($id, $value, [1, 2])', { id, value }))
      expected.set(id++, value)
    },
    async () => {
      const from = random(id)
      await store.transaction((tx) =>
        tx.run('delete from plain where id >= $from and id < $to', { from, to: from + 30 }),
      )
      for (let one = from; one < from + 30; one++) expected.delete(one)
    },
    async () => {
      const one = random(40)
      const value = noise(20)
      await store.transaction((tx) => tx.run('insert or replace into keyed values ($one, $value)', { one, value }))
      keys.set(one, value)
    },
    async () => {
      const one = random(20)
      await store.transaction((tx) => tx.run('delete from keyed where id = $one', { one }))
      keys.delete(one)
    },
    async () => {
      const one = random(id)
      await store.transaction((tx) => tx.run("update plain set value = 'changed' where id = $one", { one }))
      if (expected.has(one)) expected.set(one, 'changed')
    },
    async () => {
      await store.transaction(async (tx) => {
        await tx.run('create table rebuilt as select * from plain limit 5')
        await tx.run('drop table rebuilt')
      })
    },
    async () => {
      await store.transaction((tx) => tx.run('delete from plain')).catch(() => {})
      expected.clear()
    },
    () => store.checkpoint(),
  ]
  const writing = (async () => {
    while (going) {
      const pick = random(400)
      await steps[pick === 0 ? 6 : pick === 1 ? 7 : pick === 2 ? 4 : [0, 0, 1, 2, 3, 5][random(6)]!]!()
      done++
    }
  })()
  const asking = (async () => {
    while (going) await store.all('select count(distinct value), sum(id) from plain, range(3)')
  })()
  // Longer than the file waits for it.
  const slow = store.reader((reader) => reader.all('select sum(sqrt(i)) from range(100000000) t(i)'), {
    timeoutMs: 30_000,
  })
  const pauses: number[] = []
  for (let round = 0; round < 2; round++) {
    const before = done
    pauses.push((await store.compact()).pausedMs)
    expect(done).toBeGreaterThan(before)
    const two = await Promise.all([store.compact(), store.compact()])
    expect(two).toHaveLength(2)
    if (round === 0) expect(await slow).toHaveLength(1)
  }
  going = false
  await writing
  await asking
  await store.compact()
  const compare = async (of: Store) => {
    const rows = await of.all('select id, value from plain')
    expect(new Map(rows.map((row) => [Number(row.id), String(row.value)]))).toEqual(expected)
    expect(rows).toHaveLength(expected.size)
    const kept = await of.all('select id, value from keyed')
    expect(new Map(kept.map((row) => [Number(row.id), String(row.value)]))).toEqual(keys)
  }
  await compare(store)
  await store.close()
  const again = await openStore({ path })
  await compare(again)
  await again.close()
  console.log(`${done} transactions beside 7 compactions, pauses ${pauses.join(', ')} ms`)
}, 120_000)

test('a table that is emptied, filled and changed while it is copied is what it is', async () => {
  const { store } = await filled('emptied', 5_000)
  const compacting = store.compact()
  await Bun.sleep(1)
  await store.transaction((tx) => tx.run('delete from plain'))
  await add(store, 90_000, 3_000)
  await store.transaction((tx) => tx.run('delete from plain where id % 3 = 0'))
  await store.transaction((tx) => tx.run('delete from keyed where id % 2 = 0'))
  const before = await content(store)
  await compacting
  expect(await content(store)).toEqual(before)
  await store.compact()
  expect(await content(store)).toEqual(before)
  await store.close()
}, 60_000)

test('a database behind a link stays behind it', async () => {
  const { store, path } = await filled('real', 100)
  await store.close()
  const link = join(folder, 'link', 'l.duckdb')
  mkdirSync(dirname(link))
  symlinkSync(path, link)
  const linked = await openStore({ path: link })
  await linked.compact()
  await add(linked, 500, 10)
  await linked.close()
  expect(readdirSync(dirname(link))).toEqual([basename(link)])
  const again = await openStore({ path })
  expect((await again.all('select count(*)::int as n from plain'))[0]!.n).toBe(110)
  await again.close()
}, 60_000)

test('what reads for long and writes files of its own is waited for, and never begun twice', async () => {
  const { store } = await filled('long', 2_000)
  let begun = 0
  const reading = store.reader(
    async (reader) => {
      begun++
      await Bun.sleep(300)
      return reader.all('select count(*)::int as n from plain')
    },
    { timeoutMs: 60_000 },
  )
  await store.compact()
  expect([await reading, begun]).toEqual([[{ n: 2000 }], 1])
  await store.close()
}, 60_000)

/** Compacts while rows come, and tells each that is acknowledged; killed by itself before the n-th statement of a kind. */
const child = `
  import { DuckDBConnection } from '@duckdb/node-api'
  import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
  const [path, kind, number] = process.argv.slice(1)
  const store = await openStore({ path })
  let [{ n }] = await store.all('select coalesce(max(id), -1)::int + 1 as n from plain')
  let left = Number(number)
  for (const method of ['run', 'runAndReadAll']) {
    const run = DuckDBConnection.prototype[method]
    DuckDBConnection.prototype[method] = function (sql, ...rest) {
      if (sql.startsWith(kind) && --left === 0) process.kill(process.pid, 'SIGKILL')
      return run.call(this, sql, ...rest)
    }
  }
  const compacting = (async () => { for (;;) await store.compact() })()
  compacting.catch((error) => { console.error(error); process.exit(1) })
  for (;;) {
    await store.transaction((tx) => tx.run("insert into plain values ($n, repeat('x', 100), null)", { n }))
    require('node:fs').writeSync(1, n++ + '\\n')
  }
`

test(`a kill at any moment leaves everything that was acknowledged, and nothing beside it (seed ${seed})`, async () => {
  const { store, path } = await filled('killed', 0)
  await store.close()
  const random = randomFrom(seed)
  // Of the first compaction or the second: while it copies, before and after it is on disk, before and after the rename.
  const moments = [
    'insert into compacted',
    'checkpoint compacted',
    'detach compacted',
    'checkpoint db',
    `attach '${path}' as db`,
    'select',
  ].map((kind, index) => ({ kind, number: index === 5 ? 20 + random(60) : index < 3 ? 1 + random(4) : 1 + random(2) }))
  for (const { kind, number } of moments) {
    const process_ = Bun.spawn([process.execPath, '-e', child, path, kind, String(number)], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [text, errors] = await Promise.all([
      new Response(process_.stdout).text(),
      new Response(process_.stderr).text(),
    ])
    expect([await process_.exited, errors]).toEqual([137, ''])
    const known = Number(text.trim().split('\n').at(-1))
    const again = await openStore({ path })
    expect(again.notice).toBeUndefined()
    expect(readdirSync(dirname(path)).filter((name) => /compacting/.test(name))).toEqual([])
    const [row] = await again.all(
      'select count(*)::int as n, count(distinct id)::int as d, max(id)::int as last from plain',
    )
    expect([row!.n, row!.d]).toEqual([Number(row!.last) + 1, Number(row!.last) + 1])
    // The last one may have been stored without being heard of.
    expect([known, known + 1]).toContain(Number(row!.last))
    await again.close()
  }
}, 120_000)

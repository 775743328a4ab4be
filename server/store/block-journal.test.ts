import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSound, journalOf, undoTornCheckpoint } from './block-journal.ts'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-blocks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const headers = 12_288
const blockBytes = 262_144
const pageBytes = 4096
/** The file, its log and its journal at the moment a checkpoint begins to write; and the file when it is done. */
let before: { file: Buffer; wal: Buffer; journal: Buffer }
let after: Buffer

beforeAll(async () => {
  const path = join(folder, 'original.duckdb')
  // Killed by its own journal's `drop`, when the checkpoint is done but for that.
  const script = `
    import { rmSync, copyFileSync } from 'node:fs'
    import { DuckDBConnection } from '@duckdb/node-api'
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    const path = process.argv[1]
    const store = await openStore({ path })
    await store.transaction((tx) => tx.run('create table n (n bigint, filler varchar)'))
    await store.checkpoint()
    for (let i = 0; i < 20; i++)
      await store.transaction((tx) => tx.run("insert into n select $i, repeat('x', 500)", { i }))
    const run = DuckDBConnection.prototype.run
    DuckDBConnection.prototype.run = async function (sql, ...rest) {
      if (sql !== 'checkpoint db') return run.call(this, sql, ...rest)
      for (const part of ['', '.wal', '.blocks']) copyFileSync(path + part, path + '-before' + part)
      await run.call(this, sql, ...rest)
      process.kill(process.pid, 'SIGKILL')
    }
    await store.checkpoint()
  `
  const cwd = join(import.meta.dir, '../..')
  await Bun.spawn([process.execPath, '-e', script, path], { cwd, stdout: 'inherit', stderr: 'inherit' }).exited
  const [file, wal, journal] = ['', '.wal', '.blocks'].map((part) => readFileSync(`${path}-before${part}`))
  before = { file: file!, wal: wal!, journal: journal! }
  after = readFileSync(path)
})

/** Ids of the blocks that the checkpoint wrote over: those that were in use and changed. */
function rewritten(): number[] {
  const blocks = (before.file.length - headers) / blockBytes
  return Array.from({ length: blocks }, (_, id) => id).filter(
    (id) => !blockOf(before.file, id).equals(blockOf(after, id)),
  )
}
const blockOf = (file: Buffer, id: number) => file.subarray(headers + id * blockBytes, headers + (id + 1) * blockBytes)

/** The file with the first pages of one block as the checkpoint would have left them. */
function tornAt(id: number, bytes: number): Buffer {
  const torn = Buffer.from(before.file)
  blockOf(after, id).copy(torn, headers + id * blockBytes, 0, bytes)
  return torn
}

function lay(name: string, file: Buffer, wal?: Buffer, journal?: Buffer): string {
  const path = join(folder, name, 't.duckdb')
  mkdirSync(join(path, '..'))
  writeFileSync(path, file)
  if (wal) writeFileSync(`${path}.wal`, wal)
  if (journal) writeFileSync(journalOf(path), journal)
  return path
}

async function rowsOf(path: string): Promise<number[]> {
  const store = await openStore({ path })
  try {
    expect(store.notice).toBeUndefined()
    const rows = (await store.all('select n::integer as n from n order by n')).map(({ n }) => Number(n))
    await store.transaction((tx) => tx.run("insert into n values (1000, 'after')"))
    await store.checkpoint()
    return rows
  } finally {
    await store.close()
  }
}
const twenty = Array.from({ length: 20 }, (_, i) => i)

describe('a checkpoint killed while it writes over a block', () => {
  test('leaves a file that cannot be opened when nothing was kept', async () => {
    expect(rewritten().length).toBeGreaterThan(0)
    const path = lay('nothing-kept', tornAt(rewritten()[0]!, pageBytes), before.wal)
    await expect(openStore({ path })).rejects.toThrow(/computed checksum/)
  })

  test('is undone at the next start, wherever in the block it was', async () => {
    let torn = 0
    for (const id of rewritten()) {
      for (let pages = 1; pages < blockBytes / pageBytes; pages += 6) {
        const file = tornAt(id, pages * pageBytes)
        if (!isSound(blockOf(file, id))) torn++
        const path = lay(`torn-${id}-${pages}`, file, before.wal, before.journal)
        expect({ id, pages, rows: await rowsOf(path) }).toEqual({ id, pages, rows: twenty })
        expect(existsSync(journalOf(path))).toBe(false)
        expect(await rowsOf(path)).toEqual([...twenty, 1000])
      }
    }
    expect(torn).toBeGreaterThan(5)
  }, 60_000)

  test('keeps what was kept first when it fails again', async () => {
    const id = rewritten()[0]!
    const path = lay('twice', tornAt(id, pageBytes), before.wal, before.journal)
    expect(undoTornCheckpoint(path)).toBe(1)
    expect(readFileSync(path).equals(before.file)).toBe(true)
    expect(undoTornCheckpoint(path)).toBe(0)
  })
})

describe('what was kept is not used', () => {
  test('for a file whose checkpoint was done', async () => {
    const path = lay('done', after, undefined, before.journal)
    expect(undoTornCheckpoint(path)).toBe(0)
    expect(await rowsOf(path)).toEqual(twenty)
  })

  test('for another file put in its place', () => {
    const id = rewritten()[0]!
    const other = tornAt(id, pageBytes)
    other.writeUInt8(other.readUInt8(4096 + 8) ^ 1, 4096 + 8)
    const path = lay('other', other, before.wal, before.journal)
    expect(undoTornCheckpoint(path)).toBe(0)
    expect(readFileSync(path).equals(other)).toBe(true)
  })

  test('when it was not written to its end, or is something else', () => {
    for (const [name, journal] of Object.entries({
      empty: Buffer.alloc(0),
      half: before.journal.subarray(0, before.journal.length / 2),
      flipped: Buffer.concat([
        before.journal.subarray(0, 20_000),
        Buffer.from([before.journal[20_000]! ^ 1]),
        before.journal.subarray(20_001),
      ]),
      zeros: Buffer.alloc(before.journal.length),
    })) {
      expect({
        name,
        put: undoTornCheckpoint(lay(name, tornAt(rewritten()[0]!, pageBytes), before.wal, journal)),
      }).toEqual({ name, put: 0 })
    }
  })
})

test('no other program can open the file for writing while it is open here, also after checkpoints', async () => {
  const path = join(folder, 'locked.duckdb')
  const store = await openStore({ path })
  try {
    await store.transaction((tx) => tx.run('create table n (n bigint)'))
    await store.checkpoint()
    const script = `
      import { DuckDBInstance } from '@duckdb/node-api'
      await DuckDBInstance.create(process.argv[1]).then(() => console.log('opened'), (error) => console.log(error.message))
    `
    const cwd = join(import.meta.dir, '../..')
    const child = Bun.spawn([process.execPath, '-e', script, path], { cwd, stdout: 'pipe' })
    expect(await new Response(child.stdout).text()).toMatch(/lock/i)
  } finally {
    await store.close()
  }
  expect(existsSync(journalOf(path))).toBe(false)
})

test('what is kept is for the owner alone', async () => {
  const path = lay('private', before.file, before.wal)
  const script = `
    import { DuckDBConnection } from '@duckdb/node-api'
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    const store = await openStore({ path: process.argv[1] })
    const run = DuckDBConnection.prototype.run
    DuckDBConnection.prototype.run = function (sql, ...rest) {
      return sql === 'checkpoint db' ? process.kill(process.pid, 'SIGKILL') : run.call(this, sql, ...rest)
    }
    await store.checkpoint()
  `
  await Bun.spawn([process.execPath, '-e', script, path], { cwd: join(import.meta.dir, '../..') }).exited
  expect(statSync(journalOf(path)).mode & 0o077).toBe(0)
  copyFileSync(journalOf(path), join(folder, 'private', 'copy'))
  expect(await rowsOf(path)).toEqual(twenty)
})

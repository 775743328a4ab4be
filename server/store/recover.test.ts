import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-wal-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const commits = 20
const original = join(folder, 'original', 't.duckdb')
let wal: Buffer

/** A log of twenty commits, as a kill leaves it. */
beforeAll(async () => {
  const script = `
    import { openStore } from ${JSON.stringify(join(import.meta.dir, 'store.ts'))}
    const store = await openStore({ path: ${JSON.stringify(original)} })
    await store.transaction((tx) => tx.run('create table n (n bigint, filler varchar)'))
    await store.checkpoint()
    for (let i = 0; i < ${commits}; i++)
      await store.transaction((tx) => tx.run('insert into n select $i, repeat(\\'x\\', 500)', { i }))
    process.kill(process.pid, 'SIGKILL')
  `
  await Bun.spawn([process.execPath, '-e', script], { stdout: 'inherit', stderr: 'inherit' }).exited
  wal = readFileSync(`${original}.wal`)
})

/** Opens a copy of the database with another log: how many rows there are, what the user is told, and whether a copy was kept. */
async function openWith(name: string, content: Uint8Array) {
  const path = join(folder, name.replace(/[^a-z0-9]+/gi, '-'), 't.duckdb')
  mkdirSync(join(path, '..'))
  copyFileSync(original, path)
  writeFileSync(`${path}.wal`, content)
  const store = await openStore({ path })
  try {
    const rows = (await store.all('select n::integer as n from n order by n')).map((row) => Number(row.n))
    // What is written after the mending must survive, too.
    await store.transaction((tx) => tx.run("insert into n values (1000, 'after')"))
    return { path, rows, notice: store.notice ?? '', copied: readdirSync(join(path, '..')).find(isQuarantine) }
  } finally {
    await store.close()
    const again = await openStore({ path })
    expect(await again.all('select count(*)::integer as c from n where n = 1000')).toEqual([{ c: 1 }])
    await again.close()
  }
}
const isQuarantine = (name: string) => name.startsWith('quarantine-')
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
const flipped = (at: number) => {
  const content = Buffer.from(wal)
  content[at] = content[at]! ^ 0x55
  return content
}

describe('a log that a kill or a power cut left', () => {
  test('is read whole, and nobody is told anything', async () => {
    expect(await openWith('whole', wal)).toMatchObject({ rows: upTo(commits), notice: '' })
  })

  test.each([1, 8, 16, 4096, 1_000_000])('with %d zeros behind it loses nothing', async (zeros) => {
    const { rows, notice } = await openWith(`zeros ${zeros}`, Buffer.concat([wal, Buffer.alloc(zeros)]))
    expect(rows).toEqual(upTo(commits))
    if (notice) expect(notice).toContain(`the ${commits} commits before them are kept`)
  })

  test.each([1, 20, 100, 1000])('%d bytes short keeps every commit that is whole', async (missing) => {
    const { rows, notice } = await openWith(`cut ${missing}`, wal.subarray(0, -missing))
    expect(rows).toEqual(upTo(rows.length))
    expect(rows.length).toBeGreaterThanOrEqual(commits - 3)
    expect(rows.length).toBeLessThan(commits)
    expect(notice).toBe('')
  })

  test('with a half-written entry and zeros behind it keeps what is whole', async () => {
    const half = Math.floor(wal.length / 2)
    const { rows } = await openWith('half', Buffer.concat([wal.subarray(0, half), Buffer.alloc(4096)]))
    expect(rows).toEqual(upTo(rows.length))
    expect(rows.length).toBeGreaterThan(commits / 2 - 2)
  })

  test.each([
    ['empty', new Uint8Array()],
    ['all zeros', new Uint8Array(4096)],
    ['something else', Buffer.from('my diary\n'.repeat(500))],
  ] as const)('that is %s is no obstacle', async (name, content) => {
    const { rows, notice, path, copied } = await openWith(name, content)
    expect(rows).toEqual([])
    if (content.length === 0) return expect(notice).toBe('')
    expect(notice).toContain('whatever was in it is lost')
    expect(readFileSync(join(path, '..', copied ?? '', 't.duckdb.wal')).equals(Buffer.from(content))).toBe(true)
  })
})

describe('a damaged log', () => {
  // Every hundredth byte and the header: lengths, checksums, contents.
  const places = [0, 1, 3, 5, 8, 9, 12, 16, 20, 24, 40, ...Array.from({ length: 40 }, (_, i) => 100 + i * 301)]

  test.each(places)('with byte %d changed opens, and the user is told exactly what is lost', async (at) => {
    const { path, rows, notice, copied } = await openWith(`flip ${at}`, flipped(at))
    expect(rows).toEqual(upTo(rows.length))
    // Each commit is about 620 bytes: what stood well before the damage is there.
    expect(rows.length).toBeGreaterThanOrEqual(Math.floor(at / 640) - 1)
    expect(rows.length).toBeLessThan(commits)
    expect(notice).toContain(`the ${rows.length} commits before that are kept, the ${commits - rows.length} after it`)
    expect(readFileSync(join(path, '..', copied ?? '', 't.duckdb.wal')).equals(flipped(at))).toBe(true)
    expect(existsSync(join(path, '..', copied ?? '', 't.duckdb'))).toBe(true)
  })
})

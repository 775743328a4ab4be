import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { TableWriter } from './append.ts'
import { CannotOpen, QueryTimeout, StorageTrouble } from './errors.ts'
import { big, flag, int, json, list, maybe, query, real, text, time } from './query.ts'
import { openStore, type Store } from './store.ts'

const folders: string[] = []
const newPath = () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-store-'))
  folders.push(folder)
  return join(folder, 'home', 't.duckdb')
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

type Everything = {
  s: string | null
  i: number
  b: bigint
  u: bigint
  d: number | null
  f: boolean
  t: bigint
  j: string
  ss: string[]
  us: bigint[]
  ds: number[]
}
const everything: TableWriter<Everything> = {
  table: 'everything',
  columns: [
    { name: 's', type: 'text', take: (row) => row.s },
    { name: 'i', type: 'integer', take: (row) => row.i },
    { name: 'b', type: 'bigint', take: (row) => row.b },
    { name: 'u', type: 'ubigint', take: (row) => row.u },
    { name: 'd', type: 'double', take: (row) => row.d },
    { name: 'f', type: 'boolean', take: (row) => row.f },
    { name: 't', type: 'time', take: (row) => row.t },
    { name: 'j', type: 'json', take: (row) => row.j },
    { name: 'ss', type: 'text[]', take: (row) => row.ss },
    { name: 'us', type: 'ubigint[]', take: (row) => row.us },
    { name: 'ds', type: 'double[]', take: (row) => row.ds },
  ],
}
const createEverything =
  'create table everything (s varchar, i integer, b bigint, u ubigint, d double, f boolean, t timestamp_ns, j varchar, ss varchar[], us ubigint[], ds double[])'
const readEverything = query(
  'select s, i, b, u, d, f, epoch_ns(t) as t, j, ss, us, ds from everything',
  {},
  {
    s: maybe(text),
    i: int,
    b: big,
    u: big,
    d: maybe(real),
    f: flag,
    t: time,
    j: json,
    ss: list(text),
    us: list(big),
    ds: list(real),
  },
)

async function withStore<T>(work: (store: Store) => Promise<T>, path = newPath()): Promise<T> {
  const store = await openStore({ path })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

describe('values', () => {
  test('come back exactly: nanoseconds, 64-bit extremes, NUL, emoji, nulls, lists', async () => {
    const rows: Everything[] = [
      {
        s: 'a\0b 🎈 ‮',
        i: -5,
        b: -(2n ** 63n),
        u: 2n ** 64n - 1n,
        d: -0.1,
        f: true,
        t: 1795319687046123456n,
        j: '{"a":9007199254740993}',
        ss: ['x', ''],
        us: [1n, 2n ** 64n - 1n],
        ds: [0.5],
      },
      { s: null, i: 0, b: 2n ** 63n - 1n, u: 0n, d: null, f: false, t: 0n, j: '{}', ss: [], us: [], ds: [] },
    ]
    await withStore(async (store) => {
      await store.transaction(async (tx) => {
        await tx.run(createEverything)
        await tx.append(everything, rows)
      })
      expect(await readEverything(store, {})).toEqual(rows)
    })
  })

  test('more rows than one chunk holds are all there, in order', async () => {
    await withStore(async (store) => {
      const rows = Array.from({ length: 5000 }, (_, i) => ({ n: i }))
      await store.transaction(async (tx) => {
        await tx.run('create table n (n bigint)')
        await tx.append<{ n: number }>(
          { table: 'n', columns: [{ name: 'n', type: 'bigint', take: (row) => row.n }] },
          rows,
        )
      })
      expect(await store.all('select count(*) as c, sum(n)::bigint as s, max(n) as m from n')).toEqual([
        { c: 5000n, s: 12497500n, m: 4999n },
      ])
    })
  })

  test('times beyond what DuckDB keeps apart from infinity move by a nanosecond and still sort', async () => {
    await withStore(async (store) => {
      await store.transaction(async (tx) => {
        await tx.run('create table t (t timestamp_ns)')
        await tx.append<bigint>({ table: 't', columns: [{ name: 't', type: 'time', take: (row) => row }] }, [
          2n ** 63n - 1n,
          5n,
        ])
      })
      expect(await store.all('select epoch_ns(t) as t from t order by t')).toEqual([{ t: 5n }, { t: 2n ** 63n - 2n }])
    })
  })
})

describe('transactions', () => {
  test('a throw rolls back rows of every table', async () => {
    await withStore(async (store) => {
      await store.transaction((tx) => tx.run('create table n (n bigint)'))
      const failing = store.transaction(async (tx) => {
        await tx.append<number>({ table: 'n', columns: [{ name: 'n', type: 'bigint', take: (row) => row }] }, [1, 2])
        await tx.run('select * from nowhere')
      })
      expect(failing).rejects.toThrow('nowhere')
      await failing.catch(() => {})
      expect(await store.all('select count(*) as c from n')).toEqual([{ c: 0n }])
    })
  })

  test('run one after the other, in the order asked', async () => {
    await withStore(async (store) => {
      await store.transaction((tx) => tx.run('create table n (n bigint)'))
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.transaction((tx) => tx.run('insert into n values ($i)', { i }))),
      )
      const rows = await store.all('select n from n order by rowid')
      expect(rows.map((row) => Number(row.n))).toEqual(Array.from({ length: 20 }, (_, i) => i))
    })
  })

  test('what was committed is there when the file is opened again', async () => {
    const path = newPath()
    await withStore((store) => store.transaction((tx) => tx.run('create table kept as select 42 as n')), path)
    await withStore(async (store) => expect(await store.all('select n from kept')).toEqual([{ n: 42 }]), path)
  })
})

describe('the write-ahead log', () => {
  const filler = 'x'.repeat(1000)
  const write = (store: Store, rows: number) =>
    store.transaction((tx) =>
      tx.append<number>(
        { table: 'n', columns: [{ name: 'v', type: 'text', take: () => filler }] },
        Array(rows).fill(0),
      ),
    )

  test('moves into the file while rows come, and loses none', async () => {
    const path = newPath()
    await withStore(async (store) => {
      await store.transaction((tx) => tx.run('create table n (v varchar)'))
      let largest = 0
      for (let i = 0; i < 90; i++) {
        await write(store, 1000)
        largest = Math.max(largest, store.size().walBytes)
      }
      expect(largest).toBeGreaterThan(4_000_000)
      expect(largest).toBeLessThan(40_000_000)
    }, path)
    await withStore(
      async (store) => expect(await store.all('select count(*)::integer as c from n')).toEqual([{ c: 90_000 }]),
      path,
    )
  })

  test('moves into the file when it has been quiet for a while', async () => {
    await withStore(async (store) => {
      await store.transaction((tx) => tx.run('create table n (v varchar)'))
      await write(store, 3000)
      expect(store.size().walBytes).toBeGreaterThan(1_000_000)
      while (store.size().walBytes > 0) await Bun.sleep(50)
    })
  })
})

describe('readers', () => {
  const slowSql = 'select count(*) from range(1000000) a, range(1000000) b'

  test('a query that runs too long is stopped, and the next one works', async () => {
    await withStore(async (store) => {
      const slow = store.reader((reader) => reader.all(slowSql), {
        timeoutMs: 100,
      })
      expect(slow).rejects.toBeInstanceOf(QueryTimeout)
      await slow.catch(() => {})
      expect(await store.all('select 1 as one')).toEqual([{ one: 1 }])
    })
  })

  test('many at once are handled a few at a time, and each that waits too long is told so', async () => {
    await withStore(async (store) => {
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, () =>
          store
            .reader((reader) => reader.all(slowSql), { timeoutMs: 150 })
            .then(
              () => 'done',
              (error) => error.name,
            ),
        ),
      )
      expect(new Set(outcomes)).toEqual(new Set(['QueryTimeout']))
      const quick = await Promise.all(Array.from({ length: 50 }, (_, i) => store.all('select $i::integer as i', { i })))
      expect(quick.map(([row]) => row?.i)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    })
  })

  test('commits do not wait for slow queries', async () => {
    await withStore(async (store) => {
      await store.transaction((tx) => tx.run('create table n (n bigint)'))
      const slow = Array.from({ length: 16 }, () =>
        store.reader((reader) => reader.all(slowSql), { timeoutMs: 3000 }).catch((error) => error.name),
      )
      for (let i = 0; i < 10; i++) await store.transaction((tx) => tx.run('insert into n values ($i)', { i }))
      // Every query is still running or waiting.
      expect(await Promise.race([Promise.all(slow).then(() => 'over'), 'running'])).toBe('running')
      await Promise.all(slow)
    })
  })

  test('a store that is closed interrupts what runs and refuses what comes', async () => {
    let slow: Promise<unknown> = Promise.resolve()
    let closed: Store | undefined
    await withStore(async (store) => {
      closed = store
      slow = store.reader((reader) => reader.all(slowSql)).catch((error) => error)
      await Bun.sleep(50)
    })
    expect(await slow).toBeInstanceOf(StorageTrouble)
    await expect(closed?.all('select 1')).rejects.toBeInstanceOf(StorageTrouble)
    await expect(closed?.transaction(async () => {})).rejects.toBeInstanceOf(StorageTrouble)
  })

  test.each([
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('HOME/config.toml')",
    "select * from read_text('HOME/t.duckdb.tmp/../config.toml')",
    "select * from glob('HOME/*')",
    "copy (select 1) to '/tmp/telltale-escape.csv'",
    "attach '/tmp/telltale-escape.duckdb' as other",
    'install httpfs',
    'set enable_external_access = true',
  ])('%s is refused', async (sql) => {
    const path = newPath()
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(join(path, '../config.toml'), 'token = "secret"')
    await withStore(async (store) => {
      const outcome = await store.all(sql.replaceAll('HOME', join(path, '..'))).then(JSON.stringify, String)
      expect(outcome).toMatch(/Permission Error|disabled by configuration|has been locked/)
    }, path)
  })

  test('statements are counted and told apart', async () => {
    await withStore((store) =>
      store.reader(async (reader) => {
        expect(await reader.statements('select 1')).toEqual({ count: 1, isSelect: true })
        expect(await reader.statements('select 1; drop table spans')).toEqual({ count: 2, isSelect: false })
        expect(await reader.statements('delete from spans')).toEqual({ count: 1, isSelect: false })
      }),
    )
  })
})

describe('the file', () => {
  test('belongs to one process, and the refusal names it', async () => {
    const path = newPath()
    await withStore(async () => {
      expect(openStore({ path })).rejects.toThrow(`process ${process.pid}`)
      await openStore({ path }).catch(() => {})
      writeFileSync(join(path, '../server.json'), JSON.stringify({ pid: process.pid, apiUrl: 'http://127.0.0.1:8080' }))
      await openStore({ path }).catch((error) => expect(error.message).toContain('http://127.0.0.1:8080'))
    }, path)
    await withStore(async () => {}, path)
  })

  test('a lock left by a process that is gone does not stand in the way', async () => {
    const path = newPath()
    await withStore(async () => {}, path)
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 - 3, processStart: 'x', since: 'y' }))
    await withStore(async (store) => expect(await store.all('select 1 as one')).toEqual([{ one: 1 }]), path)
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('is readable by its owner alone', async () => {
    const path = newPath()
    await withStore(async () => {
      const folder = join(path, '..')
      for (const name of ['.', ...readdirSync(folder)])
        expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0])
    }, path)
  })

  test('one written by a newer program is refused and left alone', async () => {
    const path = newPath()
    await withStore(
      (store) =>
        store.transaction((tx) => tx.run("insert into schema_version values (9999, 'future', now()::timestamp)")),
      path,
    )
    const before = readFileSync(path)
    expect(openStore({ path })).rejects.toThrow(/schema 9999.*newer version/)
    await openStore({ path }).catch((error) => expect(error).toBeInstanceOf(CannotOpen))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test("somebody else's database is refused and left alone", async () => {
    const path = newPath()
    mkdirSync(join(path, '..'), { recursive: true })
    const instance = await DuckDBInstance.create(path)
    const connection = await instance.connect()
    await connection.run('create table mine as select 1 as n')
    connection.closeSync()
    instance.closeSync()
    const before = readFileSync(path)
    await openStore({ path }).then(
      () => expect.unreachable(),
      (error) => expect(error.message).toContain("not one of telltale's"),
    )
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('something else under its name is refused and left alone', async () => {
    const path = newPath()
    await withStore(async () => {}, path)
    writeFileSync(path, 'my diary\n'.repeat(5000))
    expect(openStore({ path })).rejects.toThrow('not a telltale database')
    await openStore({ path }).catch(() => {})
    expect(readFileSync(path, 'utf8')).toStartWith('my diary')
  })
})

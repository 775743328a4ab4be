import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestApi, type TestApi } from '../testing.ts'
import { createAsk } from './ask.ts'

let t: TestApi
const folder = mkdtempSync(join(tmpdir(), 'telltale-sql-'))
const secret = join(folder, 'secret.csv')
const target = join(folder, 'target.csv')
beforeAll(async () => {
  t = await openTestApi()
  writeFileSync(secret, 'a\nsecret\n')
})
afterAll(async () => {
  await t.close()
  rmSync(folder, { recursive: true })
})

const ask = (sql: string, limit?: number) => t.post('/api/sql', limit === undefined ? { sql } : { sql, limit })

describe('a SELECT', () => {
  test('is answered with the names and types of its columns and values of every type', async () => {
    const { status, text, body } = await ask(`
      -- every type
      with one as (select 1) -- and a comment at the end
      select 9223372036854775807 as big, 170141183460469231731687303715884105727::hugeint as huge, 1.50::decimal(9, 2) as money,
        0.1 as real, 'x' as text, 'x' as text, true as flag, null as nothing, date '2026-11-22' as day,
        timestamp_ns '2026-11-22 04:00:00.123456789' as time, [1, null] as list, {'a': 'b'} as struct, map {'k': 2} as map,
        '\\xAA'::blob as bytes, 'NaN'::double as nan, interval 2 hours as span
      from one;
    `)
    expect([status, body.message]).toEqual([200, undefined])
    expect(body.columns.map(({ name }: any) => name).slice(0, 6)).toEqual([
      'big',
      'huge',
      'money',
      'real',
      'text',
      'text_1',
    ])
    expect(text).toContain(
      '"rows":[[9223372036854775807,170141183460469231731687303715884105727,1.50,0.1,"x","x",true,null,"2026-11-22","2026-11-22 04:00:00.123456789",[1,null],{"a":"b"},{"k":2},"\\\\xAA","NaN","02:00:00"]]',
    )
  })
  test('keeps its order and ends at the limit, and says so', async () => {
    const { body } = await ask('from range(5000) as r(n) order by n desc', 3)
    expect(body).toMatchObject({ rows: [[4999], [4998], [4997]], truncated: true })
    expect((await ask('select 1 where false')).body).toMatchObject({ rows: [], truncated: false })
  })
  test('with numbers beyond all others is looked through like any other', async () => {
    const { status, body } = await ask(`select 1e400 as big, -1e400 as small, ' Infinity, "NaN' as "NaN" from range(1)`)
    expect([status, body.rows]).toEqual([200, [['Infinity', '-Infinity', ' Infinity, "NaN']]])
    const refused = await ask('select 1e400 from force_checkpoint()')
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('only functions that read')])
  })

  test('may describe tables', async () => {
    const { status, body } = await ask('show tables')
    expect(status).toBe(200)
    expect(body.rows.flat()).toEqual(expect.arrayContaining(['spans', 'logs', 'metric_points', 'model_calls']))
    expect((await ask('describe spans')).status).toBe(200)
  })
  test('of a text beyond a million characters is cut, and says so', async () => {
    const { body } = await ask("select repeat('x', 50000000) as long")
    expect([body.rows[0][0].length, body.truncated]).toEqual([1_000_000, true])
  })
  test('whose texts are unknown is as short as it looks', async () => {
    const { body } = await ask('select null::varchar as a, null::varchar as b from range(100)', 100)
    expect([body.rows.length, body.truncated]).toEqual([100, false])
  })
  test('of more than the memory is worth is cut, and says so', async () => {
    const { text, body } = await ask("select repeat('x', 900000) as long from range(1000)", 1000)
    expect(body.truncated).toBe(true)
    expect(text.length).toBeLessThan(40_000_000)
  })
})

describe('anything else is refused, and changes nothing:', () => {
  for (const [name, sql] of [
    ['two statements', 'select 1; select 2'],
    ['a drop behind a select', 'select 1; drop table spans'],
    ['a bracket that closes ours', 'select 1) as a (c0); drop table spans; --'],
    ['drop', 'drop table spans'],
    ['insert', "insert into dashboards values ('x')"],
    ['update', 'update spans set name = 1'],
    ['delete', 'delete from spans'],
    ['create', 'create table stolen as select 1'],
    ['copy out', `copy (select 1) to '${target}'`],
    ['attach', `attach '${join(folder, 'other.duckdb')}'`],
    ['pragma', 'pragma database_list'],
    ['set', "set memory_limit = '100GB'"],
    ['reset', 'reset memory_limit'],
    ['call', "call enable_logging(storage = 'file')"],
    ['install', 'install httpfs'],
    ['load', "load 'x'"],
    ['checkpoint', 'checkpoint'],
    ['transaction', 'begin'],
    ['use', 'use memory'],
    ['export', `export database '${folder}/out'`],
    ['explain analyze of a write', 'explain analyze delete from spans'],
    ['prepare', 'prepare p as select 1'],
    ['a parameter', 'select $1'],
    ['reading a file', `select * from read_csv('${secret}')`],
    ['reading a file by its name', `select * from '${secret}'`],
    ['reading a text file', `select * from read_text('${secret}')`],
    ['listing files', `select * from glob('${folder}/*')`],
    ['reading the settings beside the database', "select * from read_text('config.toml')"],
    ['the network', "select * from read_csv('http://127.0.0.1:1/x.csv')"],
    ['nonsense', 'selec 1'],
    ['an unknown table', 'select * from nothing_here'],
    ['nothing', ' ; ; '],
    ['only a comment', '-- nothing'],
  ] as const) {
    test(name, async () => {
      const { status, body } = await ask(sql)
      expect([status, body.error]).toEqual([400, 'Bad Request'])
      expect(JSON.stringify(body)).not.toContain('secret\\n')
      expect(existsSync(target)).toBe(false)
      expect((await ask('select count(*) from spans')).body.rows).toEqual([[0]])
    })
  }
  test('a limit or a statement of the wrong type', async () => {
    for (const body of [{}, { sql: 1 }, { sql: 'select 1', limit: 0 }, { sql: 'select 1', limit: '5' }, [], 'x', null])
      expect([body, (await t.post('/api/sql', body)).status]).toEqual([body, 400])
  })
  test('a body that is not JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    const { status, body } = await t.ask('/api/sql', { method: 'POST', headers, body: '{"sql":' })
    expect([status, body.error]).toEqual([400, 'Bad Request'])
  })
})

test('a statement without end is stopped, others wait meanwhile, and too many at once are sent away', async () => {
  const asker = createAsk(t.core.store, 500)
  const endless = asker('select count(*) from range(100000000000) a, range(100000000000) b', 1)
  const waiting = Array.from({ length: 9 }, () => asker('select 1', 1).catch((error) => error.status))
  await expect(endless).rejects.toThrow('took longer than 0.5 s')
  expect((await Promise.all(waiting)).map((answer) => answer.rows?.[0]?.[0] ?? answer)).toEqual([
    1, 1, 1, 1, 1, 1, 1, 429, 429,
  ])
})

test('what runs, waits and was given up is told in /api/status and /metrics', async () => {
  const long = ask('select count(*) from range(100000000) a, range(10) b')
  const behind = [ask('select 1'), ask('select 2')]
  let { queries } = (await t.ask('/api/status')).body
  for (let i = 0; i < 100 && queries.waiting < 2; i++) queries = (await t.ask('/api/status')).body.queries
  expect(queries).toMatchObject({ waiting: 2 })
  expect(queries.running).toBeGreaterThan(0)
  expect(queries.timedOut).toBeGreaterThan(0)
  const metrics = await (await t.api.request('/metrics')).text()
  expect(metrics).toMatch(/^telltale_queries_running \d+$/m)
  expect(metrics).toMatch(/^telltale_queries_waiting \d+$/m)
  expect(metrics).toMatch(/^telltale_queries_timed_out_total [1-9]/m)
  expect((await Promise.all([long, ...behind])).map(({ status }) => status)).toEqual([200, 200, 200])
  expect((await t.ask('/api/status')).body.queries).toMatchObject({ running: 0, waiting: 0 })
})

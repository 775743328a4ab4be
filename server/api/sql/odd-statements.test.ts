// Statements at random: pieces of our own put together anew, and every function of the database with odd values. Each is answered,
// none as a bug of ours, and none changes anything.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
let functions: string[] = []
let fromFunctions: string[] = []
beforeAll(async () => {
  t = await openTestApi()
  const names = async (types: string) =>
    (
      await t.core.store.all(
        `select distinct function_name as name from duckdb_functions() where function_type in (${types}) order by 1`,
      )
    ).map(({ name }) => String(name))
  // Waiting is what `sleep_ms` is for.
  functions = (await names("'scalar', 'aggregate', 'macro'")).filter(
    (name) => /^\w+$/.test(name) && name !== 'sleep_ms',
  )
  fromFunctions = await names("'table', 'table_macro'")
})
afterAll(() => t.close())

/** Everything that a statement could have changed. */
const standing = `select (select count(*) from spans) as spans, (select count(*) from dashboards) as dashboards,
  (select string_agg(table_name, ' ' order by table_name) from duckdb_tables()) as tables,
  (select string_agg(view_name, ' ' order by view_name) from duckdb_views()) as views,
  (select string_agg(name || '=' || coalesce(value, ''), ' ' order by name) from duckdb_settings()) as settings`

/** The statement of a run that takes the process along is found here. */
const last = join(tmpdir(), 'telltale-fuzz-last.sql')

async function isHarmless(sql: string): Promise<void> {
  if (process.env.FUZZ_SECONDS) writeFileSync(last, sql)
  const before = await t.core.store.all(standing)
  const { status, text } = await t.post('/api/sql', { sql, limit: 20 })
  expect([sql, [200, 400, 422, 503].includes(status) || text]).toEqual([sql, true])
  expect(await t.core.store.all(standing)).toEqual(before)
}

const own = readdirSync(join(import.meta.dir, '..'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.sql'))
  .map((name) => readFileSync(join(import.meta.dir, '..', name), 'utf8').match(/\s+|\w+|'[^']*'|--[^\n]*|[^\s\w]/g)!)

const word = fc.oneof(
  fc.constantFrom(
    ...[
      'select',
      'from',
      'logs',
      'spans',
      '(',
      ')',
      ',',
      '*',
      ';',
      'drop table logs',
      'insert into',
      'with',
      'as',
      '--',
      '/*',
      "'",
    ],
    ...[
      '$1',
      '?',
      'describe',
      'summarize',
      'pivot',
      'unpivot',
      'union all',
      'limit 1',
      'null',
      'copy',
      'attach',
      '"',
      '1e400',
      '[',
      '{',
    ],
  ),
  fc.string({ maxLength: 6 }),
)
const spliced = fc
  .tuple(
    fc.nat(),
    fc.array(fc.tuple(fc.nat(), fc.nat(4), word), { maxLength: 5 }),
    fc.option(fc.tuple(fc.nat(), fc.nat()), { nil: undefined }),
  )
  .map(([which, changes, join]) => {
    const words = [...own[which % own.length]!]
    if (join) {
      const other = own[join[0] % own.length]!
      words.splice(join[1] % words.length, 8, ...other.slice(join[1] % other.length, (join[1] % other.length) + 8))
    }
    for (const [at, gone, put] of changes) words.splice(at % words.length, gone, ' ', put, ' ')
    // Their parameters become values, so that more of them run.
    return words.join('').replace(/\$\w+/g, 'null')
  })

test('what is put together of pieces of statements is answered, and changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        spliced,
        fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      ),
      isHarmless,
    ),
    { numRuns: 60, seed: 51 },
  )
}, 3_600_000)

const value = fc.constantFrom(
  ...[
    'null',
    '0',
    '1',
    '-1',
    '63',
    '1000',
    '9223372036854775807',
    '-9223372036854775808',
    '1e308',
    "'NaN'::double",
    "''",
    "'a'",
  ],
  ...[
    '\'{"a":[1]}\'::json',
    "'['",
    "'%'",
    "'\\xFF'::blob",
    '[]',
    '[1, null]',
    "['a']",
    "{'a': 1}",
    'map {1: 2}',
    'true',
    'interval 1 month',
  ],
  ...[
    "date '5877642-06-25 (BC)'",
    "timestamp '294247-01-10'",
    "time '24:00:00'",
    "'00000000-0000-0000-0000-000000000000'::uuid",
    '1::utinyint',
  ],
  ...[
    "'101'::bit",
    '1.5::decimal(38, 10)',
    'lambda x: x',
    'lambda x, y: x',
    'logs',
    '*',
    'name',
    "'logs'",
    "'$.a'",
    "'2026-13-01'",
    "'%Y-%f'",
  ],
)
const list = fc.array(value, { maxLength: 4 })

test('every function with odd values is answered, and changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), list, fc.nat(5), (which, values, shape) => {
      const call = `${functions[which % functions.length]}(${values.join(', ')})`
      const row = "(values (1, null, 'a'), (2, [1], 'b')) as spans (i, l, name)"
      const shapes = [
        `select ${call}`,
        `select ${call} from ${row}`,
        `select ${call} over (order by i) from ${row}`,
        `select i from ${row} group by i having ${call} is not null`,
        `select ${call} from spans`,
        `select list_transform([1], lambda n: ${call})`,
      ]
      return isHarmless(shapes[shape]!)
    }),
    { numRuns: 60, seed: 52 },
  )
}, 3_600_000)

test('every function that can be read from is answered, and changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), list, fc.boolean(), (which, values, described) => {
      const name = fromFunctions[which % fromFunctions.length]!
      return isHarmless(`${described ? 'describe ' : ''}from ${name}(${values.join(', ')})`)
    }),
    { numRuns: 40, seed: 53 },
  )
}, 3_600_000)

test('of the functions that do something none can be read from', async () => {
  const doing = fromFunctions.filter((name) =>
    /^(enable|disable|truncate|checkpoint|force|query$|arrow|json_exec)/.test(name),
  )
  expect(doing.length).toBeGreaterThan(8)
  for (const name of doing)
    for (const sql of [
      `from ${name}()`,
      `select (select count(*) from "${name}"())`,
      `describe from system.main.${name}()`,
    ]) {
      const { status, body } = await t.post('/api/sql', { sql })
      expect([sql, status, body.message]).toEqual([sql, 400, expect.stringContaining('only functions that read')])
    }
})

test('a log into a file, which took the process along, is refused', async () => {
  const { status } = await t.post('/api/sql', { sql: "from enable_logging(storage = 'file', storage_path = 'x')" })
  expect(status).toBe(400)
})

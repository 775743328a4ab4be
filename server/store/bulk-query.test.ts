import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inBulk } from './bulk-query.ts'
import { big, flag, int, json, list, maybe, query, real, text, time } from './query.ts'
import { openStore } from './store.ts'

const shape = {
  t: text,
  mt: maybe(text),
  i: int,
  mi: maybe(int),
  b: big,
  at: time,
  mat: maybe(time),
  f: flag,
  j: json,
  ts: list(text),
}
const statement = query(
  `select t, mt, i, mi, b, epoch_ns(since) as at, epoch_ns(until) as mat, f, j, ts from things where i >= $least order by i`,
  { least: int },
  shape,
)

test('rows read at once hold what rows read one by one hold', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-bulk-'))
  const store = await openStore({ path: join(folder, 't.duckdb') })
  try {
    await store.transaction(async (tx) => {
      await tx.run(
        'create table things (t varchar, mt varchar, i integer, mi bigint, b bigint, since timestamp_ns, until timestamp_ns, f boolean, j varchar, ts varchar[])',
      )
      const values: [string, object][] = [
        ['plain', { a: 1 }],
        ['', {}],
        ['quote " backslash \\ line\nend\u2028 bell\u0007 nul\u0000 end', { nested: ['"', '\\'] }],
        ['emoji 🦊 and ́ marks', { text: 'ü' }],
      ]
      for (const [at, [said, detail]] of values.entries())
        await tx.run(
          `insert into things values ($t, case when $i % 2 = 0 then $t end, $i, case when $i % 2 = 1 then 9007199254740991 end,
            9223372036854775807 - $i, make_timestamp_ns(1795320000000000001 + $i), case when $i > 1 then make_timestamp_ns(0) end,
            $i % 2 = 0, $j, [$t, 'x', $j])`,
          { t: said, i: at, j: JSON.stringify(detail) },
        )
    })
    const rows = await statement(store, { least: 0 })
    expect(await inBulk(statement)(store, { least: 0 })).toEqual(rows)
    expect(await inBulk(statement)(store, { least: 100 })).toEqual([])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('doubles are refused: JSON has no infinity', () => {
  expect(() => inBulk(query('select 1.5::double as d', {}, { d: real }))).toThrow('column d')
})

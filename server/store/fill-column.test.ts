// fill-column.test.ts: what goes into a column comes out of it, whatever repeats, is short, long, missing or strange.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { ColumnType } from './append.ts'
import { openStore, type Store } from './store.ts'

let folder: string
let store: Store
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telltale-columns-'))
  store = await openStore({ path: join(folder, 't.duckdb') })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Writes a column of values in one transaction and reads it back in order. */
async function through(type: ColumnType, sqlType: string, values: unknown[], read = 'v'): Promise<unknown[]> {
  return store.transaction(async (tx) => {
    await tx.run(`create or replace table column_values (n integer, v ${sqlType})`)
    await tx.append(
      {
        table: 'column_values',
        columns: [
          { name: 'n', type: 'integer', take: (row: { n: number }) => row.n },
          { name: 'v', type, take: (row: { v: unknown }) => row.v },
        ],
      },
      values.map((v, n) => ({ n, v })),
    )
    return (await tx.all(`select ${read} as v from column_values order by n`)).map(({ v }) => v)
  })
}

const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'twelve chars',
    'thirteen char',
    'claude-sonnet-4-5-20250929',
    'zwölf',
    '日本語のテキスト',
    'a\u0000b',
    '🙂',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)

test('texts of all lengths, repeated or not, come back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text, { freq: 4 }), { maxLength: 200 }), async (values) => {
      expect(await through('text', 'varchar', values)).toEqual(values)
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('thousands of rows over several vectors keep their order, with long runs, ids and gaps', async () => {
  const values = Array.from({ length: 7000 }, (_, at) =>
    at % 7 === 0 ? null : at % 3 === 0 ? `a unique and long id ${at}` : `session ${Math.floor(at / 50)} of somebody`,
  )
  expect(await through('text', 'varchar', values)).toEqual(values)
})

test('a column of nothing is all NULL, also as a list', async () => {
  expect(await through('text', 'varchar', [undefined, null, undefined])).toEqual([null, null, null])
  expect(await through('bigint', 'bigint', [undefined, null])).toEqual([null, null])
  expect(await through('text[]', 'varchar[]', [null, [], null])).toEqual([null, [], null])
})

test('64-bit integers are exact from numbers and bigints, negative too', async () => {
  const values = [
    0,
    1,
    -1,
    4294967295,
    4294967296,
    -4294967297,
    2 ** 53 - 1,
    -(2 ** 53 - 1),
    2n ** 63n - 1n,
    -(2n ** 63n),
  ]
  expect(await through('bigint', 'bigint', values)).toEqual(values.map(BigInt))
  const unsigned = [0, 5, 2n ** 64n - 1n, 2n ** 63n]
  expect(await through('ubigint', 'ubigint', unsigned)).toEqual(unsigned.map(BigInt))
  expect(through('ubigint', 'ubigint', [-1])).rejects.toThrow('64 bits')
  expect(through('bigint', 'bigint', [2n ** 63n])).rejects.toThrow('64 bits')
})

test('an integer that does not fit is refused, never wrapped', async () => {
  expect(await through('integer', 'integer', [2147483647, -2147483648, null])).toEqual([2147483647, -2147483648, null])
  expect(through('integer', 'integer', [2147483648])).rejects.toThrow('32 bits')
  expect(through('integer', 'integer', [1.5])).rejects.toThrow('32 bits')
})

test('lists, doubles, booleans and times', async () => {
  const lists = [['a', 'a much longer text than twelve', 'a'], [], null, ['a much longer text than twelve']]
  expect(await through('text[]', 'varchar[]', lists)).toEqual(lists)
  expect(await through('double[]', 'double[]', [[1.5, -0], null, [Number.NaN]])).toEqual([
    [1.5, -0],
    null,
    [Number.NaN],
  ])
  expect(await through('ubigint[]', 'ubigint[]', [[1, 2n ** 64n - 1n], []])).toEqual([[1n, 2n ** 64n - 1n], []])
  expect(await through('double', 'double', [0.1, null, Number.POSITIVE_INFINITY])).toEqual([
    0.1,
    null,
    Number.POSITIVE_INFINITY,
  ])
  expect(await through('boolean', 'boolean', [true, false, null])).toEqual([true, false, null])
  const times = [1795320000000000001n, 0n, -1n, null]
  expect(await through('time', 'timestamp_ns', times, 'epoch_ns(v)')).toEqual(times)
})

test('halves of surrogate pairs become U+FFFD and never meet, also at the border of two rows', async () => {
  const values = ['a\ud83d', '\ude42b', '🙂', '\ud83d', null, '\ude42', '']
  expect(await through('text', 'varchar', values)).toEqual(['a\ufffd', '\ufffdb', '🙂', '\ufffd', null, '\ufffd', ''])
})

test('texts that are too long to be handed over together come back as they were', async () => {
  const values = ['short', 'x'.repeat(9_000_000), null, 'é'.repeat(9_000_000), '']
  const read = await through('text', 'varchar', values)
  expect(read.map((value, row) => value === values[row])).toEqual(values.map(() => true))
})

test('large texts go in fewer rows at a time, each once and in its place, and each is made once', async () => {
  const rows = Array.from({ length: 60 }, (_, n) => ({ n, size: n % 7 === 0 ? 500_000 : n * 10 }))
  const made = new Map<number, number>()
  const stored = await store.transaction(async (tx) => {
    await tx.run('create or replace table large_values (n integer, before varchar, v varchar, after integer)')
    await tx.append<(typeof rows)[number]>(
      {
        table: 'large_values',
        columns: [
          { name: 'n', type: 'integer', take: ({ n }) => n },
          { name: 'before', type: 'text', take: ({ n }) => `before ${n}` },
          {
            name: 'v',
            type: 'text',
            take: ({ n, size }) => {
              made.set(n, (made.get(n) ?? 0) + 1)
              return `${n} `.padEnd(size, 'é')
            },
          },
          { name: 'after', type: 'integer', take: ({ n }) => n + 1 },
        ],
      },
      rows,
    )
    return await tx.all('select n, before, v, after from large_values order by rowid')
  })
  expect(stored.map(({ n, before, v, after }) => [n, before, v, after])).toEqual(
    rows.map(({ n, size }) => [n, `before ${n}`, `${n} `.padEnd(size, 'é'), n + 1]),
  )
  // The one that did not fit any more is made again with the next.
  expect(Math.max(...made.values())).toBeLessThanOrEqual(2)
})

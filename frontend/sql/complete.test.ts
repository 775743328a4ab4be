import { expect, test } from 'bun:test'
import { columnsIn, vocabularyOf } from './complete.ts'

const answer = (rows: unknown[][]) => ({ columns: [], rows, truncated: false, durationMs: 1 })
const { tables, functions } = vocabularyOf(
  answer([
    ['logs', 'time', 'TIMESTAMP_NS'],
    ['logs', 'body', 'VARCHAR'],
    ['spans', 'time', 'TIMESTAMP_NS'],
    ['spans', 'name', 'VARCHAR'],
  ]),
  answer([
    ['date_trunc', 'scalar', 'Truncates'],
    ['sum', 'aggregate', null],
  ]),
)
const labels = (statement: string) => columnsIn(statement, tables).map(({ label }) => label)

test('columns are those of the tables that the statement names, each once, and all while it names none', () => {
  expect(labels('select  from logs')).toEqual(['time', 'body'])
  expect(labels('select  from logs join spans using (trace_id)')).toEqual(['time', 'body', 'name'])
  expect(labels('select ')).toEqual(['time', 'body', 'name'])
  expect(labels('from catalogs')).toEqual(['time', 'body', 'name'])
})

test('functions open their bracket and say what they do', () => {
  expect(functions).toEqual([
    { label: 'date_trunc', type: 'function', detail: '()', apply: 'date_trunc(', info: 'Truncates' },
    { label: 'sum', type: 'function', detail: 'aggregate', apply: 'sum(' },
  ])
})

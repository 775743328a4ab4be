// attribute-facets.test.ts: what is offered to filter by is what the records in sight carry.
import { expect, test } from 'bun:test'
import type { KeyedRecord } from '../components/log/record.ts'
import { attributeFacets } from './attribute-facets.ts'

test('attributes are offered by how many records carry them, values by how often they occur', () => {
  const rows = [
    { tool_name: 'Read', ok: true, 'a/b': 'x', deep: { a: 1 }, long: 'y'.repeat(100) },
    { tool_name: 'Bash', ok: true },
    { tool_name: 'Bash', ms: 12, nothing: null },
  ].map((logAttributes, index) => ({ key: String(index), record: { logAttributes } })) as unknown as KeyedRecord[]
  expect(attributeFacets(rows)).toEqual([
    { key: '@tool_name', label: 'attribute', values: ['Bash', 'Read'] },
    { key: '@ok', label: 'attribute', values: ['true'] },
    { key: '@a/b', label: 'attribute', values: ['x'] },
    { key: '@ms', label: 'attribute', values: ['12'] },
  ])
})

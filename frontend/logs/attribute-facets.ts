// attribute-facets.ts: the attributes of the records in sight and their values, to be offered while a filter is typed.
import type { Facet } from '../components/filter-bar.tsx'
import type { KeyedRecord } from '../components/log/record.ts'
import { anyAttribute } from '../lib/filter.ts'

const recordsMax = 60
const valuesMax = 30
const charsMax = 80

/** Those that most records carry first; values as they are filtered by, the most frequent first. */
export function attributeFacets(rows: readonly KeyedRecord[]): Facet[] {
  const counted = new Map<string, Map<string, number>>()
  for (const { record } of rows.slice(0, recordsMax)) {
    for (const [key, value] of Object.entries(record.logAttributes)) {
      if (value === null || typeof value === 'object') continue
      const text = String(value)
      if (text.length > charsMax) continue
      let values = counted.get(key)
      if (!values) {
        values = new Map()
        counted.set(key, values)
      }
      values.set(text, (values.get(text) ?? 0) + 1)
    }
  }
  const often = (values: ReadonlyMap<string, number>) => [...values.values()].reduce((sum, times) => sum + times, 0)
  return [...counted]
    .sort(([a, x], [b, y]) => often(y) - often(x) || a.localeCompare(b))
    .map(([key, values]) => ({
      key: anyAttribute + key,
      label: 'attribute',
      values: [...values]
        .sort(([, x], [, y]) => y - x)
        .slice(0, valuesMax)
        .map(([value]) => value),
    }))
}

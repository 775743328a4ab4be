// values.ts: values as the database gives them → JSON.
import { Raw } from '../json.ts'

/**
 * A value of any column type as JSON: integers of any size and decimals exact, times and intervals as the database spells
 * them, bytes as hex, lists as arrays, structs and maps as objects.
 */
export function sqlValue(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return value
  if ('items' in value && Array.isArray(value.items)) return value.items.map(sqlValue)
  if ('entries' in value && Array.isArray(value.entries))
    return Object.fromEntries(
      value.entries.map(({ key, value: held }: { key: unknown; value: unknown }) => [spelled(key), sqlValue(held)]),
    )
  if ('entries' in value && typeof value.entries === 'object')
    return Object.fromEntries(Object.entries(value.entries as object).map(([key, held]) => [key, sqlValue(held)]))
  if ('tag' in value && 'value' in value) return sqlValue(value.value)
  // A decimal: its digits are a JSON number.
  if ('scale' in value && 'width' in value) return new Raw(String(value))
  return String(value)
}

function spelled(key: unknown): string {
  return typeof key === 'object' && key !== null ? String(key) : `${key as string}`
}

// reads.ts: how an exported file is read back, by its format.
import { type Format, quoted } from './tables.ts'

export type { Format }
export type Column = { name: string; type: string }
/** A finished file. */
export type WrittenTable = { table: string; name: string; columns: Column[] }

/** The table function that reads a file with the columns' own types. */
export function readsOf(path: string, format: Format, columns: Column[]): string {
  if (format === 'parquet') return `read_parquet(${quoted(path)})`
  const types = `{${columns.map(({ name, type }) => `${quoted(name)}: ${quoted(type)}`).join(', ')}}`
  if (format === 'csv') return `read_csv(${quoted(path)}, header = true, columns = ${types})`
  return `read_json(${quoted(path)}, format = 'newline_delimited', columns = ${types})`
}

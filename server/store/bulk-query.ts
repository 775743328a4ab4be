// bulk-query.ts: statements of very many rows, read in one text.
import type { Arguments, Query, Row, Runner, Shape, Token } from './query.ts'

/**
 * The same statement with the same rows. The database writes each column as a list of one JSON text, which is read at once: 200,000
 * rows of 22 columns took 1.6 to 2.1 s of CPU so, and 3.6 to 4.2 s value by value through the bindings. All of them are in memory
 * twice; whoever asks bounds the rows.
 *
 * @throws TypeError for a statement with a column of `real`: JSON has no infinity.
 */
export function inBulk<P extends Shape, R extends Shape>(
  of: Query<P, R>,
): (runner: Runner, given: Arguments<P>) => Promise<Row<R>[]> {
  const names = Object.keys(of.row)
  // Numbers that JSON's reader would round go as texts.
  const isText = new Set(names.filter((name) => /^(maybe )?(time|big)$/.test(nameOf(of.row[name]))))
  for (const name of names)
    if (/real/.test(nameOf(of.row[name]))) throw new TypeError(`column ${name}: doubles are not read in bulk`)
  const fields = names.map((name) => `"${name}" := list("${name}"${isText.has(name) ? '::varchar' : ''})`)
  const sql = `select to_json(struct_pack(${fields.join(', ')})) as columns from (${of.sql})`
  return async (runner, given) => {
    const [answer] = await runner.all(sql, of.bind(given))
    const read = JSON.parse(answer?.columns as string) as Record<string, unknown[] | null>
    // Of no rows every list is null.
    const columns = names.map((name) => ({ name, values: read[name] ?? [], isText: isText.has(name) }))
    const count = columns[0]?.values.length ?? 0
    return Array.from({ length: count }, (_, at) => {
      const row: Record<string, unknown> = {}
      for (const { name, values, isText } of columns) {
        const value = values[at]
        row[name] = isText && value !== null ? BigInt(value as string) : value
      }
      return row as Row<R>
    })
  }
}

const nameOf = (token: Shape[string] | undefined) => (token as Token<unknown>).name

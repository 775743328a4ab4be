// copy.ts: the database written anew into another file while it is in use: everything of one moment, then what came after it.
//
// DuckDB gives back only free blocks at the end of the file, and wipes none: after 60,000 of 60,000 requests were deleted a
// file of 34.9 MB had 31.2. A new file has neither holes nor what was deleted. To copy takes 18 s of CPU a gigabyte and to
// prove it half as much, far longer than a sender waits, so records are taken meanwhile. What they changed is found by row
// numbers: these stay as they are between two checkpoints, and the n-th row of the moment is the n-th of the copy.
import { newFile } from './checkpoints.ts'

/** Runs one statement on the connection that makes the copy, and gives its rows. */
export type Run = (sql: string) => Promise<Record<string, unknown>[]>

type Table = { name: string; hasKey: boolean; last: bigint; rows: bigint }

/** What was copied: the tables, with the rows of the moment. */
export type Copy = { as: string; tables: Table[] }

/** Columns and constraints of a database, to see whether a table was made or dropped. */
const shapeOf = (database: string) =>
  `select list((table_name, column_name, data_type) order by table_name, column_index)::varchar as shape
   from duckdb_columns() where database_name = '${database}' and not internal and table_name in (
     select table_name from duckdb_tables() where database_name = '${database}' and not temporary)`

const name = (table: string) => `"${table.replaceAll('"', '""')}"`
const numbersOf = (table: string) => name(`copied ${table}`)
/** The sum tells the same rows in the same order from any other, and needs every column of every row. */
const sums = 'count(*) as rows, coalesce(sum(hash(number, row_hash)), 0)::varchar as sum'

/**
 * Copies everything of one moment into a new file, attached under the name `as`, and proves it: read back, every row of every
 * table is what and where it was.
 *
 * @throws Error when it cannot be written, or is not what was there.
 */
export async function copyMoment(run: Run, file: string, as: string): Promise<Copy> {
  await attach(run, file, as)
  // Inside a transaction this sets an option, which our locked configuration refuses.
  await run(`copy from database db to ${as} (schema)`)
  const tables: Table[] = []
  const before: string[] = []
  await run('begin transaction')
  try {
    const found = await run(
      `select table_name, index_count > 0 as has_key from duckdb_tables()
       where database_name = 'db' and not temporary order by table_name`,
    )
    for (const row of found) {
      const table = String(row.table_name)
      await run(
        `create or replace temp table ${numbersOf(table)} as
         select rowid as old, row_number() over (order by rowid) - 1 as new from db.${name(table)}`,
      )
      const [numbers] = await run(`select count(*) as rows, coalesce(max(old), -1) as last from ${numbersOf(table)}`)
      tables.push({
        name: table,
        hasKey: row.has_key === true,
        last: numbers!.last as bigint,
        rows: numbers!.rows as bigint,
      })
    }
    for (const table of tables) {
      await run(`insert into ${as}.${name(table.name)} select * from db.${name(table.name)}`)
      before.push(
        await sumOf(
          run,
          `select row_number() over (order by rowid) - 1 as number, hash(t) as row_hash from db.${name(table.name)} as t`,
        ),
      )
    }
    await run('commit')
  } catch (error) {
    await run('rollback').catch(() => {})
    throw error
  }
  await run(`checkpoint ${as}`)
  // Attached anew, so that it is the file that is read.
  await run(`detach ${as}`)
  await attach(run, file, as)
  for (const [index, table] of tables.entries()) {
    const after = await sumOf(run, `select rowid as number, hash(t) as row_hash from ${as}.${name(table.name)} as t`)
    if (after !== before[index])
      throw new Error(`the copy of ${table.name} is not what it was (${before[index]}, ${after})`)
  }
  return { as, tables }
}

const attach = (run: Run, file: string, as: string) => run(`attach '${file.replaceAll("'", "''")}' as ${as} ${newFile}`)

async function sumOf(run: Run, rows: string): Promise<string> {
  const [row] = await run(`select ${sums} from (${rows})`)
  return `${row!.rows} rows/${row!.sum}`
}

/**
 * Brings a copy to the present. Nothing may be written meanwhile, and there was no checkpoint since the moment of the copy.
 *
 * @param rewritten whether rows of a table may have been changed where they are: then it is copied anew.
 * @throws Error when a table was made or dropped meanwhile, or rows are missing.
 */
export async function catchUp(run: Run, { as, tables }: Copy, rewritten: (table: string) => boolean): Promise<void> {
  const [now] = await run(shapeOf('db'))
  const [copied] = await run(shapeOf(as))
  if (now!.shape !== copied!.shape) throw new Error('a table was made or dropped meanwhile')
  const gone: string[] = []
  const come: string[] = []
  for (const { name: table, hasKey, last, rows } of tables) {
    const from = `db.${name(table)}`
    const to = `${as}.${name(table)}`
    const [left] = await run(
      `select count(*) filter (rowid <= ${last}) as old, count(*) filter (rowid > ${last}) as new from ${from}`,
    )
    const isSame = left!.old === rows && left!.new === 0n
    // With a key it may be one row that went and came.
    if (rewritten(table) || (hasKey && !isSame)) {
      gone.push(`delete from ${to}`)
      come.push(`insert into ${to} select * from ${from}`)
      continue
    }
    if (left!.old !== rows)
      gone.push(
        `delete from ${to} where rowid in (
           select new from ${numbersOf(table)} as copied anti join (select rowid as old from ${from}) as here using (old))`,
      )
    if (left!.new !== 0n) come.push(`insert into ${to} select * from ${from} where rowid > ${last}`)
  }
  // One after the other: a key that is deleted and written again in one transaction counts as there twice.
  for (const statements of [gone, come]) {
    if (statements.length === 0) continue
    await run('begin transaction')
    for (const statement of statements) await run(statement)
    await run('commit')
  }
  for (const { name: table } of tables) {
    const [row] = await run(
      `select (select count(*) from db.${name(table)}) as here, (select count(*) from ${as}.${name(table)}) as copied`,
    )
    if (row!.here !== row!.copied)
      throw new Error(`the copy of ${table} has ${row!.copied} rows instead of ${row!.here}`)
  }
}

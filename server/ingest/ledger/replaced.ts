// replaced.ts: a derived table brought to what it should be, writing only what moved, and saying what that was.
import { int, query } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'

/** How a table moves: rows before and after, and how many are new, gone or other than before. */
export type Moved = { before: number; after: number; added: number; removed: number; changed: number }

/**
 * Compares a table with what `fill` appends to a table of the same shape, and changes the rows that differ. `ids` name the
 * columns that identify a row. The number of a row's component is not compared: any that holds the request will do.
 */
export async function replaced(
  tx: Tx,
  table: string,
  ids: string[],
  fill: (table: string) => Promise<void>,
): Promise<Moved> {
  const rebuilt = `rebuilt_${table}`
  const id = `concat_ws(chr(10), ${ids.join(', ')})`
  const columns = table === 'model_calls' ? '* exclude (component)' : '*'
  await tx.run(`create table ${rebuilt} as select * from ${table} limit 0`)
  await fill(rebuilt)
  await tx.run(
    `create temp table gone as
    select distinct ${id} as id from (select ${columns} from ${table} except all select ${columns} from ${rebuilt})`,
  )
  await tx.run(
    `create temp table come as
    select distinct ${id} as id from (select ${columns} from ${rebuilt} except all select ${columns} from ${table})`,
  )
  const [moved] = await query(
    `select
      (select count(*) from ${table}) as before,
      (select count(*) from ${rebuilt}) as after,
      (select count(*) from come where id not in (select id from gone)) as added,
      (select count(*) from gone where id not in (select id from come)) as removed,
      (select count(*) from come where id in (select id from gone)) as changed`,
    {},
    { before: int, after: int, added: int, removed: int, changed: int },
  )(tx, {})
  await tx.run(`delete from ${table} where ${id} in (select id from gone)`)
  await tx.run(
    `insert into ${table} select * from ${rebuilt} where ${id} in (select id from gone union select id from come)`,
  )
  await tx.run(`drop table ${rebuilt}`)
  await tx.run('drop table gone')
  await tx.run('drop table come')
  return moved as Moved
}

// replaced.ts: a derived table brought to what it should be, writing only what moved, and saying what that was.
import { int, query } from '../../store/query.ts'
import type { Tx } from '../../store/store.ts'

/** How a table moves: rows before and after, and how many are new, gone or other than before. */
export type Moved = { before: number; after: number; added: number; removed: number; changed: number }

/** A table of the same shape that is filled anew; a writer's own table is replaced by it. */
export type Rebuilt = { table: string; database: 'temp' }

/**
 * Compares a table with what `fill` appends to a table of the same shape, and changes the rows that differ. That one is temporary:
 * as a table of the file its rows were packed and written before they were dropped, a quarter of a rebuild's CPU. `ids` name the
 * columns that identify a row. The number of a row's component is not compared: any that holds the request will do.
 */
export async function replaced(
  tx: Tx,
  table: string,
  ids: string[],
  fill: (into: Rebuilt) => Promise<void>,
): Promise<Moved> {
  const rebuilt = `rebuilt_${table}`
  const id = `concat_ws(chr(10), ${ids.join(', ')})`
  const columns = table === 'model_calls' ? '* exclude (component)' : '*'
  // A row is compared by the hash of all its columns: a set difference over sixty columns takes four times as long.
  const hashes = (of: string) =>
    `select id, count(*) as n, sum(row_hash::hugeint) as h
    from (select ${id} as id, hash(r) as row_hash from (select ${columns} from ${of}) as r) group by id`
  await tx.run(`create temp table ${rebuilt} as select * from ${table} limit 0`)
  await fill({ table: rebuilt, database: 'temp' })
  await tx.run(
    `create temp table moved as
    select coalesce(a.id, b.id) as id, a.n as before, b.n as after
    from (${hashes(table)}) as a full join (${hashes(rebuilt)}) as b on a.id = b.id
    where a.h is distinct from b.h or a.n is distinct from b.n`,
  )
  const [moved] = await query(
    `select
      (select count(*) from ${table}) as before,
      (select count(*) from ${rebuilt}) as after,
      (select count(*) from moved where before is null) as added,
      (select count(*) from moved where after is null) as removed,
      (select count(*) from moved where before is not null and after is not null) as changed`,
    {},
    { before: int, after: int, added: int, removed: int, changed: int },
  )(tx, {})
  await tx.run(`delete from ${table} where ${id} in (select id from moved)`)
  await tx.run(`insert into ${table} select * from ${rebuilt} where ${id} in (select id from moved)`)
  await tx.run(`drop table ${rebuilt}`)
  await tx.run('drop table moved')
  return moved as Moved
}

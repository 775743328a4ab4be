import { expect, test } from 'bun:test'
import { DuckDBInstance } from '@duckdb/node-api'

// DuckDB up to 1.5.5 lost a race within `over ()` over a small union, and the whole database with it: one question in some
// hundreds of those for the errors, while records came. Here it took 400 statements, on two threads.
test('a total over a small union can be asked again and again, side by side', async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const asked = `
    with few as (select range as x from range(1)),
    both_ways as (
      select x from few where x >= 5
      union all
      select x from few where not exists (select 1 from few where x >= 5)
    )
    select x, count(*) over () as total from both_ways order by x desc limit 5`
  let times = 0
  async function reader() {
    const connection = await instance.connect()
    while (times++ < 4_000) {
      const rows = await connection.runAndReadAll(asked)
      if (rows.currentRowCount !== 1) throw new Error(`${rows.currentRowCount} rows`)
    }
    connection.closeSync()
  }
  await Promise.all([reader(), reader(), reader()])
  expect(times).toBeGreaterThan(4_000)
  instance.closeSync()
})

// stuck-statement.test.ts: a statement that the database does not stop takes neither the page nor the end of the program along.
import { afterAll, expect, test } from 'bun:test'
import { type Running, start } from './telltale.ts'

let server: Running | undefined
afterAll(() => server?.dispose())

test('a statement that cannot be stopped is answered, the next is told so, and SIGTERM ends the program', async () => {
  server = await start()
  const { apiUrl } = server
  const ask = (sql: string) =>
    fetch(new URL('/api/sql', apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    })
  // One function of one row, which works for minutes.
  const deaf = await ask("select levenshtein(repeat('a', 400000), repeat('b', 400000))")
  expect([deaf.status, deaf.headers.get('retry-after')]).toEqual([503, '5'])
  const next = await ask('select 1')
  expect([next.status, await next.text()]).toEqual([503, expect.stringContaining('cannot be stopped yet')])
  expect(await server.get('/api/stats')).toMatchObject({ spanCount: 0 })
  expect(await server.stop()).toBe(0)
}, 60_000)

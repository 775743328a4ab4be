// Every parameter of every question, with names that every object has and texts that end a string: an answer, or a 400 that says
// why; never a failure.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from './testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
  await t.replay('claude-code/otlp/01-http-json')
})
afterAll(() => t.close())

const odd = [
  'constructor',
  '__proto__',
  'toString',
  '\u0000',
  "'; select 1 --",
  '{"__proto__":["x"],"constructor":"y"}',
  '\ud800',
]

test('no parameter makes the server fail', async () => {
  const { body } = await t.ask('/openapi.json')
  const failed: unknown[] = []
  let asked = 0
  for (const [path, methods] of Object.entries<any>(body.paths)) {
    const parameters: { in: string; name: string; required?: boolean }[] = methods.get?.parameters ?? []
    for (const { in: where, name } of parameters) {
      for (const text of odd) {
        const value = encodeURIComponent(text.toWellFormed())
        const address = path.replace(/\{(\w+)\}/g, (_, part) => (where === 'path' && part === name ? value : 'x'))
        // Every other parameter that must be there has some name.
        const others = parameters.filter((one) => one.in === 'query' && one.required && one.name !== name)
        const query = [...others.map((one) => `${one.name}=x`), ...(where === 'query' ? [`${name}=${value}`] : [])]
        const { status } = await t.ask(`${address}?${query.join('&')}`)
        asked++
        if (status >= 500) failed.push([address, query, status])
      }
    }
  }
  expect(failed).toEqual([])
  expect(asked).toBeGreaterThan(500)
}, 120_000)

test('a filter by an attribute that every object has lets only those through that have it', async () => {
  const all = '/api/logs?from=2026-01-01&to=2027-01-01&limit=1'
  const total = async (filter: string) => (await t.ask(`${all}&filter=${encodeURIComponent(filter)}`)).body.total
  expect((await t.ask(all)).body.total).toBeGreaterThan(0)
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect([name, await total(`{"${name}":["x"]}`)]).toEqual([name, 0])
})

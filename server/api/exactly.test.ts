// What a body holds beside what is known is named, with what was probably meant, and nothing is done.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestApi, type TestApi } from './testing.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

test.each([
  ['/api/ingest', { source: 'a', toolcalls: [] }, '"toolcalls" is not known here; did you mean "toolCalls"?'],
  ['/api/ingest', { source: 'a', clals: [{ id: '1' }] }, '"clals" is not known here; did you mean "calls"?'],
  ['/api/ingest', { source: 'a', tool_calls: [] }, 'did you mean "toolCalls"?'],
  ['/api/ingest', { source: 'a', spans: [] }, '"spans" is not known here (known: source, host, sessions, calls'],
  ['/api/ingest', { source: 'a', ['__proto__']: 1, constructor: 1 }, '"__proto__" is not known here (known'],
  ['/api/delete', { what: 'all', from: '2026-01-01', to: '2026-02-01', servise: 'a' }, 'did you mean "service"?'],
  ['/api/delete', { what: 'all', from: '2026-01-01', to: '2026-02-01', dryrun: true }, 'did you mean "dryRun"?'],
  ['/api/export', { output: '/nowhere', 'dry-run': true }, 'did you mean "dryRun"?'],
  ['/api/sql', { sql: 'select 1', limt: 3 }, 'did you mean "limit"?'],
  ['/api/tokens', { name: 'a', scope: ['read'] }, 'did you mean "scopes"?'],
  ['/api/prices/reprice', { no: true }, '"no" is not known here (known: dryRun)'],
  ['/api/metrics/batch-series', { query: [] }, 'did you mean "queries"?'],
  ['/api/views', { name: 'a', path: '/', ['x'.repeat(5000)]: 1 }, 'x…" is not known here'],
])('POST %s %j', async (path, body, says) => {
  const { status, body: answer } = await t.post(path, body)
  expect([status, answer.message]).toEqual([400, expect.stringContaining(says)])
  expect(answer.message.length).toBeLessThan(400)
})

test('options of the command line that mean nothing to a server are passed over', async () => {
  const range = { what: 'all', from: '2026-01-01', to: '2026-01-02', dryRun: true, yes: true }
  expect((await t.post('/api/delete', range)).status).toBe(200)
})

test('budgets may be sent back as they were answered', async () => {
  const put = (budgets: object[]) =>
    t.ask('/api/budgets', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ budgets }),
    })
  await put([{ period: 'day', limitUsd: 1 }])
  const { body } = await t.ask('/api/budgets')
  expect((await put(body.budgets)).status).toBe(200)
  const { status, body: answer } = await put([{ period: 'day', limitUsd: 1, warnpercent: 50 }])
  expect([status, answer.message]).toEqual([400, expect.stringContaining('did you mean "warnPercent"?')])
})

test('a query of a batch without an id, or that is none, fails alone', async () => {
  const ask = { name: 'm' }
  const queries = [{ id: 'a', ...ask }, ask, null, 'text', { id: 7, nme: 'm', ...ask }, { id: { a: 1 }, ...ask }]
  const { status, body } = await t.post('/api/metrics/batch-series', { queries })
  expect(status).toBe(200)
  expect(body.results.map((one: any) => [one.id, one.success, one.error])).toEqual([
    ['a', true, undefined],
    ['', false, 'id: is missing; give each query its own id'],
    ['', false, 'the query: is not an object'],
    ['', false, 'the query: is not an object'],
    ['7', false, expect.stringContaining('"nme" is not known here; did you mean "name"?')],
    ['', false, 'id: is missing; give each query its own id'],
  ])
})

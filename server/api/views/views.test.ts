import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Bench, openBench } from '../usage/testing.ts'
import { viewsRoutes } from './routes.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench(viewsRoutes as never)
})
afterEach(() => bench.close())

const names = async () => (await bench.get('/api/views')).body.views.map(({ name }: any) => name)

test('a view is saved by name, renamed, given another address, and deleted', async () => {
  expect((await bench.get('/api/views')).body).toEqual({ views: [] })
  const path = '/sessions?q=cost:>0.5 "timeout"&range=30d'
  const { status, body: view } = await bench.send('POST', '/api/views', { name: ' Dear ones ', path })
  expect([status, view.name, view.path]).toEqual([201, 'Dear ones', path])
  await bench.send('POST', '/api/views', { name: 'a first', path: '/' })
  expect(await names()).toEqual(['a first', 'Dear ones'])
  expect((await bench.send('PUT', `/api/views/${view.id}`, { name: 'Dearest' })).body).toEqual({
    ...view,
    name: 'Dearest',
  })
  expect((await bench.send('PUT', `/api/views/${view.id}`, { path: '/costs' })).body.path).toBe('/costs')
  expect(await names()).toEqual(['a first', 'Dearest'])
  expect((await bench.send('DELETE', `/api/views/${view.id}`)).status).toBe(204)
  expect(await names()).toEqual(['a first'])
  for (const method of ['PUT', 'DELETE'])
    expect(
      (await bench.send(method, `/api/views/${view.id}`, method === 'PUT' ? { name: 'x' } : undefined)).status,
    ).toBe(404)
})

test.each([
  [{}],
  [{ name: 'x' }],
  [{ name: ' ', path: '/' }],
  [{ name: 'x', path: 'sessions' }],
  [{ name: 'x', path: '//evil.example/' }],
  [{ name: 'x', path: '/\\evil.example/' }],
  [{ name: 'x', path: 'javascript:alert(1)' }],
  [{ name: 'x'.repeat(121), path: '/' }],
])('%j is a 400 that says so, and saves nothing', async (body) => {
  const answer = await bench.send('POST', '/api/views', body)
  expect([answer.status, typeof answer.body.message]).toEqual([400, 'string'])
  expect(await names()).toEqual([])
})

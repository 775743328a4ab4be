import { afterEach, beforeEach, expect, test } from 'bun:test'
import { type Bench, openBench } from '../usage/testing.ts'
import { dashboardsRoutes } from './routes.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench(dashboardsRoutes as never)
})
afterEach(() => bench.close())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-/
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+Z$/

/** The answer's body, of a request that must succeed with a status. */
async function ask(status: number, method: string, path: string, body?: unknown) {
  const answer = await bench.send(method, path, body)
  expect([method, path, answer.status, answer.body?.message]).toEqual([method, path, status, undefined])
  return answer.body
}
const make = (body: object = { name: 'Mine' }) => ask(201, 'POST', '/api/dashboards', body)
const put = (dashboard: string, body: object) => ask(201, 'POST', `/api/dashboards/${dashboard}/widgets`, body)
const read = (id: string) => ask(200, 'GET', `/api/dashboards/${id}`)
async function refused(status: number, method: string, path: string, body?: unknown) {
  const answer = await bench.send(method, path, body)
  expect([method, path, answer.status]).toEqual([method, path, status])
  expect(answer.body.message.length).toBeGreaterThan(5)
}

test('the server makes a default one, once, whether it is asked for it or for all', async () => {
  const [first, { dashboards }, second] = await Promise.all([
    read('default'),
    ask(200, 'GET', '/api/dashboards'),
    read('default'),
  ])
  expect([second.id, ...dashboards.map(({ id }: { id: string }) => id)]).toEqual([first.id, first.id])
  expect(first).toMatchObject({ name: 'Overview', isDefault: true })
  expect(first.widgets.map((one: { title: string }) => one.title)).toEqual([
    'Cost',
    'Tokens',
    'Requests',
    'Sessions',
    'Error rate',
    'Input from cache',
    'Cost by agent',
    'Tokens by kind',
    'Top models',
    'Top projects',
    'Tools',
    'Recent sessions',
    'Hours of the week',
    'Active services',
  ])
  // Nothing stands on anything else, and nothing beyond the twelve columns.
  const cells = first.widgets.flatMap((one: any) =>
    Array.from({ length: one.colSpan * one.rowSpan }, (_, at) => {
      expect(one.gridColumn + one.colSpan).toBeLessThanOrEqual(12)
      return `${one.gridColumn + (at % one.colSpan)} ${one.gridRow + Math.floor(at / one.colSpan)}`
    }),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect((await ask(200, 'GET', '/api/dashboards')).dashboards).toHaveLength(1)
})

test('of the first list the default one is a part, also beside others', async () => {
  expect((await ask(200, 'GET', '/api/dashboards')).dashboards).toMatchObject([{ name: 'Overview', isDefault: true }])
  const [{ id }] = (await ask(200, 'GET', '/api/dashboards')).dashboards
  await make({ name: 'Mine' })
  await ask(200, 'PUT', `/api/dashboards/${id}`, { name: 'Ours', isDefault: false })
  const { dashboards } = await ask(200, 'GET', '/api/dashboards')
  expect(dashboards.map((one: any) => `${one.name} ${one.isDefault}`)).toEqual([
    'Ours false',
    'Mine false',
    'Overview true',
  ])
})

test('a dashboard is made, changed and removed', async () => {
  const made = await make({ name: 'Mine', description: 'of my own' })
  expect(made.id).toMatch(uuid)
  expect(made.createdAt).toMatch(time)
  expect(made).toEqual({
    id: made.id,
    name: 'Mine',
    description: 'of my own',
    isDefault: false,
    createdAt: made.createdAt,
    updatedAt: made.createdAt,
    widgets: [],
  })
  expect(await read(made.id)).toEqual(made)
  const { widgets: _, ...listed } = made
  expect((await ask(200, 'GET', '/api/dashboards')).dashboards).toContainEqual(listed)
  const changed = await ask(200, 'PUT', `/api/dashboards/${made.id}`, { name: 'Ours' })
  expect(changed).toMatchObject({ id: made.id, name: 'Ours', description: 'of my own', createdAt: made.createdAt })
  const emptied = await ask(200, 'PUT', `/api/dashboards/${made.id}`, { description: '' })
  expect('description' in emptied).toBe(false)
  await ask(204, 'DELETE', `/api/dashboards/${made.id}`)
  await refused(404, 'GET', `/api/dashboards/${made.id}`)
  await refused(404, 'DELETE', `/api/dashboards/${made.id}`)
})

test('at most one is the default', async () => {
  const first = await make({ name: 'A', isDefault: true })
  expect((await read('default')).id).toBe(first.id)
  const second = await make({ name: 'B' })
  expect(await ask(200, 'PUT', `/api/dashboards/${second.id}/default`)).toMatchObject({ isDefault: true })
  expect((await read('default')).id).toBe(second.id)
  const { dashboards } = await ask(200, 'GET', '/api/dashboards')
  expect(dashboards.map((one: any) => `${one.name} ${one.isDefault}`)).toEqual(['A false', 'B true'])
})

test('where the default one is removed the oldest other is it, and only without any another is made', async () => {
  const { id } = await make({ name: 'A' })
  await make({ name: 'B' })
  const first = await read('default')
  const listed = async () =>
    (await ask(200, 'GET', '/api/dashboards')).dashboards.map((one: any) => `${one.name} ${one.isDefault}`)
  expect(await listed()).toEqual(['A false', 'B false', 'Overview true'])
  await ask(204, 'DELETE', `/api/dashboards/${first.id}`)
  expect((await read('default')).id).toBe(id)
  expect(await listed()).toEqual(['A true', 'B false'])
  for (const name of ['A', 'B']) {
    const one = await read('default')
    expect(one.name).toBe(name)
    await ask(204, 'DELETE', `/api/dashboards/${one.id}`)
  }
  expect(await listed()).toEqual(['Overview true'])
})

test('widgets are put on, changed, moved and taken off', async () => {
  const { id } = await make()
  const config = { source: '/api/usage', deep: { list: [1, 'ü', null] } }
  const cost = await put(id, {
    widgetType: 'usage_value',
    title: 'Cost',
    gridColumn: 3,
    gridRow: 2,
    colSpan: 4,
    config,
  })
  expect(cost).toEqual({
    id: expect.stringMatching(uuid),
    dashboardId: id,
    widgetType: 'usage_value',
    title: 'Cost',
    gridColumn: 3,
    gridRow: 2,
    colSpan: 4,
    rowSpan: 1,
    config,
    createdAt: expect.stringMatching(time),
    updatedAt: expect.stringMatching(time),
  })
  const chart = await put(id, { widgetType: 'metric_chart', title: 'Chart' })
  expect(chart).toMatchObject({ gridColumn: 0, gridRow: 0, colSpan: 1, rowSpan: 1, config: {} })
  expect((await read(id)).widgets.map((one: any) => one.title)).toEqual(['Chart', 'Cost'])

  const widget = `/api/dashboards/${id}/widgets/${chart.id}`
  expect(await ask(200, 'PUT', widget, { title: 'Tokens', config: { a: 1 } })).toMatchObject({
    id: chart.id,
    title: 'Tokens',
    widgetType: 'metric_chart',
    config: { a: 1 },
  })
  const moved = await ask(200, 'PUT', `/api/dashboards/${id}/widgets/positions`, {
    positions: [
      { id: chart.id, gridColumn: 0, gridRow: 9 },
      { id: cost.id, gridColumn: 1, gridRow: 0, colSpan: 12 },
    ],
  })
  expect(moved.widgets.map((one: any) => `${one.title} ${one.gridColumn} ${one.gridRow} ${one.colSpan}`)).toEqual([
    'Cost 1 0 12',
    'Tokens 0 9 1',
  ])
  await ask(204, 'DELETE', widget)
  expect((await read(id)).widgets).toHaveLength(1)
  await refused(404, 'DELETE', widget)
  await refused(404, 'PUT', widget, { title: 'x' })
})

test('a dashboard can be made with what stands on it, such as a copy', async () => {
  const whole = await read('default')
  const copy = await make({ name: 'Copy', widgets: whole.widgets })
  expect(copy.widgets.map((one: any) => one.config)).toEqual(whole.widgets.map((one: any) => one.config))
  expect(copy.widgets[0].id).not.toBe(whole.widgets[0].id)
})

test('what is wrong is a 400 that says so, what is not there a 404, and neither changes anything', async () => {
  const { id } = await make()
  const widget = await put(id, { widgetType: 't', title: 'T' })
  const other = await make({ name: 'Other' })
  const before = await read(id)
  for (const body of [{}, { name: '' }, { name: ' ' }, { name: 'x'.repeat(256) }, { name: 7 }, []])
    await refused(400, 'POST', '/api/dashboards', body)
  await refused(400, 'PUT', `/api/dashboards/${id}`, { name: '' })
  const widgets = `/api/dashboards/${id}/widgets`
  for (const body of [
    { title: 'T' },
    { widgetType: 't' },
    { widgetType: 't', title: '' },
    { widgetType: 't', title: 'T', gridColumn: -1 },
    { widgetType: 't', title: 'T', colSpan: 0 },
    { widgetType: 't', title: 'T', rowSpan: 1.5 },
    { widgetType: 't', title: 'T', config: 'x' },
  ])
    await refused(400, 'POST', widgets, body)
  await refused(400, 'PUT', `${widgets}/${widget.id}`, { gridRow: -1 })
  await refused(400, 'PUT', `${widgets}/positions`, {})
  await refused(400, 'PUT', `${widgets}/positions`, { positions: [{ id: widget.id, gridColumn: -1, gridRow: 0 }] })
  await refused(404, 'PUT', `${widgets}/positions`, {
    positions: [
      { id: widget.id, gridColumn: 5, gridRow: 5 },
      { id: 'nobody', gridColumn: 0, gridRow: 0 },
    ],
  })
  await refused(404, 'PUT', '/api/dashboards/nobody', { name: 'x' })
  await refused(404, 'PUT', '/api/dashboards/nobody/default')
  await refused(404, 'POST', '/api/dashboards/nobody/widgets', { widgetType: 't', title: 'T' })
  await refused(404, 'PUT', `/api/dashboards/${other.id}/widgets/${widget.id}`, { title: 'x' })
  await refused(404, 'DELETE', `/api/dashboards/${other.id}/widgets/${widget.id}`)
  expect(await read(id)).toEqual(before)
})

test('a setting that is called __proto__ is kept like any other', async () => {
  const config = JSON.parse('{"__proto__": {"a": 1}, "b": 2}')
  const { id, widgets } = await make({ name: 'Mine', widgets: [{ widgetType: 'x', title: 'X', config }] } as never)
  expect(JSON.stringify((await read(id)).widgets[0].config)).toBe(JSON.stringify(config))
  await ask(200, 'PUT', `/api/dashboards/${id}/widgets/${widgets[0].id}`, { config: JSON.parse('{"__proto__": 3}') })
  expect(JSON.stringify((await read(id)).widgets[0].config)).toBe('{"__proto__":3}')
})

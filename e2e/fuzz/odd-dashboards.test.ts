// Dashboards at random, as files that the page reads and as bodies that are sent: refused with a reason, or kept as they are.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openTestApi, type TestApi } from '#server/api/testing.ts'
import { readDashboardFile } from '../../frontend/dashboards/file.ts'

let t: TestApi
beforeAll(async () => {
  t = await openTestApi()
})
afterAll(() => t.close())

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    1,
    -1,
    4,
    12,
    1.5,
    10_000,
    10_001,
    1e300,
    true,
    [],
    {},
    '__proto__',
    '\u0000',
  ),
  fc.constantFrom<unknown>('x'.repeat(256), '\ud800', `${'x'.repeat(254)}\u{1f600}`, {
    toString: 1,
    constructor: null,
  }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.jsonValue({ maxDepth: 4 }),
)
const usually = <T>(value: T) => fc.oneof({ weight: 8, arbitrary: fc.constant<unknown>(value) }, odd)
const cell = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }).map((n): unknown => n) }, odd)
const config = fc.oneof(
  fc.dictionary(fc.constantFrom('a', '__proto__', 'of', 'metric', ''), odd),
  fc.constantFrom<unknown>(
    undefined,
    null,
    [],
    { deep: JSON.parse('['.repeat(500) + ']'.repeat(500)) },
    { a: 'x'.repeat(100_001) },
  ),
)
const widget = fc.record(
  {
    widgetType: usually('stats_error_rate'),
    title: usually('A title'),
    gridColumn: cell,
    gridRow: cell,
    colSpan: cell,
    rowSpan: cell,
    config,
  },
  { noNullPrototype: true, requiredKeys: ['widgetType', 'gridColumn', 'gridRow', 'colSpan', 'rowSpan'] },
)
const file = fc.record(
  {
    schemaVersion: usually(1),
    columns: fc.constantFrom<unknown>(12, 12, 4, undefined, '12'),
    name: usually('Mine'),
    description: odd,
    isDefault: usually(false),
    widgets: fc.oneof({ weight: 8, arbitrary: fc.array(widget, { maxLength: 5 }) }, odd),
  },
  { noNullPrototype: true, requiredKeys: ['schemaVersion', 'name', 'widgets'] },
)

/** What is kept of a dashboard that was sent, apart from what the server adds; widgets on one place have no order. */
const contentOf = ({ name, description, widgets }: any) => ({
  name,
  description: description || undefined,
  widgets: widgets
    .map(({ widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config }: any) =>
      JSON.stringify({ widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config: config ?? {} }),
    )
    .sort(),
})

test('a file is refused in one line, or what the page reads of it the server keeps as it is', async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.option(fc.nat()), async (content, cut) => {
      const text = JSON.stringify(content)
      const read = readDashboardFile(
        cut === null ? text : text.slice(0, cut % (text.length + 1)),
        (kind) => `a ${kind}`,
      )
      if ('wrong' in read) {
        expect(read.wrong.split('\n')[0]).toBe(read.wrong)
        expect(read.wrong).not.toBe('')
        return
      }
      const { status, body } = await t.post('/api/dashboards', read.dashboard)
      if (status === 400) return expect(body.message).toMatch(/is longer than|is empty/)
      expect(status).toBe(201)
      const kept = await t.ask(`/api/dashboards/${body.id}`)
      expect(contentOf(kept.body)).toEqual(contentOf(JSON.parse(JSON.stringify(read.dashboard))))
      await t.ask(`/api/dashboards/${body.id}`, { method: 'DELETE' })
    }),
    { numRuns: 40, seed: 81 },
  )
}, 3_600_000)

test('a body is refused with a reason or taken, and what it names is there still', async () => {
  const { body: made } = await t.post('/api/dashboards', {
    name: 'Mine',
    widgets: [{ widgetType: 'x', title: 'X' }],
  })
  const [own] = made.widgets
  const positions = fc.array(
    fc.record({ id: usually(own.id), gridColumn: cell, gridRow: cell, colSpan: cell, rowSpan: cell }),
  )
  const request = fc.oneof(
    fc.tuple(fc.constant('POST'), fc.constant('/api/dashboards'), file),
    fc.tuple(fc.constant('PUT'), fc.constant(`/api/dashboards/${made.id}`), fc.oneof(file, odd)),
    fc.tuple(fc.constant('POST'), fc.constant(`/api/dashboards/${made.id}/widgets`), fc.oneof(widget, odd)),
    fc.tuple(fc.constant('PUT'), fc.constant(`/api/dashboards/${made.id}/widgets/${own.id}`), fc.oneof(widget, odd)),
    fc.tuple(
      fc.constant('PUT'),
      fc.constant(`/api/dashboards/${made.id}/widgets/positions`),
      fc.record({ positions: fc.oneof(positions, odd) }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(request, async ([method, path, content]) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await t.ask(path, { method, headers, body: JSON.stringify(content) })
      expect([answer.text, [200, 201, 400, 404].includes(answer.status)]).toEqual([answer.text, true])
      if (answer.status >= 400) expect(answer.body.message.length).toBeGreaterThan(5)
      const { status, body } = await t.ask(`/api/dashboards/${made.id}`)
      expect(status).toBe(200)
      expect(body.widgets.some(({ id }: any) => id === own.id)).toBe(true)
      // A dashboard holds 200 widgets at most; the next run has room again.
      for (const { id } of body.widgets.slice(50))
        if (id !== own.id) await t.ask(`/api/dashboards/${made.id}/widgets/${id}`, { method: 'DELETE' })
      if (path === '/api/dashboards' && answer.status === 201)
        await t.ask(`${path}/${answer.body.id}`, { method: 'DELETE' })
    }),
    { numRuns: 30, seed: 82 },
  )
}, 3_600_000)

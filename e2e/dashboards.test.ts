// dashboards.test.ts: dashboards of one's own in the compiled binary and a real browser: every control once.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Browser, Download, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { requests, send } from './recordings.ts'
import { accessibility, fill, openPage, overflow, phone, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '02-http-json-gzip-resume'],
    ['claude-code', '07-traces-beta-protobuf'],
    ['codex', '04-http-subagent'],
    ['gemini', '01-http'],
  ])
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

async function api(method: string, path: string, body?: unknown): Promise<any> {
  const answer = await fetch(new URL(path, server.apiUrl), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? undefined : answer.json()
}
const value = (title: string, gridColumn: number, gridRow = 0, colSpan = 3) => ({
  widgetType: 'usage_value',
  title,
  gridColumn,
  gridRow,
  colSpan,
  rowSpan: 1,
  config: {},
})
const make = (name: string, widgets: object[] = []) => api('POST', '/api/dashboards', { name, widgets })
/** Where the widgets of a dashboard stand as the server knows it, row by row. */
async function places(id: string): Promise<string[]> {
  const { widgets } = await api('GET', `/api/dashboards/${id}`)
  return widgets.map((one: any) => `${one.title} ${one.gridColumn},${one.gridRow} ${one.colSpan}×${one.rowSpan}`)
}
const widget = (page: Page, title: string) => page.locator(`[data-testid="widget"][aria-label="${title}"]`)
const open = (id: string, look = {}) => openPage(browser, server, `/dashboards/${id}${recorded}`, look)
const text = async (file: Download) => readFileSync(await file.path(), 'utf8')
async function menu(page: Page, of: string, item: string) {
  await page.getByRole('button', { name: `Menu of ${of}`, exact: true }).click()
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()
}

test('the default dashboard is made by the server and shows the numbers of the ledger', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/dashboards')
  try {
    await page.getByTestId('dashboard').filter({ hasText: 'Overview' }).getByRole('link').click()
    await page.getByTestId('grid').waitFor()
    await page.goto(`${page.url().split('?')[0]}${recorded}`)
    await settled(page)
    const { totals } = await server.get('/api/usage')
    expect(await widget(page, 'Requests').getByTestId('widget-value').textContent()).toBe(String(totals.requests))
    expect(await widget(page, 'Cost').getByTestId('widget-value').getAttribute('title')).toContain(
      `$${totals.costUsd.toFixed(4).slice(0, -1)}`,
    )
    expect(await page.getByTestId('widget').count()).toBe(14)
    expect(await page.getByTestId('widget-chart').count()).toBe(2)
    expect(await page.getByTestId('error-state').count()).toBe(0)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a dashboard is made, renamed, copied, made the default, exported, deleted and imported again', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/dashboards')
  try {
    await page.getByTestId('new-dashboard').click()
    await page.getByTestId('dashboard-name').fill('Costs of the week')
    await page.getByTestId('dashboard-save').click()
    await page.waitForURL(/\/dashboards\/[0-9a-f-]{36}/)
    await page.getByText('Nothing stands here yet').waitFor()
    const id = page.url().match(/dashboards\/([0-9a-f-]{36})/)![1]!
    await api('POST', `/api/dashboards/${id}/widgets`, value('Money', 2, 3))
    await page.reload()
    await widget(page, 'Money').waitFor()

    await menu(page, 'this dashboard', 'Rename')
    await page.getByTestId('dashboard-name').fill('Costs')
    await page.getByTestId('dashboard-save').click()
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor()
    await menu(page, 'this dashboard', 'Make it the default')
    await until(async () => (await api('GET', '/api/dashboards/default')).id, id)
    const [file] = await Promise.all([page.waitForEvent('download'), menu(page, 'this dashboard', 'Export as JSON')])
    expect(file.suggestedFilename()).toBe('costs.json')
    const exported = await text(file)
    expect(JSON.parse(exported)).toMatchObject({ schemaVersion: 1, name: 'Costs', widgets: [{ title: 'Money' }] })

    await menu(page, 'this dashboard', 'Duplicate')
    await page.getByRole('heading', { level: 1, name: 'Costs (copy)' }).waitFor()
    await widget(page, 'Money').waitFor()
    await menu(page, 'this dashboard', 'Delete')
    await page.getByTestId('sure').click()
    await page.waitForURL((at) => at.pathname === '/dashboards')
    await until(() => page.getByTestId('dashboard').count(), 2)

    await menu(page, 'Costs', 'Delete')
    await page.getByTestId('sure').click()
    await until(() => page.getByTestId('dashboard').count(), 1)
    await page
      .getByTestId('import-file')
      .setInputFiles({ name: 'costs.json', mimeType: 'application/json', buffer: Buffer.from(exported) })
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor()
    const back = page.url().match(/dashboards\/([0-9a-f-]{36})/)![1]!
    expect(await places(back)).toEqual(['Money 2,0 3×1'])
    await page.getByTestId('dashboard-switcher').click()
    await page.getByRole('menuitem', { name: 'All dashboards' }).click()
    await menu(page, 'Costs', 'Duplicate')
    await page.getByText('Costs (copy)').waitFor()
    await menu(page, 'Costs (copy)', 'Rename')
    await page.getByTestId('dashboard-name').fill('Second')
    await page.getByTestId('dashboard-save').click()
    await page.getByText('Second').waitFor()
    await menu(page, 'Second', 'Make it the default')
    await page.getByTestId('dashboard').filter({ hasText: 'Second' }).getByText('Default').waitFor()
    await Promise.all([page.waitForEvent('download'), menu(page, 'Second', 'Export as JSON')])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test("ai-observer's file is taken, and a file that is no dashboard is told what is wrong with it", async () => {
  const { page, wrong, close } = await openPage(browser, server, '/dashboards')
  const take = (name: string, content: string) =>
    page.getByTestId('import-file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
  try {
    await page.getByTestId('dashboard').first().waitFor()
    const before = (await api('GET', '/api/dashboards')).dashboards.length
    await take('broken.json', '{"schemaVersion":1,"name":"x","widgets":[{"widgetType":"stats_logs"}]}')
    await page.getByTestId('dashboard-failure').waitFor()
    expect(await page.getByTestId('dashboard-failure').textContent()).toBe(
      'broken.json: widgets[0].gridColumn is missing; use a whole number from 1.',
    )
    expect((await api('GET', '/api/dashboards')).dashboards.length).toBe(before)
    const cell = (widgetType: string, gridColumn: number, gridRow: number, colSpan: number, config = {}) => ({
      widgetType,
      gridColumn,
      gridRow,
      colSpan,
      rowSpan: 1,
      config,
    })
    await take(
      'theirs.json',
      JSON.stringify({
        schemaVersion: 1,
        name: 'From ai-observer',
        widgets: [
          cell('stats_traces', 1, 1, 1),
          cell('stats_metrics', 2, 1, 1),
          cell('stats_logs', 3, 1, 1),
          cell('stats_error_rate', 4, 1, 1),
          cell('active_services', 1, 2, 2),
          cell('metric_value', 3, 2, 1, {
            metricName: 'claude_code.token.usage',
            breakdownAttribute: 'type',
            breakdownValue: 'output',
          }),
          cell('metric_chart', 1, 3, 2, {
            metricName: 'claude_code.token.usage',
            breakdownAttribute: 'type',
            chartStacked: true,
          }),
          cell('recent_activity', 1, 4, 4),
          cell('pie_of_theirs', 3, 3, 2),
        ],
      }),
    )
    await page.getByRole('heading', { level: 1, name: 'From ai-observer' }).waitFor()
    await page.goto(`${page.url().split('?')[0]}${recorded}`)
    await page.getByTestId('grid').waitFor()
    await settled(page)
    const logs = (await server.get(`/api/logs${recorded}&limit=1`)).total
    expect(await widget(page, 'Log records').getByTestId('widget-value').textContent()).toBe(String(logs))
    const output = (
      await server.get(
        `/api/metrics/series${recorded}&name=claude_code.token.usage&aggregate=true&filter=${encodeURIComponent('{"type":"output"}')}`,
      )
    ).series[0].datapoints[0][1]
    expect(
      await page.locator('[data-kind="metric_value"]').getByTestId('widget-value').getAttribute('title'),
    ).toContain(output.toLocaleString('en-US'))
    await page.locator('[data-kind="metric_chart"]').getByTestId('widget-chart').waitFor()
    expect(await page.getByTestId('unknown-widget').textContent()).toContain('pie_of_theirs')
    expect(await page.getByTestId('error-state').count()).toBe(0)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a dashboard is begun with one that is ready made, and everything on it can be read', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/dashboards')
  try {
    await page.locator('[data-testid^="template-"]').first().waitFor()
    const ids = await page
      .locator('[data-testid^="template-"]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')!))
    expect(ids.length).toBeGreaterThanOrEqual(4)
    for (const id of ids) {
      await page.goto(new URL('/dashboards', server.apiUrl).href)
      await page.getByTestId(id).click()
      await page.waitForURL(/\/dashboards\/[0-9a-f-]{36}/)
      await page.getByTestId('widget').first().waitFor()
      await settled(page)
      expect([id, await page.getByTestId('error-state').allTextContents()]).toEqual([id, []])
      expect([id, await page.getByTestId('unknown-widget').count()]).toEqual([id, 0])
    }
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

const settings: Record<string, (page: Page) => Promise<unknown>> = {
  usage_value: (page) => page.getByLabel('Value').selectOption('outputTokens'),
  metric_value: (page) => page.getByLabel('Metric', { exact: true }).fill('claude_code.token.usage'),
  stats_error_rate: (page) => page.getByLabel('Of', { exact: true }).selectOption('tools'),
  stats_traces: (page) => page.getByLabel('Service').selectOption('claude-code'),
  stats_logs: (page) => page.getByLabel('Time', { exact: true }).selectOption('all'),
  usage_chart: async (page) => {
    await page.getByLabel('By').selectOption('model')
    await page.getByLabel('Form').selectOption('area')
    await page.getByLabel('Every').selectOption('hour')
    await page.getByLabel('Stacked').uncheck()
    await page.getByLabel('Filter').fill('agent:claude-code')
  },
  metric_chart: async (page) => {
    await page.getByLabel('Metric', { exact: true }).fill('claude_code.token.usage')
    await page.getByLabel('By').locator('option[value="model"]').waitFor({ state: 'attached' })
    await page.getByLabel('By').selectOption('model')
    await page.getByLabel('Statistic').selectOption('rate')
    await page.getByLabel('Form').selectOption('line')
    await page.getByLabel('Filter').fill('type:output')
  },
  heat_map: (page) => page.getByLabel('Show').selectOption('week'),
  top_list: async (page) => {
    await page.getByLabel('Of', { exact: true }).selectOption('toolCalls')
    await page.getByLabel('Rows').fill('3')
  },
  table: (page) => page.getByLabel('By').selectOption('model'),
  sql: (page) =>
    page.getByLabel('Statement').fill('select tool, count(*) as sessions from sessions group by tool order by tool'),
  recent_activity: (page) => page.getByLabel('Show').selectOption('traces'),
  markdown: (page) =>
    page.getByLabel('Text').fill('**Watch** [this](https://example.com) <img src=x onerror=alert(1)>'),
}

test('every kind of widget is added by its form and shows what was set, after a reload too', async () => {
  const { id } = await make('All kinds')
  const { page, wrong, close } = await open(id)
  try {
    await page.getByTestId('add-widget').click()
    const kinds = await page
      .locator('[data-testid^="kind-"]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-testid')!.slice(5)))
    expect(kinds.length).toBeGreaterThanOrEqual(12)
    await page.getByTestId('dialog-close').click()
    for (const [index, kind] of kinds.entries()) {
      await page.getByTestId('add-widget').click()
      await page.getByTestId(`kind-${kind}`).click()
      await page.getByTestId('widget-form').waitFor()
      await settings[kind]?.(page)
      await page.getByLabel('Title').fill(`The ${kind}`)
      await page.getByTestId('widget-save').click()
      await widget(page, `The ${kind}`).waitFor()
      expect(await page.getByTestId('widget').count()).toBe(index + 1)
    }
    await page.reload()
    await page.getByTestId('grid').waitFor()
    await settled(page)
    expect(await page.getByTestId('error-state').allTextContents()).toEqual([])
    const { totals } = await server.get('/api/usage')
    expect(await widget(page, 'The usage_value').getByTestId('widget-value').getAttribute('title')).toBe(
      totals.outputTokens.toLocaleString('en-US'),
    )
    const cells = await widget(page, 'The sql')
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => row.textContent))
    expect(cells.length).toBe(3)
    expect(await widget(page, 'The top_list').locator('li').count()).toBeLessThanOrEqual(4)
    expect(await widget(page, 'The table').locator('tbody tr').count()).toBeGreaterThan(0)
    const notes = widget(page, 'The markdown')
    expect(await notes.locator('strong').textContent()).toBe('Watch')
    expect(await notes.locator('img').count()).toBe(0)
    await widget(page, 'The metric_chart').getByTestId('widget-chart').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a widget is edited, copied and removed after it was made; a form that is left changes nothing', async () => {
  const { id } = await make('Edits', [value('Money', 0)])
  const { page, wrong, close } = await open(id)
  try {
    await widget(page, 'Money').waitFor()
    await menu(page, 'Money', 'Edit')
    await page.getByLabel('Value').selectOption('requests')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await menu(page, 'Money', 'Edit')
    expect(await page.getByLabel('Value').inputValue()).toBe('costUsd')
    await page.getByLabel('Value').selectOption('requests')
    await page.getByLabel('Title').fill('How often')
    await page.getByTestId('widget-save').click()
    await widget(page, 'How often').waitFor()
    const { totals } = await server.get('/api/usage')
    await until(() => widget(page, 'How often').getByTestId('widget-value').textContent(), String(totals.requests))
    await menu(page, 'How often', 'Duplicate')
    await until(() => places(id), ['How often 0,0 3×1', 'How often 3,0 3×1'])
    await page.getByTestId('widget').nth(1).waitFor()
    await page.getByTestId('widget-menu').nth(1).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await until(() => places(id), ['How often 0,0 3×1'])
    await until(() => page.getByTestId('widget').count(), 1)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('widgets are dragged and resized by the pointer, and stand there after a reload', async () => {
  const { id } = await make('Drag', [value('A', 0), value('B', 3), value('C', 6)])
  const { page, wrong, close } = await open(id)
  try {
    await widget(page, 'A').waitFor()
    // Not while they are only looked at.
    await drag(page, 'A', 'B')
    expect(await places(id)).toEqual(['A 0,0 3×1', 'B 3,0 3×1', 'C 6,0 3×1'])
    await page.keyboard.press('r')
    await page.getByTestId('arrange-done').waitFor()
    const box = (await widget(page, 'C').boundingBox())!
    await page.mouse.move(box.x + 80, box.y + 12)
    await page.mouse.down()
    await page.mouse.move(box.x + 80, box.y + 60, { steps: 4 })
    await page.mouse.move(box.x + 80 - box.width * 2, box.y + 130, { steps: 10 })
    await page.mouse.up()
    await until(async () => (await places(id)).find((one) => one.startsWith('C')), 'C 0,1 3×1')
    const corner = (await widget(page, 'C').boundingBox())!
    await page.mouse.move(corner.x + corner.width - 8, corner.y + corner.height - 8)
    await page.mouse.down()
    await page.mouse.move(corner.x + corner.width * 2, corner.y + corner.height * 2.1, { steps: 10 })
    await page.mouse.up()
    await until(async () => (await places(id)).find((one) => one.startsWith('C')), 'C 0,1 6×2')
    await page.getByTestId('arrange-done').click()
    await page.reload()
    const after = (await widget(page, 'C').boundingBox())!
    expect(after.width).toBeGreaterThan(corner.width * 1.9)
    expect(after.height).toBeGreaterThan(corner.height * 1.9)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }

  async function drag(page: Page, from: string, to: string) {
    const [a, b] = [(await widget(page, from).boundingBox())!, (await widget(page, to).boundingBox())!]
    await page.mouse.move(a.x + 60, a.y + 12)
    await page.mouse.down()
    await page.mouse.move(b.x + 60, b.y + 12, { steps: 8 })
    await page.mouse.up()
  }
})

test('widgets are moved and resized by keys, which tell where they stand', async () => {
  const { id } = await make('Keys', [value('A', 0), value('B', 3), value('C', 0, 1)])
  const { page, wrong, close } = await open(id)
  try {
    await widget(page, 'A').waitFor()
    await menu(page, 'this dashboard', 'Arrange widgets')
    await page.getByRole('button', { name: 'Move A' }).focus()
    for (let press = 0; press < 3; press++) await page.keyboard.press('Shift+ArrowLeft')
    await until(() => places(id), ['A 0,0 1×1', 'B 3,0 3×1', 'C 0,1 3×1'])
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('ArrowDown')
    await until(() => places(id), ['C 0,0 3×1', 'B 3,0 3×1', 'A 1,1 1×2'])
    await page.getByText('A: column 2, row 2, 1 wide, 2 high').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Move A' }).focus()
    await page.keyboard.press('ArrowUp')
    await until(() => places(id), ['A 1,0 1×2', 'B 3,0 3×1', 'C 0,2 3×1'])
    await menu(page, 'C', 'Move up')
    await until(() => places(id), ['C 0,0 3×1', 'B 3,0 3×1', 'A 1,1 1×2'])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('what is sent shows on the open dashboard within moments, without reload', async () => {
  const { id } = await make('Live', [value('Money', 0), { ...value('How often', 3), config: { value: 'requests' } }])
  const { page, wrong, close } = await openPage(browser, server, `/dashboards/${id}?range=all`)
  try {
    await settled(page)
    const before = Number(await widget(page, 'How often').getByTestId('widget-value').textContent())
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    for (const request of requests('claude-code', '01-http-json'))
      expect((await send(server.otlpUrl, request)).status).toBe(200)
    const { totals } = await server.get('/api/usage')
    expect(totals.requests).toBeGreaterThan(before)
    await until(() => widget(page, 'How often').getByTestId('widget-value').textContent(), String(totals.requests))
    expect(await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)).toBe(true)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a dashboard that was deleted elsewhere is told so, and a move on it is an error and no crash', async () => {
  const { id } = await make('Gone', [value('A', 0), value('B', 3)])
  const { page, close } = await open(id)
  try {
    await widget(page, 'A').waitFor()
    await page.keyboard.press('r')
    await api('DELETE', `/api/dashboards/${id}`)
    await page.getByRole('button', { name: 'Move A' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.getByText('There is no such dashboard').waitFor()
  } finally {
    await close()
  }
})

test('hostile names and settings run no script and ask for nothing, and leave the page usable', async () => {
  const hostile =
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>[a](javascript:window.hacked=1)![b](http://127.0.0.1:9/x.png)\u001b[31m\u202e'
  const kinds = [...Object.keys(settings), 'stats_metrics', 'active_services', hostile]
  const { id } = await make(
    hostile,
    kinds.map((widgetType, index) => ({
      widgetType,
      title: `${index} ${hostile}`,
      gridColumn: 90,
      gridRow: index,
      colSpan: 500,
      rowSpan: 1,
      config: Object.fromEntries(
        [
          'value',
          'groupBy',
          'filter',
          'range',
          'metricName',
          'stat',
          'service',
          'text',
          'sql',
          'of',
          'form',
          'limit',
        ].map((key) => [key, key === 'limit' ? 1e9 : hostile]),
      ),
    })),
  )
  const { page, wrong, close } = await open(id)
  try {
    await until(() => page.getByTestId('widget').count(), kinds.length)
    await settled(page)
    await page.getByTestId('widget-menu').first().click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByTestId('widget-form').waitFor()
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
    expect(await overflow(page)).toBe(0)
    // A statement that is none is a 400, which the console tells of.
    expect(wrong.filter((line) => !line.includes('400 (Bad Request)'))).toEqual([])
  } finally {
    await close()
    await api('DELETE', `/api/dashboards/${id}`)
  }
})

for (const scheme of ['light', 'dark'] as const) {
  test(`nothing serious for axe and nothing beyond a phone's width, ${scheme}`, async () => {
    const { id } = await api('GET', '/api/dashboards/default')
    const all = (await api('GET', '/api/dashboards')).dashboards.find((one: any) => one.name === 'All kinds')
    for (const path of ['/dashboards', `/dashboards/${id}`, `/dashboards/${all.id}`]) {
      for (const size of [undefined, phone]) {
        const { page, wrong, close } = await openPage(browser, server, `${path}${recorded}&arrange=1`, {
          scheme,
          ...(size ? { size } : {}),
        })
        try {
          await settled(page)
          expect([path, size?.width, await accessibility(page)]).toEqual([path, size?.width, []])
          expect([path, await overflow(page)]).toEqual([path, 0])
          expect(wrong).toEqual([])
        } finally {
          await close()
        }
      }
    }
  })
}

test('on a phone widgets stand one under the other as they are read, and are moved by their menu', async () => {
  const { id } = await make('Phone', [value('B', 3), value('A', 0), value('C', 0, 1, 12)])
  const { page, wrong, close } = await open(id, { size: phone })
  try {
    await widget(page, 'A').waitFor()
    const order = () =>
      page.getByTestId('widget').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
    expect(await order()).toEqual(['A', 'B', 'C'])
    await menu(page, 'C', 'Move up')
    await until(order, ['C', 'A', 'B'])
    await page.getByTestId('add-widget').click()
    await page.getByTestId('kind-markdown').click()
    await page.getByLabel('Text').fill('from the train')
    await page.getByTestId('widget-save').click()
    await page.getByText('from the train').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

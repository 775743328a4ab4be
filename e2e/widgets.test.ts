// widgets.test.ts: what stands on a dashboard, in the compiled binary and a real browser: every control once.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { dashboardsOf, fillDashboards } from './dashboards.ts'
import { requests, send } from './recordings.ts'
import { accessibility, desk, openPage, overflow, phone, recorded, settled, turnDark } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
const { api, value, make, places, widget, open, menu } = dashboardsOf(() => ({ browser, server }))
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fillDashboards(server)
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
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

test('Move down of its menu takes a widget past the one below it', async () => {
  const { id } = await make('Rows', [value('A', 0, 0, 12), value('B', 0, 1, 12), value('C', 0, 2, 12)])
  const { page, wrong, close } = await open(id)
  try {
    await widget(page, 'B').waitFor()
    await menu(page, 'B', 'Move down')
    await until(() => places(id), ['A 0,0 12×1', 'C 0,1 12×1', 'B 0,2 12×1'])
    expect(
      await page.getByTestId('widget').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))),
    ).toEqual(['A', 'C', 'B'])
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

test("nothing serious for axe and nothing beyond a phone's width, light and dark", async () => {
  const all = (await api('GET', '/api/dashboards')).dashboards.find((one: any) => one.name === 'All kinds')
  // The list and the default dashboard are looked at by axe.test.ts.
  for (const size of [desk, phone]) {
    const path = `/dashboards/${all.id}${recorded}&arrange=1`
    const { page, wrong, close } = await openPage(browser, server, path, { size })
    try {
      await settled(page)
      expect([size.width, await accessibility(page)]).toEqual([size.width, []])
      await turnDark(page)
      expect([size.width, await accessibility(page, ['color-contrast'])]).toEqual([size.width, []])
      expect([size.width, await overflow(page)]).toEqual([size.width, 0])
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  }
})

test('on a phone widgets stand one under the other as they are read, and are moved by their menu', async () => {
  const { id } = await make('Phone', [value('B', 3), value('A', 0), value('C', 0, 1, 12)])
  const { page, wrong, close } = await open(id, { size: phone })
  try {
    await widget(page, 'A').waitFor()
    const order = () =>
      page.getByTestId('widget').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
    expect(await order()).toEqual(['A', 'B', 'C'])
    // A and B stand beside each other on the grid: down is past the next one that is shown.
    await menu(page, 'A', 'Move down')
    await until(order, ['B', 'A', 'C'])
    await page.getByText('A: 2 of 3', { exact: true }).waitFor({ state: 'attached' })
    await menu(page, 'A', 'Move down')
    await until(order, ['B', 'C', 'A'])
    await menu(page, 'C', 'Move up')
    await until(order, ['C', 'B', 'A'])
    await until(() => places(id), ['C 0,0 12×1', 'B 0,1 3×1', 'A 0,2 3×1'])
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

// dashboards.test.ts: dashboards of one's own in the compiled binary and a real browser: made, copied, exported, imported.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { dashboardsOf, fillDashboards } from './dashboards.ts'
import { openPage, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
const { api, value, make, places, widget, open, text, menu } = dashboardsOf(() => ({ browser, server }))
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fillDashboards(server)
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

test('the default dashboard is made by the server and shows the numbers of the ledger', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/dashboards')
  try {
    // The list that was asked for first has it.
    await page.getByTestId('dashboard').first().waitFor()
    expect(await page.getByTestId('dashboard').allTextContents()).toEqual([expect.stringContaining('Overview')])
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

    // It was the default: what is left is, and no other is made.
    await menu(page, 'Costs', 'Delete')
    await page.getByTestId('sure').click()
    await until(() => page.getByTestId('dashboard').count(), 1)
    await page.getByTestId('dashboard').filter({ hasText: 'Overview' }).getByText('Default').waitFor()
    expect((await api('GET', '/api/dashboards')).dashboards).toMatchObject([{ name: 'Overview', isDefault: true }])
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

test('from one dashboard another is gone to by its name, of two with one name to each', async () => {
  const one = await make('Of the team', [value('Money', 0)])
  const twins = [await make('Twin', [value('First', 0)]), await make('Twin', [value('Second', 0)])]
  const { page, wrong, close } = await open(one.id)
  try {
    const goTo = async (at: number) => {
      await page.getByTestId('dashboard-switcher').click()
      await until(() => page.getByRole('menuitem', { name: 'Twin' }).count(), 2)
      expect(
        await page
          .getByRole('menuitem')
          .filter({ has: page.getByLabel('chosen') })
          .count(),
      ).toBe(1)
      await page.getByRole('menuitem', { name: 'Twin' }).nth(at).click()
    }
    await widget(page, 'Money').waitFor()
    for (const [at, title] of ['First', 'Second'].entries()) {
      await goTo(at)
      await widget(page, title).waitFor()
      expect(new URL(page.url()).pathname).toBe(`/dashboards/${twins[at].id}`)
      // The time range goes along.
      expect(new URL(page.url()).searchParams.get('from')).toBe('2026-11-20T00:00:00Z')
    }
    await page.getByTestId('dashboard-switcher').click()
    await page.getByRole('menuitem', { name: 'Of the team' }).click()
    await widget(page, 'Money').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
    for (const { id } of [one, ...twins]) await api('DELETE', `/api/dashboards/${id}`)
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

// views.test.ts: a view saved by name is in the sidebar, in the palette and in another browser; keys and time ranges do as they say.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { requests, send } from './recordings.ts'
import { writeSql } from './screen.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  browser = await launch()
  server = await start()
  for (const request of requests('claude-code', '01-http-json')) await send(server.otlpUrl, request)
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

const open = async (path: string, width = 1440): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  await page.goto(new URL(path, server.apiUrl).href)
  await page.locator('main').waitFor()
  await page.locator('html[data-keys]').waitFor()
  return page
}
const place = (page: Page) => {
  const { pathname, searchParams } = new URL(page.url())
  return `${pathname} ${[...searchParams].map((pair) => pair.join('=')).join(' ')}`
}

describe('a saved view', () => {
  test('is everything that the address says, wherever it is opened', async () => {
    const page = await open('/sessions?range=30d&q=cost:>0.01 errors:>0&sort=cost')
    await page.keyboard.press('v')
    await page.getByTestId('view-name').fill('Dear and failed')
    await page.getByTestId('view-save').click()
    const link = page.getByTestId('sidebar').getByRole('link', { name: 'Dear and failed' })
    await link.waitFor()
    expect(await link.getAttribute('aria-current')).toBe('page')

    // In another browser: by the sidebar, and by the palette.
    const other = await open('/logs?range=1h')
    await other.getByTestId('sidebar').getByRole('link', { name: 'Dear and failed' }).click()
    await other.getByTestId('screen-sessions').waitFor()
    expect(place(other)).toBe('/sessions range=30d q=cost:>0.01 errors:>0 sort=cost')
    await other.goto(new URL('/metrics', server.apiUrl).href)
    await other.locator('main').waitFor()
    await other.keyboard.press('Control+k')
    await other.getByTestId('palette-input').fill('dear and')
    await other.keyboard.press('Enter')
    await other.getByTestId('screen-sessions').waitFor()
    expect(place(other)).toBe('/sessions range=30d q=cost:>0.01 errors:>0 sort=cost')
    await other.close()

    // On a phone it is in the drawer.
    const phone = await open('/', 390)
    await phone.getByTestId('tab-more').click()
    await phone.getByRole('dialog').getByRole('link', { name: 'Dear and failed' }).click()
    await phone.getByTestId('screen-sessions').waitFor()
    await phone.close()

    await page.getByTestId('save-view').click()
    await page.getByTestId('view-name').fill('Renamed')
    await page.getByTestId('view-save').click()
    await page.getByTestId('sidebar').getByRole('link', { name: 'Renamed' }).waitFor()
    await page.getByTestId('save-view').click()
    await page.getByTestId('view-delete').click()
    await page.getByTestId('views').waitFor({ state: 'detached' })
    await page.close()
  })
})

test('a statement of SQL that is saved by name is in its menu and opens by its link', async () => {
  const page = await open('/sql')
  const editor = page.getByTestId('sql-editor')
  await writeSql(page, 'select 41 + 1 as answer')
  await page.getByTestId('sql-run').click()
  await page
    .getByRole('gridcell', { name: '42' })
    .or(page.getByText('42', { exact: true }))
    .first()
    .waitFor()
  await page.getByTestId('save-view').click()
  await page.getByTestId('view-name').fill('The answer')
  await page.getByTestId('view-save').click()
  await page.getByTestId('sidebar').getByRole('link', { name: 'The answer' }).waitFor()
  await writeSql(page, 'select 1 as other')
  await page.getByTestId('sql-run').click()
  await page.waitForFunction(() => location.search.includes('other'))
  await page.getByTestId('sidebar').getByRole('link', { name: 'The answer' }).click()
  await editor.getByText('41 + 1').waitFor()
  await writeSql(page, '')
  await page.getByTestId('sql-history').click()
  await page.getByRole('menuitem', { name: 'The answer' }).click()
  expect(await editor.textContent()).toBe('select 41 + 1 as answer')
  const { views } = await server.get('/api/views')
  for (const view of views) await fetch(new URL(`/api/views/${view.id}`, server.apiUrl), { method: 'DELETE' })
  await page.close()
})

describe('the keys', () => {
  test('of the map are those that work: each way to a screen goes there', async () => {
    const page = await open('/')
    await page.keyboard.press('?')
    const map = page.getByTestId('key-map')
    await map.waitFor()
    const text = (await map.textContent()) ?? ''
    for (const label of ['Command palette', 'All keys', 'Time range', 'Save this view']) expect(text).toContain(label)
    await page.keyboard.press('Escape')
    for (const [keys, screen] of [
      ['gs', 'sessions'],
      ['gu', 'costs'],
      ['gk', 'tools'],
      ['ge', 'errors'],
      ['gt', 'traces'],
      ['gl', 'logs'],
      ['gm', 'metrics'],
      ['gq', 'sql'],
      ['g,', 'settings'],
      ['gd', 'dashboards'],
      ['go', 'overview'],
    ] as const) {
      for (const key of keys) await page.keyboard.press(key)
      await page
        .locator(`[data-testid^=screen-${screen.replace(/s$/, '')}]`)
        .first()
        .waitFor({ timeout: 30_000 })
      expect([
        keys,
        text.includes(`Go to ${screen === 'sql' ? 'SQL' : screen[0]!.toUpperCase() + screen.slice(1)}`),
      ]).toEqual([keys, true])
    }
    await page.goto(new URL('/sessions?range=all', server.apiUrl).href)
    await page.getByTestId('sessions-table').waitFor()
    await page.keyboard.press('j')
    await page.locator('[data-testid=sessions-table] a:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.getByTestId('screen-session').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('sessions-table').waitFor()
    await page.keyboard.press('/')
    expect(await page.getByTestId('filter').evaluate((field) => field === document.activeElement)).toBe(true)
    await page.close()
  })
})

describe('the time range', () => {
  test('has 18 presets that the URL keeps from screen to screen', async () => {
    const page = await open('/logs')
    await page.keyboard.press('t')
    const presets = page.locator('button[data-testid^=range-][aria-pressed]')
    await presets.first().waitFor()
    expect(await presets.count()).toBe(18)
    const ids = await presets.evaluateAll((buttons) =>
      buttons.map((button) => button.getAttribute('data-testid')!.slice(6)),
    )
    for (const id of ids) {
      if ((await presets.count()) === 0) await page.keyboard.press('t')
      await page.getByTestId(`range-${id}`).click()
      await page.waitForFunction((wanted) => (new URLSearchParams(location.search).get('range') ?? '7d') === wanted, id)
    }
    await page.getByTestId('nav-traces').click()
    await page.getByTestId('screen-traces').waitFor()
    expect(place(page)).toBe(`/traces range=${ids.at(-1)}`)
    await page.close()
  })

  test('is chosen in the calendar: a day, or the first and the last of several', async () => {
    const page = await open('/logs?from=2026-03-10T00:00:00Z&to=2026-03-12T00:00:00Z')
    await page.keyboard.press('t')
    await page.getByTestId('calendar').getByText('March 2026').waitFor()
    await page.locator('[data-day="2026-03-03"] button').click()
    await page.locator('[data-day="2026-03-05"] button').click()
    await page.getByTestId('apply-range').click()
    const days = await page.evaluate(() => {
      const params = new URLSearchParams(location.search)
      return ['from', 'to'].map((edge) => new Date(params.get(edge)!)).map((day) => [day.getMonth(), day.getDate()])
    })
    // The last day is in it: it ends where the next begins.
    expect(days).toEqual([
      [2, 3],
      [2, 6],
    ])
    await page.keyboard.press('t')
    await page.getByRole('button', { name: 'Month before' }).click()
    await page.getByTestId('calendar').getByText('February 2026').waitFor()
    await page.close()
  })

  test('is dragged over in a chart, and Back undoes it', async () => {
    const page = await open('/?from=2026-11-20T00:00:00Z&to=2026-11-27T00:00:00Z')
    const plot = page.getByTestId('usage-panel').locator('[data-testid=plot], svg').first()
    await plot.waitFor()
    const box = (await plot.boundingBox())!
    const before = page.url()
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 5 })
    await page.mouse.up()
    await page.waitForFunction((url) => location.href !== url, before)
    const span = await page.evaluate(() => {
      const params = new URLSearchParams(location.search)
      return Date.parse(params.get('to')!) - Date.parse(params.get('from')!)
    })
    expect(span).toBeGreaterThan(86_400_000)
    expect(span).toBeLessThan(3 * 86_400_000)
    await page.goBack()
    expect(page.url()).toBe(before)
    await page.close()
  })
})

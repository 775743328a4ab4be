// keyboard.test.ts: the main ways through the page with no pointer at all.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { fill, openPage, recorded } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '01-http-json'],
    ['claude-code', '09-cumulative-errors-deny'],
    ['gemini', '01-http'],
  ])
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

test('a session is found, opened and left by keys', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/sessions${recorded}`)
  await page.locator('[data-row="1"]').waitFor()
  const second = await page.locator('[data-row="1"] a').getAttribute('href')
  for (const row of [0, 1]) {
    await page.keyboard.press('j')
    await page.locator(`[data-row="${row}"] a:focus`).waitFor()
  }
  await page.keyboard.press('Enter')
  await page.getByTestId('screen-session').waitFor()
  expect(new URL(page.url()).pathname).toBe(new URL(second!, server.apiUrl).pathname)
  await page.keyboard.press('Escape')
  await page.getByTestId('screen-sessions').waitFor()
  expect(wrong).toEqual([])
  await close()
}, 240_000)

test('logs are filtered and one of them is opened and closed by keys', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`)
  await page.locator('[data-row="0"]').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('level:error')
  await page.keyboard.press('Enter')
  await page.waitForURL(/level/)
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[data-row]')].every((row) => /error|fatal/i.test(row.textContent ?? '')),
  )
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await page.locator('[data-row="0"] a:focus').waitFor()
  await page.keyboard.press('Enter')
  await page.getByTestId('log-detail').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('log-detail').waitFor({ state: 'detached' })
  expect(wrong).toEqual([])
  await close()
}, 240_000)

test('a part of a chart is marked, zoomed to and left by keys', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/costs${recorded}&interval=hour`)
  const chart = page.getByTestId('usage-chart').getByRole('slider')
  await chart.focus()
  const before = page.url()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.href !== before)
  const { searchParams } = new URL(page.url())
  const [from, to] = [Date.parse(searchParams.get('from')!), Date.parse(searchParams.get('to')!)]
  expect(to - from).toBeGreaterThanOrEqual(3_600_000)
  expect(to - from).toBeLessThan(7 * 86_400_000)
  await chart.focus()
  await page.keyboard.press('Backspace')
  await page.waitForURL((url) => !url.searchParams.has('from'))
  expect(wrong).toEqual([])
  await close()
}, 240_000)

test('what shows under the pointer is there with the focus as well', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`)
  const shows = async (testId: string) => {
    const one = page.getByTestId(testId).first()
    /** Of everything that it stands in. */
    const opacity = () =>
      one.evaluate((element) => {
        let product = 1
        for (let at: Element | null = element; at; at = at.parentElement)
          product *= Number(getComputedStyle(at).opacity)
        return product
      })
    await one.waitFor({ state: 'attached' })
    const before = await opacity()
    await one.focus()
    await until(opacity, 1)
    return before
  }
  await page.locator('[data-row="0"]').waitFor()
  await page.keyboard.press('j')
  await page.locator('[data-row="0"] a:focus').waitFor()
  await page.keyboard.press('Enter')
  for (const testId of ['copy-fact', 'filter-attribute']) expect([testId, await shows(testId)]).toEqual([testId, 0])
  for (const key of 'gd') await page.keyboard.press(key)
  await page.getByTestId('dashboard').first().getByRole('link').press('Enter')
  expect(await shows('widget-menu')).toBe(0)
  expect(wrong).toEqual([])
  await close()
}, 240_000)

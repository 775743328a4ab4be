// prices.test.ts: a model without a price gets one on the page, history is priced by it, and it is taken back again.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  browser = await launch()
  server = await start()
  const calls = ['one', 'two'].map((id) => ({
    id,
    sessionId: 's1',
    timestamp: new Date().toISOString(),
    model: 'home/made-model',
    inputTokens: 1_000_000,
    outputTokens: 100_000,
  }))
  const response = await fetch(new URL('/api/ingest', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: 'my-agent', calls }),
  })
  expect(response.status).toBe(200)
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

test('a model without a price has a dash with its name wherever its cost would stand, and never a zero', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const session = '/sessions/s1'
  const places: [path: string, of: (page: Page) => Locator][] = [
    ['/costs', (page) => page.locator('[data-key="model:home/made-model"] td[title*="price"]')],
    ['/sessions', (page) => page.getByTestId('row').locator('[title*="price"]')],
    ['/', (page) => page.getByTestId('live-activity').locator('[title*="price"]')],
    [session, (page) => page.getByTestId('session-cost')],
    [`${session}?tab=summary`, (page) => page.getByRole('table', { name: 'Models' }).locator('td[title*="price"]')],
  ]
  for (const [path, of] of places) {
    await page.goto(new URL(path, server.apiUrl).href)
    const place = of(page)
    await place.waitFor()
    expect([path, await place.textContent(), await place.getAttribute('title')]).toEqual([
      path,
      '—',
      expect.stringContaining('no price is known for home/made-model'),
    ])
  }
  // How much of what was used is in no cost.
  await page.goto(new URL('/costs', server.apiUrl).href)
  await page.getByTitle('2,200,000 tokens are in no cost').waitFor()
  expect(await page.getByTestId('total-cost').textContent()).toBe('—')
  expect(await page.locator('[data-key="model:home/made-model"]').textContent()).not.toContain('$')
  await page.close()
})

const costNow = async () => (await server.get('/api/usage?groupBy=model')).totals.costUsd

test('a price of one’s own is set, applied to history only when asked, changed and taken back', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(new URL('/settings?tab=prices', server.apiUrl).href)
  await page.getByTestId('unpriced').getByRole('button').click()
  expect(await page.getByTestId('price-model').inputValue()).toBe('home/made-model')
  await page.getByTestId('price-input').fill('2')
  expect(await page.getByTestId('price-save').isDisabled()).toBe(true)
  await page.getByTestId('price-output').fill('10')
  await page.getByTestId('price-save').click()
  await page.getByTestId('reprice-preview').getByText('2 of 2 requests would change: $0.00 → $6.00').waitFor()
  expect((await costNow()) ?? 0).toBe(0)
  await page.getByTestId('reprice-apply').click()
  await page.getByTestId('repriced').waitFor()
  expect(await costNow()).toBe(6)
  await page.getByTestId('reprice-close').click()
  await page.getByTestId('unpriced').waitFor({ state: 'detached' })

  const row = page.getByTestId('prices-table').getByRole('row').filter({ hasText: 'home/made-model' })
  expect(await row.textContent()).toContain('user')
  await row.getByRole('button', { name: 'Set the price' }).click()
  expect(await page.getByTestId('price-input').inputValue()).toBe('2')
  await page.getByText('Costs nothing by itself').click()
  await page.getByTestId('price-save').click()
  await page.getByTestId('reprice-apply').click()
  await page.getByTestId('reprice-close').click()
  expect(await costNow()).toBe(0)

  await row.getByRole('button', { name: 'Take back' }).click()
  await page.getByTestId('price-remove-sure').click()
  await page.getByTestId('reprice-apply').click()
  await page.getByTestId('reprice-close').click()
  await page.getByTestId('unpriced').waitFor()
  expect((await server.get('/api/prices')).overrides).toEqual([])

  // Any price of the table can be stood over, from a day on.
  await page.getByLabel('Search prices').fill('claude-opus-5')
  await page.getByRole('button', { name: 'Set the price of claude-opus-5', exact: true }).first().click()
  expect(Number(await page.getByTestId('price-output').inputValue())).toBeGreaterThan(0)
  await page.getByTestId('price-from').fill('2026-03-01')
  await page.getByTestId('price-save').click()
  await page.getByTestId('reprice-preview').getByText('Nothing').waitFor()
  await page.getByTestId('reprice-close').click()
  expect((await server.get('/api/prices')).overrides).toMatchObject([{ model: 'claude-opus-5', source: 'user' }])
  await page.close()
})

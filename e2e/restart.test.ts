// restart.test.ts: a server that is killed and comes back: the page says so, keeps what it shows, and misses nothing.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { freePort, newHome, type Running, start } from './telltale.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

async function log(server: Running, body: string) {
  const record = { timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`, body: { stringValue: body } }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  const response = await fetch(new URL('/v1/logs', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
  })
  expect(response.status).toBe(200)
}

test('what is shown stays, what came while nobody listened is read, and what comes then is live, all without a reload', async () => {
  const home = newHome()
  const port = String(await freePort())
  const flags = ['--api-port', port]
  let server = await start({ home, flags })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const offline = page.getByTestId('offline')
  const shown = (text: string) => page.getByTestId('screen-logs').getByText(text, { exact: true }).first()
  try {
    await log(server, 'before')
    await page.goto(new URL('/logs?range=1h', server.apiUrl).href)
    await shown('before').waitFor()
    await page.locator('[data-testid=connection][data-state=live]').waitFor()
    await page.evaluate(() => Object.assign(window, { sameDocument: true }))
    for (let round = 0; round < 2; round++) {
      await server.stop('SIGKILL')
      await page.locator('[data-testid=connection][data-state=lost]').waitFor({ timeout: 30_000 })
      await offline.waitFor({ timeout: 30_000 })
      expect(await offline.textContent()).toContain('connects again by itself')
      // What was there is still there, and a question that fails says so in its place, not over everything.
      expect(await shown('before').isVisible()).toBe(true)
      // A screen that was never opened waits for the server; the first time round there is none else.
      await page.getByTestId('nav-sessions').click()
      if (round === 0) await page.getByTestId('screen-waits').waitFor()
      else await page.getByTestId('screen-sessions').waitFor()
      await page.getByTestId('nav-logs').click()
      await shown('before').waitFor({ timeout: 30_000 })

      server = await start({ home, flags })
      // Before the page is back: nobody tells it of this one.
      await log(server, `in the gap ${round}`)
      await page.locator('[data-testid=connection][data-state=live]').waitFor({ timeout: 30_000 })
      await offline.waitFor({ state: 'detached', timeout: 30_000 })
      await shown(`in the gap ${round}`).waitFor({ timeout: 30_000 })
      await log(server, `live again ${round}`)
      await shown(`live again ${round}`).waitFor({ timeout: 30_000 })
    }
    await page.getByTestId('nav-sessions').click()
    await page.getByTestId('screen-sessions').waitFor()
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
    expect((await server.get('/api/logs?limit=100')).total).toBe(5)
  } finally {
    await context.close()
    await server.dispose()
  }
})

test('a server that is stopped in order is told as well, and the numbers of the overview stay', async () => {
  const server = await start()
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await log(server, 'something')
    await page.goto(new URL('/', server.apiUrl).href)
    await page.getByTestId('value-cost').waitFor()
    await page.waitForLoadState('networkidle')
    const before = await page.getByTestId('headline').textContent()
    await server.stop('SIGTERM')
    await page.getByTestId('offline').waitFor({ timeout: 30_000 })
    expect(await page.getByTestId('headline').textContent()).toBe(before)
    expect(await page.locator('main').textContent()).not.toContain('undefined')
  } finally {
    await page.close()
    await server.dispose()
  }
})

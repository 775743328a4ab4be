// axe.test.ts: every screen, light and dark, at a desk and on a phone, without a serious finding of axe.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { callHooks, importAll, layTranscripts, replay } from './doors.ts'
import { accessibility, desk, goWithin, overflow, phone, settled, turnDark } from './screen.ts'
import { newHome, type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
let paths: string[]
beforeAll(async () => {
  browser = await launch()
  const home = newHome()
  layTranscripts(home)
  server = await start({ home, verb: [], grpc: true })
  await replay(server)
  await callHooks(server)
  await importAll(home)
  const put = { method: 'PUT', headers: { 'content-type': 'application/json' } }
  const budgets = [{ name: 'Mine', period: 'day', limitUsd: 0.0001 }]
  await fetch(new URL('/api/budgets', server.apiUrl), { ...put, body: JSON.stringify({ budgets }) })
  const { sessions } = await server.get('/api/sessions?from=2026-01-01&sort=requests&limit=1')
  const { traces } = await server.get('/api/traces?from=2026-01-01&limit=1')
  const dashboard = await server.get('/api/dashboards/default')
  const session = `/sessions/${sessions[0].sessionId}`
  paths = [
    '/',
    '/sessions',
    session,
    `${session}?tab=summary`,
    `${session}?tab=audit`,
    `${session}?tab=logs`,
    '/dashboards',
    `/dashboards/${dashboard.id}`,
    '/costs',
    '/tools',
    '/errors',
    '/errors?show=overhead',
    '/traces',
    `/traces/${traces[0].traceId}`,
    '/logs',
    '/metrics',
    '/sql',
    ...['sources', 'budgets', 'prices', 'tokens', 'server', 'appearance'].map((tab) => `/settings?tab=${tab}`),
    '/no-such-screen',
  ]
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

/** Each screen is loaded anew. */
async function load(page: Page, { href }: URL): Promise<void> {
  await page.goto(href)
  await page.locator('main h1').first().waitFor()
}

/** Each screen follows the one before in the open page, as by a link, which takes half the time; tabs keep their heading. */
async function follow(page: Page, { href, pathname }: URL): Promise<void> {
  if (!page.url().startsWith('http')) return load(page, new URL(href))
  const isOther = new URL(page.url()).pathname !== pathname
  if (isOther)
    await page
      .locator('main h1')
      .first()
      .evaluate((one) => one.classList.add('of-the-last-screen'))
  await goWithin(page, href)
  if (isOther) await page.locator('main h1:not(.of-the-last-screen)').first().waitFor()
}

for (const [name, size, goTo] of [
  ['desk', desk, load],
  ['phone', phone, follow],
] as const) {
  test(`every screen opens without an error, fits its window and has no serious finding, light and dark, ${name}`, async () => {
    const context = await browser.newContext({ viewport: size, colorScheme: 'light', reducedMotion: 'reduce' })
    const page = await context.newPage()
    const failed: string[] = []
    page.on('pageerror', (error) => failed.push(`error: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && failed.push(`console: ${message.text()}`))
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== new URL(server.apiUrl).host)
        failed.push(`asked for ${request.url()}`)
    })
    try {
      const wrong: [string, string[]][] = []
      for (const path of paths) {
        const address = new URL(path, server.apiUrl)
        address.searchParams.set('range', 'all')
        await goTo(page, address)
        await settled(page)
        const found = await accessibility(page)
        await turnDark(page)
        found.push(...(await accessibility(page, ['color-contrast'])).map((one) => `dark: ${one}`), ...failed.splice(0))
        const wider = await overflow(page)
        if (wider !== 0) found.push(`${wider} px wider than the window`)
        if (found.length > 0) wrong.push([path, found])
        await page.emulateMedia({ colorScheme: 'light' })
      }
      expect(wrong).toEqual([])
    } finally {
      await context.close()
    }
  }, 240_000)
}

test('layers that open have no serious finding', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  try {
    for (const [path, key, opened] of [
      ['/sessions', 'Control+k', '[data-testid=palette]'],
      ['/sessions', '?', '[data-testid=key-map]'],
      ['/logs', 't', '[data-testid=calendar]'],
      ['/logs', 'v', '[data-testid=view-name]'],
    ] as const) {
      await page.goto(new URL(`${path}?range=all`, server.apiUrl).href)
      await page.locator('main h1').first().waitFor()
      await page.waitForLoadState('networkidle')
      await page.keyboard.press(key)
      await page.locator(opened).waitFor()
      expect([key, await accessibility(page)]).toEqual([key, []])
    }
    for (const [path, button] of [
      ['/settings?tab=budgets', 'budget-new'],
      ['/settings?tab=prices', 'price-new'],
    ] as const) {
      await page.goto(new URL(path, server.apiUrl).href)
      await page.getByTestId(button).click()
      expect([button, await accessibility(page)]).toEqual([button, []])
    }
  } finally {
    await page.close()
  }
}, 120_000)

// budgets.test.ts: a budget made on the page is reached: the page, the desktop and the user's own address hear of it, once each.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  browser = await launch()
  server = await start()
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

/** One request of Claude Code that cost so much, now. */
async function spend(dollars: number) {
  const value = (text: string) => ({ stringValue: text })
  const attributes = Object.entries({
    'event.name': 'api_request',
    'session.id': crypto.randomUUID(),
    model: 'claude-sonnet-4-5-20250929',
    input_tokens: '10',
    output_tokens: '10',
    cost_usd: String(dollars),
    request_id: crypto.randomUUID(),
  }).map(([key, text]) => ({ key, value: value(text) }))
  const record = {
    timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
    body: value('claude_code.api_request'),
    attributes,
  }
  const resource = { attributes: [{ key: 'service.name', value: value('claude-code') }] }
  const response = await fetch(new URL('/v1/logs', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] }),
  })
  expect(response.status).toBe(200)
}

test('a budget is made, reached, told everywhere it should be and nowhere else, changed and deleted', async () => {
  const heard: any[] = []
  const chat = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      heard.push(await request.json())
      return new Response('ok')
    },
  })
  const hears = async (count: number) => {
    for (let waited = 0; heard.length < count && waited < 15_000; waited += 100) await Bun.sleep(100)
  }
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.grantPermissions(['notifications'], { origin: new URL(server.apiUrl).origin })
  const page = await context.newPage()
  // What the desktop would show: the browser has none without a window.
  await page.addInitScript(() => {
    const told: string[] = []
    Object.assign(window, {
      told,
      Notification: class {
        static permission = 'granted'
        static async requestPermission(): Promise<string> {
          return 'granted'
        }
        constructor(title: string, { body }: { body: string }) {
          told.push(`${title} | ${body}`)
        }
      },
    })
  })
  const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told)
  try {
    await page.goto(new URL('/settings?tab=budgets', server.apiUrl).href)
    await page.getByText('No budgets yet').waitFor()
    await page.getByTestId('budget-new').click()
    await page.getByTestId('budget-limit').fill('0')
    expect(await page.getByTestId('budget-save').isDisabled()).toBe(true)
    await page.getByTestId('budget-limit').fill('10')
    await page.getByTestId('budget-name').fill('My day')
    await page.getByTestId('budget-tool').selectOption('claude-code')
    await page.getByTestId('budget-save').click()
    const row = page.locator('[data-testid^=budget-row-]')
    await row.getByText('My day').waitFor()
    expect(await row.textContent()).toContain('$0.00 of $10.00 a day')

    await page.getByText('Desktop notification').click()
    await page.getByTestId('webhook-url').fill(`http://127.0.0.1:${chat.port}/chat/secret`)
    await page.getByTestId('webhook-save').click()
    await page.getByTestId('webhook-present').waitFor()
    expect(await page.getByTestId('webhook-present').textContent()).toBe(`http://127.0.0.1:${chat.port}/…`)
    await page.getByTestId('webhook-try').click()
    await page.getByTestId('webhook-told').getByText('delivered').waitFor()
    expect(heard).toMatchObject([{ kind: 'test' }])

    await spend(8.5)
    const alert = page.locator('[data-testid^=alert-]')
    await alert.getByText('nearly used up').waitFor({ timeout: 30_000 })
    await hears(2)
    await spend(4)
    await page.locator('[data-testid^=alert-][data-level=exceeded]').waitFor({ timeout: 30_000 })
    expect(await alert.textContent()).toContain('$12.50 of $10.00 a day (125%)')
    await hears(3)
    expect(heard.map(({ kind, level }) => level ?? kind)).toEqual(['test', 'warning', 'exceeded'])
    expect(await told()).toEqual([
      'My day: budget nearly used up | $8.50 of $10.00 a day',
      'My day: budget used up | $12.50 of $10.00 a day',
    ])

    // On every screen, until it is put away; neither a reload nor another request tells it again.
    await page.goto(server.apiUrl)
    await alert.waitFor()
    await page.getByTestId('budget-strip').getByText('$12.50 of $10.00 a day').waitFor()
    expect(await told()).toEqual([])
    await alert.getByRole('button').click()
    await alert.waitFor({ state: 'detached' })
    await spend(1)
    await page.getByTestId('budget-strip').getByText('$13.50').waitFor({ timeout: 30_000 })
    await page.reload()
    await page.getByTestId('budget-strip').waitFor()
    expect(await alert.count()).toBe(0)

    // A higher limit makes it well again.
    await page.goto(new URL('/settings?tab=budgets', server.apiUrl).href)
    await page.getByTestId('budget-edit').click()
    expect(await page.getByTestId('budget-name').inputValue()).toBe('My day')
    await page.getByTestId('budget-limit').fill('100')
    await page.getByTestId('budget-save').click()
    await row.getByText('of $100.00 a day').waitFor()
    expect((await server.get('/api/budgets')).budgets).toMatchObject([
      { name: 'My day', tool: 'claude-code', limitUsd: 100, state: 'ok' },
    ])
    await page.getByTestId('budget-remove').click()
    await page.getByTestId('budget-remove-sure').click()
    await page.getByText('No budgets yet').waitFor()
    await page.getByTestId('webhook-remove').click()
    await page.getByTestId('webhook-url').waitFor()
    expect((await server.get('/api/alerts/webhook')).webhook).toBeNull()
    await Bun.sleep(2500)
    expect(heard).toHaveLength(3)
  } finally {
    await context.close()
    await chat.stop(true)
  }
})

// page.test.ts: the page of the compiled binary in a real browser.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { requests, send } from './recordings.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** A page that remembers everything that went wrong in it and every address outside the server that it asked for. */
async function open(
  server: Running,
  path: string,
  size = { width: 1440, height: 900 },
  colorScheme: 'light' | 'dark' = 'light',
) {
  const context = await browser.newContext({ viewport: size, colorScheme })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
  page.on('console', (message) => message.type() === 'error' && wrong.push(`console: ${message.text()}`))
  page.on('request', (request) => {
    if (
      !request.url().startsWith(server.apiUrl) &&
      !request.url().startsWith('data:') &&
      !request.url().startsWith(server.apiUrl.replace('http', 'ws'))
    ) {
      wrong.push(`asked for ${request.url()}`)
    }
  })
  await page.goto(new URL(path, server.apiUrl).href)
  return { page, wrong, close: () => context.close() }
}

const text = (page: Page) => page.locator('body').textContent()

describe('an empty server', () => {
  let server: Running
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.dispose())

  test('says on every list how to begin, and leads there', async () => {
    const { page, wrong, close } = await open(server, '/sessions')
    try {
      for (const path of [
        '/costs',
        '/tools',
        '/errors',
        '/errors?show=overhead',
        '/traces',
        '/logs',
        '/metrics',
        '/sessions',
      ]) {
        await page.goto(new URL(path, server.apiUrl).href)
        await page.getByTestId('begin').waitFor()
      }
      await page.getByTestId('begin').click()
      await page.getByTestId('first-run').waitFor()
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })

  test('shows how to point each agent at it, and becomes the data when the first record arrives, without reload', async () => {
    const { page, wrong, close } = await open(server, '/')
    try {
      await page.getByTestId('first-run').waitFor()
      // The agents are another question's answer.
      for (const name of ['Claude Code', 'Codex', 'Gemini CLI', 'OpenCode', 'Copilot'])
        await page.getByTestId('first-run').getByText(name).first().waitFor()
      await page.getByTestId('first-run').getByText(server.otlpUrl).first().waitFor()
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      for (const request of requests('claude-code', '01-http-json'))
        expect((await send(server.otlpUrl, request)).status).toBe(200)
      await page.getByTestId('headline').waitFor({ timeout: 30_000 })
      expect(await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)).toBe(true)
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })
})

describe('a server with the recordings', () => {
  let server: Running
  beforeAll(async () => {
    server = await start()
    for (const [agent, variant] of [
      ['claude-code', '02-http-json-gzip-resume'],
      ['claude-code', '07-traces-beta-protobuf'],
      ['codex', '04-http-subagent'],
      ['gemini', '01-http'],
      ['opencode', '01-http-protobuf'],
      ['copilot', '01-http-json'],
    ] as const) {
      for (const request of requests(agent, variant)) {
        if (request.transport.startsWith('http')) expect((await send(server.otlpUrl, request)).status).toBe(200)
      }
    }
  })
  afterAll(() => server.dispose())

  test('a row of logs appears on the open page when it is sent', async () => {
    const { page, wrong, close } = await open(server, '/logs')
    try {
      await page.locator('main').waitFor()
      await page.waitForLoadState('networkidle')
      const body = `appears by itself ${crypto.randomUUID()}`
      const response = await fetch(new URL('/v1/logs', server.otlpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceLogs: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
              scopeLogs: [
                { logRecords: [{ timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`, body: { stringValue: body } }] },
              ],
            },
          ],
        }),
      })
      expect(response.status).toBe(200)
      await page.getByText(body).first().waitFor({ timeout: 30_000 })
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })

  test('a server that stops is said so, and the page comes back by itself when it starts again', async () => {
    const other = await start()
    const { page, close } = await open(other, '/')
    try {
      await page.getByTestId('connection').waitFor()
      await page.getByText('Live', { exact: true }).first().waitFor({ timeout: 30_000 })
      await other.stop('SIGKILL')
      await page.getByTestId('offline').waitFor({ timeout: 30_000 })
    } finally {
      await close()
      await other.dispose()
    }
  })
})

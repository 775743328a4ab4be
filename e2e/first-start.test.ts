// first-start.test.ts: an empty home with the transcripts of every agent in it: one click, and the page is full of them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { layTranscripts } from './doors.ts'
import { requests, send } from './recordings.ts'
import { newHome, type Running, start } from './telltale.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

async function open(server: Running, path = '/'): Promise<{ page: Page; close(): Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(new URL(path, server.apiUrl).href)
  return { page, close: () => context.close() }
}

/** Claude Code sessions of a real shape, so many that their reading takes a while. */
function layManySessions(home: string, sessions: number, requestsEach: number): void {
  const folder = join(home, '.claude/projects/-home-dev-many')
  mkdirSync(folder, { recursive: true })
  for (let session = 0; session < sessions; session++) {
    const id = crypto.randomUUID()
    const file = join(folder, `${id}.jsonl`)
    const lines: string[] = []
    for (let number = 0; number < requestsEach; number++) {
      const common = { sessionId: id, cwd: '/home/dev/many', version: '2.1.197', gitBranch: 'main', isSidechain: false }
      const timestamp = new Date(Date.UTC(2026, 2, 1 + (session % 28), 9, 0, number)).toISOString()
      lines.push(
        JSON.stringify({
          ...common,
          type: 'assistant',
          uuid: crypto.randomUUID(),
          timestamp,
          requestId: `req_${id}_${number}`,
          message: {
            id: `msg_${id}_${number}`,
            type: 'message',
            role: 'assistant',
            model: 'claude-sonnet-4-5-20250929',
            content: [{ type: 'text', text: `answer ${'lorem ipsum '.repeat(1200)}` }],
            usage: { input_tokens: 100, output_tokens: 50 },
          },
        }),
      )
    }
    writeFileSync(file, `${lines.join('\n')}\n`)
  }
}

describe('plain telltale in an empty home with transcripts', () => {
  let server: Running
  beforeAll(async () => {
    const home = newHome()
    layTranscripts(home)
    server = await start({ home, verb: [] })
  })
  afterAll(() => server.dispose())

  test('offers what it found, and one click puts its cost on the screen without a reload', async () => {
    const { page, close } = await open(server, '/settings')
    try {
      // The settings ask the same; their answer must not be taken for the overview's.
      await page.goto('about:blank')
      const asked = page.waitForResponse((response) => response.url().endsWith('/api/import/found'))
      await page.goto(server.apiUrl)
      const found = await (await asked).json()
      const files = found.agents.reduce((sum: number, agent: { newFiles: number }) => sum + agent.newFiles, 0)
      expect(files).toBeGreaterThan(30)
      const history = page.getByTestId('history')
      await history.waitFor()
      expect(await history.textContent()).toContain(`${files} transcripts`)
      for (const agent of found.agents) {
        const row = page.getByTestId(`found-${agent.id}`)
        expect([agent.id, await row.count()]).toEqual([agent.id, 1])
        expect(await row.textContent()).toContain(agent.name)
      }
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      await page.getByTestId('read-history').click()
      await page.getByTestId('headline').waitFor({ timeout: 30_000 })
      await page.locator('[data-testid=import-progress][data-state=done]').waitFor({ timeout: 30_000 })
      const { totals } = await server.get('/api/usage?groupBy=tool')
      expect(totals.costUsd).toBeGreaterThan(0)
      const shown = totals.costUsd >= 1 ? totals.costUsd.toFixed(2) : totals.costUsd.toPrecision(2)
      await page.getByTestId('value-cost').getByText(`$${shown}`).waitFor({ timeout: 30_000 })
      expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
      // Nothing is left to offer, here and after a reload.
      expect(await page.getByTestId('history-offer').count()).toBe(0)
      await page.reload()
      await page.getByTestId('headline').waitFor()
      await page.waitForLoadState('networkidle')
      expect(await page.getByTestId('history-offer').count()).toBe(0)
      expect(await page.getByTestId('import-progress').count()).toBe(0)
    } finally {
      await close()
    }
  })

  test('reads what is new afterwards by itself', async () => {
    const before = await server.get('/api/usage?groupBy=tool')
    layManySessions(server.home, 1, 1)
    const deadline = Date.now() + 15_000
    let requestsNow = before.totals.requests
    while (requestsNow === before.totals.requests && Date.now() < deadline) {
      await Bun.sleep(100)
      requestsNow = (await server.get('/api/usage?groupBy=tool')).totals.requests
    }
    expect(requestsNow).toBe(before.totals.requests + 1)
  })
})

describe('a long reading', () => {
  let server: Running
  beforeAll(async () => {
    const home = newHome()
    layManySessions(home, 200, 60)
    server = await start({ home, verb: [] })
  })
  afterAll(() => server.dispose())

  test('tells files, pace and time left on every screen, is seen after a reload, stops when told and goes on there', async () => {
    const { page, close } = await open(server)
    try {
      await page.getByTestId('read-history').click()
      const running = page.locator('[data-testid=import-progress][data-state=running]')
      await running.waitFor()
      await running.getByText(/\d+ of 200 files · [\d.]+ [kM]?B\/s/).waitFor({ timeout: 30_000 })
      expect(Number(await page.getByRole('progressbar').getAttribute('aria-valuenow'))).toBeLessThanOrEqual(100)
      await page.goto(new URL('/logs', server.apiUrl).href)
      await page.getByTestId('import-stop').click()
      await page.locator('[data-testid=import-progress][data-state=stopped]').waitFor({ timeout: 30_000 })
      const { job } = await server.get('/api/import/job')
      expect(job.state).toBe('stopped')
      expect(job.filesDone).toBeLessThan(200)
      const left = await server.get('/api/import/found')
      expect(left.agents.find(({ id }: { id: string }) => id === 'claude-code').newFiles).toBeGreaterThan(0)
      // There are numbers now; what is left is offered above them.
      await page.goto(new URL('/settings', server.apiUrl).href)
      await page.getByTestId('read-history').click()
      await page.locator('[data-testid=import-progress][data-state=done]').waitFor({ timeout: 60_000 })
      const { totals } = await server.get('/api/usage?groupBy=tool')
      expect(totals.requests).toBe(200 * 60)
    } finally {
      await close()
    }
  })

  test('a body that cannot be used begins nothing and says what would be valid', async () => {
    const before = await server.get('/api/import/job')
    const response = await fetch(new URL('/api/import/job', server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tool: 'cursor' }),
    })
    expect(response.status).toBe(400)
    expect((await response.json()).message).toContain('claude-code')
    expect(await server.get('/api/import/job')).toEqual(before)
  })
})

test('a database that has numbers already is offered its history too, and remembers that it was left', async () => {
  const home = newHome()
  layTranscripts(home)
  const server = await start({ home, verb: [] })
  const { page, close } = await open(server)
  try {
    for (const request of requests('claude-code', '01-http-json')) await send(server.otlpUrl, request)
    const offer = page.getByTestId('history-offer')
    await offer.waitFor({ timeout: 30_000 })
    await offer.getByRole('button', { name: 'Leave it' }).click()
    expect(await offer.count()).toBe(0)
    await page.reload()
    await page.getByTestId('headline').waitFor()
    await page.waitForLoadState('networkidle')
    expect(await offer.count()).toBe(0)
  } finally {
    await close()
    await server.dispose()
  }
})

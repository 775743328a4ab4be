// session-page.test.ts: the replay of a recorded session prompt by prompt, its filters, its playhead, its other tabs, and the
// theme, in a real browser over the compiled binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { openPage, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

const recordings = join(import.meta.dir, '../fixtures/claude-code/transcripts/.claude/projects')
const worked = '/sessions/9f86bdd1-e720-4efd-a4d4-a23229471452'
const withSubagent = '/sessions/8f7d06b9-bac3-4550-9a59-226e82643981'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  const answer = await fetch(new URL('/api/import', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool: 'claude-code', path: recordings }),
  })
  expect([answer.status, (await answer.text()).includes('"sessions"')]).toEqual([200, true])
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const tools = (page: Page, name: string) =>
  page.getByTestId('tool-call').filter({ has: page.getByText(name, { exact: true }) })

test('every prompt tells its tool calls: commands with output, edits as diffs, what was written, read and searched', async () => {
  const { page, wrong, close } = await openPage(browser, server, worked, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    const prompt = page.getByTestId('replay-prompt').first()
    expect(await prompt.textContent()).toContain('Add a greet()')
    expect(await prompt.textContent()).toContain('10 tool calls')
    expect(await prompt.textContent()).toMatch(/\$\d/)
    const opened = async (name: string, holds: RegExp) => {
      const call = tools(page, name).first()
      await call.getByRole('button').first().click()
      await until(async () => holds.test((await call.textContent()) ?? ''), true)
      return call
    }
    // The command, and what it printed.
    await opened('Bash', /ls -la && cat package\.json[\s\S]*"name"/)
    const edit = await opened('Edit', /src\/app\.js/)
    await edit.locator('[data-slot="diff"], [data-testid="diff"]').or(edit.getByText('+1')).first().waitFor()
    await opened('Write', /greet\.js[\s\S]*greet/)
    await opened('Read', /src\/app\.js/)
    expect(await page.getByLabel('failed').count()).toBeGreaterThan(0)
    expect(await page.getByTestId('replay-answer').count()).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a subagent stands in its place, folds, and has a cost of its own', async () => {
  const { page, wrong, close } = await openPage(browser, server, withSubagent, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    const agent = page.getByTestId('replay-agent').first()
    expect(await agent.textContent()).toMatch(/\$\d/)
    const before = await page.locator('[data-message]').count()
    await agent.getByRole('button').first().click()
    await until(async () => (await page.locator('[data-message]').count()) < before, true)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('is narrowed by who spoke and by what was said, played to its end, and its tabs are of one session', async () => {
  const { page, wrong, close } = await openPage(browser, server, worked, { size: { width: 1440, height: 2400 } })
  try {
    await settled(page)
    for (const kind of ['prompt', 'answer', 'tool'] as const) {
      expect(await page.getByTestId(`replay-${kind}`).count()).toBeGreaterThan(0)
      await page.getByTestId(`kind-${kind}`).click()
      await until(() => page.getByTestId(`replay-${kind}`).count(), 0)
      await page.getByTestId(`kind-${kind}`).click()
    }
    await page.getByTestId('replay-search').fill('missing.js')
    await until(() => page.getByTestId('replay-prompt').count(), 0)
    expect(await page.getByTestId('replay-tool').count()).toBeGreaterThan(0)
    await page.getByTestId('replay-search').fill('')
    // It plays what does not fit, to its end.
    await page.setViewportSize({ width: 1440, height: 500 })
    await page.getByTestId('play').click()
    await until(() => page.getByTestId('play').getAttribute('aria-pressed'), 'true')
    await until(() => page.getByTestId('play').getAttribute('aria-pressed'), 'false')
    await page.getByRole('tab', { name: /Summary/ }).click()
    const main = page.locator('main')
    // Where it worked: folder and branch, and what it committed.
    await main.getByText('/home/dev/project').first().waitFor()
    expect(await main.textContent()).toContain('Bash')
    await page.getByRole('tab', { name: /Audit/ }).click()
    await main.getByRole('heading', { name: 'What each door saw' }).waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('light, dark and as the system says are chosen and kept', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/settings?tab=appearance', { scheme: 'dark' })
  const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'))
  try {
    const choose = (name: string) => page.getByTestId('appearance').getByRole('button', { name }).click()
    await until(isDark, true)
    await choose('Light')
    await until(isDark, false)
    await page.reload()
    await page.getByTestId('appearance').waitFor()
    expect(await isDark()).toBe(false)
    await choose('Dark')
    await until(isDark, true)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await isDark()).toBe(true)
    await choose('As the system')
    await until(isDark, false)
    await page.emulateMedia({ colorScheme: 'dark' })
    await until(isDark, true)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

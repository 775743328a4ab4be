// settings.test.ts: the settings of the compiled binary: what of this machine sends here, what is kept, and who may call.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { homeFlag, layTranscripts } from './doors.ts'
import { command, newHome, type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  browser = await launch()
  const home = newHome()
  layTranscripts(home)
  server = await start({ home, flags: ['--privacy', '2', '--retention', '90d'] })
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

const open = async (tab: string) => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(new URL(`/settings?tab=${tab}`, server.apiUrl).href)
  return page
}

test('sources tell of each agent whether it is here and where it sends, before and after it is set up', async () => {
  const before = await open('sources')
  const claude = before.getByTestId('source-claude-code')
  await claude.getByText('installed, not set to send here').waitFor()
  await claude.locator('summary').click()
  expect(await claude.textContent()).toContain(join(server.home, '.claude/settings.json'))
  expect(await claude.textContent()).toContain(server.otlpUrl)
  await before.close()

  const set = await command(server.home, [...homeFlag(server.home), 'setup', 'claude-code', '--apply', '--yes'])
  expect([set.exitCode, set.stderr]).toEqual([0, ''])
  mkdirSync(join(server.home, '.gemini'), { recursive: true })
  writeFileSync(
    join(server.home, '.gemini/settings.json'),
    '{"telemetry":{"enabled":true,"otlpEndpoint":"http://other.example:4318"}}',
  )
  const after = await open('sources')
  await after.getByTestId('source-claude-code').getByText('sends here').first().waitFor()
  await after.getByTestId('source-gemini').getByText('sends elsewhere').waitFor()
  await after.close()
})

test('the server tells what its database holds and what it keeps', async () => {
  const page = await open('server')
  const kept = page.getByTestId('kept')
  await kept.getByText('90d 00h').waitFor()
  expect(await kept.textContent()).toContain('2: and prompts and tool details')
  expect(await kept.textContent()).toContain('taken out before anything is stored')
  expect(await page.getByTestId('server-status').textContent()).toContain(
    join(server.home, '.telltale/telltale.duckdb'),
  )
  const file = join(server.home, 'copy.duckdb')
  await page.getByTestId('backup-output').fill(file)
  await page.getByTestId('backup').click()
  await page.getByTestId('backup-told').getByText(/B in/).waitFor()
  expect(statSync(file).size).toBeGreaterThan(10_000)
  await page.getByTestId('tables-open').click()
  const { tables } = await server.get('/api/status/tables')
  const { rows } = tables.find(({ name }: any) => name === 'logs')
  expect(rows).toBe((await server.get('/api/stats')).logCount)
  await page
    .getByRole('region', { name: 'Rows of each table' })
    .locator('div')
    .filter({ hasText: new RegExp(`^logs${rows}$`) })
    .waitFor()
  // Taking a copy begins with one.
  await page
    .getByTestId('server-status')
    .getByText(/ago, took|now, took/)
    .waitFor()
  await page.getByTestId('backup').click()
  await page.getByTestId('backup-told').getByText('copy.duckdb').waitFor()
  await page.getByTestId('compact').click()
  await page
    .getByTestId('compact-told')
    .getByText(/B before, .*B now/)
    .waitFor()
  await page.close()
})

test('tokens are made, shown once and revoked; the page never shuts itself out', async () => {
  const page = await open('tokens')
  await page.getByText('nobody needs one yet').waitFor()
  await page.getByTestId('token-name').fill('me')
  await page.getByText('Change everything', { exact: true }).click()
  await page.getByText('Send records').click()
  expect(await page.getByTestId('token-create').isDisabled()).toBe(true)
  await page.getByText('Change everything', { exact: true }).click()
  await page.getByTestId('token-create').click()
  await page.getByTestId('token-made').waitFor()
  const admin = await page.getByTestId('token-made').locator('code').textContent()
  await page.getByText('every caller needs one', { exact: true }).waitFor()
  const status = (token?: string | null) =>
    fetch(new URL('/api/stats', server.apiUrl), {
      headers: token ? { authorization: `Bearer ${token}` } : {},
    }).then((response) => response.status)
  expect([await status(), await status(admin)]).toEqual([401, 200])

  await page.getByTestId('token-name').fill('laptop')
  await page.getByTestId('token-create').click()
  await page.getByTestId('token-made').getByText('laptop').waitFor()
  await page.reload()
  await page.getByTestId('tokens').getByText('laptop').waitFor()
  expect(await page.getByTestId('token-made').count()).toBe(0)
  expect(await page.locator('body').textContent()).not.toContain(admin!)
  await page.locator('[data-testid^=token-]').filter({ hasText: 'laptop' }).getByTestId('token-revoke').click()
  await page.getByText(/revoked/).waitFor()
  // The page's own cookie opens its WebSocket as well.
  await page.locator('[data-testid=connection][data-state=live]').waitFor({ timeout: 30_000 })
  await page.close()
})

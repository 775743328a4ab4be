// machines.test.ts: two machines push what their agents wrote to one server: the page tells them apart, from the costs to the session.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { openPage, settled } from './screen.ts'
import { command, newHome, type Running, start } from './telltale.ts'
import { until } from './until.ts'

/** Each machine has one agent, so that what is told by agent is the truth of what is told by machine. */
const machines = { laptop: 'claude-code', desk: 'codex' } as const

let browser: Browser
let server: Running
const homes: string[] = []
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  for (const [name, agent] of Object.entries(machines)) {
    const home = newHome()
    homes.push(home)
    cpSync(join(import.meta.dir, '../fixtures', agent, 'transcripts'), home, { recursive: true })
    const { exitCode, stderr } = await command(home, [
      ...['--home', join(home, '.telltale'), 'push', '--to', server.apiUrl, '--as', name, '--json'],
    ])
    expect([exitCode, stderr]).toEqual([0, ''])
  }
})
afterAll(async () => {
  await Promise.all([browser.close(), server.dispose()])
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

const usage = async (query: string) => (await server.get(`/api/usage?${query}`)).totals

test('two machines stand apart: each with its cost and tokens, its sessions, and its name in the summary of one', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/costs?range=all&by=host')
  try {
    const row = (name: string) => page.locator(`[data-testid=row][data-key="host:${name}"]`)
    const table = page.getByTestId('usage-table')
    await row('laptop').waitFor()
    expect(await table.locator('tbody tr').count()).toBe(2)
    for (const [name, agent] of Object.entries(machines)) {
      const { totalTokens, costUsd, requests } = await usage(`tool=${agent}`)
      expect(requests).toBeGreaterThan(5)
      const title = async (column: string) => {
        const heads = await table.locator('thead th').allTextContents()
        return row(name).locator('td').nth(heads.indexOf(column)).getAttribute('title')
      }
      expect([name, await title('Tokens')]).toEqual([name, totalTokens.toLocaleString('en-US')])
      const said = Number((await title('Cost'))!.replace(/[$,]/g, ''))
      expect([name, Math.round(said * 1e9)]).toEqual([name, Math.round(costUsd * 1e9)])
    }
    // By one alone.
    await page.getByTestId('filter').fill('host:desk')
    await page.getByTestId('filter').press('Enter')
    await until(() => row('laptop').count(), 0)
    await settled(page)
    const { costUsd } = await usage(`tool=${machines.desk}`)
    expect(await page.getByTestId('total-cost').textContent()).toBe(
      costUsd >= 0.995 ? `$${costUsd.toFixed(2)}` : `$${Number(costUsd.toPrecision(2))}`,
    )
    // To its sessions, and into one.
    await row('desk').getByRole('link').click()
    const sessions = page.locator('[data-testid=row][data-key^="session:"]')
    await sessions.first().waitFor()
    await settled(page)
    const own = (await server.get('/api/usage?groupBy=session,host')).rows.filter((one: any) => one.host === 'desk')
    expect(await sessions.evaluateAll((all) => all.map((one) => one.getAttribute('data-key')).sort())).toEqual(
      own.map((one: any) => `session:${one.session}`).sort(),
    )
    await sessions.first().getByRole('link').click()
    await page.getByRole('tab', { name: 'Summary' }).click()
    const facts = page.getByTestId('session-summary')
    await facts.getByText('Host', { exact: true }).waitFor()
    expect(await facts.getByText('desk', { exact: true }).count()).toBe(1)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

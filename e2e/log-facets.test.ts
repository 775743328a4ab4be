// log-facets.test.ts: narrowing the logs by the column of facets, and taking one along, in a real browser over the compiled binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { accessibility, fill, openPage, overflow, phone, recorded } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '01-http-json'],
    ['gemini', '01-http'],
  ])
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const q = (page: Page) => new URL(page.url()).searchParams.get('q')
const shown = async (page: Page) => Number((await page.getByTestId('total').textContent())!.replace(/\D/g, ''))
const stored = async (query: object) =>
  (await server.get(`/api/logs${recorded}&limit=1&${new URLSearchParams({ ...query })}`)).total as number

test('a click narrows, a second leaves out, a third lets go; Alt leaves out at once; a link keeps it all', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`)
  try {
    const gemini = page.getByTestId('facet-service-gemini-cli')
    await gemini.click()
    await until(() => shown(page), await stored({ service: 'gemini-cli' }))
    await gemini.click()
    await until(async () => q(page), '-service:gemini-cli')
    await until(() => shown(page), await stored({ service: 'claude-code' }))
    expect(await gemini.textContent()).toContain('left out')
    await page.getByTestId('facet-@event.name-api_request').click({ modifiers: ['Alt'] })
    const exclude = JSON.stringify({ service: ['gemini-cli'], event: ['api_request'] })
    await until(() => shown(page), await stored({ exclude }))
    // Attributes of the records, by what few values they have.
    await page.getByTestId('facet-@tool_name-Bash').click()
    await until(() => shown(page), await stored({ exclude, filter: '{"tool_name":"Bash"}' }))
    await page.reload()
    await until(() => shown(page), await stored({ exclude, filter: '{"tool_name":"Bash"}' }))
    expect(await accessibility(page)).toEqual([])
    await gemini.click()
    await until(async () => q(page)?.includes('service') ?? false, false)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a record is copied as JSON, every field as it is stored', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`)
  try {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByTestId('row').nth(2).getByRole('link').click()
    const pane = page.getByTestId('log-detail')
    await pane.waitFor()
    await pane.getByRole('button', { name: 'Copy as JSON' }).click()
    await pane.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
    const { logs } = await server.get(`/api/logs${recorded}&limit=50`)
    expect(logs).toContainEqual(copied)
    expect(await pane.textContent()).toContain(copied.eventName)
    expect(Object.keys(copied.logAttributes).length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('on a phone the facets are a sheet', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`, { size: phone })
  try {
    await page.getByTestId('facets-open').click()
    await page.getByRole('dialog').getByTestId('facet-service-gemini-cli').click()
    await until(() => shown(page), await stored({ service: 'gemini-cli' }))
    expect([await overflow(page), await accessibility(page), wrong]).toEqual([0, [], []])
  } finally {
    await close()
  }
})

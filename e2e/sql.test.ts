// sql.test.ts: the SQL screen: completion, keys, and files to take away, in a real browser over the compiled binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { accessibility, fill, openPage, overflow, phone, writeSql } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [['claude-code', '01-http-json']])
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

test('completes tables, columns, functions and keywords by what is stored, and runs by key', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/sql')
  const editor = page.getByTestId('sql-editor')
  const lines = () => editor.locator('.cm-line').allTextContents()
  /** Types until something is offered first, and takes it. */
  async function complete(typed: string, name: string) {
    await page.keyboard.type(typed)
    // The list is there from the first letter on; what it offers first follows the others.
    await page.locator('li[role=option][aria-selected=true]', { hasText: name }).waitFor()
    // A completion is taken only after it stood for a moment, so that no key of a fast writer is lost.
    await page.waitForTimeout(150)
    await page.keyboard.press('Enter')
  }
  try {
    await writeSql(page, '')
    await page.keyboard.type('from model_calls select ')
    await complete('cost_nano', 'cost_nano_usd')
    await page.keyboard.type(', ')
    await complete('date_tr', 'date_trunc')
    await page.keyboard.type("'day', time)\n")
    await complete('limi', 'limit')
    await page.keyboard.type(' 2')
    expect(await lines()).toEqual(["from model_calls select cost_nano_usd, date_trunc('day', time)", 'limit 2'])
    // Letters typed here are no shortcuts of the page.
    expect(new URL(page.url()).pathname).toBe('/sql')
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByTestId('sql-rows').getByText('2 rows').waitFor()
    // A table of the list goes to where the cursor is.
    await page.getByRole('list', { name: 'Tables' }).getByRole('button', { name: 'commits', exact: true }).click()
    expect((await lines()).at(-1)).toBe('limit 2commits')
    await page.keyboard.press('ControlOrMeta+z')
    expect(await accessibility(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByTestId('key-map').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('each example of the menu is written into the editor and runs; what was run stands there from then on', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/sql')
  const editor = page.getByTestId('sql-editor')
  const open = async () => {
    await page.getByTestId('sql-history').click()
    await page.getByRole('menuitem').first().waitFor()
  }
  try {
    await editor.waitFor()
    await open()
    const examples = await page.getByRole('menuitem').allTextContents()
    expect(examples).toEqual(['Cost by day and agent', 'Dearest sessions', 'Slowest tools', 'Events by kind'])
    await page.keyboard.press('Escape')
    const ran: string[] = []
    for (const name of examples) {
      await writeSql(page, '')
      await open()
      await page.getByRole('menuitem', { name, exact: true }).click()
      await until(async () => (await editor.textContent())!.startsWith('select'), true)
      const [answer] = await Promise.all([
        page.waitForResponse((one) => new URL(one.url()).pathname === '/api/sql'),
        page.getByTestId('sql-run').click(),
      ])
      expect([name, answer.status(), (await answer.json()).rows.length > 0]).toEqual([name, 200, true])
      ran.push((await editor.locator('.cm-line').allTextContents()).join(' '))
    }
    await writeSql(page, '')
    await open()
    const kept = await page.getByRole('menuitem').allTextContents()
    expect(kept.slice(examples.length).map((one) => one.slice(0, 40))).toEqual(
      ran.toReversed().map((one) => one.slice(0, 40)),
    )
    await page.getByRole('menuitem').last().click()
    await until(async () => (await editor.locator('.cm-line').allTextContents()).join(' '), ran[0]!)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('what was run is taken along as CSV and as Parquet', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/sql')
  try {
    await writeSql(page, 'select tool, count(*) as n from model_calls group by tool')
    await page.getByTestId('sql-run').click()
    await page.getByTestId('sql-rows').waitFor()
    // The file is of what was run, whatever is being written.
    await writeSql(page, 'select')
    const saved = async (button: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(button).click()])
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
    }
    const csv = await saved('save-csv')
    expect([csv.name, csv.bytes.toString().split(/\r?\n/)[0]]).toEqual(['result.csv', 'tool,n'])
    const parquet = await saved('save-parquet')
    expect(parquet.name).toBe('result.parquet')
    expect(parquet.bytes.subarray(0, 4).toString() + parquet.bytes.subarray(-4).toString()).toBe('PAR1PAR1')
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('is loaded by its screen alone, and fits a phone', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/', { size: phone, scheme: 'dark' })
  const loaded: string[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) loaded.push(response.url())
  })
  try {
    await page.waitForLoadState('networkidle')
    const source = async (url: string) => (await (await fetch(url)).text()).includes('cm-tooltip-autocomplete')
    const first = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    expect((await Promise.all(first.filter((name) => name.endsWith('.js')).map(source))).includes(true)).toBe(false)
    await page.goto(new URL('/sql', server.apiUrl).href)
    await page.getByTestId('sql-editor').waitFor()
    expect((await Promise.all(loaded.map(source))).includes(true)).toBe(true)
    expect([await overflow(page), await accessibility(page), wrong]).toEqual([0, [], []])
  } finally {
    await close()
  }
})

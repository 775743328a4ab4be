// short-ranges.test.ts: usage of the last minutes and hours is drawn in stretches that show its course, on the page of the binary.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { openPage, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
/** Each alone in its quarter of an hour. */
const times = [2, 19, 100, 300].map((minutes) => Date.now() - minutes * 60_000)
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  const answer = await fetch(new URL('/api/ingest', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      source: 'script',
      calls: times.map((time) => ({
        id: `c${time}`,
        sessionId: 's',
        timestamp: new Date(time).toISOString(),
        model: 'claude-sonnet-4-5-20250929',
        inputTokens: 1000,
        outputTokens: 10,
      })),
    }),
  })
  expect([answer.status, await answer.json()]).toMatchObject([200, { accepted: 4, rejected: [] }])
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

const bars = (page: Page) => page.getByTestId('usage-chart').locator('rect[fill]').count()
/** Steps the chart's slider by key to its first bucket; gives what it reads out. */
async function firstBucket(page: Page): Promise<string | null> {
  const slider = page.getByTestId('usage-chart').getByRole('slider')
  for (let step = 0; step < times.length; step++) await slider.press('ArrowLeft')
  return slider.getAttribute('aria-valuetext')
}

test('the overview cuts an hour into minutes, three hours into five and twelve into quarters of an hour', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/?range=1h')
  try {
    for (const [range, note, seen] of [
      ['1h', 'by minute', 2],
      ['3h', 'by 5 minutes', 3],
      ['12h', 'by 15 minutes', 4],
      ['24h', 'by hour', undefined],
    ] as const) {
      await page.goto(new URL(`/?range=${range}`, server.apiUrl).href)
      await page.getByTestId('usage-panel').getByText(note, { exact: true }).waitFor()
      if (seen) await until(() => bars(page), seen)
    }
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('costs offer every stretch that can be shown, say its time, and keep the choice in the address', async () => {
  const { page, wrong, close } = await openPage(browser, server, '/costs?range=6h')
  try {
    await until(() => bars(page), 4)
    const offered = () =>
      page.getByLabel('Every').evaluate((list) => [...(list as HTMLSelectElement).options].map(({ value }) => value))
    expect(await offered()).toEqual(['1m', '5m', '15m', 'hour', 'day', 'week', 'month'])
    await page.getByLabel('Every').selectOption({ label: '15 minutes' })
    await page.waitForURL((at) => at.searchParams.get('interval') === '15m')
    await until(() => bars(page), 4)
    // As many bars as before: only their time tells that these are the new ones.
    await until(async () => /:(00|15|30|45)\b/.test((await firstBucket(page)) ?? ''), true)
    await page.getByLabel('Every').selectOption('day')
    await until(() => bars(page), new Set(times.map((time) => new Date(time).getUTCDate())).size)
    // A year of minutes is more than can be drawn: neither offered nor taken from an address.
    await page.goto(new URL('/costs?range=1y&interval=1m', server.apiUrl).href)
    await settled(page)
    expect([await page.getByLabel('Every').inputValue(), (await offered()).includes('1m')]).toEqual(['week', false])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

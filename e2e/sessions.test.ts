// sessions.test.ts: the list of sessions with more of them than one answer holds: filters, facets and order look at all.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
const count = 1200

/** Session n is n minutes old; the older, the dearer. Every fourth one is on the branch `side`. */
beforeAll(async () => {
  browser = await launch()
  server = await start()
  const now = Date.now() - 3_600_000
  for (let from = 0; from < count; from += 400) {
    const numbers = Array.from({ length: 400 }, (_, place) => from + place)
    const time = (n: number) => new Date(now - n * 60_000).toISOString()
    const body = {
      source: 'my-agent',
      sessions: numbers.map((n) => ({
        id: `s${n}`,
        sessionId: `s${n}`,
        title: n === 700 ? 'The needle' : `Session ${n}`,
        project: 'big',
        branch: n % 4 === 0 ? 'side' : 'main',
        startTime: time(n),
        lastTime: time(n),
      })),
      calls: numbers.map((n) => ({
        id: `c${n}`,
        sessionId: `s${n}`,
        timestamp: time(n),
        model: 'claude-sonnet-4-5',
        inputTokens: n * 1000,
        outputTokens: 0,
      })),
    }
    const response = await fetch(new URL('/api/ingest', server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({ accepted: 800, rejected: [] })
  }
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

test('a condition on cost finds the oldest of 1,200, facets narrow, and the URL is the view', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(new URL('/sessions?range=30d', server.apiUrl).href)
  const total = page.getByTestId('total')
  await total.getByText('1,200 sessions').waitFor()
  await page.getByTestId('facet-branch-side').getByText('300').waitFor()

  // Long requests cost 6 dollars a million: more than $7.14 is more than 1,190 thousand tokens.
  await page.getByTestId('filter').fill('cost:>7.14')
  await total.getByText('9 sessions').waitFor()
  await page.getByTestId('sessions-table').getByText('Session 1199').waitFor()
  await page.getByTestId('facet-branch-side').getByText('2').waitFor()
  await page.getByTestId('facet-branch-side').click()
  await total.getByText('2 sessions').waitFor()
  expect(new URL(page.url()).searchParams.get('q')).toBe('cost:>7.14 branch:side')
  expect(await page.getByTestId('facet-branch-side').getAttribute('aria-pressed')).toBe('true')

  // The same link is the same view.
  const again = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await again.goto(page.url())
  await again.getByTestId('total').getByText('2 sessions').waitFor()
  await again.close()

  await page.getByTestId('facet-branch-side').click()
  await total.getByText('9 sessions').waitFor()
  await page.getByTestId('filter').fill('needle')
  await page.getByTestId('sessions-table').getByText('The needle').waitFor()
  await total.getByText('1 sessions').waitFor()

  await page.getByTestId('filter').fill('cost:>much')
  await page.getByText('cost:much is no number').waitFor()

  // The dearest of all stands first, though it is the oldest.
  await page.goto(new URL('/sessions?range=30d&sort=cost', server.apiUrl).href)
  await page.getByTestId('sessions-table').getByText('Session 1199').waitFor()
  await page.close()
})

test('on a phone the facets open from the foot', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  await page.goto(new URL('/sessions?range=30d', server.apiUrl).href)
  await page.getByTestId('facets-open').click()
  await page.getByRole('dialog').getByTestId('facet-branch-side').click()
  await page.getByTestId('total').getByText('300 sessions').waitFor()
  await page.close()
})

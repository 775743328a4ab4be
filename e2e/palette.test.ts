// palette.test.ts: every entry of the command palette is chosen once and does what it says.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { presets } from '../frontend/lib/time-range.ts'
import { launch } from './chromium.ts'
import { fill, openIn, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
let context: BrowserContext
const view = { name: 'Dear ones', path: '/sessions?range=all&sort=cost' }
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [['claude-code', '07-traces-beta-protobuf']])
  const post = (path: string, body: object) =>
    fetch(new URL(path, server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((answer) => answer.text())
  await post('/api/import', {
    tool: 'claude-code',
    path: join(import.meta.dir, '../fixtures/claude-code/transcripts/.claude/projects'),
  })
  await post('/api/views', view)
  // Local time is another than UTC here.
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    timezoneId: 'Asia/Tokyo',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(60_000)
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

type Entry = { group: string; value: string; label: string }

async function openPalette(page: Page): Promise<void> {
  await page.locator('html[data-keys]').waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByTestId('palette').waitFor()
}
const entriesOf = (page: Page): Promise<Entry[]> =>
  page
    .getByTestId('palette')
    .locator('[cmdk-group]')
    .evaluateAll((groups) =>
      groups.flatMap((group) =>
        [...group.querySelectorAll('[cmdk-item]')].map((item) => ({
          group: group.querySelector('[cmdk-group-heading]')?.textContent ?? '',
          value: item.getAttribute('data-value') ?? '',
          label: item.querySelector('.truncate')?.textContent ?? '',
        })),
      ),
    )
const item = (page: Page, { value }: Entry) => page.locator(`[cmdk-item][data-value="${quoted(value)}"]`)
const quoted = (text: string) => text.replace(/["\\]/g, '\\$&')

const address = (page: Page) => {
  const { pathname, search } = new URL(page.url())
  return pathname + search
}
const isDark = (page: Page) => page.evaluate(() => document.documentElement.classList.contains('dark'))

/** What an entry of the group "Page" does, on the list of logs. */
const ofThePage: Record<string, (page: Page, choose: () => Promise<void>) => Promise<void>> = {
  'Ask the server again': async (page, choose) => {
    await Promise.all([page.waitForRequest((request) => request.url().includes('/api/logs')), choose()])
  },
  'Show all keys': async (page, choose) => {
    await choose()
    await page.getByTestId('key-map').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('key-map').waitFor({ state: 'detached' })
  },
  'Copy the link to this view': async (page, choose) => {
    await choose()
    await until(() => page.evaluate(() => navigator.clipboard.readText()), page.url())
  },
  Light: async (page, choose) => {
    expect(await isDark(page)).toBe(true)
    await choose()
    await until(() => isDark(page), false)
  },
  Dark: async (page, choose) => {
    expect(await isDark(page)).toBe(false)
    await choose()
    await until(() => isDark(page), true)
  },
  'As the system': async (page, choose) => {
    await choose()
    await page.emulateMedia({ colorScheme: 'light' })
    await until(() => isDark(page), false)
  },
  'Times in UTC': async (page, choose) => {
    expect(await shownTime(page)).toBe(await lastLog('Asia/Tokyo'))
    await choose()
    await until(() => shownTime(page), await lastLog('UTC'))
  },
  'Times in local time': async (page, choose) => {
    await choose()
    await until(() => shownTime(page), await lastLog('Asia/Tokyo'))
  },
  'Compact rows on or off': async (page, choose) => {
    const height = async () => (await page.getByTestId('row').first().boundingBox())!.height
    const before = await height()
    await choose()
    await until(async () => (await height()) < before, true)
  },
}
const shownTime = async (page: Page) =>
  /\d\d:\d\d:\d\d/.exec((await page.getByTestId('row').first().textContent()) ?? '')?.[0]
async function lastLog(timeZone: string): Promise<string> {
  const { logs } = await server.get('/api/logs?from=2026-01-01&limit=1')
  return new Date(logs[0].timestamp).toLocaleTimeString('en-GB', { timeZone })
}

/** What an entry of each group does. */
const does: Record<string, (page: Page, entry: Entry, choose: () => Promise<void>) => Promise<void>> = {
  'Go to': async (page, { label }, choose) => {
    await choose()
    await until(async () => new URL(page.url()).pathname, label === 'Overview' ? '/' : `/${label.toLowerCase()}`)
    await page.getByRole('heading', { level: 1, name: label, exact: true }).waitFor()
  },
  Views: async (page, { label }, choose) => {
    expect(label).toBe(view.name)
    await choose()
    await until(async () => address(page), view.path)
    await page.getByTestId('screen-sessions').waitFor()
  },
  Sessions: async (page, { value }, choose) => {
    await choose()
    await page.getByTestId('screen-session').waitFor()
    expect(value).toContain(new URL(page.url()).pathname.split('/').at(-1)!)
    await settled(page)
    expect(await page.getByText('There is no such').count()).toBe(0)
  },
  'Time range': async (page, { label }, choose) => {
    await choose()
    const { id } = presets.find((one) => one.label === label)!
    await until(async () => new URL(page.url()).searchParams.get('range') ?? '7d', id)
  },
  Page: (page, { label }, choose) => ofThePage[label]!(page, choose),
}

test('every entry of the palette does what it says', async () => {
  const { page, wrong, close } = await openIn(context, server, '/logs?range=all')
  try {
    await openPalette(page)
    await page.getByTestId('palette').getByText('Sessions', { exact: true }).nth(1).waitFor()
    const entries = await entriesOf(page)
    await page.keyboard.press('Escape')
    // Each kind is there, and nothing that this test knows no meaning of.
    const named = (group: string) => entries.filter((one) => one.group === group).map(({ label }) => label)
    expect(new Set(entries.map(({ group }) => group))).toEqual(new Set(Object.keys(does)))
    expect(named('Page').toSorted()).toEqual(Object.keys(ofThePage).toSorted())
    expect(named('Time range')).toEqual(presets.map(({ label }) => label))
    expect(named('Go to').length).toBeGreaterThanOrEqual(11)
    // Of the sessions, which are all alike, two.
    const left = entries.filter(({ group }) => group === 'Sessions').slice(2)
    for (const entry of entries.filter((one) => !left.includes(one))) {
      const from = { Page: '/logs?range=all', 'Time range': '/settings' }[entry.group]
      if (from && new URL(page.url()).pathname !== from.split('?')[0])
        await page.goto(new URL(from, server.apiUrl).href)
      if (entry.group === 'Page') await page.getByTestId('row').first().waitFor()
      await openPalette(page)
      await does[entry.group]!(page, entry, () => item(page, entry).click())
      expect([entry.label, await page.getByTestId('palette').count(), wrong]).toEqual([entry.label, 0, []])
    }
  } finally {
    await close()
  }
})

/** The palette on a page whose questions for sessions are answered when it says so. */
async function withHeldSessions(look: (page: Page, answer: () => void) => Promise<void>): Promise<void> {
  // A clock that is stopped is stopped for all pages of a context.
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const { page, wrong, close } = await openIn(own, server, '/sql')
  const answered = Promise.withResolvers<void>()
  try {
    await page.route(/\/api\/sessions\?/, async (route) => {
      await answered.promise
      await route.continue()
    })
    await look(page, answered.resolve)
    expect(wrong).toEqual([])
  } finally {
    answered.resolve()
    await close()
    await own.close()
  }
}
const theme = (page: Page) => page.locator('[cmdk-item][data-value="dark theme"]')
const foundSessions = (page: Page) => page.locator('[cmdk-item][data-value^="session "]')

test('what stands below entries of the server comes with them', () =>
  withHeldSessions(async (page, answer) => {
    // The page's timers stand still, so that no moment passes.
    await page.clock.install()
    await page.clock.pauseAt(Date.now() + 60_000)
    await openPalette(page)
    await page.locator('[cmdk-item][data-value="go to Logs"]').waitFor()
    expect(await theme(page).count()).toBe(0)
    answer()
    await theme(page).waitFor()
    expect(await foundSessions(page).count()).toBeGreaterThan(0)
  }))

test('what stands below entries of the server comes without them after a moment', () =>
  withHeldSessions(async (page, answer) => {
    await openPalette(page)
    await theme(page).waitFor()
    expect(await foundSessions(page).count()).toBe(0)
    answer()
    await foundSessions(page).first().waitFor()
  }))

test('what is typed finds what was said and the trace of an id, and nothing is told so', async () => {
  const { page, wrong, close } = await openIn(context, server, '/sql')
  const type = async (text: string) => {
    await openPalette(page)
    await page.getByTestId('palette-input').fill(text)
  }
  try {
    await type('greet')
    const hit = page.locator('[cmdk-item][data-value^="hit "]').first()
    await hit.waitFor()
    expect((await hit.textContent())?.toLowerCase()).toContain('greet')
    const [, session, message] = (await hit.getAttribute('data-value'))!.split(' ')
    await hit.click()
    await page.getByTestId('screen-session').waitFor()
    await until(async () => address(page), `/sessions/${session}?message=${message}`)
    await page.locator(`[data-message="${message}"]`).waitFor()

    const { traces } = await server.get('/api/traces?from=2026-01-01&limit=1')
    await type(traces[0].traceId)
    await page.locator(`[cmdk-item][data-value="trace ${traces[0].traceId}"]`).click()
    await page.getByTestId('span-row').first().waitFor()
    expect(new URL(page.url()).pathname).toBe(`/traces/${traces[0].traceId}`)

    await type('nothing is called like this')
    await page.getByText('Nothing by that name').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

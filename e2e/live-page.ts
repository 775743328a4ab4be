// live-page.ts: screens that are open while records come: what each asks within a second of its own clock, and what it then shows.
import type { Browser, Page } from 'playwright-core'
import { settled } from './screen.ts'
import type { Running } from './telltale.ts'
import { until } from './until.ts'

export type LiveScreen = {
  path: string
  /** The paths of the API that the page has to ask anew. */
  asks: readonly string[]
  /** What a reader does before the records come. */
  prepare?(page: Page): Promise<unknown>
  /** Waits for what has to be seen. */
  seen(page: Page): Promise<unknown>
}

/** Told of each record within this time, as the page's clock goes. */
const withinMs = 1_000
/** Any least time between two questions is over by then. */
const quietMs = 5 * 60_000

/** Runs in the page before anything else: which kinds of frames came. */
function hear() {
  const heard: string[] = []
  Object.assign(window, { heard })
  const Own = window.WebSocket
  window.WebSocket = class extends Own {
    constructor(url: string | URL) {
      super(url)
      this.addEventListener('message', ({ data }) => heard.push(JSON.parse(data).type))
    }
  }
}
type Heard = { heard: string[] }

/**
 * Opens the screens beside each other (a few: a browser has six connections to a server), lets something `happen` and says what is wrong. The clocks of the pages stand still while the
 * records come, and then go on by one second: what is not asked by then is not asked. So a machine with much to do changes nothing.
 */
export async function watchLive(
  browser: Browser,
  server: Running,
  screens: Record<string, LiveScreen>,
  happen: () => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC' })
  // One clock for all pages of a window.
  const { clock } = context
  await context.addInitScript(hear)
  await clock.install()
  const wrong: string[] = []
  let underWay = 0
  const open = await Promise.all(
    Object.entries(screens).map(async ([name, screen]) => {
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      const asked: string[] = []
      page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`))
      page.on('request', (request) => {
        underWay++
        asked.push(new URL(request.url()).pathname)
      })
      const over = () => {
        underWay--
      }
      page.on('requestfinished', over)
      page.on('requestfailed', over)
      await page.goto(new URL(screen.path, server.apiUrl).href)
      await page.locator('[data-testid=connection][data-state=live]').first().waitFor({ state: 'attached' })
      await screen.prepare?.(page)
      await settled(page)
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      return { name, page, screen, asked }
    }),
  )
  // Nothing may be under way when time is skipped, or it has taken as long.
  await clock.pauseAt(Date.now() + 60_000)
  await until(async () => underWay, 0)
  await clock.fastForward(quietMs)
  await until(async () => underWay, 0)
  for (const { page, asked } of open) {
    asked.length = 0
    await page.evaluate(() => {
      ;(window as unknown as Heard).heard.length = 0
    })
  }
  await happen()
  for (const { page } of open)
    await page.waitForFunction(
      () => ['logs', 'traces', 'metrics'].every((type) => (window as unknown as Heard).heard.includes(type)),
      undefined,
      { polling: 100 },
    )
  await clock.runFor(withinMs)
  for (const { name, screen, asked } of open)
    await until(async () => [name, ...screen.asks.filter((path) => !asked.includes(path))], [name])
  await clock.resume()
  for (const { name, page, screen } of open) {
    await screen.seen(page).catch((error) => wrong.push(`${name}: ${String(error).slice(0, 500)}`))
    if (!(await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)))
      wrong.push(`${name} was loaded anew`)
  }
  await context.close()
  return wrong
}

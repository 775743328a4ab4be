// screen.ts: what the tests of screens share: a server with the recordings, a page that remembers what went wrong, and axe.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { agents, requests, send, variants } from './recordings.ts'
import type { Running } from './telltale.ts'

/** The recordings lie in this time, and so does what came without a time of its own, which is now. */
const until = new Date(Math.max(Date.parse('2026-12-31T00:00:00Z'), Date.now() + 86_400_000)).toISOString()
export const recorded = `?from=2026-11-20T00:00:00Z&to=${until}`

export const desk = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/** Sends every recorded HTTP request, or those of some variants of an agent. */
export async function fill(server: Running, chosen?: readonly (readonly [string, string])[]): Promise<void> {
  const pairs = chosen ?? agents.flatMap((agent) => variants(agent).map((variant) => [agent, variant] as const))
  for (const [agent, variant] of pairs) {
    for (const request of requests(agent, variant)) {
      if (!request.transport.startsWith('http')) continue
      const answer = await send(server.otlpUrl, request)
      if (answer.status !== 200) throw new Error(`${request.file}: ${answer.status} ${await answer.text()}`)
    }
  }
}

export type Opened = {
  page: Page
  /** Errors of scripts, what the console said of errors, and addresses outside of the server that were asked for. */
  wrong: string[]
  close(): Promise<void>
}

/** Opens a path of the page in a window of its own. */
export async function openPage(browser: Browser, server: Running, path: string, look: Look = {}): Promise<Opened> {
  const context = await newWindow(browser, look)
  const opened = await openIn(context, server, path)
  return { ...opened, close: () => context.close() }
}

export type Look = {
  size?: { width: number; height: number }
  scheme?: 'light' | 'dark'
  scale?: number
  /** A finger in place of a mouse: nothing hovers, and what is pressed is larger. */
  touch?: boolean
}

/** A window of its own: what is stored and kept in it is nobody else's. */
export async function newWindow(browser: Browser, look: Look): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: look.size ?? desk,
    colorScheme: look.scheme ?? 'light',
    deviceScaleFactor: look.scale ?? 1,
    hasTouch: look.touch ?? false,
    timezoneId: 'UTC',
    acceptDownloads: true,
  })
  // A machine with much to do is slow, not wrong.
  context.setDefaultTimeout(60_000)
  return context
}

/** Opens a path in a window that is there, which has the page's files from the second time on. */
export async function openIn(context: BrowserContext, server: Running, path: string): Promise<Opened> {
  const page = await context.newPage()
  const wrong: string[] = []
  const own = [server.apiUrl, server.apiUrl.replace('http', 'ws'), 'data:', `blob:${server.apiUrl.replace(/\/$/, '')}`]
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
  page.on('console', (message) => message.type() === 'error' && wrong.push(`console: ${message.text()}`))
  page.on('request', (request) => {
    if (!own.some((prefix) => request.url().startsWith(prefix))) wrong.push(`asked for ${request.url()}`)
  })
  await page.goto(new URL(path, server.apiUrl).href)
  await page.locator('main').waitFor()
  return { page, wrong, close: () => page.close() }
}

/** Waits until nothing was being asked and no place waited to be filled for a moment, and the page has drawn. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame)
    const busy = () =>
      document.querySelector('[data-testid="sweep"]')?.childElementCount !== 0 ||
      document.querySelector('[data-slot="skeleton"]') !== null
    // Looked at after each frame: a busy machine may take longer for one frame than the page has to be quiet.
    for (let quietSince = performance.now(); performance.now() - quietSince < 200; ) {
      await frame()
      if (busy()) quietSince = performance.now()
    }
  })
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * The system turns dark under the open page. What it is made of stays the same, its colours do not: to open each screen again and
 * look at all of it took a minute more of a run. Nothing fades meanwhile: what inherits a colour begins to fade when the other has
 * ended, level by level of the tree, which took more CPU than to look at all of it with axe.
 */
export async function turnDark(page: Page): Promise<void> {
  await page.evaluate(() => {
    const still = new CSSStyleSheet()
    still.replaceSync('*, ::before, ::after { transition: none !important }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]
  })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html.dark').waitFor()
  await settled(page)
}

/** What axe finds that is serious or worse, as `rule: place reason`; of some rules only, or of all. */
export async function accessibility(page: Page, runOnly?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const found = (await page.evaluate(
    (rules) =>
      (window as unknown as { axe: { run(options: object): Promise<unknown> } }).axe.run({
        resultTypes: ['violations'],
        ...(rules ? { runOnly: rules } : {}),
      }),
    runOnly,
  )) as { violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary.slice(0, 200)}`),
    )
}

/** Puts a statement into the SQL editor, as typing and pasting do. */
export async function writeSql(page: Page, sql: string): Promise<void> {
  await page.getByTestId('sql-editor').focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(sql)
}

/** Goes to another address within the open page, as a link does: to load the page anew takes twice as long. */
export async function goWithin(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, path)
}

/** How far the document is wider than the window, px. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

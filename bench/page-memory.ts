// page-memory.ts: what screens that stay open hold: four windows over PAGE_MINUTES (60) of live records, at most RATE (200) a second, each
// five minutes the JavaScript heap after a forced collection, DOM nodes and listeners. Three windows stand still; the fourth
// goes from screen to screen, since what a screen leaves behind is not seen by one that stands.
import type { CDPSession, Page } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { goWithin } from '../e2e/screen.ts'
import { feed, fill } from './feed.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const minutes = Number(process.env.PAGE_MINUTES ?? 60)
const ratePerSecond = Number(process.env.RATE ?? 200)
const everyMinutes = Math.min(5, minutes)
/** How long the walking window stays on each screen. */
const stayMs = 5_000

const standing = {
  overview: '/?range=1h',
  logs: '/logs?range=1h',
  session: '/sessions/live-0',
}
const walked = ['/', '/sessions', '/sessions/live-1', '/traces', '/logs', '/metrics', '/costs', '/tools', '/errors']

const server = await startServer()
const browser = await launch()

type Window = { name: string; page: Page; cdp: CDPSession; wrong: string[] }

async function open(name: string, path: string): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  await page.goto(new URL(path, server.apiUrl).href)
  await page.locator('main h1').first().waitFor()
  return { name, page, cdp, wrong }
}

/** Heap after a collection, nodes and listeners of one window. */
async function size({ cdp }: Window): Promise<string> {
  // Twice: what the first frees of the DOM lets the second free what it held.
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const value = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
  return `${(usedSize / 1024 / 1024).toFixed(1)} ${value('Nodes')} ${value('JSEventListeners')}`
}

/** Goes from screen to screen as a click does, without a reload, until it is stopped. */
function walk({ page }: Window): () => Promise<void> {
  let stopped = false
  const running = (async () => {
    for (let turn = 0; !stopped; turn++) {
      await goWithin(page, walked[turn % walked.length]!)
      await page.waitForTimeout(stayMs)
    }
  })()
  return () => {
    stopped = true
    return running
  }
}

try {
  await fill(server)
  const windows: Window[] = []
  for (const [name, path] of Object.entries(standing)) windows.push(await open(name, path))
  const walker = await open('walking', '/')
  const stopWalk = walk(walker)
  windows.push(walker)
  const stop = feed(server, ratePerSecond)
  const rows: string[][] = []
  for (let at = 0; at <= minutes; at += everyMinutes) {
    const sizes: string[] = []
    for (const window of windows) sizes.push(await size(window))
    rows.push([`${at} min`, ...sizes])
    console.error(rows.at(-1)!.join('  '))
    if (at < minutes) await Bun.sleep(everyMinutes * 60_000)
  }
  const sent = await stop()
  await stopWalk()
  console.log(
    `${sent} records in ${minutes} minutes (${Math.round(sent / minutes / 60)} a second); heap in MiB, DOM nodes, listeners`,
  )
  console.log(table(['after', ...windows.map(({ name }) => name)], rows))
  for (const { name, wrong } of windows) for (const line of new Set(wrong)) console.log(`${name}: ${line}`)
} finally {
  await browser.close()
  await server.stop()
}

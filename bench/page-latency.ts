// page-latency.ts: how long it takes from the moment a record is sent until it is drawn on a page that is open, by screen: sent alone,
// and beside 100 records a second of others, since a page that just asked waits before it asks again. ARGS=page-latency, TIMES=n (20).
import type { Page } from 'playwright-core'
import { launch } from '../e2e/chromium.ts'
import { feed, post } from './feed.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

const times = Number(process.env.TIMES ?? 20)
const besidePerSecond = 100

const server = await startServer()
const browser = await launch()

type Sent = (name: string) => Promise<void>
const nanos = () => `${BigInt(Date.now()) * 1_000_000n}`
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
const otlp = (path: string, body: object) => post(new URL(path, server.otlpUrl).href, JSON.stringify(body))

const log: Sent = (name) =>
  otlp('/v1/logs', {
    resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ timeUnixNano: nanos(), body: { stringValue: name } }] }] }],
  })
const span: Sent = (name) => {
  const [traceId, spanId] = [32, 16].map((digits) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join(''),
  )
  const one = { traceId, spanId, name, kind: 1, startTimeUnixNano: nanos(), endTimeUnixNano: nanos() }
  return otlp('/v1/traces', { resourceSpans: [{ resource, scopeSpans: [{ spans: [one] }] }] })
}
const call: Sent = (name) =>
  post(
    new URL('/api/ingest', server.apiUrl).href,
    JSON.stringify({
      source: 'shop',
      calls: [
        {
          id: name,
          sessionId: name,
          model: name,
          timestamp: new Date().toISOString(),
          inputTokens: 10,
          outputTokens: 1,
        },
      ],
      sessions: [{ id: name, title: name, startTime: new Date().toISOString() }],
    }),
  )

const screens: Record<string, { path: string; send: Sent }> = {
  logs: { path: '/logs?range=1h&q=service:shop', send: log },
  traces: { path: '/traces?range=1h&q=service:shop', send: span },
  costs: { path: '/costs?range=1h&by=session&q=agent:shop', send: call },
  sessions: { path: '/sessions?range=1h&q=agent:shop', send: call },
}

/** Resolves with the page's clock when a text is drawn. */
const drawn = (page: Page, text: string) =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const isThere = () => document.querySelector('main')?.textContent?.includes(wanted) ?? false
        const told = () => requestAnimationFrame(() => resolve(Date.now()))
        if (isThere()) return told()
        const observer = new MutationObserver(() => {
          if (!isThere()) return
          observer.disconnect()
          told()
        })
        observer.observe(document, { childList: true, subtree: true, characterData: true })
      }),
    text,
  )

try {
  const rows: string[][] = []
  for (const [name, { path, send }] of Object.entries(screens)) {
    for (const beside of [0, besidePerSecond]) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.goto(new URL(path, server.apiUrl).href)
      await send(`first-${name}-${beside}`)
      await drawn(page, `first-${name}-${beside}`)
      const stop = beside > 0 ? feed(server, beside) : undefined
      const took: number[] = []
      for (let time = 0; time < times; time++) {
        // Not in step with the page's own waits.
        await Bun.sleep(900 + Math.random() * 700)
        const text = `at-${name}-${beside}-${time}`
        const seen = drawn(page, text)
        const began = Date.now()
        await send(text)
        took.push((await seen) - began)
      }
      await stop?.()
      await page.close()
      took.sort((a, b) => a - b)
      const at = (part: number) => `${took[Math.min(took.length - 1, Math.floor(took.length * part))]} ms`
      rows.push([name, beside ? `beside ${beside}/s` : 'alone', at(0.5), at(0.95), at(1)])
    }
  }
  console.log(table(['screen', 'sent', 'drawn after, p50', 'p95', 'longest'], rows))
} finally {
  await browser.close()
  await server.stop()
}

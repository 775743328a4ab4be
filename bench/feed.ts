// feed.ts: what agents send at this moment, sent at a rate until it is stopped, for the measurements of the page.
import { moment } from './page-records.ts'
import type { BenchServer } from './server.ts'

const tickMs = 100
/** Requests that wait for their commit; agents do not wait for each other either. */
const underWayMax = 24

/** A server that asks to be asked again has its chance, as exporters give it. */
const triesMax = 10
const againMs = 500

/** Posts JSON; throws where the answer is no success. */
export async function post(url: string, body: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const text = await answer.text()
    if (answer.ok) return
    if (answer.status !== 503 || tries === triesMax) throw new Error(`${url}: ${answer.status} ${text}`)
    await Bun.sleep(againMs)
  }
}

/** Something to begin with: five minutes' worth at 100 records a second, so that lists are full. */
export async function fill(to: BenchServer): Promise<void> {
  for (let batch = 0; batch < 30; batch++)
    for (const { path, body } of moment(1_000)) await post(new URL(path, to.otlpUrl).href, body)
}

/** Sends at the rate until it is stopped; says how many records there were. */
export function feed(to: BenchServer, ratePerSecond: number): () => Promise<number> {
  let stopped = false
  let sent = 0
  const underWay = new Set<Promise<void>>()
  const running = (async () => {
    const began = performance.now()
    while (!stopped) {
      const due = ((performance.now() - began) / 1000) * ratePerSecond
      if (sent < due && underWay.size < underWayMax) {
        for (const { path, body, records } of moment((ratePerSecond * tickMs) / 1000)) {
          const posted = post(new URL(path, to.otlpUrl).href, body).finally(() => underWay.delete(posted))
          underWay.add(posted)
          sent += records
        }
      } else await Bun.sleep(5)
    }
    await Promise.all(underWay)
    return sent
  })()
  return () => {
    stopped = true
    return running
  }
}

// alert-watch.ts: budgets that are reached, told to the one address that the user gave; without one nothing is ever sent.
import type { Ingest } from '../../ingest/ingest.ts'
import type { Log } from '../../log.ts'
import type { Store } from '../../store/store.ts'
import { type Plain, writeJson } from '../json.ts'
import { nowNano } from '../time.ts'
import { type Fired, fired } from './standing.ts'
import { readWebhook, webhookPath, writeWebhook } from './webhook-file.ts'

/** What became of a message. */
export type Delivery = { ok: boolean; status?: number; message: string }

export type AlertWatch = {
  /** The address without its secret part, and how the last message fared. */
  state(): { webhook: string | undefined; last: (Delivery & { time: Date }) | undefined }
  /** Sets the address, or takes it away. */
  set(url: string | undefined): void
  /** Looks at the budgets: they were changed. */
  look(): void
  /** Sends a message that says it is one for trying. */
  test(): Promise<Delivery>
  stop(): void
}

type Deps = { store: Store; ingest: Pick<Ingest, 'onCommit'>; log: Pick<Log, 'warn'>; version: string }

/** A burst of requests is one look at the budgets. */
const gatherMs = 2000
const waitMs = 10_000
/** An address that does not answer is tried again, later each time. */
const againMs = [5_000, 30_000, 120_000, 600_000] as const

/** @param watching whether this process looks at all: the server does, a command that works without one does not. */
export function createAlertWatch({ store, ingest, log, version }: Deps, watching: boolean): AlertWatch {
  const path = webhookPath(store.path)
  let file = readWebhook(path)
  let last: (Delivery & { time: Date }) | undefined
  let timer: Timer | undefined
  let failures = 0
  let checking = false
  /** Something changed while the budgets were looked at. */
  let isOld = false
  let stopped = false

  function soon(delayMs: number): void {
    if (!watching || stopped || file.url === undefined) return
    if (checking) {
      isOld = true
      return
    }
    timer ??= setTimeout(check, delayMs)
    timer.unref()
  }

  async function check(): Promise<void> {
    timer = undefined
    checking = true
    isOld = false
    let isBehind = false
    try {
      const now = nowNano()
      const found = await store.reader((reader) => fired(reader, { from: now, to: now }))
      const alerts = JSON.parse(writeJson(found)) as Plain<Fired>[]
      const sent = new Set(file.sent)
      for (const alert of alerts.filter((one) => !sent.has(alertKey(one)))) {
        const url = file.url
        if (url === undefined || stopped) return
        const delivery = await deliver(url, messageOf(alert))
        isBehind = !delivery.ok
        if (isBehind) break
        file = { ...file, sent: [...file.sent, alertKey(alert)] }
        writeWebhook(path, file)
      }
    } catch (error) {
      if (!stopped) log.warn('the budgets could not be looked at', { error })
    } finally {
      checking = false
    }
    if (isBehind) return soon(againMs[Math.min(failures++, againMs.length - 1)]!)
    failures = 0
    if (isOld) soon(gatherMs)
  }

  async function deliver(url: string, message: object): Promise<Delivery> {
    const delivery = await post(url, message, version)
    last = { ...delivery, time: new Date() }
    if (!delivery.ok) log.warn('an alert could not be delivered; it is tried again', { message: delivery.message })
    return delivery
  }

  const unsubscribe = ingest.onCommit((batch) => {
    if (batch.calls.length > 0 || batch.aggregates.length > 0) soon(gatherMs)
  })
  soon(gatherMs)

  return {
    state: () => ({ webhook: file.url && shownUrl(file.url), last }),
    set(url) {
      // A new address has heard nothing yet; what is reached now is news there.
      file = url === undefined ? { sent: [] } : { url, sent: url === file.url ? file.sent : [] }
      failures = 0
      last = undefined
      writeWebhook(path, file)
      soon(0)
    },
    look: () => soon(0),
    async test() {
      if (file.url === undefined) return { ok: false, message: 'no address is set' }
      return deliver(file.url, {
        source: 'telltale',
        kind: 'test',
        text: 'Telltale: this is a try. Budgets that are reached will be told here.',
        content: 'Telltale: this is a try. Budgets that are reached will be told here.',
      })
    },
    stop() {
      stopped = true
      unsubscribe()
      clearTimeout(timer)
    },
  }
}

/** One limit of one budget in one period; a limit that was changed is another one. */
export function alertKey({ budgetId, level, periodStart, limitUsd }: Plain<Fired>): string {
  return JSON.stringify([budgetId, level, periodStart, limitUsd])
}

/** Chats show `text` (Slack, Mattermost, Teams) or `content` (Discord); programs read the rest. */
function messageOf(alert: Plain<Fired>): object {
  const { budgetId, name, level, period, tool, project, limitUsd, costUsd, percent, periodStart, periodEnd } = alert
  const what = name ?? ([tool, project].filter(Boolean).join(' in ') || 'everything')
  const reached = level === 'exceeded' ? 'is used up' : 'is nearly used up'
  const text = `Telltale: the budget of a ${period} for ${what} ${reached}: $${costUsd.toFixed(2)} of $${limitUsd.toFixed(2)} (${Math.round(percent)} %)`
  return {
    source: 'telltale',
    kind: 'budget',
    level,
    text,
    content: text,
    budget: { id: budgetId, name, period, tool, project, limitUsd },
    costUsd,
    percent,
    periodStart,
    periodEnd,
  }
}

/** Posts to the address itself: a redirect is not followed, it could lead anywhere. */
async function post(url: string, message: object, version: string): Promise<Delivery> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': `telltale/${version}` },
      body: JSON.stringify(message),
      redirect: 'manual',
      signal: AbortSignal.timeout(waitMs),
    })
    const { status } = response
    await response.body?.cancel()
    if (response.ok) return { ok: true, status, message: `delivered (${status})` }
    const why = status >= 300 && status < 400 ? '; give the address that it leads to' : ''
    return { ok: false, status, message: `the address answered ${status}${why}` }
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError'
    return {
      ok: false,
      message: timedOut ? `no answer within ${waitMs / 1000} s` : 'the address could not be reached',
    }
  }
}

/** Enough of the address to know it by. */
function shownUrl(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return pathname === '/' && search === '' ? origin : `${origin}/…`
}

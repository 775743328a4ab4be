// walk.test.ts: every control of every screen is pressed once, set once or written into once: nothing may throw, and no question
// may be answered with an error. What a control is for is tested elsewhere; this finds those that nobody thought of.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { hasTest } from './named-test.ts'
import { desk, fill, newWindow, openIn, overflow, phone, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { left } from './walk-left.ts'
import { type Walked, walk } from './walk-page.ts'

let browser: Browser
let server: Running
let session = ''
let trace = ''
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '07-traces-beta-protobuf'],
    ['codex', '05-logs-only-root-endpoint-errors'],
  ])
  await fetch(new URL('/api/budgets', server.apiUrl), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ budgets: [{ id: 'b', name: 'mine', period: 'day', limitUsd: 1 }] }),
  })
  const sessions = await server.get('/api/sessions?from=2026-11-20&sort=requests&limit=1')
  session = `/sessions/${sessions.sessions[0].sessionId}`
  const traces = await server.get('/api/traces?from=2026-11-20&limit=100')
  trace = `/traces/${traces.traces.toSorted((a: any, b: any) => b.spanCount - a.spanCount)[0].traceId}`
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const range = recorded.slice(1)
const paths: [string, () => string][] = [
  ['overview', () => `/?${range}`],
  ['sessions', () => `/sessions?${range}`],
  ['a session', () => session],
  ['its waterfall', () => `${session}?tab=waterfall`],
  ['its logs', () => `${session}?tab=logs`],
  ['its summary', () => `${session}?tab=summary`],
  ['its audit', () => `${session}?tab=audit`],
  ['dashboards', () => '/dashboards'],
  ['a dashboard', () => `/dashboards/default?${range}`],
  ['a dashboard that is arranged', () => `/dashboards/default?${range}&arrange=1`],
  ['costs', () => `/costs?${range}`],
  ['tools', () => `/tools?${range}`],
  ['errors', () => `/errors?${range}`],
  ['overhead', () => `/errors?${range}&show=overhead`],
  ['traces', () => `/traces?${range}`],
  ['a trace', () => trace],
  ['logs', () => `/logs?${range}`],
  ['metrics', () => `/metrics?${range}&name=claude_code.token.usage`],
  ['sql', () => '/sql'],
  ...['sources', 'budgets', 'prices', 'tokens', 'server', 'appearance'].map((tab): [string, () => string] => [
    `settings, ${tab}`,
    () => `/settings?tab=${tab}`,
  ]),
]

/** Each screen in one of the looks, by turns: what a control does is the same in all of them. */
const looks = [
  { size: desk, scheme: 'light' },
  { size: phone, scheme: 'dark' },
  { size: desk, scheme: 'dark' },
  { size: phone, scheme: 'light' },
] as const

/** One window a look: after its first screen it has the page's files. */
const windows = new Map<number, Promise<BrowserContext>>()
function windowOf(index: number): Promise<BrowserContext> {
  const at = index % looks.length
  const known = windows.get(at) ?? newWindow(browser, looks[at]!)
  windows.set(at, known)
  return known
}

/** What stands around every screen is walked with the first at a desk and the first on a phone. */
const around = ['overview', 'sessions']
/** These, and what they open, are the same on several screens, and are used where they are first met. */
const everywhere = [
  ...['time-range', 'save-view', 'dashboard-switcher', 'add-widget', 'widget-menu'],
  ...['Copy the session id', 'Waterfall', 'Logs', 'Summary', 'Audit'],
  ...['Sources', 'Budgets', 'Prices', 'Server', 'Appearance'],
]
const used = new Set<string>()
const met = new Set<(typeof left)[number]>()

async function walked(page: Page, screen: string): Promise<Walked> {
  const here = left.filter((one) => one.screen === screen || one.screen === '*')
  const told = await page.evaluate(walk, {
    root: around.includes(screen) ? 'body' : 'main',
    leave: here.flatMap(({ control, disabled }) => (disabled ? [] : [control])),
    done: [...used],
  })
  for (const name of told.pressed) if (everywhere.includes(name.split(' › ')[0]!)) used.add(name)
  for (const one of here) if ((one.disabled ? told.unused : told.left).includes(one.control)) met.add(one)
  const unused = told.unused.filter((name) => !here.some(({ control, disabled }) => disabled && control === name))
  return { ...told, unused }
}

describe('every control can be used', () => {
  paths.forEach(([name, path], index) => {
    test(name, async () => {
      const { page, wrong, close } = await openIn(await windowOf(name.endsWith('arranged') ? 0 : index), server, path())
      const refused: string[] = []
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`)
      })
      try {
        const { pressed, unused, ended } = await walked(page, name)
        if (process.env.SHOW_CONTROLS) console.log(name, pressed.length, pressed.join(' | '), '\n  unused:', unused)
        expect([name, pressed.length > 0, ended]).toEqual([name, true, true])
        expect([name, unused]).toEqual([name, []])
        expect([name, wrong, refused]).toEqual([name, [], []])
        await settled(page)
        expect([name, await overflow(page)]).toEqual([name, 0])
      } finally {
        await close()
      }
    })
  })

  test('but for those that are left, each of which is there and has a test of its own', () => {
    expect(left.filter((one) => !met.has(one)).map(({ screen, control }) => `${screen}: ${control}`)).toEqual([])
    expect(left.filter(({ test: [file, title] }) => !hasTest(file, title)).map(({ test }) => test.join(': '))).toEqual(
      [],
    )
  })
})

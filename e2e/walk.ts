// walk.ts: every control of every screen is pressed once, set once or written into once, every kind of link followed, every key
// that a filter offers taken: nothing may throw, no question may be answered with an error, and no link lead to nothing. What a
// control is for is tested elsewhere; this finds those that nobody thought of.
//
// The screens are walked twice, by walk.test.ts in light at a desk and by walk-phone.test.ts in dark on a phone, there with the links
// around the screens, those that open something in place, and the first suggestions of each filter. What a control does is the same in
// all looks; dark at a desk and light on a phone are looked at by axe.test.ts.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { hasTest } from './named-test.ts'
import { fill, goWithin, type Look, newWindow, openIn, overflow, recorded } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { type Left, left } from './walk-left.ts'
import { type Walked, walk } from './walk-page.ts'

const range = recorded.slice(1)
type Found = { session: string; trace: string }
const paths: [string, (found: Found) => string][] = [
  ['overview', () => `/?${range}`],
  ['sessions', () => `/sessions?${range}`],
  ['a session', ({ session }) => session],
  ['its waterfall', ({ session }) => `${session}?tab=waterfall`],
  ['its logs', ({ session }) => `${session}?tab=logs`],
  ['its summary', ({ session }) => `${session}?tab=summary`],
  ['its audit', ({ session }) => `${session}?tab=audit`],
  ['dashboards', () => '/dashboards'],
  ['a dashboard', () => `/dashboards/default?${range}`],
  ['a dashboard that is arranged', () => `/dashboards/default?${range}&arrange=1`],
  ['costs', () => `/costs?${range}`],
  ['tools', () => `/tools?${range}`],
  ['errors', () => `/errors?${range}`],
  ['overhead', () => `/errors?${range}&show=overhead`],
  ['traces', () => `/traces?${range}`],
  ['a trace', ({ trace }) => trace],
  ['logs', () => `/logs?${range}`],
  ['metrics', () => `/metrics?${range}&name=claude_code.token.usage`],
  ['sql', () => '/sql'],
  ...['sources', 'budgets', 'prices', 'tokens', 'server', 'appearance'].map((tab): [string, () => string] => [
    `settings, ${tab}`,
    () => `/settings?tab=${tab}`,
  ]),
]

/** What stands around every screen is walked with one that is quickly there again after each of the links. */
const around = 'settings, tokens'
/** These, and what they open, are the same on several screens, and are used where they are first met. */
const everywhere = [
  ...['time-range', 'save-view', 'dashboard-switcher', 'add-widget', 'widget-menu'],
  ...['Copy the session id', 'Waterfall', 'Logs', 'Summary', 'Audit'],
  ...['Sources', 'Budgets', 'Prices', 'Server', 'Appearance'],
  ...['link /sessions', 'link /traces', 'Replay'],
]
/** Makes the tests of one look: one for each screen. */
export function walkEveryScreen(on: 'desk' | 'phone', look: Look): void {
  let browser: Browser
  let server: Running
  let context: BrowserContext
  const found: Found = { session: '', trace: '' }
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
    found.session = `/sessions/${sessions.sessions[0].sessionId}`
    const traces = await server.get('/api/traces?from=2026-11-20&limit=100')
    found.trace = `/traces/${traces.traces.toSorted((a: any, b: any) => b.spanCount - a.spanCount)[0].traceId}`
    context = await newWindow(browser, look)
  })
  afterAll(() => Promise.all([browser.close(), server.dispose()]))

  /** The page as the last screen left it. */
  let opened: { page: Page; wrong: string[]; refused: string[] } | undefined
  /** Within the open page, as a link would: to load it anew for each screen took a third of the time. */
  async function goTo(path: string) {
    if (opened) {
      await goWithin(opened.page, path)
      return opened
    }
    const { page, wrong } = await openIn(context, server, path)
    const refused: string[] = []
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`)
    })
    return { page, wrong, refused }
  }

  const own = left.filter((one) => (one.on ?? on) === on)
  const used = new Set<string>()
  const met = new Set<Left>()

  async function walked(page: Page, screen: string): Promise<Walked> {
    const here = own.filter((one) => one.screen === screen || one.screen === '*')
    const told = await page.evaluate(walk, {
      root: screen === around ? 'body' : 'main',
      leave: here.flatMap(({ control, disabled }) => (disabled ? [] : [control])),
      done: [...used],
      touch: look.touch ?? false,
      away: on === 'desk' || screen === around,
      suggestionsMax: on === 'desk' ? 1_000 : 2,
    })
    for (const name of told.pressed) if (everywhere.includes(name.split(' › ')[0]!)) used.add(name)
    for (const one of here) if ((one.disabled ? told.unused : told.left).includes(one.control)) met.add(one)
    const unused = told.unused.filter((name) => !here.some(({ control, disabled }) => disabled && control === name))
    return { ...told, unused }
  }

  describe(`every control can be used, links lead somewhere, suggestions are taken: ${on}`, () => {
    for (const [name, path] of paths) {
      test(name, async () => {
        const { page, wrong, refused } = await goTo(path(found))
        // What fails leaves nothing to the next screen.
        opened = undefined
        const { pressed, unused, faults, ended } = await walked(page, name)
        if (process.env.SHOW_CONTROLS) console.log(name, pressed.length, pressed.join(' | '), '\n  unused:', unused)
        expect([name, pressed.length > 0, ended]).toEqual([name, true, true])
        expect([name, unused, faults]).toEqual([name, [], []])
        expect([name, wrong.splice(0), refused.splice(0)]).toEqual([name, [], []])
        expect([name, await overflow(page)]).toEqual([name, 0])
        expect([name, await page.evaluate(() => document.documentElement.classList.contains('dark'))]).toEqual([
          name,
          look.scheme === 'dark',
        ])
        opened = { page, wrong, refused }
      })
    }

    test('but for those that are left, each of which is there and has a test of its own', () => {
      expect(own.filter((one) => !met.has(one)).map(({ screen, control }) => `${screen}: ${control}`)).toEqual([])
      expect(own.filter(({ test: [file, title] }) => !hasTest(file, title)).map(({ test }) => test.join(': '))).toEqual(
        [],
      )
    })
  })
}

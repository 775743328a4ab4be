// walk.test.ts: every control of every screen is pressed once, set once or written into once: nothing may throw, and no question
// may be answered with an error. What a control is for is tested elsewhere; this finds those that nobody thought of.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { desk, fill, openPage, overflow, phone, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'

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

/**
 * Controls that change what is stored, here or outside, or ask for a file of one's own; each has a test of its own. A name is
 * what a reader sees, hears, or the tests call it by.
 */
const left =
  /delete|remove|revoke|compact$|back up|backup|restore|token-create|create|apply|reprice|try-webhook|webhook|import|upload|choose a file|save$|save view|widget-add|undo/i

type Pressed = { pressed: string[]; passed: string[] }

/** Runs in the page: finds the controls again after each press, since a press may change them all. */
async function walk(leftOut: string): Promise<Pressed> {
  const skip = new RegExp(leftOut, 'i')
  const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const home = location.pathname + location.search
  const nameOf = (element: Element) =>
    [element.getAttribute('data-testid'), element.getAttribute('aria-label'), element.textContent?.trim().slice(0, 40)]
      .filter(Boolean)
      .join(' ')
  const wordsOf = (element: Element) =>
    `${element.tagName} ${element.getAttribute('data-testid') ?? element.getAttribute('aria-label') ?? element.textContent ?? ''}`
  const prefixOf = (element: Element) =>
    wordsOf(element)
      .replace(/[-:\d].*$/s, '')
      .trim()
  /** Rows of one kind are one control: more than a dozen whose names begin alike. */
  const kindOf = (element: Element, all: readonly Element[]) => {
    const prefix = prefixOf(element)
    return all.filter((one) => prefixOf(one) === prefix).length > 12 ? prefix : wordsOf(element)
  }
  const isSeen = (element: Element) => {
    const box = element.getBoundingClientRect()
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden'
  }
  const controls = () =>
    [
      ...document.querySelectorAll(
        'main button, main select, main summary, main input, main [role=tab], main textarea',
      ),
    ].filter((element) => isSeen(element) && !(element as HTMLButtonElement).disabled)
  const press = (element: Element) => {
    const options = { bubbles: true, cancelable: true, button: 0, pointerType: 'mouse' }
    element.dispatchEvent(new PointerEvent('pointerdown', options))
    element.dispatchEvent(new MouseEvent('mousedown', options))
    ;(element as HTMLElement).focus?.()
    element.dispatchEvent(new PointerEvent('pointerup', options))
    element.dispatchEvent(new MouseEvent('mouseup', options))
    ;(element as HTMLElement).click()
  }
  const leave = () =>
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
    )
  const write = (field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, value)
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  }
  const done = new Set<string>()
  const told: Pressed = { pressed: [], passed: [] }
  for (let turn = 0; turn < 80; turn++) {
    let next: Element | undefined
    // A press may have begun something that has to be asked for first.
    for (let waited = 0; !next && waited < 400; waited += 50) {
      const all = controls()
      next = all.find((element) => !done.has(kindOf(element, all)) && !done.has(wordsOf(element)))
      if (next) done.add(kindOf(next, all)).add(wordsOf(next))
      if (!next) await nap(50)
    }
    if (!next) break
    const name = nameOf(next)
    if (skip.test(name) || (next instanceof HTMLInputElement && next.type === 'file')) {
      told.passed.push(name)
      continue
    }
    told.pressed.push(name)
    if (next instanceof HTMLSelectElement) {
      const before = next.value
      for (const { value, disabled } of [...next.options].slice(0, 6)) if (!disabled) write(next, value)
      write(next, before)
    } else if (
      next instanceof HTMLTextAreaElement ||
      (next instanceof HTMLInputElement && /text|search|number/.test(next.type))
    ) {
      const before = next.value
      write(next, '7')
      await nap(20)
      write(next, before)
    } else press(next)
    await nap(40)
    if (document.querySelector('[role=menu],[role=dialog],[role=listbox],[data-radix-popper-content-wrapper]')) leave()
    await nap(10)
    if (location.pathname + location.search !== home) {
      history.replaceState(history.state, '', home)
      dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
      await nap(60)
    }
  }
  return told
}

const range = 'from=2026-11-20T00:00:00Z&to=2026-12-31T00:00:00Z'
const paths: [string, () => string][] = [
  ['overview', () => `/?${range}`],
  ['sessions', () => `/sessions?${range}`],
  ['a session', () => session],
  ['its waterfall', () => `${session}?tab=traces`],
  ['its logs', () => `${session}?tab=logs`],
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

async function walked(page: Page): Promise<Pressed> {
  await settled(page)
  return page.evaluate(walk, left.source)
}

describe('every control can be used', () => {
  paths.forEach(([name, path], index) => {
    test(name, async () => {
      const { page, wrong, close } = await openPage(browser, server, path(), looks[index % looks.length]!)
      const refused: string[] = []
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`)
      })
      try {
        const { pressed } = await walked(page)
        if (process.env.SHOW_CONTROLS) console.log(name, pressed.length, pressed.join(' | '))
        expect([name, pressed.length > 0]).toEqual([name, true])
        expect([name, wrong, refused]).toEqual([name, [], []])
        await settled(page)
        expect([name, await overflow(page)]).toEqual([name, 0])
      } finally {
        await close()
      }
    })
  })
})

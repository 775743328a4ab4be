// hostile.test.ts: text that means harm in every field there is, by every door; then every screen, every command and every file made
// of it. Nothing of it runs, asks for anything, moves a terminal or leaves its place.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { homeFlag } from './doors.ts'
import { Attack } from './hostile.ts'
import { corpus, mark, statement } from './hostile-texts.ts'
import { settled } from './screen.ts'
import { command, newHome, type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
let texts: string[]
let folder: string
/** Somebody else's server: whoever asks it was made to. */
const asked: string[] = []
const canary = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    asked.push(request.url)
    return new Response('')
  },
})

beforeAll(async () => {
  texts = corpus(`http://127.0.0.1:${canary.port}`)
  folder = newHome()
  // Paths are shown as well.
  const home = join(folder, `"><img ${mark} src=x onerror=window.${mark}=1>`)
  mkdirSync(home)
  ;[browser, server] = await Promise.all([launch(), start({ home, flags: ['--watch', 'all'] })])
  await new Attack(server, texts).everything()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
  canary.stop(true)
  rmSync(folder, { recursive: true, force: true })
})

/** A page in which everything that should not happen is noted. */
async function watched(): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 2400 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  const wrong: string[] = []
  const own = [server.apiUrl, server.apiUrl.replace('http', 'ws'), 'data:', 'blob:']
  await context.route(
    (url) => !own.some((prefix) => url.href.startsWith(prefix)),
    (route) => {
      wrong.push(`asked for ${route.request().url()}`)
      return route.abort()
    },
  )
  await context.exposeFunction('violated', (what: string) => wrong.push(`policy: ${what}`))
  await context.addInitScript(() => {
    const told = window as unknown as { violated(what: string): void }
    addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sample } = event as unknown as Record<string, string>
      told.violated(`${violatedDirective} ${blockedURI} ${sample}`)
    })
  })
  context.on('page', (page) => {
    page.on('dialog', (dialog) => {
      wrong.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('pageerror', (error) => wrong.push(`error: ${error.message} ${error.stack?.slice(0, 300)}`))
    // What is not there, or not understood, is asked for in vain: that is no harm.
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
        wrong.push(`console: ${message.text()}`)
    })
    page.on('popup', () => wrong.push('a window was opened'))
  })
  return { page: await context.newPage(), wrong }
}

/** What stands in the document that only a text could have put there. */
const found = (page: Page) =>
  page.evaluate((mark) => {
    const out: string[] = []
    if (mark in window) out.push('a script ran')
    if (({} as Record<string, unknown>)[mark] !== undefined) out.push('Object.prototype was changed')
    for (const one of document.querySelectorAll('*')) {
      const where = () => one.outerHTML.slice(0, 200)
      if (one.hasAttribute(mark) || /^(iframe|object|embed|base|math)$/i.test(one.tagName)) out.push(`made: ${where()}`)
      for (const { name, value } of one.attributes) {
        if (/^on/i.test(name)) out.push(`handler: ${where()}`)
        if (/^(href|src|action|formaction|xlink:href|poster|background|srcset|data)$/i.test(name)) {
          if (/^[\s\u0000-\u001f]*(javascript|vbscript|data:text)/i.test(value)) out.push(`address: ${where()}`)
          if (one.tagName !== 'A' && /^https?:/.test(value)) out.push(`remote: ${where()}`)
        }
        if (name === 'style' && /url\(|expression|@import/i.test(value)) out.push(`style: ${where()}`)
      }
      if (
        one.tagName === 'A' &&
        one.getAttribute('target') === '_blank' &&
        !/noopener/.test(one.getAttribute('rel') ?? '')
      )
        out.push(`opener: ${where()}`)
    }
    // What reorders letters or moves a terminal is to be seen, not done; what is typed is the reader's own.
    const shown = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (shown.nextNode()) {
      const text = shown.currentNode.nodeValue ?? ''
      if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text))
        out.push(
          `control: ${JSON.stringify(text.slice(0, 120))} in ${shown.currentNode.parentElement?.outerHTML.slice(0, 200)}`,
        )
    }
    return [...new Set(out)].slice(0, 20)
  }, mark)

async function settle(page: Page): Promise<void> {
  await page.locator('main').first().waitFor()
  await settled(page)
}

test('no screen runs anything of it, asks for anything, or breaks', async () => {
  const { page, wrong } = await watched()
  const { sessions } = await server.get('/api/sessions?from=1970-01-01&limit=1000')
  const richest = new Map<string, any>()
  for (const one of sessions) {
    const best = richest.get(one.tool)
    if (!best || one.messageCount + one.toolCallCount > best.messageCount + best.toolCallCount)
      richest.set(one.tool, one)
  }
  const told = ['claude-code', texts[1]!].flatMap((tool) => richest.get(tool) ?? [])
  expect(told.length).toBe(2)
  const { traces } = await server.get('/api/traces?from=1970-01-01&limit=2')
  const { dashboards } = await server.get('/api/dashboards')
  const filled = dashboards.find(({ isDefault }: any) => isDefault)
  const session = (id: string) => `/sessions/${encodeURIComponent(id)}`
  const q = encodeURIComponent
  const paths = [
    '/',
    '/sessions',
    ...told.map(({ sessionId }) => session(sessionId)),
    ...['waterfall', 'logs', 'summary', 'audit'].map((tab) => `${session(told[0].sessionId)}?tab=${tab}`),
    ...['waterfall', 'summary'].map((tab) => `${session(told[1].sessionId)}?tab=${tab}`),
    `${session('told')}?q=${q(texts[1]!)}`,
    session(texts[1]!),
    '/dashboards',
    `/dashboards/${filled.id}`,
    `/dashboards/${q(texts[1]!)}`,
    ...['tool', 'project', 'host'].map((by) => `/costs?by=${by}`),
    `/costs?by=${q(texts[0]!)}&interval=${q(texts[1]!)}`,
    '/tools',
    '/errors',
    '/traces',
    ...traces.map(({ id }: any) => `/traces/${q(id)}`),
    '/logs',
    ...['constructor', '__proto__', texts[1]!].map(
      (name) => `/logs?q=${q(`@"${name.replaceAll('"', '\\"')}":"${name.replaceAll('"', '\\"')}"`)}`,
    ),
    '/metrics',
    ...[texts[1]!, '__proto__', 'constructor'].map((name) => `/metrics?name=${q(name)}&by=${q(texts[2]!)}`),
    '/metrics?name=constructor&q=constructor:__proto__',
    ...['sources', 'budgets', 'prices', 'tokens', 'server', 'appearance', q(texts[1]!)].map(
      (tab) => `/settings?tab=${tab}`,
    ),
    `/${q(texts[1]!)}`,
  ]
  const all: [string, string[]][] = []
  for (const path of paths) {
    const address = new URL(path, server.apiUrl)
    address.searchParams.set('range', 'all')
    await page.goto(address.href)
    await settle(page)
    // The first row's details.
    const row = page.getByTestId('row').or(page.getByTestId('span-row')).first()
    if (/^\/(logs|errors|traces\/)/.test(path) && (await row.isVisible())) {
      await row.click()
      await settle(page)
    }
    const here = [...(await found(page)), ...wrong.splice(0)]
    if (here.length > 0) all.push([path, here])
  }
  expect(all).toEqual([])
  expect(asked).toEqual([])
  await page.context().close()
}, 240_000)

test('what opens over a screen shows it as text: palette, statements, tooltips, suggestions', async () => {
  const { page, wrong } = await watched()
  const clean = async (what: string) => expect([what, await found(page), wrong]).toEqual([what, [], []])
  await page.goto(new URL(`/sql?sql=${encodeURIComponent(statement(texts.slice(0, 30)))}`, server.apiUrl).href)
  await settle(page)
  await page.getByTestId('sql-run').click()
  await page.getByTestId('sql-result').waitFor()
  await clean('result')
  const files: string[] = []
  page.on('download', (download) => files.push(download.suggestedFilename()))
  await page.reload()
  await settle(page)
  await clean('history')
  await page.goto(new URL('/logs?range=all', server.apiUrl).href)
  await settle(page)
  for (const typed of ['<', '@', '@"', 'service:', 'level:']) {
    await page.getByTestId('filter').fill(typed)
    await clean(`filter ${typed}`)
  }
  await page.keyboard.press('Escape')
  await page.goto(new URL('/sessions?range=all', server.apiUrl).href)
  await settle(page)
  await page.keyboard.press('Control+k')
  for (const typed of ['<', 'script', 'owned']) {
    await page.getByTestId('palette-input').fill(typed)
    await page.waitForLoadState('networkidle')
    await clean(`palette ${typed}`)
  }
  await page.keyboard.press('Escape')
  const { dashboards } = await server.get('/api/dashboards')
  await page.goto(
    new URL(`/dashboards/${dashboards.find((one: any) => one.isDefault).id}?range=all`, server.apiUrl).href,
  )
  await settle(page)
  for (const chart of await page.locator('canvas, main svg[role=img]').all()) {
    if (!(await chart.isVisible())) continue
    await chart.hover({ force: true }).catch(() => {})
  }
  await clean('charts')
  await page.goto(new URL('/docs', server.apiUrl).href)
  await clean('docs')
  // What the page does is still done.
  await page.goto(new URL('/sessions?range=all', server.apiUrl).href)
  await page.getByTestId('row').first().click()
  await page.waitForURL(/\/sessions\/./)
  await settle(page)
  await clean('the page goes on')
  expect(asked).toEqual([])
  await page.context().close()
}, 120_000)

/** What a terminal would act on; a line's end is ours. */
const acted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

/** What a command printed, on both streams. */
async function printed(home: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await command(home, [...homeFlag(home), ...args])
  return stdout + stderr
}

test('no command prints what a terminal would act on', async () => {
  const commands = [
    ['report', 'session', '--json'],
    ['report', 'model'],
    ['report', 'daily', '--breakdown'],
    ['status'],
    ['status', '--json'],
    ['sql', statement(texts)],
    ['sql', '--format', 'json', statement(texts)],
    ['sql', `select ${texts[1]}`],
    ['prices', 'unpriced'],
    ['prices', 'show', 'constructor'],
    ['prices', 'show', texts[19]!],
    ['import', 'all', '--force', '--verbose'],
    ['import', texts[19]!],
    ['export', 'all', '--output', join(folder, 'out'), '--yes', '--verbose'],
    ['delete', 'sessions', '--session', texts[19]!, '--dry-run'],
  ]
  const wrong: string[] = []
  for (const args of commands) {
    const text = await printed(server.home, args)
    expect([args[0], text.length]).not.toEqual([args[0], 0])
    const at = acted.exec(text)
    if (at)
      wrong.push(
        `${args.slice(0, 3).join(' ').slice(0, 80)}: ${JSON.stringify(text.slice(Math.max(0, at.index - 60), at.index + 20))}`,
      )
  }
  expect(wrong).toEqual([])
  expect(acted.exec(server.errors())).toBeNull()
}, 120_000)

test('names of tokens are text as well', async () => {
  const token = await new Attack(server, texts).tokens()
  const { page, wrong } = await watched()
  await page.context().setExtraHTTPHeaders({ authorization: `Bearer ${token}` })
  await page.goto(new URL('/settings?tab=tokens', server.apiUrl).href)
  await page.locator('[data-testid^=token-]').first().waitFor()
  expect([await found(page), wrong]).toEqual([[], []])
  const text = await printed(server.home, ['--token', token, 'token', 'list'])
  expect(text).toContain('constructor')
  expect(acted.exec(text)).toBeNull()
  expect(asked).toEqual([])
  await page.context().close()
}, 60_000)

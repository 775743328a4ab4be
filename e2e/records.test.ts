// records.test.ts: costs, traces and logs of the compiled binary in a real browser: every control once.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { hashName } from '../frontend/lib/colors.ts'
import { launch } from './chromium.ts'
import { fill, openPage, overflow, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
let traceId: string
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '02-http-json-gzip-resume'],
    ['claude-code', '07-traces-beta-protobuf'],
    ['codex', '04-http-subagent'],
    ['copilot', '01-http-json'],
  ])
  const now = Date.now()
  const answer = await fetch(new URL('/api/ingest', server.apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      source: 'claude-code',
      host: 'devbox',
      calls: [
        { minutesAgo: 30, inputTokens: 4_000, cacheReadTokens: 90_000 },
        { minutesAgo: 5, inputTokens: 1_000, cacheReadTokens: 40_000 },
      ].map(({ minutesAgo, ...tokens }, index) => ({
        id: `recent-${index}`,
        timestamp: new Date(now - minutesAgo * 60_000).toISOString(),
        model: 'claude-sonnet-4-5',
        status: 'ok',
        sessionId: 'recent',
        project: 'shop',
        branch: 'main',
        outputTokens: 100,
        ...tokens,
      })),
    }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  const { traces } = await server.get('/api/traces?from=2026-11-20T00:00:00Z&service=claude-code&limit=100')
  traceId = traces.toSorted((a: any, b: any) => b.errorCount - a.errorCount || b.spanCount - a.spanCount)[0].id
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

/** Two names whose hashes give the same one of eight colours. */
const sameSlot: [string, string] = ['m-0', Array.from({ length: 99 }, (_, at) => `m-${at + 1}`).find(isAlike) ?? '']
function isAlike(name: string): boolean {
  return hashName(name) % 8 === hashName('m-0') % 8
}
const cost = (value: number) => (value >= 0.995 ? `$${value.toFixed(2)}` : undefined)
const q = (page: Page) => new URL(page.url()).searchParams.get('q')

describe('costs', () => {
  test('are told apart by every key and interval, with what caches saved', async () => {
    const { page, wrong, close } = await openPage(browser, server, `/costs${recorded}`)
    try {
      await page.getByTestId('usage-table').waitFor()
      const saved = await server.get('/api/usage/savings')
      expect(saved.totals.savedUsd).toBeGreaterThan(0.1)
      await settled(page)
      expect(await page.getByTestId('total-saved').textContent()).toBe(
        cost(saved.totals.savedUsd) ?? `$${saved.totals.savedUsd.toPrecision(2)}`,
      )
      const keys = await page
        .getByTestId('cost-group')
        .locator('option')
        .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))
      expect(keys).toEqual(
        expect.arrayContaining([
          ...['tool', 'model', 'project', 'branch', 'session', 'agent', 'skill', 'mcpServer', 'user', 'host'],
        ]),
      )
      for (const key of keys) {
        await page.getByTestId('cost-group').selectOption({ value: key })
        await settled(page)
        const usage = await server.get(`/api/usage?groupBy=${key}`)
        await until(
          () => page.getByTestId('usage-table').locator(`[data-key^="${key}:"]`).count(),
          Math.min(100, usage.rows.length),
        )
      }
      for (const interval of ['hour', 'week', 'month', 'day']) {
        await page.getByLabel('Every').selectOption(interval)
        await settled(page)
        expect(await page.getByTestId('error-state').count()).toBe(0)
      }
      for (const measure of ['Tokens', 'Requests', 'Cost'])
        await page.getByRole('button', { name: measure, exact: true }).first().click()
      await page.getByTestId('cost-group').selectOption('model')
      await page.getByTestId('usage-table').locator('[data-key^="model:"]').first().waitFor()
      await settled(page)
      const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-csv').click()])
      expect(csv.suggestedFilename()).toBe('costs-by-model.csv')
      const [head, ...lines] = readFileSync(await csv.path(), 'utf8')
        .trimEnd()
        .split('\r\n')
        .map((line) => line.split(','))
      const asked = `${recorded}&groupBy=model&interval=day&tz=UTC`
      const { rows, totals } = await server.get(`/api/usage${asked}`)
      expect([head!.slice(0, 2), lines.length]).toEqual([['bucket', 'model'], rows.length])
      const column = (name: string) => lines.map((line) => line[head!.indexOf(name)])
      expect(column('model').toSorted()).toEqual(rows.map((row: any) => row.model ?? '').toSorted())
      for (const name of ['requests', 'inputTokens', 'cacheReadTokens', 'outputTokens', 'totalTokens'])
        expect([name, column(name).reduce((sum, cell) => sum + Number(cell), 0)]).toEqual([name, totals[name]])
      expect(column('costUsd').reduce((sum, cell) => sum + Number(cell), 0)).toBeCloseTo(totals.costUsd, 9)
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })

  test('show the open window of five hours with its pace, and the week to the reset that is set', async () => {
    const { page, wrong, close } = await openPage(browser, server, '/costs')
    try {
      const row = page.locator('[data-testid="usage-window"][data-key="claude-code"]')
      await row.waitFor()
      const { windows } = await server.get('/api/usage/windows')
      const own = windows.find((one: any) => one.tool === 'claude-code')
      expect(own.current.requests).toBe(2)
      expect(own.current.projectedTokens).toBeGreaterThan(own.current.tokens)
      expect(await row.textContent()).toContain('left')
      expect(await row.getByRole('progressbar').count()).toBe(1)
      await row.getByText('last 7 days').waitFor()
      await row.getByTestId('week-reset').click()
      await page.getByLabel('Weekday of the reset').selectOption('thursday')
      await page.getByLabel('Hour of the reset').selectOption('9')
      await page.getByTestId('week-save').click()
      await row.getByRole('progressbar', { name: 'Time of the week' }).waitFor()
      const { weeks } = await server.get('/api/usage/weeks')
      expect(weeks).toEqual([{ tool: 'claude-code', weekday: 'thursday', hour: 9, tz: 'UTC' }])
      await row.getByTestId('week-reset').click()
      await page.getByTestId('week-remove').click()
      await row.getByText('last 7 days').waitFor()
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })
})

describe('the table of costs', () => {
  test('scrolls in its own place where it is wider than the window, with the name of the row in sight', async () => {
    for (const width of [1440, 1024]) {
      const size = { width, height: 900 }
      const { page, wrong, close } = await openPage(browser, server, `/costs${recorded}`, { size })
      try {
        const table = page.getByTestId('usage-table')
        await table.locator('[data-key^="model:"]').first().waitFor()
        await settled(page)
        const box = page.getByRole('region', { name: 'Usage by model' })
        const widths = await box.evaluate((one) => [
          one.scrollWidth,
          one.clientWidth,
          one.getBoundingClientRect().right,
        ])
        expect(widths[2]).toBeLessThanOrEqual(width)
        expect([width, await overflow(page)]).toEqual([width, 0])
        expect(await page.locator('main').evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0)
        if (widths[0]! <= widths[1]!) continue
        const name = table.locator('[data-key^="model:"] td').first()
        const before = (await name.boundingBox())!.x
        // It fades out where it goes on, until its end is in sight.
        const fades = () => box.evaluate((one) => getComputedStyle(one).maskImage !== 'none')
        expect([width, await fades()]).toEqual([width, true])
        await box.evaluate((one) => one.scrollTo({ left: one.scrollWidth }))
        await until(fades, false)
        expect((await name.boundingBox())!.x).toBe(before)
        const last = (await table.locator('thead th').last().boundingBox())!
        expect(last.x + last.width).toBeLessThanOrEqual(width)
        expect(wrong).toEqual([])
      } finally {
        await close()
      }
    }
  })

  test('gives a model one colour in every browser, on every screen, in whichever order they are looked at', async () => {
    // Both of one slot, were there no other.
    const [first, second] = sameSlot
    const answer = await fetch(new URL('/api/ingest', server.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        source: 'script',
        calls: [first, second].map((model, index) => ({
          id: `color-${index}`,
          timestamp: new Date(Date.now() - (9 - index) * 60_000).toISOString(),
          model,
          status: 'ok',
          sessionId: `color-${index}`,
          inputTokens: 10,
          outputTokens: 1,
        })),
      }),
    })
    expect(await answer.json()).toMatchObject({ accepted: 2 })
    const seen: Record<string, Set<string>> = { [first]: new Set(), [second]: new Set() }
    for (const paths of [
      ['/costs?range=1h', `/costs?range=1h&q=model:${second}`],
      [`/costs?range=1h&q=model:${second}`, '/costs?range=1h&measure=tokens', '/?range=1h'],
    ]) {
      const { page, wrong, close } = await openPage(browser, server, paths[0]!)
      try {
        for (const path of paths) {
          await page.goto(new URL(path, server.apiUrl).href)
          await page.getByText(second, { exact: true }).first().waitFor()
          await settled(page)
          for (const model of [first, second]) {
            // The dot or bar beside the name, whichever the screen has.
            const colors = await page
              .locator('tr, li')
              .filter({ has: page.getByText(model, { exact: true }) })
              .evaluateAll((all) =>
                all.flatMap((one) =>
                  [...one.querySelectorAll('[style]')].flatMap(
                    (part) => /var\(--chart-\w+\)/.exec(part.getAttribute('style')!)?.[0] ?? [],
                  ),
                ),
              )
            for (const color of colors) seen[model]!.add(color)
          }
        }
        expect(wrong).toEqual([])
      } finally {
        await close()
      }
    }
    expect([seen[first]!.size, seen[second]!.size]).toEqual([1, 1])
    expect([...seen[first]!]).not.toEqual([...seen[second]!])
  })
})

describe('a trace', () => {
  test('tells its tokens and cost as the ledger counts them, in the head and on its spans', async () => {
    const { page, wrong, close } = await openPage(browser, server, `/traces/${traceId}`)
    try {
      await page.getByTestId('trace-cost').waitFor()
      const { calls } = await server.get(`/api/traces/${traceId}/calls`)
      const sum = (key: string) => calls.reduce((all: number, one: any) => all + (one[key] ?? 0), 0)
      expect(calls.length).toBeGreaterThan(1)
      expect(await page.getByTestId('trace-cost').getAttribute('title')).toContain(
        `$${sum('costUsd').toFixed(9).replace(/0+$/, '')}`,
      )
      expect(await page.getByTestId('trace-tokens').getAttribute('title')).toBe(
        `${sum('totalTokens').toLocaleString('en-US')} tokens in ${sum('requests')} requests`,
      )
      const call = calls.find((one: any) => one.spanId && one.costUsd)
      const row = page.locator(`[data-span="${call.spanId}"]`)
      expect(await row.textContent()).toContain('$')
      await row.getByRole('button').last().click()
      await page.getByTestId('span-detail').getByText('Cost', { exact: true }).waitFor()
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })

  test('is searched, walked from error to error, folded, coloured, zoomed and shown by its critical path', async () => {
    const { page, wrong, close } = await openPage(browser, server, `/traces/${traceId}`)
    try {
      await page.getByTestId('span-row').first().waitFor()
      // All that are not folded, in the document or not.
      const unfolded = async () => Number.parseInt((await page.getByText(/\d spans in sight/).textContent()) ?? '', 10)
      const all = await unfolded()
      const { spans } = await server.get(`/api/traces/${traceId}`)
      const failed = spans.filter((one: any) => one.statusCode === 'ERROR').map((one: any) => one.spanId)
      expect(failed.length).toBeGreaterThan(0)
      const visited = new Set<string>()
      for (let press = 0; press < failed.length; press++) {
        await page.keyboard.press('e')
        await page.waitForFunction(
          (before) => new URL(location.href).searchParams.get('span') !== before,
          [...visited].at(-1) ?? null,
        )
        visited.add(new URL(page.url()).searchParams.get('span')!)
      }
      expect([...visited].sort()).toEqual(failed.sort())
      await page.getByTestId('next-error').click()
      await page.getByTestId('detail-close').click()
      await page.getByTestId('critical-path').click()
      expect(
        await page
          .getByTestId('span-row')
          .evaluateAll((all) => all.some((one) => one.className.includes('opacity-40'))),
      ).toBe(true)
      await page.getByTestId('critical-path').click()
      await page.getByRole('button', { name: 'Collapse all' }).click()
      const folded = await unfolded()
      expect(folded).toBeLessThan(all)
      const rows = () => page.getByTestId('span-row').count()
      await until(rows, folded)
      await page.getByRole('button', { name: 'Expand all' }).click()
      expect(await unfolded()).toBe(all)
      await until(async () => (await rows()) > folded, true)
      await page.getByLabel('Colour by').selectOption('name')
      await page.getByTestId('span-search').fill('llm_request')
      await page.getByText(/\d+ found/).waitFor()
      await page.getByTestId('span-search').press('Enter')
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })
})

describe('logs', () => {
  test('are filtered by an attribute that is clicked, and by one that is typed', async () => {
    const { page, wrong, close } = await openPage(browser, server, `/logs${recorded}`)
    const total = async () => Number((await page.getByTestId('total').textContent())!.replace(/\D/g, ''))
    try {
      await page.getByTestId('logs-table').waitFor()
      await page.getByTestId('filter').fill('@tool_name:')
      await page.getByRole('option').filter({ hasText: '@tool_name:Bash' }).click()
      await until(async () => q(page), '@tool_name:Bash')
      const bash = (
        await server.get(`/api/logs${recorded}&filter=${encodeURIComponent('{"tool_name":"Bash"}')}&limit=1`)
      ).total
      expect(bash).toBeGreaterThan(0)
      await until(total, bash)
      await page.getByTestId('filter').press('Enter')
      await page.getByTestId('row').first().getByRole('link').click()
      await page.getByTestId('log-detail').waitFor()
      await page.getByTestId('log-detail').getByRole('button', { name: 'Filter by event.name' }).click()
      await until(async () => q(page)?.includes('@event.name:') ?? false, true)
      const event = q(page)!.split('@event.name:')[1]!
      await until(
        total,
        (
          await server.get(
            `/api/logs${recorded}&filter=${encodeURIComponent(JSON.stringify({ tool_name: 'Bash', 'event.name': event }))}&limit=1`,
          )
        ).total,
      )
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })

  test('are narrowed by level and by dragging over the histogram, paused and gone on with', async () => {
    const { page, wrong, close } = await openPage(browser, server, '/logs?range=all')
    try {
      await page.getByTestId('logs-table').waitFor()
      await settled(page)
      await page.getByTestId('live-toggle').click()
      await page.getByText('Go live').waitFor()
      await fetch(new URL('/v1/logs', server.otlpUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resourceLogs: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
              scopeLogs: [
                {
                  logRecords: [
                    { timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`, body: { stringValue: 'came while paused' } },
                  ],
                },
              ],
            },
          ],
        }),
      })
      await page.getByTestId('new-records').waitFor()
      expect(await page.getByText('came while paused').count()).toBe(0)
      await page.getByTestId('new-records').click()
      await page.getByText('came while paused').first().waitFor()
      const box = (await page.getByTestId('log-histogram').boundingBox())!
      await page.mouse.move(box.x + box.width * 0.5, box.y + 30)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.9, box.y + 30, { steps: 5 })
      await page.mouse.up()
      await page.waitForURL((at) => at.searchParams.has('from'))
      await page.goBack()
      await page.waitForURL((at) => !at.searchParams.has('from'))
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  })
})

// metrics.test.ts: the metrics explorer of the compiled binary in a real browser: every control once.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { requests } from './recordings.ts'
import { accessibility, fill, openPage, overflow, phone, recorded, settled, turnDark } from './screen.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['claude-code', '01-http-json'],
    ['claude-code', '02-http-json-gzip-resume'],
    ['codex', '04-http-subagent'],
    ['gemini', '01-http'],
  ])
})
afterAll(async () => {
  await browser.close()
  await server.dispose()
})

const name = 'claude_code.token.usage'
const url = `/metrics${recorded}&name=${name}`
/** The texts of the table of series: label and total. */
const rows = (page: Page) =>
  page
    .getByRole('table', { name: 'Series' })
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')))
async function sumOf(filter?: object): Promise<Record<string, number>> {
  const { series } = await server.get(
    `/api/metrics/series${recorded}&name=${name}&aggregate=true&groupBy=type${filter ? `&filter=${encodeURIComponent(JSON.stringify(filter))}` : ''}`,
  )
  return Object.fromEntries(series.map((one: any) => [one.labels.type, one.datapoints[0][1]]))
}
const written = (value: number) =>
  value < 9_999.5 ? value.toLocaleString('en-US') : `${(value / 1000).toPrecision(3)}k`

test('the catalogue names metrics, lists them by agent and is searched', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/metrics${recorded}`)
  try {
    await page.getByTestId('metric-chart').waitFor()
    expect(await page.getByRole('heading', { level: 2, name: 'Claude Code: Tokens' }).count()).toBe(1)
    const families = await page.locator('nav[aria-label="Metrics"] h2').allTextContents()
    expect(families.slice(0, 3)).toEqual(['Claude Code', 'Codex', 'Gemini CLI'])
    await page.getByTestId('metric-search').fill('time to first token')
    await page.getByTestId('metric').first().click()
    await page.getByText('From the request to the first token').waitFor()
    expect(new URL(page.url()).searchParams.get('name')).toBe('codex.turn.ttft.duration_ms')
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

/** What Claude Code sent of a metric, added up by its type, whatever session it is of. */
function sentOf(metric: string): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const variant of ['01-http-json', '02-http-json-gzip-resume'])
    for (const { path, headers, body } of requests('claude-code', variant)) {
      if (path !== '/v1/metrics') continue
      const text = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      for (const { scopeMetrics } of JSON.parse(new TextDecoder().decode(text)).resourceMetrics)
        for (const { metrics } of scopeMetrics)
          for (const { name, sum } of metrics)
            for (const { attributes, asInt, asDouble } of name === metric ? sum.dataPoints : []) {
              const type = attributes.find((one: any) => one.key === 'type')?.value.stringValue ?? ''
              sums[type] = (sums[type] ?? 0) + Number(asDouble ?? asInt)
            }
    }
  return sums
}

test('lines of code by kind, commits and active time are those that the agent sent, by their names', async () => {
  const { page, wrong, close } = await openPage(browser, server, `/metrics${recorded}`)
  try {
    for (const [metric, name, total] of [
      ['claude_code.lines_of_code.count', 'Lines of code', String],
      ['claude_code.commit.count', 'Commits', String],
      ['claude_code.active_time.total', 'Active time', (seconds: number) => `${seconds.toPrecision(3)} s`],
    ] as const) {
      const sent = Object.entries(sentOf(metric))
      expect([metric, sent.length > 0]).toEqual([metric, true])
      await page.getByTestId('metric-search').fill(name)
      await page.locator(`[data-testid=metric][href*="${metric}"]`).click()
      await page.getByRole('heading', { level: 2, name: `Claude Code: ${name}`, exact: true }).waitFor()
      await settled(page)
      expect((await rows(page)).map(([label, sum]) => [label, sum]).sort()).toEqual(
        sent.map(([label, sum]) => [label || name, total(sum)]).sort(),
      )
    }
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('a filter by attribute, typed or clicked, holds for chart and table, and is in the link', async () => {
  const { page, wrong, close } = await openPage(browser, server, url)
  try {
    await page.getByTestId('metric-plot').waitFor()
    const all = await sumOf()
    expect((await rows(page)).map(([label, total]) => [label, total]).sort()).toEqual(
      Object.entries(all)
        .map(([label, total]) => [label, written(total)])
        .sort(),
    )
    await page.getByTestId('filter').fill('model:')
    await page.getByRole('option').first().waitFor()
    const model = (await page.getByRole('option').first().textContent())!.replace(/^model:(\S+).*$/, '$1')
    await page.getByRole('option').first().click()
    await page.waitForURL((at) => at.searchParams.get('q') === `model:${model}`)
    await settled(page)
    const one = await sumOf({ model })
    expect(one).not.toEqual(all)
    expect((await rows(page)).map(([label, total]) => [label, total]).sort()).toEqual(
      Object.entries(one)
        .map(([label, total]) => [label, written(total)])
        .sort(),
    )
    await page.getByRole('row').filter({ hasText: 'output' }).hover()
    await page.getByRole('button', { name: 'Only output' }).click()
    await page.waitForURL((at) => at.searchParams.get('q') === `model:${model} type:output`)
    await settled(page)
    expect((await rows(page)).map(([label, total]) => [label, total])).toEqual([['output', written(one.output!)]])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('statistic, breakdown, form, stacking and the period before are adjusted and kept in the link', async () => {
  const { page, wrong, close } = await openPage(browser, server, url)
  try {
    await page.getByTestId('metric-plot').waitFor()
    for (const stat of ['rate', 'avg', 'min', 'max', 'p50', 'p95', 'p99', 'sum']) {
      await page.getByTestId('stat').selectOption(stat)
      await settled(page)
      expect([stat, (await rows(page)).length]).toEqual([stat, 4])
    }
    await page.getByTestId('group-by').selectOption('model')
    await page.waitForURL((at) => at.searchParams.get('by') === 'model')
    await page.getByRole('button', { name: 'Area' }).click()
    await page.getByLabel('Stacked').uncheck()
    await page.getByRole('button', { name: 'Line' }).click()
    await page.getByRole('button', { name: 'Bars' }).click()
    await page.getByLabel('Period before').check()
    await page.getByText('Period before', { exact: true }).last().waitFor()
    await settled(page)
    const heads = await page.getByRole('table', { name: 'Series' }).locator('th').allTextContents()
    expect(heads).toContain('Change')
    const kept = new URL(page.url()).searchParams
    expect([kept.get('by'), kept.get('stack'), kept.get('compare')]).toEqual(['model', 'no', '1'])
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('the period before is the one just before, and the table says how it changed', async () => {
  const point = (time: string, value: number) => ({
    timeUnixNano: `${BigInt(Date.parse(time)) * 1_000_000n}`,
    asDouble: value,
    attributes: [{ key: 'kind', value: { stringValue: 'tea' } }],
  })
  const answer = await fetch(new URL('/v1/metrics', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'shop.sold',
                  sum: {
                    aggregationTemporality: 1,
                    isMonotonic: true,
                    dataPoints: [
                      point('2026-11-21T09:00:00Z', 900),
                      point('2026-11-21T10:30:00Z', 30),
                      point('2026-11-21T11:30:00Z', 40),
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    }),
  })
  expect(answer.status).toBe(200)
  const { page, wrong, close } = await openPage(
    browser,
    server,
    '/metrics?from=2026-11-21T11:00:00Z&to=2026-11-21T12:00:00Z&name=shop.sold&by=kind&compare=1',
  )
  try {
    await page.getByTestId('metric-plot').waitFor()
    await settled(page)
    expect((await rows(page)).map((cells) => cells.slice(0, 4))).toEqual([['tea', '40', '30', '↑ +33%']])
    await page.getByRole('slider').press('ArrowRight')
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('the series are taken along as CSV and as a picture', async () => {
  const { page, wrong, close } = await openPage(browser, server, url)
  try {
    await page.getByTestId('metric-plot').waitFor()
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-csv').click()])
    expect(csv.suggestedFilename()).toBe(`${name}.csv`)
    const lines = readFileSync(await csv.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines[0]!.split(',')[0]).toBe('time')
    const column = lines[0]!.split(',').indexOf('output')
    const total = lines.slice(1).reduce((sum, line) => sum + Number(line.split(',')[column] || 0), 0)
    expect(total).toBe((await sumOf()).output!)
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-png').click()])
    expect(png.suggestedFilename()).toBe(`${name}.png`)
    const picture = readFileSync(await png.path())
    expect([...picture.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(picture.byteLength).toBeGreaterThan(5_000)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test("nothing serious for axe and nothing beyond a phone's width, light and dark", async () => {
  for (const size of [undefined, phone]) {
    const { page, wrong, close } = await openPage(browser, server, `${url}&compare=1`, size ? { size } : {})
    try {
      await page.getByTestId('metric-plot').waitFor()
      await settled(page)
      expect(await accessibility(page)).toEqual([])
      await turnDark(page)
      expect(await accessibility(page, ['color-contrast'])).toEqual([])
      expect(await overflow(page)).toBe(0)
      if (size) {
        await page.getByTestId('choose-metric').click()
        await page.getByRole('dialog').getByTestId('metric').filter({ hasText: 'Commits' }).first().click()
        await page.waitForURL((at) => at.searchParams.get('name') === 'claude_code.commit.count')
      }
      expect(wrong).toEqual([])
    } finally {
      await close()
    }
  }
})

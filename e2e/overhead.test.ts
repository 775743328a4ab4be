// overhead.test.ts: tools, problems, and what retries, refusals and compactions cost, from the agent's records to the screen, in a
// real browser.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { accessibility, fill, openPage, overflow, phone, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'
import { until } from './until.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
  await fill(server, [
    ['codex', '01-http-binary'],
    ['gemini', '01-http'],
  ])
  const answer = await fetch(new URL('/v1/logs', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claudeLogs),
  })
  expect(answer.status).toBe(200)
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const began = BigInt(Date.parse('2026-11-22T05:00:00Z')) * 1_000_000n
const event = (second: number, given: Record<string, string | number>) => ({
  timeUnixNano: String(began + BigInt(second) * 1_000_000_000n),
  body: { stringValue: `claude_code.${given['event.name']}` },
  attributes: Object.entries({ 'session.id': 'compacting', model: 'claude-opus-4-5-20251101', ...given }).map(
    ([key, value]) => ({ key, value: typeof value === 'number' ? { intValue: value } : { stringValue: value } }),
  ),
})
const request = (second: number, id: string, given: Record<string, string | number>) =>
  event(second, { 'event.name': 'api_request', request_id: id, query_source: 'repl_main_thread', ...given })

/** A conversation that grew too long, was summed up, and then was refused an answer. */
const claudeLogs = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'claude-code' } }] },
      scopeLogs: [
        {
          scope: { name: 'com.anthropic.claude_code.events' },
          logRecords: [
            request(0, 'req_1', { input_tokens: 1000, cache_read_tokens: 150_000, output_tokens: 10 }),
            request(10, 'req_2', { query_source: 'compact', input_tokens: 100_000, output_tokens: 4_000 }),
            event(52, { 'event.name': 'compaction', trigger: 'auto', success: 'true' }),
            request(60, 'req_3', { input_tokens: 2000, output_tokens: 10 }),
            request(90, 'req_4', { input_tokens: 3000, output_tokens: 0 }),
            event(91, { 'event.name': 'api_refusal', request_id: 'req_4' }),
          ],
        },
      ],
    },
  ],
}

test('each number leads to the records behind it', async () => {
  const { sums } = await server.get(`/api/overhead${recorded}`)
  // 100,000 × $5 + 4,000 × $25 a million; 3,000 × $5.
  expect(sums.map(({ kind, tool, count, costUsd }: any) => [kind, tool, count, costUsd]).sort()).toEqual([
    ['compaction', 'claude-code', 1, 0.6],
    ['refusal', 'claude-code', 1, 0.015],
    ['retry', 'codex', 1, 0],
    ['retry', 'gemini', 1, 0],
  ])
  const { page, wrong, close } = await openPage(browser, server, `/errors${recorded}`)
  try {
    await page.getByRole('button', { name: 'Overhead' }).click()
    await page
      .getByTestId('overhead-table')
      .getByRole('row')
      .filter({ hasText: 'Compactions' })
      .getByRole('link')
      .click()
    const detail = page.getByTestId('overhead-detail')
    await detail.getByText('context 151k → 2,000').waitFor()
    expect(await accessibility(page)).toEqual([])
    await detail.getByRole('link', { name: 'ledger' }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('req_2').first().waitFor()
    await page.goBack()
    await detail.getByRole('link', { name: 'session' }).click()
    await page.waitForURL(/\/sessions\/compacting/)
    await page.goBack()
    await page.getByTestId('overhead-refusal').click()
    await page.waitForURL(/q=kind:refusal/)
    expect(await page.getByTestId('overhead-table').getByRole('row').count()).toBe(2)
    await page.getByRole('button', { name: 'Problems' }).click()
    await page.getByTestId('errors-table').waitFor()
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('tools tell calls, success, failures and what they took, in the order of any of them', async () => {
  const { tools } = await server.get(`/api/tools${recorded}`)
  expect(tools.length).toBeGreaterThan(3)
  const { page, wrong, close } = await openPage(browser, server, `/tools${recorded}`)
  try {
    const rows = page.getByTestId('tools-table').getByTestId('row')
    await until(() => rows.count(), tools.length)
    const heads = await page.getByTestId('tools-table').getByRole('columnheader').allTextContents()
    for (const [head, key, shown] of [
      ['Calls', 'calls', (value: number) => String(value)],
      ['Success', 'successRate', (value: number) => `${Math.round(value * 100)}%`],
      ['Failed', 'failures', (value: number) => String(value)],
      ['Average', 'durationMsAvg', undefined],
      ['p95', 'durationMsP95', undefined],
    ] as const) {
      const sort = page.getByTestId('tools-table').getByRole('button', { name: head, exact: true })
      if (head !== 'Calls') await sort.click()
      const best = Math.max(...tools.map((tool: any) => tool[key] ?? -1))
      const first = tools.filter((tool: any) => (tool[key] ?? -1) === best).map((tool: any) => tool.toolName)
      const cells = () => rows.first().getByRole('cell').allTextContents()
      await until(async () => first.includes((await cells())[0]), true)
      if (shown) expect([head, (await cells())[heads.indexOf(head)]]).toEqual([head, shown(best)])
    }
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('problems are told once with their first and last time, their number and examples that lead on', async () => {
  const { errors } = await server.get(`/api/errors${recorded}&limit=1000`)
  expect(errors.length).toBeGreaterThan(0)
  const { page, wrong, close } = await openPage(browser, server, `/errors${recorded}`)
  try {
    const rows = page.getByTestId('errors-table').getByTestId('row')
    await rows.first().waitFor()
    const times = await page.getByTestId('errors-table').getByRole('columnheader').allTextContents()
    const counts = await rows.evaluateAll(
      (all, at) => all.map((row) => Number(row.querySelectorAll('[role=cell]')[at]?.textContent)),
      times.indexOf('Times'),
    )
    const sum = (all: number[]) => all.reduce((a, b) => a + b, 0)
    expect(sum(counts)).toBe(sum(errors.map((one: any) => one.count)))
    await rows.first().getByRole('link').click()
    const detail = page.getByTestId('error-detail')
    await detail.getByText('First', { exact: true }).waitFor()
    await detail.getByText('Last', { exact: true }).waitFor()
    await detail.getByRole('link').first().click()
    await page.waitForURL(/\/(sessions|logs|traces)/)
    expect(wrong).toEqual([])
  } finally {
    await close()
  }
})

test('fits a phone in the dark', async () => {
  const look = { size: phone, scheme: 'dark' } as const
  const { page, wrong, close } = await openPage(browser, server, `/errors${recorded}&show=overhead`, look)
  try {
    await settled(page)
    expect([await overflow(page), await accessibility(page), wrong]).toEqual([0, [], []])
  } finally {
    await close()
  }
})

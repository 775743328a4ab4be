// overhead.test.ts: what retries, refusals and compactions cost, from the agent's records to the screen, in a real browser.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { accessibility, fill, openPage, overflow, phone, recorded, settled } from './screen.ts'
import { type Running, start } from './telltale.ts'

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

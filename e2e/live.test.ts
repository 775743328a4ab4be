// live.test.ts: a record sent to 4318 is on every screen that should show it, without reload: all of them open at once over the
// compiled binary.
import { afterAll, beforeAll, expect } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { test } from './browser-test.ts'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  ;[browser, server] = await Promise.all([launch(), start()])
})
afterAll(() => Promise.all([browser.close(), server.dispose()]))

const attributes = (given: Record<string, string | number>) =>
  Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }))
const resource = { attributes: attributes({ 'service.name': 'claude-code' }) }
const nano = (ms = Date.now()) => `${BigInt(ms) * 1_000_000n}`

async function send(path: string, body: object) {
  const answer = await fetch(new URL(path, server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}

let sequence = 0
const sendLogs = (events: Record<string, string | number>[]) =>
  send('/v1/logs', {
    resourceLogs: [
      {
        resource,
        scopeLogs: [
          {
            scope: { name: 'com.anthropic.claude_code.events' },
            logRecords: events.map((given) => ({
              timeUnixNano: nano(),
              body: { stringValue: `claude_code.${given['event.name']}` },
              attributes: attributes({ 'session.id': 'watched', 'event.sequence': ++sequence, ...given }),
            })),
          },
        ],
      },
    ],
  })
const request = (id: string, more: Record<string, string | number>) => ({
  'event.name': 'api_request',
  request_id: id,
  model: 'claude-opus-4-5-20251101',
  input_tokens: 100_000,
  output_tokens: 1_000,
  query_source: 'sdk',
  'prompt.id': 'p1',
  ...more,
})

/** Everything that one turn of an agent says, by every signal. */
async function turn() {
  await sendLogs([
    { 'event.name': 'user_prompt', prompt: 'Fetch me the moon', 'prompt.id': 'p2' },
    request('req_2', { model: 'claude-haiku-4-5-20251001', 'prompt.id': 'p2' }),
    {
      'event.name': 'tool_result',
      tool_name: 'MoonFetcher',
      tool_use_id: 'toolu_1',
      success: 'false',
      error_type: 'OutOfReach',
      duration_ms: '12',
      'prompt.id': 'p2',
    },
    // Two attempts are in its number alone.
    request('req_3', { model: 'claude-haiku-4-5-20251001', attempt: 3, 'prompt.id': 'p2' }),
  ])
  await send('/v1/traces', {
    resourceSpans: [
      {
        resource,
        scopeSpans: [
          {
            scope: { name: 'moon' },
            spans: [
              {
                traceId: 'ab'.repeat(16),
                spanId: 'cd'.repeat(8),
                name: 'fly to the moon',
                kind: 1,
                startTimeUnixNano: nano(Date.now() - 5),
                endTimeUnixNano: nano(),
              },
            ],
          },
        ],
      },
    ],
  })
  await send('/v1/metrics', {
    resourceMetrics: [
      {
        resource,
        scopeMetrics: [
          {
            scope: { name: 'moon' },
            metrics: [
              { name: 'moon.distance', unit: 'km', gauge: { dataPoints: [{ timeUnixNano: nano(), asInt: 384400 }] } },
            ],
          },
        ],
      },
    ],
  })
}

test('one turn of an agent shows on all of them', async () => {
  await sendLogs([request('req_1', {})])
  await fetch(new URL('/api/budgets', server.apiUrl), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ budgets: [{ id: 'b', period: 'day', limitUsd: 100 }] }),
  })
  const money = async () =>
    ((await server.get('/api/usage?groupBy=tool')).totals as { costUsd: number }).costUsd.toFixed(2)
  let after = ''
  const screens: Record<string, { path: string; seen(page: Page): Promise<void> }> = {
    overview: {
      path: '/',
      seen: async (page) => {
        await page.getByTestId('value-cost').getByText(`$${after}`).waitFor()
        await page.locator('main').getByText('claude-haiku-4-5').first().waitFor()
      },
    },
    sessions: { path: '/sessions', seen: (page) => page.getByRole('table').getByText(`$${after}`).waitFor() },
    replay: {
      path: '/sessions/watched',
      seen: (page) => page.locator('main').getByText('Fetch me the moon').first().waitFor(),
    },
    'session logs': {
      path: '/sessions/watched?tab=logs',
      seen: (page) => page.getByTestId('logs-table').getByText('tool_result').first().waitFor(),
    },
    audit: {
      path: '/sessions/watched?tab=audit',
      seen: (page) => page.locator('main').getByText('300k').first().waitFor(),
    },
    costs: {
      path: '/costs',
      seen: (page) => page.locator('main').getByText('claude-haiku-4-5-20251001').first().waitFor(),
    },
    tools: { path: '/tools', seen: (page) => page.locator('main').getByText('MoonFetcher').waitFor() },
    errors: { path: '/errors', seen: (page) => page.locator('main').getByText('MoonFetcher: OutOfReach').waitFor() },
    overhead: {
      path: '/errors?show=overhead',
      seen: (page) => page.getByTestId('overhead-retry').getByText('2', { exact: true }).waitFor(),
    },
    traces: { path: '/traces', seen: (page) => page.locator('main').getByText('fly to the moon').waitFor() },
    logs: {
      path: '/logs',
      seen: async (page) => {
        await page.getByTestId('logs-table').getByText('user_prompt').first().waitFor()
        await page.getByTestId('facet-@event.name-user_prompt').waitFor()
      },
    },
    metrics: { path: '/metrics', seen: (page) => page.locator('main').getByText('moon.distance').first().waitFor() },
    dashboard: {
      path: '/dashboards/default',
      seen: (page) => page.locator('main').getByText(`$${after}`).first().waitFor(),
    },
    budgets: {
      path: '/settings?tab=budgets',
      seen: (page) => page.locator('main').getByText(`$${after}`).first().waitFor(),
    },
    server: {
      path: '/settings?tab=server',
      seen: (page) =>
        page
          .getByTestId('server-status')
          .locator('div')
          .filter({ hasText: /^Spans1$/ })
          .first()
          .waitFor(),
    },
  }
  // A browser has six connections to a server, whatever the number of its tabs: people do not open all screens at once.
  const contexts = await Promise.all(
    Array.from({ length: 5 }, () => browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC' })),
  )
  const wrong: string[] = []
  const pages = await Promise.all(
    Object.entries(screens).map(async ([name, { path, seen }], index) => {
      const page = await contexts[index % contexts.length]!.newPage()
      page.setDefaultTimeout(60_000)
      page.on('pageerror', (error) => wrong.push(`${name}: ${error.message}`))
      await page.goto(new URL(path, server.apiUrl).href)
      await page.locator('[data-testid=connection][data-state=live]').first().waitFor({ state: 'attached' })
      await page.evaluate(() => Object.assign(window, { sameDocument: true }))
      return { name, page, seen }
    }),
  )
  await turn()
  after = await money()
  const missing: string[] = []
  await Promise.all(
    pages.map(async ({ name, page, seen }) => {
      await seen(page).catch((error) => missing.push(`${name}: ${String(error).split('\n')[0]}`))
      const same = await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)
      if (!same) missing.push(`${name} was loaded anew`)
    }),
  )
  expect([missing, wrong]).toEqual([[], []])
  await Promise.all(contexts.map((context) => context.close()))
})

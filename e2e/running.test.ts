// running.test.ts: what an agent does at this moment, on the overview of the compiled binary, as its hooks tell it.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { launch } from './chromium.ts'
import { type Running, start } from './telltale.ts'

let browser: Browser
let server: Running
beforeAll(async () => {
  browser = await launch()
  server = await start()
})
afterAll(async () => {
  await browser?.close()
  await server?.dispose()
})

const session = crypto.randomUUID()
const tool = { tool_name: 'Bash', tool_use_id: 'toolu_1', tool_input: { command: 'make everything', timeout: 5 } }

async function hook(event: string, fields: object = {}) {
  const body = { session_id: session, hook_event_name: event, prompt_id: 'p1', ...fields }
  const response = await fetch(new URL('/v1/hooks/claude-code', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
}

/** The request that the agent's telemetry tells of. */
async function request() {
  const value = (text: string) => ({ stringValue: text })
  const attributes = Object.entries({
    'event.name': 'api_request',
    'session.id': session,
    model: 'claude-sonnet-4-5-20250929',
    input_tokens: '2000',
    cache_read_tokens: '96000',
    cache_creation_tokens: '1000',
    output_tokens: '1000',
    cost_usd: '1.25',
    duration_ms: '900',
    request_id: 'req_1',
  }).map(([key, text]) => ({ key, value: value(text) }))
  const record = {
    timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
    body: value('claude_code.api_request'),
    attributes,
  }
  const response = await fetch(new URL('/v1/logs', server.otlpUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: value('claude-code') }] },
          scopeLogs: [{ logRecords: [record] }],
        },
      ],
    }),
  })
  expect(response.status).toBe(200)
}

test('a session shows its tool, its wait for a permission, its context and its cost while it runs, and leaves at its end', async () => {
  const page = await browser.newPage()
  await page.goto(server.apiUrl)
  await page.getByTestId('first-run').waitFor()
  await hook('SessionStart', { source: 'startup', cwd: '/home/dev/shop' })
  await hook('UserPromptSubmit', { prompt: 'build the shop' })
  const row = page.getByTestId(`running-${session}`)
  const doing = (what: string) => row.locator(`[data-doing=${what}]`)
  await doing('thinking').waitFor({ timeout: 30_000 })
  expect(await row.textContent()).toContain('build the shop')
  await request()
  await row.getByTestId('context').getByText('50%').waitFor({ timeout: 30_000 })
  await row.getByText('$1.25').waitFor({ timeout: 30_000 })
  await hook('PreToolUse', tool)
  await doing('tool').getByText('Bash').waitFor({ timeout: 30_000 })
  expect(await row.textContent()).toContain('make everything')
  await hook('PermissionRequest', { tool_name: 'Bash', tool_input: tool.tool_input })
  await doing('permission').waitFor({ timeout: 30_000 })
  await page.getByTestId('running').getByText('1 waiting for permission').waitFor()
  await hook('PostToolUse', { ...tool, tool_response: { stdout: 'done' }, duration_ms: 10 })
  await doing('thinking').waitFor({ timeout: 30_000 })
  await hook('Stop', { last_assistant_message: 'It is built.' })
  await doing('idle').waitFor({ timeout: 30_000 })
  await hook('SessionEnd', { reason: 'exit' })
  await row.waitFor({ state: 'detached', timeout: 30_000 })
  await page.close()
})

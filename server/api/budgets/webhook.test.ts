import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noTelemetry } from '#proto/telemetry.ts'
import { createApi } from '../index.ts'
import { openTestApi, type TestApi } from '../testing.ts'

type Heard = { path: string; body: any; headers: Headers }

let t: TestApi
let api: ReturnType<typeof createApi>
let heard: Heard[]
let answer: () => Response
let receiver: Bun.Server<undefined>
beforeEach(async () => {
  t = await openTestApi()
  heard = []
  answer = () => new Response('ok')
  receiver = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      heard.push({ path: new URL(request.url).pathname, body: await request.json(), headers: request.headers })
      return answer()
    },
  })
  api = createApi(t.deps, { tellAlerts: true })
})
afterEach(async () => {
  api.stop()
  await receiver.stop(true)
  await t.close()
})

async function ask(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: json }
  const response = await api.request(path, init)
  return { status: response.status, body: (await response.json()) as any }
}
const json = { 'content-type': 'application/json' }
const address = () => `http://127.0.0.1:${receiver.port}/hooks/secret-part`

async function spend(dollars: number) {
  const call = {
    source: 'otlp_logs' as const,
    tool: 'claude-code',
    observationId: crypto.randomUUID(),
    keys: [`request:${crypto.randomUUID()}`],
    sessionId: 's',
    timeUnixNano: BigInt(Date.now()) * 1_000_000n,
    model: 'claude-sonnet-4-5',
    status: 'ok' as const,
    quality: 'exact' as const,
    inputTokens: 1,
    outputTokens: 1,
    reportedCostNanoUsd: Math.round(dollars * 1e9),
  }
  await t.core.ingest.submit({ ...noTelemetry(), calls: [call] }, { source: 'otlp_logs', bytes: 1 })
}

async function until(count: number) {
  for (let waited = 0; heard.length < count && waited < 10_000; waited += 20) await Bun.sleep(20)
  return heard
}

const daily = { id: 'd', name: 'Every day', period: 'day', limitUsd: 10 }

describe('the address of alerts', () => {
  test('is none at first; then nothing is sent, whatever is spent', async () => {
    expect((await ask('GET', '/api/alerts/webhook')).body).toEqual({ webhook: null })
    await ask('PUT', '/api/budgets', { budgets: [daily] })
    await spend(50)
    expect((await ask('POST', '/api/alerts/test', {})).body).toMatchObject({ ok: false })
    await Bun.sleep(2500)
    expect(heard).toEqual([])
  })

  test('hears of a budget once at its warning and once at its limit, in words and in numbers', async () => {
    await ask('PUT', '/api/alerts/webhook', { url: address() })
    await ask('PUT', '/api/budgets', { budgets: [daily] })
    await spend(8.5)
    expect(await until(1)).toMatchObject([
      { path: '/hooks/secret-part', body: { kind: 'budget', level: 'warning', costUsd: 8.5, budget: { id: 'd' } } },
    ])
    expect(heard[0]!.body.text).toBe(
      'Telltale: the budget of a day for Every day is nearly used up: $8.50 of $10.00 (85 %)',
    )
    await spend(3)
    await until(2)
    await spend(3)
    await Bun.sleep(2500)
    expect(heard.map(({ body }) => body.level)).toEqual(['warning', 'exceeded'])
  })

  test('is tried again when it did not answer well, and hears nothing twice after a restart', async () => {
    await ask('PUT', '/api/alerts/webhook', { url: address() })
    answer = () => new Response('later', { status: 503 })
    await spend(20)
    await ask('PUT', '/api/budgets', { budgets: [daily] })
    await until(1)
    // The receiver has heard it before the sender has read the answer.
    const last = async () => (await ask('GET', '/api/alerts/webhook')).body.last
    while (!(await last())) await Bun.sleep(20)
    expect(await last()).toMatchObject({ ok: false, status: 503 })
    answer = () => new Response('ok')
    await until(2)
    while (!(await last()).ok) await Bun.sleep(20)
    api.stop()
    api = createApi(t.deps, { tellAlerts: true })
    await spend(1)
    await Bun.sleep(4500)
    expect(heard).toHaveLength(2)
  }, 30_000)

  test('is kept in a private file, shown without its secret part, and is in nothing that SQL can read', async () => {
    const set = await ask('PUT', '/api/alerts/webhook', { url: address() })
    expect(set.body).toEqual({ webhook: `http://127.0.0.1:${receiver.port}/…` })
    const file = join(dirname(t.core.store.path), 'webhook.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toContain('secret-part')
    const read = await ask('POST', '/api/sql', { sql: `select * from read_text('${file}')` })
    expect(read.status).not.toBe(200)
    expect((await ask('PUT', '/api/alerts/webhook', { url: null })).body).toEqual({ webhook: null })
    expect(existsSync(file)).toBe(false)
  })

  test('is followed nowhere else', async () => {
    let elsewhere = 0
    const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(String(elsewhere++)) })
    answer = () => new Response(null, { status: 307, headers: { location: `http://127.0.0.1:${other.port}/` } })
    await ask('PUT', '/api/alerts/webhook', { url: address() })
    const { body } = await ask('POST', '/api/alerts/test', {})
    expect(body).toMatchObject({ ok: false, status: 307 })
    expect(body.message).toContain('leads to')
    expect(elsewhere).toBe(0)
    await other.stop(true)
  })

  test('that is none is a 400 that says so', async () => {
    for (const body of [
      {},
      { url: 'ftp://x' },
      { url: 'hooks' },
      { url: 5 },
      { url: 'file:///etc/passwd' },
      { url: '' },
    ]) {
      const { status, body: told } = await ask('PUT', '/api/alerts/webhook', body)
      expect([body, status, typeof told.message]).toEqual([body, 400, 'string'])
    }
  })

  test('that cannot be reached says so', async () => {
    await ask('PUT', '/api/alerts/webhook', { url: 'http://127.0.0.1:9/x' })
    expect((await ask('POST', '/api/alerts/test', {})).body).toMatchObject({ ok: false })
  })
})

import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noTelemetry } from '#proto/telemetry.ts'
import { createApi } from '../index.ts'
import { openTestApi, type TestApi } from '../testing.ts'

type Heard = { path: string; body: any; headers: Headers }

/** What a test has for itself: most of them wait for what comes late or not at all, so they do it side by side. */
type Own = {
  t: TestApi
  /** As the server makes it; a restart makes another. */
  api: ReturnType<typeof createApi>
  heard: Heard[]
  answer: () => Response
  receiver: Bun.Server<undefined>
}

function testOfItsOwn(name: string, work: (own: Own) => Promise<void>): void {
  test.concurrent(name, async () => {
    const t = await openTestApi()
    const heard: Heard[] = []
    const own: Own = {
      t,
      api: createApi(t.deps, { tellAlerts: true }),
      heard,
      answer: () => new Response('ok'),
      receiver: Bun.serve({
        hostname: '127.0.0.1',
        port: 0,
        async fetch(request) {
          heard.push({ path: new URL(request.url).pathname, body: await request.json(), headers: request.headers })
          return own.answer()
        },
      }),
    }
    try {
      await work(own)
    } finally {
      own.api.stop()
      await own.receiver.stop(true)
      await t.close()
    }
  }, 60_000)
}

async function ask({ api }: Own, method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: json }
  const response = await api.request(path, init)
  return { status: response.status, body: (await response.json()) as any }
}
const json = { 'content-type': 'application/json' }
const address = ({ receiver }: Own) => `http://127.0.0.1:${receiver.port}/hooks/secret-part`

async function spend({ t }: Own, dollars: number) {
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

async function until({ heard }: Own, count: number) {
  for (let waited = 0; heard.length < count && waited < 10_000; waited += 20) await Bun.sleep(20)
  return heard
}

const daily = { id: 'd', name: 'Every day', period: 'day', limitUsd: 10 }

describe('the address of alerts', () => {
  testOfItsOwn('is none at first; then nothing is sent, whatever is spent', async (own) => {
    expect((await ask(own, 'GET', '/api/alerts/webhook')).body).toEqual({ webhook: null })
    await ask(own, 'PUT', '/api/budgets', { budgets: [daily] })
    await spend(own, 50)
    expect((await ask(own, 'POST', '/api/alerts/test', {})).body).toMatchObject({ ok: false })
    await Bun.sleep(2500)
    expect(own.heard).toEqual([])
  })

  testOfItsOwn('hears of a budget once at its warning and once at its limit, in words and in numbers', async (own) => {
    await ask(own, 'PUT', '/api/alerts/webhook', { url: address(own) })
    await ask(own, 'PUT', '/api/budgets', { budgets: [daily] })
    await spend(own, 8.5)
    expect(await until(own, 1)).toMatchObject([
      { path: '/hooks/secret-part', body: { kind: 'budget', level: 'warning', costUsd: 8.5, budget: { id: 'd' } } },
    ])
    expect(own.heard[0]!.body.text).toBe(
      'Telltale: the budget of a day for Every day is nearly used up: $8.50 of $10.00 (85 %)',
    )
    await spend(own, 3)
    await until(own, 2)
    await spend(own, 3)
    await Bun.sleep(2500)
    expect(own.heard.map(({ body }) => body.level)).toEqual(['warning', 'exceeded'])
  })

  testOfItsOwn('is tried again when it did not answer well, and hears nothing twice after a restart', async (own) => {
    await ask(own, 'PUT', '/api/alerts/webhook', { url: address(own) })
    own.answer = () => new Response('later', { status: 503 })
    await spend(own, 20)
    await ask(own, 'PUT', '/api/budgets', { budgets: [daily] })
    await until(own, 1)
    // The receiver has heard it before the sender has read the answer.
    const last = async () => (await ask(own, 'GET', '/api/alerts/webhook')).body.last
    while (!(await last())) await Bun.sleep(20)
    expect(await last()).toMatchObject({ ok: false, status: 503 })
    own.answer = () => new Response('ok')
    await until(own, 2)
    while (!(await last()).ok) await Bun.sleep(20)
    own.api.stop()
    own.api = createApi(own.t.deps, { tellAlerts: true })
    await spend(own, 1)
    await Bun.sleep(4500)
    expect(own.heard).toHaveLength(2)
  })

  testOfItsOwn(
    'is kept in a private file, shown without its secret part, and is in nothing that SQL can read',
    async (own) => {
      const set = await ask(own, 'PUT', '/api/alerts/webhook', { url: address(own) })
      expect(set.body).toEqual({ webhook: `http://127.0.0.1:${own.receiver.port}/…` })
      const file = join(dirname(own.t.core.store.path), 'webhook.json')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(readFileSync(file, 'utf8')).toContain('secret-part')
      const read = await ask(own, 'POST', '/api/sql', { sql: `select * from read_text('${file}')` })
      expect(read.status).not.toBe(200)
      expect((await ask(own, 'PUT', '/api/alerts/webhook', { url: null })).body).toEqual({ webhook: null })
      expect(existsSync(file)).toBe(false)
    },
  )

  testOfItsOwn('is followed nowhere else', async (own) => {
    let elsewhere = 0
    const other = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(String(elsewhere++)) })
    own.answer = () => new Response(null, { status: 307, headers: { location: `http://127.0.0.1:${other.port}/` } })
    await ask(own, 'PUT', '/api/alerts/webhook', { url: address(own) })
    const { body } = await ask(own, 'POST', '/api/alerts/test', {})
    expect(body).toMatchObject({ ok: false, status: 307 })
    expect(body.message).toContain('leads to')
    expect(elsewhere).toBe(0)
    await other.stop(true)
  })

  testOfItsOwn('that is none is a 400 that says so', async (own) => {
    for (const body of [
      {},
      { url: 'ftp://x' },
      { url: 'hooks' },
      { url: 5 },
      { url: 'file:///etc/passwd' },
      { url: '' },
    ]) {
      const { status, body: told } = await ask(own, 'PUT', '/api/alerts/webhook', body)
      expect([body, status, typeof told.message]).toEqual([body, 400, 'string'])
    }
  })

  testOfItsOwn('that cannot be reached says so', async (own) => {
    await ask(own, 'PUT', '/api/alerts/webhook', { url: 'http://127.0.0.1:9/x' })
    expect((await ask(own, 'POST', '/api/alerts/test', {})).body).toMatchObject({ ok: false })
  })
})

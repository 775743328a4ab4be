import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createGuard } from '../receivers/guard.ts'
import { oneToken } from '../receivers/testing.ts'
import { createApi } from './index.ts'
import { openTestApi, type TestApi } from './testing.ts'

let t: TestApi
let open: ReturnType<typeof createApi>
let closed: ReturnType<typeof createApi>
beforeAll(async () => {
  t = await openTestApi()
  const guard = createGuard({ host: '127.0.0.1', port: 8080, frontendUrl: 'https://page.example' })
  open = createApi(t.deps, { rules: { guard } })
  closed = createApi(t.deps, { rules: { guard, authorize: oneToken('s3cret') } })
})
afterAll(async () => {
  open.stop()
  closed.stop()
  await t.close()
})

const ours = { host: '127.0.0.1:8080' }
const sql = { method: 'POST', body: '{"sql":"select 1"}' }
const json = { 'content-type': 'application/json' }
const statusOf = async (app: typeof open, path: string, init: RequestInit = {}) =>
  (await app.request(path, init)).status

describe('Host', () => {
  const paths = [
    '/',
    '/health',
    '/api/traces',
    '/api/logs',
    '/metrics',
    '/ws',
    '/docs',
    '/openapi.json',
    '/mcp',
    '/x.js',
  ]
  for (const host of [
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example:8080',
    'localhost:9999',
    'localhost:8080@evil.example',
    '',
  ])
    test(`${JSON.stringify(host)} is refused on every path`, async () => {
      for (const path of paths) expect([path, await statusOf(open, path, { headers: { host } })]).toEqual([path, 403])
      expect(await statusOf(open, '/api/sql', { ...sql, headers: { ...json, host } })).toBe(403)
    })
  for (const host of ['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080', 'page.example'])
    test(`${host} is ours`, async () => expect(await statusOf(open, '/health', { headers: { host } })).toBe(200))
})

describe('Origin', () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://localhost:8080@evil.example',
    'http://localhost:3000',
    'file://',
  ])
    test(`${origin} is refused, also for reading and for the socket`, async () => {
      const headers = { ...ours, origin }
      expect(await statusOf(open, '/api/sql', { ...sql, headers: { ...headers, ...json } })).toBe(403)
      expect(await statusOf(open, '/api/logs', { headers })).toBe(403)
      expect(await statusOf(open, '/ws', { headers: { ...headers, upgrade: 'websocket' } })).toBe(403)
      const preflight = await open.request('/api/sql', { method: 'OPTIONS', headers })
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([403, null])
    })
  test('our own is allowed, and needs no CORS', async () => {
    const answer = await open.request('/api/sql', {
      ...sql,
      headers: { ...ours, ...json, origin: 'http://localhost:8080' },
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null])
  })
  test('the configured one is allowed by name, never by a star', async () => {
    const headers = { ...ours, origin: 'https://page.example' }
    const preflight = await open.request('/api/sql', { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, headers.origin])
    const answer = await open.request('/api/sql', {
      ...sql,
      headers: { ...headers, ...json, 'sec-fetch-site': 'cross-site' },
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, headers.origin])
  })
})

describe('what a page of another site can send without asking is refused:', () => {
  for (const site of ['cross-site', 'same-site'])
    test(`a state change from ${site}`, async () => {
      const headers = { ...ours, ...json, 'sec-fetch-site': site }
      expect(await statusOf(open, '/api/sql', { ...sql, headers })).toBe(403)
      expect(await statusOf(open, '/ws', { headers: { ...ours, upgrade: 'websocket', 'sec-fetch-site': site } })).toBe(
        403,
      )
    })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])
    test(`a body that is ${type}`, async () => {
      expect(await statusOf(open, '/api/sql', { ...sql, headers: { ...ours, 'content-type': type } })).toBe(415)
    })
  test('a body without a type', async () => {
    const request = new Request('http://127.0.0.1:8080/api/sql', {
      method: 'POST',
      body: new Uint8Array([123, 125]),
      headers: ours,
    })
    request.headers.delete('content-type')
    expect((await open.fetch(request)).status).toBe(415)
  })
  test('but not JSON, with or without parameters, from ourselves', async () => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8'])
      expect(
        await statusOf(open, '/api/sql', {
          ...sql,
          headers: { ...ours, 'content-type': type, 'sec-fetch-site': 'same-origin' },
        }),
      ).toBe(200)
  })
})

describe('with a token', () => {
  const paths = ['/', '/health', '/api/traces', '/metrics', '/ws', '/docs', '/openapi.json', '/nothing']
  test('nothing is answered without it, with a wrong one or with one in the address', async () => {
    for (const path of paths) {
      expect([path, await statusOf(closed, path, { headers: ours })]).toEqual([path, 401])
      for (const authorization of ['Bearer wrong', 'Bearer s3cre', 'Bearer s3cret1', 'Basic s3cret', 's3cret'])
        expect([path, await statusOf(closed, path, { headers: { ...ours, authorization } })]).toEqual([path, 401])
      expect(await statusOf(closed, `${path}?token=s3cret`, { headers: ours })).toBe(401)
    }
  })
  test('everything is answered with it', async () => {
    expect(await statusOf(closed, '/health', { headers: { ...ours, authorization: 'Bearer s3cret' } })).toBe(200)
    expect((await closed.request('/health', { headers: ours })).headers.get('www-authenticate')).toBe('Bearer')
  })
  test('a browser types it once and keeps it in a cookie that no script and no other site can use', async () => {
    const form = await closed.request('/', { headers: { ...ours, accept: 'text/html' } })
    expect([form.status, (await form.text()).includes('type="password"')]).toEqual([401, true])
    const headers = { ...ours, 'content-type': 'application/x-www-form-urlencoded' }
    const wrong = await closed.request('/login', { method: 'POST', body: 'token=no', headers })
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null])
    const right = await closed.request('/login', { method: 'POST', body: 'token=s3cret', headers })
    const cookie = right.headers.get('set-cookie')!
    expect([right.status, right.headers.get('location')]).toEqual([303, '/'])
    expect(cookie).toMatch(/^telltale_token=s3cret; .*HttpOnly; SameSite=Strict$/)
    expect(await statusOf(closed, '/api/logs', { headers: { ...ours, cookie: cookie.split(';')[0]! } })).toBe(200)
    const behindTls = { ...headers, origin: 'https://page.example' }
    const far = await closed.request('/login', { method: 'POST', body: 'token=s3cret', headers: behindTls })
    expect(far.headers.get('set-cookie')).toMatch(/HttpOnly; Secure; SameSite=Strict$/)
    const crossSite = { ...headers, 'sec-fetch-site': 'cross-site' }
    expect(await statusOf(closed, '/login', { method: 'POST', body: 'token=s3cret', headers: crossSite })).toBe(403)
  })
})

test('every answer forbids framing, sniffing, referrers and foreign or inline script', async () => {
  for (const [path, init] of [
    ['/health', {}],
    ['/docs', {}],
    ['/nothing', {}],
    ['/api/logs?limit=0', {}],
    ['/api/sql', { method: 'POST' }],
  ] as const) {
    const { headers } = await open.request(path, { ...init, headers: ours })
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

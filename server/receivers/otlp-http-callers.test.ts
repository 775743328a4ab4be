import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Unavailable } from '../ingest/ingest.ts'
import { contentType, encodings, oneRecord, oneToken, read, startServer, stored, type TestServer } from './testing.ts'

// The letters and numbers at the ends are rows of the conformance table that the receiver was built to.

let server: TestServer
beforeAll(async () => {
  server = await startServer({ bodyBytesMax: 1024 * 1024 })
})
afterAll(() => server.close())

type Body = string | Uint8Array<ArrayBuffer>
const post = (path: string, body: Body, headers: Record<string, string> = {}, to = server) =>
  fetch(`${to.url}${path}`, { method: 'POST', body, headers })

describe('when nothing can be stored', () => {
  test('the sender is told to come back, in its own encoding, and may then (E02 E03)', async () => {
    let trouble: Error | undefined = new Unavailable('the queue is full', 3)
    const real = server.ingest
    const flaky = await startServer({
      ingest: { submit: (telemetry, meta) => (trouble ? Promise.reject(trouble) : real.submit(telemetry, meta)) },
    })
    try {
      for (const encoding of encodings) {
        for (const error of [new Unavailable('the queue is full', 3), new Error('IO Error: No space left on device')]) {
          trouble = error
          const record = oneRecord('traces')
          const headers = { 'content-type': contentType[encoding] }
          const response = await post('/v1/traces', record[encoding], headers, flaky)
          expect([response.status, response.headers.get('content-type')]).toEqual([503, contentType[encoding]])
          expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
          expect(await read(response, 'google.rpc.Status')).toMatchObject({
            code: 14,
            message: expect.stringContaining('again'),
          })
          // What cannot be decoded is refused for good even now (E04).
          expect((await post('/v1/traces', '{', { 'content-type': contentType.json }, flaky)).status).toBe(400)
          trouble = undefined
          expect((await post('/v1/traces', record[encoding], headers, flaky)).status).toBe(200)
          expect(await stored(server.store, record.testId)).toBe(1)
        }
      }
    } finally {
      await flaky.close()
    }
  })
})

describe('a caller', () => {
  test('with a foreign Host or Origin is refused everywhere', async () => {
    const record = oneRecord('logs')
    const foreign: Record<string, string>[] = [
      { host: 'evil.example' },
      { host: 'localhost:9' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
    ]
    for (const headers of foreign) {
      for (const path of ['/v1/logs', '/', '/v1/hooks/codex', '/health', '/nope']) {
        const response = await post(path, record.json, { 'content-type': contentType.json, ...headers } as Record<
          string,
          string
        >)
        expect([path, response.status]).toEqual([path, 403])
      }
    }
    expect((await fetch(`${server.url}/health`, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect(await stored(server.store, record.testId)).toBe(0)
  })

  test('needs the token where one is set, and its records are its user’s (E05)', async () => {
    const users: (string | undefined)[] = []
    const safe = await startServer({
      ingest: {
        submit: async (_, meta) => {
          users.push(meta.user)
          return { status: 'stored', rejected: 0, message: '' }
        },
      },
      authorize: (token) => (token === 'of-ann' ? { user: 'ann' } : oneToken('general')(token, undefined)),
    })
    try {
      const status = async (authorization?: string) =>
        (
          await post(
            '/v1/logs',
            oneRecord('logs').json,
            { 'content-type': contentType.json, ...(authorization ? { authorization } : {}) },
            safe,
          )
        ).status
      expect([await status(), await status('Bearer wrong'), await status('Basic general')]).toEqual([401, 401, 401])
      expect([await status('Bearer general'), await status('Bearer of-ann')]).toEqual([200, 200])
      expect(users).toEqual([undefined, 'ann'])
      expect((await fetch(`${safe.url}/health`)).headers.get('www-authenticate')).toBe('Bearer')
    } finally {
      await safe.close()
    }
  })

  test('from the configured page may ask first and then send', async () => {
    const open = await startServer({ frontendUrl: 'https://telltale.example' })
    try {
      const preflight = (origin: string) =>
        fetch(`${open.url}/v1/logs`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST' },
        })
      const allowed = await preflight('https://telltale.example')
      expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
        204,
        'https://telltale.example',
      ])
      for (const origin of ['https://evil.example', 'null', `${open.url}x`]) {
        const refused = await preflight(origin)
        expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null])
      }
      const sent = await post(
        '/v1/logs',
        oneRecord('logs').json,
        { 'content-type': contentType.json, origin: 'https://telltale.example' },
        open,
      )
      expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, 'https://telltale.example'])
    } finally {
      await open.close()
    }
  })
})

describe('hooks', () => {
  test('go to their tool as JSON objects, and an unknown tool is 404', async () => {
    const calls: unknown[] = []
    let trouble: Error | undefined
    const hooked = await startServer({
      hooks: async (tool, payload) => {
        if (trouble) throw trouble
        if (tool !== 'claude-code') return undefined
        calls.push(payload)
        return {}
      },
    })
    try {
      const call = (tool: string, body: string, type: string = contentType.json) =>
        post(`/v1/hooks/${tool}`, body, { 'content-type': type }, hooked)
      const done = await call('claude-code', '{"hook_event_name":"Stop"}')
      expect([done.status, await done.json()]).toEqual([200, {}])
      expect(calls).toEqual([{ hook_event_name: 'Stop' }])
      expect((await call('nobody', '{}')).status).toBe(404)
      expect((await call('claude-code', '[]')).status).toBe(400)
      expect((await call('claude-code', '{}', contentType.protobuf)).status).toBe(415)
      expect((await call('claude-code', '{}', 'text/plain')).status).toBe(415)
      trouble = new Unavailable('the queue is full', 2)
      const later = await call('claude-code', '{}')
      expect([later.status, later.headers.get('retry-after')]).toEqual([503, '2'])
      expect(calls.length).toBe(1)
    } finally {
      await hooked.close()
    }
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { createLog } from '../log.ts'
import { type ApiServer, listenApi } from './serve.ts'
import { openTestApi, type TestApi } from './testing.ts'

let t: TestApi
let server: ApiServer
let url: string
const folder = mkdtempSync(join(tmpdir(), 'telltale-page-test-'))

beforeAll(async () => {
  t = await openTestApi()
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html><head><link rel="stylesheet" href="./a.css"></head><body><script type="module" src="./a.ts"></script></body></html>',
  )
  writeFileSync(join(folder, 'a.css'), 'body { color: red }')
  writeFileSync(join(folder, 'a.ts'), 'document.title = "ready"')
  const page = (await import(join(folder, 'index.html'))).default
  server = await listenApi({ ...t.deps, host: '127.0.0.1', port: 0, page, log: createLog('ERROR') })
  url = `http://127.0.0.1:${server.port}`
})
afterAll(async () => {
  await server.stop()
  await t.close()
  rmSync(folder, { recursive: true })
})

function log(body: string, service = 'live', attributes: object[] = []) {
  return {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeLogs: [
          {
            logRecords: [
              { timeUnixNano: '1795320000000000001', body: { stringValue: body }, severityText: 'INFO', attributes },
            ],
          },
        ],
      },
    ],
  }
}

/** A client that keeps what it hears; `say` waits until the server has heard it. */
async function listener(say?: object, headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers })
  const frames: any[] = []
  const wakers: (() => void)[] = []
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)))
    for (const wake of wakers.splice(0)) wake()
  })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
    socket.on('unexpected-response', () => reject(new Error('refused')))
  })
  async function until(found: (frame: any) => boolean): Promise<any> {
    for (;;) {
      const frame = frames.find(found)
      if (frame) return frame
      await new Promise<void>((resolve) => wakers.push(resolve))
    }
  }
  if (say) {
    // An unreadable message is answered, and answers come in order.
    socket.send(JSON.stringify(say))
    socket.send('?')
    await until((frame) => frame.type === 'error')
    frames.length = 0
  }
  return { socket, frames, until, close: () => socket.close() }
}

describe('the port', () => {
  test('is the same on both loopbacks', async () => {
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect((await fetch(`http://[::1]:${server.port}/health`)).status).toBe(200)
    expect((await fetch(`http://localhost:${server.port}/health`)).status).toBe(200)
  })
  test('believes the Host header, not the address of the request line', async () => {
    for (const [line, host, status] of [
      ['http://evil.example/health', 'evil.example', 403],
      [`http://127.0.0.1:${server.port}/health`, 'evil.example', 403],
      ['/health', `localhost:${server.port}`, 200],
    ] as const)
      expect([line, await raw(`GET ${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)]).toEqual([
        line,
        status,
      ])
  })
  test('serves the page for its own addresses, with our headers, and its files for ever', async () => {
    const html = { accept: 'text/html,application/xhtml+xml' }
    for (const path of ['/', '/traces/abc', '/metrics']) {
      const answer = await fetch(`${url}${path}`, { headers: html })
      const text = await answer.text()
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'text/html;charset=utf-8'])
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
      expect(answer.headers.get('x-frame-options')).toBe('DENY')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      const script = /src="([^"]+)"/.exec(text)![1]!
      const file = await fetch(new URL(script, url))
      expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(file.headers.get('x-content-type-options')).toBe('nosniff')
      expect(await file.text()).toContain('ready')
    }
    expect((await fetch(`${url}/metrics`)).headers.get('content-type')).toStartWith('text/plain')
    expect((await fetch(`${url}/api/nothing`, { headers: html })).status).toBe(404)
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/a.ts', '/nothing.js'])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404])
  })
})

describe('the socket', () => {
  test('tells what was committed in the shapes of the lists, after it can be read', async () => {
    const client = await listener({ subscribe: ['logs', 'traces', 'metrics'] })
    await t.send('logs', log('hello', 'live', [{ key: 'n', value: { intValue: '9007199254740993' } }]))
    const frame = await client.until((one) => one.type === 'logs')
    const { body } = await t.ask('/api/logs?from=2026-11-22&to=2026-11-22&service=live')
    expect(frame.payload).toEqual(body.logs)
    expect(new Date(frame.timestamp).getTime()).toBeGreaterThan(0)

    await t.replay('codex/otlp/01-http-binary')
    await client.until((one) => one.type === 'metrics')
    await client.until((one) => one.type === 'traces')
    const { total } = (await t.ask('/api/traces?from=2026-11-22&to=2026-11-22&service=codex_exec')).body
    expect(total).toBeGreaterThan(0)
    const spans = () => client.frames.filter((one) => one.type === 'traces').flatMap((one) => one.payload)
    while (spans().length < 1926) await client.until((one) => one === client.frames.at(-1) && spans().length >= 1926)
    const [first] = spans()
    const { spans: stored } = (await t.ask(`/api/traces/${first.traceId}`)).body
    expect(stored).toContainEqual(first)
    for (const frame of client.frames) expect(frame.payload.length).toBeLessThanOrEqual(500)
    client.close()
  })

  test('tells how sessions and their usage stand once a commit has changed them', async () => {
    const client = await listener({ subscribe: ['sessions', 'usage'] })
    await t.replay('claude-code/otlp/01-http-json')
    // Frames come while the requests still do; the last of them says what the lists say.
    const [session] = (await t.ask('/api/sessions?from=2026-11-22&tool=claude-code')).body.sessions
    const { rows } = (await t.ask(`/api/usage?groupBy=tool,session,model&session=${session.sessionId}`)).body
    expect(rows[0]).toMatchObject({ requests: 10, session: session.sessionId })
    const tells = (type: string, row: unknown) => (frame: any) =>
      frame.type === type && frame.payload.some((one: unknown) => Bun.deepEquals(one, row))
    await client.until(tells('sessions', session))
    await client.until(tells('usage', rows[0]))
    expect(client.frames.some((one) => one.type === 'logs')).toBe(false)
    client.close()
  })

  test('tells whoever did not subscribe everything, but only what it is about', async () => {
    const client = await listener()
    await t.send('logs', log('a secret prompt', 'quiet', [{ key: 'prompt', value: { stringValue: 'secret too' } }]))
    const frame = await client.until((one) => one.payload?.some((row: any) => row.serviceName === 'quiet'))
    expect(frame.payload[0]).toMatchObject({ serviceName: 'quiet', severityText: 'INFO' })
    expect(JSON.stringify(client.frames)).not.toContain('secret')
    client.close()
  })

  test('keeps to what was subscribed: kinds, service, session', async () => {
    const metrics = await listener({ subscribe: ['metrics'] })
    const other = await listener({ subscribe: ['logs'], service: 'other' })
    const session = await listener({ subscribe: ['logs'], sessionId: 's-1' })
    const all = await listener({ subscribe: ['logs'] })
    await t.send('logs', log('one', 'this'))
    await t.send('logs', log('two', 'other'))
    await all.until((one) => one.payload.some((row: any) => row.body === 'two'))
    expect(metrics.frames).toEqual([])
    expect(session.frames).toEqual([])
    expect(other.frames.flatMap((one) => one.payload.map((row: any) => row.body))).toEqual(['two'])
    for (const client of [metrics, other, session, all]) client.close()
  })

  test('answers what it cannot read and stays open', async () => {
    const client = await listener()
    for (const message of ['{', '[]', '{"subscribe":["everything"]}', '{"subscribe":"logs"}', '{"service":5}']) {
      client.frames.length = 0
      client.socket.send(message)
      expect((await client.until((one) => one.type === 'error')).message).toBeString()
    }
    await t.send('logs', log('still here', 'after'))
    await client.until((one) => one.payload?.some((row: any) => row.serviceName === 'after'))
    client.close()
  })

  test('is refused to pages of other origins', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1'])
      await expect(listener(undefined, { origin })).rejects.toThrow()
    const own = await listener(undefined, { origin: url })
    own.close()
    expect((await fetch(`${url}/ws`)).status).toBe(400)
  })

  test('a client that does not read loses frames, is told how many, and holds up nobody', async () => {
    const reader = await listener({ subscribe: ['logs'] })
    const slow = connect(server.port, '127.0.0.1')
    slow.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
    await new Promise((resolve) => slow.once('data', resolve))
    slow.pause()
    slow.write(masked('{"subscribe":["logs"]}'))
    await t.ask('/api/status')
    const rows = 120
    for (let n = 0; n < rows; n++) await t.send('logs', log(`${n} ${'x'.repeat(200_000)}`, 'flood'))
    const seen = () =>
      reader.frames.flatMap((one) => one.payload ?? []).filter((row: any) => row.serviceName === 'flood')
    while (seen().length < rows) await reader.until(() => seen().length >= rows)
    expect(t.core.ingest.stats().queuedBytes).toBe(0)

    // Once it reads again, the loss is the first new thing that it hears.
    const heard: Buffer[] = []
    slow.on('data', (data) => heard.push(Buffer.from(data)))
    slow.resume()
    const lost = () => /\{"type":"dropped","count":(\d+)\}/.exec(Buffer.concat(heard).toString('latin1'))?.[1]
    while (lost() === undefined) await new Promise((resolve) => slow.once('data', resolve))
    const kept = [
      ...Buffer.concat(heard)
        .toString('latin1')
        .matchAll(/\{"type":"logs"/g),
    ].length
    expect(Number(lost())).toBeGreaterThan(0)
    expect(kept).toBeGreaterThan(0)
    slow.destroy()
    reader.close()
  })
})

/** The status of a request written byte for byte. */
function raw(request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(request))
    socket.once('data', (data) => {
      resolve(Number(String(data).split(' ')[1]))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

/** A text frame as a client sends it: with a mask, here of zeros. */
function masked(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import {
  contentType,
  countOf,
  encodings,
  oneRecord,
  read,
  recordings,
  signals,
  startServer,
  stored,
  type TestServer,
} from './testing.ts'

// The letters and numbers at the ends are rows of the conformance table that the receiver was built to.

let server: TestServer
beforeAll(async () => {
  server = await startServer({ bodyBytesMax: 1024 * 1024 })
})
afterAll(() => server.close())

type Body = string | Uint8Array<ArrayBuffer>
const post = (path: string, body: Body, headers: Record<string, string> = {}, to = server) =>
  fetch(`${to.url}${path}`, { method: 'POST', body, headers })

describe('a good request', () => {
  for (const signal of signals) {
    for (const encoding of encodings) {
      test(`of ${signal} in ${encoding} is answered in its encoding when it is on disk (T01 T02 R)`, async () => {
        const record = oneRecord(signal)
        const response = await post(`/v1/${signal}`, record[encoding], { 'content-type': contentType[encoding] })
        expect([response.status, response.headers.get('content-type')]).toEqual([200, contentType[encoding]])
        expect(await response.text()).toBe(encoding === 'json' ? '{}' : '')
        expect(await stored(server.store, record.testId)).toBe(1)
      })
    }
  }

  test('may name its type in any case and with parameters (T03)', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=utf-8']) {
      expect((await post('/v1/logs', oneRecord('logs').json, { 'content-type': type })).status).toBe(200)
    }
    expect(
      (await post('/v1/logs', oneRecord('logs').protobuf, { 'content-type': 'APPLICATION/x-protobuf' })).status,
    ).toBe(200)
  })

  test('sent twice is acknowledged twice and stored once, in whatever compression', async () => {
    const record = oneRecord('traces')
    const headers = { 'content-type': contentType.json }
    expect((await post('/v1/traces', record.json, headers)).status).toBe(200)
    const again = await post('/v1/traces', gzipSync(record.json), { ...headers, 'content-encoding': 'gzip' })
    expect([again.status, await again.text()]).toEqual([200, '{}'])
    expect(await stored(server.store, record.testId)).toBe(1)
  })

  test('may have nothing in it (P01)', async () => {
    const before = await countOf(server.store, 'spans')
    for (const body of [
      '{}',
      '{"resourceSpans":[]}',
      '{"resourceSpans":[{"resource":{}}]}',
      '{"resourceSpans":[{"scopeSpans":[{}]}]}',
    ]) {
      const response = await post('/v1/traces', body, { 'content-type': contentType.json })
      expect([response.status, await response.text()]).toEqual([200, '{}'])
    }
    const empty = await post('/v1/traces', new Uint8Array(), { 'content-type': contentType.protobuf })
    expect([empty.status, (await empty.arrayBuffer()).byteLength]).toEqual([200, 0])
    expect(await countOf(server.store, 'spans')).toBe(before)
  })
})

describe('a request without a good type', () => {
  test('is refused with 415 and stores nothing, so that no web page can inject records (T05 T06)', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/plain; application/json',
      'application/protobuf',
      '',
    ]) {
      const record = oneRecord('logs')
      // A Blob without a type keeps fetch from adding one.
      const response = await fetch(`${server.url}/v1/logs`, {
        method: 'POST',
        body: new Blob([record.json]),
        headers: type ? { 'content-type': type } : {},
      })
      expect([type, response.status]).toEqual([type, 415])
      expect((await read(response, 'google.rpc.Status')).message).toContain('application/json')
      expect(await stored(server.store, record.testId)).toBe(0)
    }
  })

  test('is not sniffed: JSON called protobuf and protobuf called JSON are 400 (T07)', async () => {
    const { json, protobuf } = oneRecord('traces')
    expect((await post('/v1/traces', json, { 'content-type': contentType.protobuf })).status).toBe(400)
    expect((await post('/v1/traces', protobuf, { 'content-type': contentType.json })).status).toBe(400)
  })
})

describe('methods and paths', () => {
  test('other than POST are 405 and say so (T08)', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/v1/traces', '/v1/metrics', '/v1/logs', '/v1/hooks/codex']) {
        const response = await fetch(`${server.url}${path}`, { method })
        expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'POST'])
      }
    }
  })

  test('that do not exist are 404 (T09)', async () => {
    for (const path of [
      '/v1/nope',
      '/v1/traces/',
      '/v1/TRACES',
      '/v1/logs/x',
      '/v1',
      '/v1/hooks/',
      '/v1%2Flogs',
      '/v1development/profiles',
    ]) {
      const response = await post(path, '{}', { 'content-type': contentType.json })
      expect([path, response.status]).toEqual([path, 404])
      expect((await read(response, 'google.rpc.Status')).message).toContain('/v1/traces')
    }
  })

  test('that end like a signal’s are that signal’s', async () => {
    for (const [path, signal] of [
      ['/v1/logs/v1/metrics', 'metrics'],
      ['/otlp/v1/traces', 'traces'],
      ['//v1/logs', 'logs'],
      ['/v1/logs?x=1', 'logs'],
    ] as const) {
      const record = oneRecord(signal)
      expect((await post(path, record.json, { 'content-type': contentType.json })).status).toBe(200)
      expect([path, await stored(server.store, record.testId)]).toEqual([path, 1])
    }
  })

  test('/ takes what it is given by its content (T10)', async () => {
    for (const signal of signals) {
      for (const encoding of encodings) {
        const record = oneRecord(signal)
        const response = await post('/', record[encoding], { 'content-type': contentType[encoding] })
        expect([response.status, response.headers.get('content-type')]).toEqual([200, contentType[encoding]])
        expect([signal, encoding, await stored(server.store, record.testId)]).toEqual([signal, encoding, 1])
      }
    }
    const [span, log] = [oneRecord('traces'), oneRecord('logs')]
    const both = JSON.stringify({ ...JSON.parse(span.json), ...JSON.parse(log.json) })
    expect((await post('/', both, { 'content-type': contentType.json })).status).toBe(200)
    expect([await stored(server.store, span.testId), await stored(server.store, log.testId)]).toEqual([1, 1])
    expect((await post('/', '{"hello":1}', { 'content-type': contentType.json })).status).toBe(400)
    expect((await post('/', '{}', { 'content-type': contentType.json })).status).toBe(200)
    expect((await post('/', new Uint8Array([1, 2, 3]), { 'content-type': contentType.protobuf })).status).toBe(400)
  })

  test('/health says ok, and HEAD / is answered, because agents ask', async () => {
    const health = await fetch(`${server.url}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    expect((await fetch(`${server.url}/`, { method: 'HEAD' })).status).toBe(200)
  })
})

test('every recorded request is answered 200 as it was sent, and sent again it is stored once', async () => {
  const fresh = await startServer()
  try {
    const all = recordings().filter(({ grpc }) => !grpc)
    const counts: number[][] = []
    for (let round = 0; round < 2; round++) {
      for (const { name, path, headers, bytes } of all) {
        const sent = {
          'content-type': headers['content-type'] ?? '',
          'content-encoding': headers['content-encoding'] ?? '',
        }
        const response = await post(path, new Uint8Array(bytes), sent, fresh)
        expect([name, response.status, response.headers.get('content-type')]).toEqual([
          name,
          200,
          headers['content-type'] ?? '',
        ])
        expect((await response.arrayBuffer()).byteLength).toBeLessThan(3)
      }
      counts.push([
        await countOf(fresh.store, 'spans'),
        await countOf(fresh.store, 'logs'),
        await countOf(fresh.store, 'raw_metric_points'),
      ])
    }
    expect(counts[1]).toEqual(counts[0]!)
    expect(Math.min(...counts[0]!)).toBeGreaterThan(500)
  } finally {
    await fresh.close()
  }
})

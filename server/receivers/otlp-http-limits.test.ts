import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  contentType,
  countOf,
  encodings,
  oneRecord,
  read,
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

describe('compression', () => {
  const encode: Record<string, (body: Uint8Array) => Uint8Array> = {
    gzip: gzipSync,
    deflate: deflateSync,
    'deflate ': deflateRawSync,
    zstd: zstdCompressSync,
    identity: (body) => body,
    '': (body) => body,
  }

  test('of every kind is undone, for every signal and encoding (G01 G02 G08 G09)', async () => {
    for (const [name, compress] of Object.entries(encode)) {
      for (const signal of signals) {
        for (const encoding of encodings) {
          const record = oneRecord(signal)
          const body = new Uint8Array(compress(Buffer.from(record[encoding] as Uint8Array)))
          const headers = { 'content-type': contentType[encoding], 'content-encoding': name, 'accept-encoding': 'gzip' }
          expect((await post(`/v1/${signal}`, body, headers)).status).toBe(200)
          expect([name, await stored(server.store, record.testId)]).toEqual([name, 1])
        }
      }
    }
    expect(
      (await post('/v1/logs', gzipSync(''), { 'content-type': contentType.protobuf, 'content-encoding': 'gzip' }))
        .status,
    ).toBe(200)
  })

  test('may come in several gzip members (G05)', async () => {
    const { json, testId } = oneRecord('logs')
    const body = Buffer.concat([gzipSync(json.slice(0, 20)), gzipSync(json.slice(20))])
    expect(
      (await post('/v1/logs', new Uint8Array(body), { 'content-type': contentType.json, 'content-encoding': 'gzip' }))
        .status,
    ).toBe(200)
    expect(await stored(server.store, testId)).toBe(1)
  })

  test('that is not what it says is 400 with a Status, and nothing is stored (G03 G04)', async () => {
    const { json, protobuf, testId } = oneRecord('logs')
    const whole = gzipSync(json)
    const wrongSum = Buffer.from(whole)
    wrongSum[wrongSum.length - 8]! ^= 1
    for (const body of [Buffer.from(json), whole.subarray(0, -4), whole.subarray(0, 12), wrongSum]) {
      const response = await post('/v1/logs', new Uint8Array(body), {
        'content-type': contentType.json,
        'content-encoding': 'gzip',
      })
      expect([response.status, response.headers.get('content-type')]).toEqual([400, contentType.json])
      expect(await read(response, 'google.rpc.Status')).toMatchObject({
        code: 3,
        message: expect.stringContaining('gzip'),
      })
    }
    const response = await post('/v1/logs', protobuf, {
      'content-type': contentType.protobuf,
      'content-encoding': 'zstd',
    })
    expect(response.headers.get('content-type')).toBe(contentType.protobuf)
    expect(await read(response, 'google.rpc.Status')).toMatchObject({
      code: 3,
      message: expect.stringContaining('zstd'),
    })
    expect(await stored(server.store, testId)).toBe(0)
  })

  test('of an unknown kind is 415 (G06)', async () => {
    for (const name of ['br', 'foo', 'gzip, gzip', 'identity, gzip']) {
      const response = await post('/v1/logs', '{}', { 'content-type': contentType.json, 'content-encoding': name })
      expect([name, response.status]).toEqual([name, 415])
    }
  })
})

describe('size', () => {
  const limit = 1024 * 1024
  const padded = (bytes: number) => {
    const { json, testId } = oneRecord('logs')
    return { testId, body: json + ' '.repeat(bytes - json.length) }
  }
  const chunked = (text: string) =>
    new ReadableStream({
      start(controller) {
        for (let at = 0; at < text.length; at += 65536)
          controller.enqueue(new TextEncoder().encode(text.slice(at, at + 65536)))
        controller.close()
      },
    })

  test('of exactly the limit is taken, announced, chunked and compressed (S01 T14)', async () => {
    const headers = { 'content-type': contentType.json }
    for (const send of [
      (body: string) => post('/v1/logs', body, headers),
      (body: string) =>
        fetch(`${server.url}/v1/logs`, { method: 'POST', headers, body: chunked(body), duplex: 'half' } as RequestInit),
      (body: string) => post('/v1/logs', gzipSync(body), { ...headers, 'content-encoding': 'gzip' }),
    ]) {
      const { testId, body } = padded(limit)
      expect((await send(body)).status).toBe(200)
      expect(await stored(server.store, testId)).toBe(1)
    }
  })

  test('of one byte more is 413 with a Status in the request’s encoding (S02)', async () => {
    const over = ' '.repeat(limit + 1)
    for (const encoding of encodings) {
      const headers = { 'content-type': contentType[encoding] }
      for (const response of [
        await post('/v1/logs', over, headers),
        await fetch(`${server.url}/v1/logs`, {
          method: 'POST',
          headers,
          body: chunked(over),
          duplex: 'half',
        } as RequestInit),
        await post('/v1/logs', gzipSync(over), { ...headers, 'content-encoding': 'gzip' }),
        await post('/v1/logs', zstdCompressSync(over), { ...headers, 'content-encoding': 'zstd' }),
      ]) {
        expect([response.status, response.headers.get('content-type')]).toEqual([413, contentType[encoding]])
        expect(await read(response, 'google.rpc.Status')).toMatchObject({
          code: 8,
          message: expect.stringContaining('--max-body'),
        })
      }
    }
  })
})

describe('a small body that would be large in memory', () => {
  test('is 413, in either encoding, and takes no more memory than it is worth', async () => {
    const large = await startServer()
    try {
      const before = process.memoryUsage().rss
      const send = (body: string | Uint8Array, encoding: 'json' | 'protobuf', signal = 'logs') =>
        post(
          `/v1/${signal}`,
          new Uint8Array(gzipSync(body)),
          { 'content-type': contentType[encoding], 'content-encoding': 'gzip' },
          large,
        )
      // ResourceLogs { ScopeLogs { an empty LogRecord of two bytes, ten million times } }
      const length = (bytes: number) => [
        (bytes & 127) | 128,
        ((bytes >> 7) & 127) | 128,
        ((bytes >> 14) & 127) | 128,
        bytes >> 21,
      ]
      const records = 20_000_000
      const empty = Buffer.alloc(10 + records)
      Buffer.from([0x0a, ...length(records + 5), 0x12, ...length(records)]).copy(empty)
      for (let at = 10; at < empty.length; at += 2) empty[at] = 0x12
      const list = Array(6_000_000).fill('{}').join()
      for (const response of [
        await send(empty, 'protobuf'),
        await send(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${list}]}]}]}`, 'json'),
      ]) {
        expect(response.status).toBe(413)
        expect(await read(response, 'google.rpc.Status')).toMatchObject({
          code: 8,
          message: expect.stringContaining('too many'),
        })
      }
      expect(process.memoryUsage().rss - before).toBeLessThan(1500 * 1024 * 1024)
    } finally {
      await large.close()
    }
  })
})

describe('partial success', () => {
  const good = () => JSON.parse(oneRecord('traces').json).resourceSpans[0]
  const spans = (count: number, bad: number) => {
    const one = good().scopeSpans[0].spans[0]
    const list = Array.from({ length: count }, (_, i) => (i < bad ? { ...one, traceId: 'abcdef' } : one))
    return { resourceSpans: [{ scopeSpans: [{ spans: list }] }] }
  }

  test('rejects the bad span, counts it as a string in JSON, and stores the others (P03 P07)', async () => {
    const before = await countOf(server.store, 'spans')
    const response = await post('/v1/traces', JSON.stringify(spans(10, 1)), { 'content-type': contentType.json })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('trace id') },
    })
    expect(await countOf(server.store, 'spans')).toBe(before + 9)
  })

  test('is said to protobuf clients in their own words (P03 P04 P05)', async () => {
    const gauge = (start: unknown) => ({ timeUnixNano: '5', asInt: '1', startTimeUnixNano: start })
    const metrics = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                {
                  name: 'm',
                  gauge: { dataPoints: [gauge('1'), gauge('2'), gauge('3'), gauge('NaN'), { asString: 'x' }] },
                },
              ],
            },
          ],
        },
      ],
    }
    const points = await post('/v1/metrics', JSON.stringify(metrics), { 'content-type': contentType.json })
    expect(await points.json()).toMatchObject({ partialSuccess: { rejectedDataPoints: '2' } })
    // resource_logs { scope_logs { log_records { trace_id: 3 bytes } log_records {} } }
    const body = new Uint8Array([0x0a, 0x0b, 0x12, 0x09, 0x12, 0x05, 0x4a, 0x03, 1, 2, 3, 0x12, 0x00])
    const logs = await post('/v1/logs', body, { 'content-type': contentType.protobuf })
    expect(await read(logs, 'logs')).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('1 of 2') },
    })
  })

  test('is the same when the request is sent again', async () => {
    const body = JSON.stringify(spans(3, 2))
    const answers = [
      await post('/v1/traces', body, { 'content-type': contentType.json }),
      await post('/v1/traces', body, { 'content-type': contentType.json }),
    ]
    const [first, second] = await Promise.all(answers.map((answer) => answer.json()))
    expect(second).toEqual(first)
    expect(first).toMatchObject({ partialSuccess: { rejectedSpans: '2' } })
  })

  test('of very many keeps its answer short and its count exact (S04)', async () => {
    const large = await startServer()
    try {
      const bad = Array.from({ length: 100_000 }, () => '{"traceId":"00"}').join()
      const response = await post(
        '/v1/traces',
        `{"resourceSpans":[{"scopeSpans":[{"spans":[${bad}]}]}]}`,
        { 'content-type': contentType.json },
        large,
      )
      const text = await response.text()
      expect([response.status, JSON.parse(text).partialSuccess.rejectedSpans]).toEqual([200, '100000'])
      expect(text.length).toBeLessThan(10_000)
    } finally {
      await large.close()
    }
  })
})

describe('a body that cannot be decoded', () => {
  test('is 400 with a Status in the request’s encoding, and the server goes on (E01 P02 J18 J19 B02 B03)', async () => {
    for (const json of [
      '',
      '  ',
      '{',
      '[]',
      'null',
      '{}{}',
      `{"resourceLogs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    ]) {
      const response = await post('/v1/logs', json, { 'content-type': contentType.json })
      expect([json.slice(0, 20), response.status, response.headers.get('content-type')]).toEqual([
        json.slice(0, 20),
        400,
        contentType.json,
      ])
      expect(await read(response, 'google.rpc.Status')).toMatchObject({ code: 3, message: expect.any(String) })
    }
    for (const bytes of [[0x0a, 0x7f], [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07], [0x00], [0x0e], Array(200).fill(0x0a)]) {
      const response = await post('/v1/logs', Uint8Array.from(bytes), { 'content-type': contentType.protobuf })
      expect([response.status, response.headers.get('content-type')]).toEqual([400, contentType.protobuf])
      expect(await read(response, 'google.rpc.Status')).toMatchObject({ code: 3, message: expect.any(String) })
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })
})

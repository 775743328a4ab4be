import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createLog } from '../log.ts'
import { listenOtlpHttp } from './otlp-http-server.ts'
import { contentType, oneRecord, startServer, statusesIn, stored, type TestServer, talk } from './testing.ts'

// What fetch cannot say, on sockets.

let server: TestServer
beforeAll(async () => {
  server = await startServer({ bodyBytesMax: 1024 * 1024 })
})
afterAll(() => server.close())

const head = (body: string, more = '', path = '/v1/logs') =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.receiver.port}\r\nContent-Type: application/json\r\n${more || `Content-Length: ${body.length}\r\n`}\r\n`
const alive = async () => (await fetch(`${server.url}/health`)).status

describe('one connection', () => {
  test('takes fifty requests of both encodings by turns and stays open (T04 T11)', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const socket = connect(server.receiver.port, '127.0.0.1')
    const records = Array.from({ length: 50 }, () => oneRecord('logs'))
    const types: string[] = []
    let answered = 0
    const send = () => {
      const record = records[answered]!
      const json = answered % 2 === 0
      const body = json ? Buffer.from(record.json) : Buffer.from(record.protobuf)
      socket.write(
        `POST /v1/logs HTTP/1.1\r\nHost: localhost:${server.receiver.port}\r\nContent-Type: ${contentType[json ? 'json' : 'protobuf']}\r\nContent-Length: ${body.length}\r\n\r\n`,
      )
      socket.write(body)
    }
    socket.on('data', (data) => {
      types.push(/content-type: (\S+)/i.exec(data.toString('latin1'))?.[1] ?? '')
      if (++answered === records.length) resolve(answered)
      else send()
    })
    socket.on('close', () => reject(new Error(`closed after ${answered}`)))
    send()
    expect(await promise).toBe(50)
    socket.removeAllListeners('close').destroy()
    expect(types).toEqual(records.map((_, i) => contentType[i % 2 === 0 ? 'json' : 'protobuf']))
    for (const { testId } of records) expect(await stored(server.store, testId)).toBe(1)
  })

  test('that does not wait for an answer before the next request is closed without one, and nothing is lost by that (T12)', async () => {
    // The runtime denies pipelining to handlers that wait, as ours does for the disk. No exporter pipelines; one that
    // did would send again.
    const records = [oneRecord('logs'), oneRecord('logs'), oneRecord('logs')]
    const pipelined = records.map(({ json }) => head(json) + json).join('')
    const { text, closed } = await talk(server.receiver.port, [pipelined], { answers: 3 })
    expect([statusesIn(text), closed]).toEqual([[], true])
    for (const { json, testId } of records) {
      expect(statusesIn((await talk(server.receiver.port, [head(json) + json])).text)).toEqual([200])
      expect(await stored(server.store, testId)).toBe(1)
    }
  })

  test('is told to continue where the client asks (T13)', async () => {
    const { json, testId } = oneRecord('logs')
    const { text } = await talk(server.receiver.port, [
      head(json, `Content-Length: ${json.length}\r\nExpect: 100-continue\r\n`),
      json,
    ])
    expect(statusesIn(text)).toEqual([100, 200])
    expect(await stored(server.store, testId)).toBe(1)
  })

  test('may send chunks (T14)', async () => {
    const { json, testId } = oneRecord('logs')
    const half = json.length >> 1
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
    const { text } = await talk(server.receiver.port, [
      head(json, 'Transfer-Encoding: chunked\r\n'),
      chunk(json.slice(0, half)),
      `${chunk(json.slice(half))}0\r\n\r\n`,
    ])
    expect(statusesIn(text)).toEqual([200])
    expect(await stored(server.store, testId)).toBe(1)
  })
})

describe('a broken request', () => {
  test('that ends before its body does stores nothing, a hundred times over (T15)', async () => {
    const { json, testId } = oneRecord('logs')
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 10 }, () => {
          const { promise, resolve } = Promise.withResolvers<void>()
          const socket = connect(server.receiver.port, '127.0.0.1', () => {
            // Large enough to be read as a stream by half of them.
            const announced = round % 2 === 0 ? json.length + 1 : 900_000
            socket.end(head(json, `Content-Length: ${announced}\r\n`) + json)
          })
          socket.on('close', () => resolve()).on('error', () => resolve())
          socket.resume()
          return promise
        }),
      )
    }
    expect(await stored(server.store, testId)).toBe(0)
    expect(await alive()).toBe(200)
  })

  test('whose length is unclear is refused and its connection closed (T16)', async () => {
    const { json, testId } = oneRecord('logs')
    for (const lengths of [
      `Content-Length: ${json.length}\r\nTransfer-Encoding: chunked\r\n`,
      `Content-Length: ${json.length}\r\nContent-Length: ${json.length + 1}\r\n`,
      'Content-Length: -5\r\n',
      'Content-Length: 100000000000000000000\r\n',
    ]) {
      const { text, closed } = await talk(server.receiver.port, [head(json, lengths) + json], {
        answers: 2,
        waitMs: 2000,
      })
      expect([lengths, statusesIn(text), closed]).toEqual([lengths, [400], true])
    }
    expect(await stored(server.store, testId)).toBe(0)
  })

  test('that announces ten gigabytes gets its 413 with a Status at once, and the socket is freed (S03)', async () => {
    const { text, closed } = await talk(server.receiver.port, [head('', 'Content-Length: 10737418240\r\n')], {
      answers: 2,
    })
    expect([statusesIn(text), closed]).toEqual([[413], true])
    expect(text).toContain('{"code":8,"message":')
  })

  test('with too many or too long headers is refused (T18)', async () => {
    const long = 'a'.repeat(100_000)
    const many = Array.from({ length: 1000 }, (_, i) => `X-${i}: a\r\n`).join('')
    for (const request of [
      head('', `X: ${long}\r\n`),
      head('', many),
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ]) {
      expect([431, 414]).toContain(statusesIn((await talk(server.receiver.port, [request])).text)[0]!)
    }
    expect(await alive()).toBe(200)
  })

  test('of another protocol gets an error or a close, and never hangs (T19)', async () => {
    const old = await talk(server.receiver.port, ['GET /health HTTP/1.0\r\n\r\n'])
    expect(statusesIn(old.text.replace('HTTP/1.0', 'HTTP/1.1'))).toEqual([403])
    const tls = await talk(server.receiver.port, [Buffer.from('16030100c8010000c40303', 'hex')], { answers: 2 })
    expect(tls.closed).toBe(true)
    const noHost = await talk(server.receiver.port, ['GET /health HTTP/1.1\r\n\r\n'])
    expect(statusesIn(noHost.text)).toEqual([400])
    expect(await alive()).toBe(200)
  })
})

test('many connections at once lose and double nothing (T17)', async () => {
  const records = Array.from({ length: 40 }, () => Array.from({ length: 10 }, () => oneRecord('traces')))
  const statuses = await Promise.all(
    records.map(async (list) => {
      const answers: number[] = []
      for (const { json } of list) {
        answers.push(
          (
            await fetch(`${server.url}/v1/traces`, {
              method: 'POST',
              body: json,
              headers: { 'content-type': contentType.json },
            })
          ).status,
        )
      }
      return answers
    }),
  )
  expect(new Set(statuses.flat())).toEqual(new Set([200]))
  for (const { testId } of records.flat()) expect(await stored(server.store, testId)).toBe(1)
})

describe('listening', () => {
  test('is on both loopbacks and nowhere else (T20)', async () => {
    const { port } = server.receiver
    for (const host of ['127.0.0.1', '[::1]', 'localhost'])
      expect((await fetch(`http://${host}:${port}/health`)).status).toBe(200)
    if (process.platform !== 'linux') return
    const listening = ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, 'utf8')
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === '0A' && Number.parseInt(local!.split(':')[1]!, 16) === port)
        .map(([, local]) => local!.split(':')[0]),
    )
    expect(listening.sort()).toEqual(['00000000000000000000000001000000', '0100007F'])
  })

  test('on a port that is taken is an error', async () => {
    const { ingest, receiver } = server
    const again = listenOtlpHttp({
      host: '127.0.0.1',
      port: receiver.port,
      ingest,
      bodyBytesMax: 1024,
      log: createLog('ERROR'),
    })
    await expect(again).rejects.toThrow(/EADDRINUSE|in use/)
  })
})

describe('HTTP/2 without TLS', () => {
  const call = (headers: Record<string, string>, body: Uint8Array) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ headers: Record<string, unknown>; body: Buffer }>()
    const session = http2.connect(server.url)
    const stream = session.request({ ':method': 'POST', ...headers })
    const chunks: Buffer[] = []
    let answer: Record<string, unknown> = {}
    stream.on('response', (received) => {
      answer = received
    })
    stream.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
    stream.on('error', reject)
    stream.on('end', () => {
      session.close()
      resolve({ headers: answer, body: Buffer.concat(chunks) })
    })
    stream.end(body)
    return promise
  }
  const method = (service: string, name: string) => `/opentelemetry.proto.collector.${service}.v1.${name}Service/Export`
  const framed = (message: Uint8Array, compressed = 0): Uint8Array => {
    const prefix = Buffer.alloc(5)
    prefix[0] = compressed
    prefix.writeUInt32BE(message.length, 1)
    return Buffer.concat([prefix, message])
  }

  test('is answered like HTTP/1.1', async () => {
    const { json, testId } = oneRecord('logs')
    const { headers } = await call({ ':path': '/v1/logs', 'content-type': contentType.json }, Buffer.from(json))
    expect([headers[':status'], headers['content-type']]).toEqual([200, contentType.json])
    expect(await stored(server.store, testId)).toBe(1)
    const foreign = await call(
      { ':path': '/v1/logs', ':authority': 'evil.example', 'content-type': contentType.json },
      Buffer.from(json),
    )
    expect(foreign.headers[':status']).toBe(403)
  })

  test('may carry gRPC calls meant for another port, which are stored and answered as well as can be (R09)', async () => {
    const grpc = { 'content-type': 'application/grpc', te: 'trailers' }
    for (const [signal, service, name] of [
      ['traces', 'trace', 'Trace'],
      ['metrics', 'metrics', 'Metrics'],
      ['logs', 'logs', 'Logs'],
    ] as const) {
      const [plain, packed] = [oneRecord(signal), oneRecord(signal)]
      const path = { ':path': method(service, name) }
      const { headers, body } = await call({ ...grpc, ...path }, framed(plain.protobuf))
      expect([headers[':status'], headers['content-type'], headers['grpc-status'], body.toString('hex')]).toEqual([
        200,
        'application/grpc',
        '0',
        '0000000000',
      ])
      expect(await stored(server.store, plain.testId)).toBe(1)
      await call({ ...grpc, ...path, 'grpc-encoding': 'gzip' }, framed(gzipSync(packed.protobuf), 1))
      expect(await stored(server.store, packed.testId)).toBe(1)
    }
    const status = async (path: string, body: Uint8Array, more = {}) =>
      (await call({ ...grpc, ':path': path, ...more }, body)).headers['grpc-status']
    expect(await status('/nope/Export', framed(new Uint8Array()))).toBe('12')
    expect(await status(method('logs', 'Logs'), framed(new Uint8Array([0xff, 0xff])))).toBe('3')
    expect(await status(method('logs', 'Logs'), Buffer.from([0, 0, 0, 0, 9]))).toBe('3')
    expect(
      await status(method('logs', 'Logs'), framed(gzipSync(Buffer.alloc(2_000_000)), 1), { 'grpc-encoding': 'gzip' }),
    ).toBe('8')
    expect(await status(method('logs', 'Logs'), framed(gzipSync(''), 1), { 'grpc-encoding': 'snappy' })).toBe('12')
  })
})

describe('stopping', () => {
  test('finishes what is in flight, and leaves no 200 that is not on disk (E06)', async () => {
    const stopping = await startServer()
    const records = Array.from({ length: 50 }, () => oneRecord('traces'))
    const answers = records.map(({ json, testId }) =>
      fetch(`${stopping.url}/v1/traces`, {
        method: 'POST',
        body: json,
        headers: { 'content-type': contentType.json },
      }).then(
        (response) => ({ testId, status: response.status }),
        () => ({ testId, status: 0 }),
      ),
    )
    await answers[0]
    await stopping.receiver.stop()
    const outcomes = await Promise.all(answers)
    for (const { testId, status } of outcomes) {
      expect([200, 503, 0]).toContain(status)
      if (status === 200) expect(await stored(stopping.store, testId)).toBe(1)
    }
    expect(outcomes.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    await expect(fetch(`${stopping.url}/health`)).rejects.toThrow()
    await stopping.close()
  })

  test('does not wait for ever for a client that never finishes', async () => {
    const stopping = await startServer()
    const socket = connect(stopping.receiver.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: 127.0.0.1:${stopping.receiver.port}\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{`,
    )
    await fetch(`${stopping.url}/health`)
    await stopping.receiver.stop(100)
    await stopping.close()
    socket.destroy()
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import http2 from 'node:http2'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { type ChannelOptions, Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { exportMethods } from '#proto/otlp.gen.ts'
import { loadSchema } from '#proto/schema.ts'
import { Unavailable } from '../ingest/ingest.ts'
import { createLog } from '../log.ts'
import { listenOtlpGrpc } from './otlp-grpc.ts'
import type { Receiver } from './otlp-http-server.ts'
import { oneRecord, signals, startServer, stored, type TestServer } from './testing.ts'
import { listenGrpc, requestsOnly } from './testing-grpc.ts'

// The letters and numbers at the ends are rows of the conformance table.

const bodyBytesMax = 1024 * 1024
const schema = loadSchema()
const methods = Object.fromEntries(Object.entries(exportMethods).map(([path, signal]) => [signal, path]))

let server: TestServer
let grpc: Receiver
beforeAll(async () => {
  server = await startServer()
  grpc = await listenGrpc(server, bodyBytesMax)
})
afterAll(async () => {
  await grpc.stop()
  await server.close()
})

type Answer = { error: ServiceError | null; body: Buffer | undefined }

function clientOf(port: number, options: ChannelOptions = {}, host = '127.0.0.1'): Client {
  return new Client(`${host}:${port}`, credentials.createInsecure(), options)
}

function call(
  client: Client,
  path: string,
  message: Uint8Array,
  metadata = new Metadata(),
  options = {},
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const bytes = (value: Buffer) => value
  client.makeUnaryRequest(path, bytes, bytes, Buffer.from(message), metadata, options, (error, body) =>
    resolve({ error: error as ServiceError | null, body }),
  )
  return promise
}

async function once(
  path: string,
  message: Uint8Array,
  options: ChannelOptions = {},
  metadata?: Metadata,
  port = grpc.port,
) {
  const client = clientOf(port, options)
  try {
    return await call(client, path, message, metadata)
  } finally {
    client.close()
  }
}

/** A message marked as compressed. */
function framed(content: Uint8Array): Buffer {
  const prefix = Buffer.from([1, 0, 0, 0, 0])
  prefix.writeUInt32BE(content.length, 1)
  return Buffer.concat([prefix, content])
}

/** A call without grpc-js, whose client would compress itself; the headers and trailers of its answer. */
function raw(headers: Record<string, string>, body: Buffer[], port = grpc.port): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  const session = http2.connect(`http://127.0.0.1:${port}`)
  const stream = session.request({
    ':method': 'POST',
    ':path': methods.logs!,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  })
  const answer: Record<string, unknown> = {}
  stream.on('response', (received) => Object.assign(answer, received))
  stream.on('trailers', (received) => Object.assign(answer, received))
  stream.on('error', reject)
  stream.on('close', () => {
    session.close()
    resolve(answer)
  })
  stream.resume()
  for (const chunk of body) stream.write(chunk)
  stream.end()
  return promise
}

describe('an Export call', () => {
  for (const signal of signals) {
    test(`of ${signal} is answered when it is on disk, on both loopbacks (R01)`, async () => {
      for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
        const record = oneRecord(signal)
        const client = clientOf(grpc.port, {}, host)
        const { error, body } = await call(client, methods[signal]!, record.protobuf)
        client.close()
        expect([host, error, body!.length]).toEqual([host, null, 0])
        expect(await stored(server.store, record.testId)).toBe(1)
      }
      expect((await once(methods[signal]!, new Uint8Array())).error).toBe(null)
    })
  }

  test('may be compressed with gzip or deflate (R02)', async () => {
    for (const algorithm of [1, 2]) {
      const record = oneRecord('logs')
      const { error } = await once(methods.logs!, record.protobuf, { 'grpc.default_compression_algorithm': algorithm })
      expect(error).toBe(null)
      expect(await stored(server.store, record.testId)).toBe(1)
    }
  })

  test('is the same request when it comes by HTTP, too', async () => {
    const { testId, protobuf } = oneRecord('traces')
    expect((await once(methods.traces!, protobuf)).error).toBe(null)
    const headers = { 'content-type': 'application/x-protobuf' }
    expect((await fetch(`${server.url}/v1/traces`, { method: 'POST', body: protobuf, headers })).status).toBe(200)
    expect(await stored(server.store, testId)).toBe(1)
  })

  test('with a bad record is OK with partial success (R06)', async () => {
    // resource_logs { scope_logs { log_records { trace_id: 3 bytes } log_records {} } }
    const message = [0x0a, 0x0b, 0x12, 0x09, 0x12, 0x05, 0x4a, 0x03, 1, 2, 3, 0x12, 0x00]
    const { error, body } = await once(methods.logs!, Uint8Array.from(message))
    expect(error).toBe(null)
    const type = schema.lookupType('opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse')
    expect(type.toObject(type.decode(body!), { longs: String })).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringContaining('1 of 2') },
    })
  })

  test('with garbage is INVALID_ARGUMENT (R04)', async () => {
    for (const garbage of [[0xff], [0x0a, 0x7f], [0x00], [0x0e]]) {
      expect((await once(methods.logs!, Uint8Array.from(garbage))).error?.code).toBe(status.INVALID_ARGUMENT)
    }
  })

  test('that is too large, also only once decompressed, is RESOURCE_EXHAUSTED without RetryInfo (R03)', async () => {
    for (const options of [{}, { 'grpc.default_compression_algorithm': 2 }]) {
      const { error } = await once(methods.logs!, new Uint8Array(bodyBytesMax + 1), options)
      expect(error?.code).toBe(status.RESOURCE_EXHAUSTED)
      expect(error?.metadata.get('grpc-status-details-bin')).toEqual([])
    }
  })

  test('that is compressed badly or in an unknown way is refused for good (R02)', async () => {
    const send = (encoding: string, content: Uint8Array) => raw({ 'grpc-encoding': encoding }, [framed(content)])
    expect((await send('gzip', Buffer.from('not gzip')))['grpc-status']).toBe(String(status.INVALID_ARGUMENT))
    expect((await send('gzip', gzipSync('x'.repeat(100)).subarray(0, 15)))['grpc-status']).toBe(
      String(status.INVALID_ARGUMENT),
    )
    expect((await send('snappy', Buffer.from('x')))['grpc-status']).toBe(String(status.UNIMPLEMENTED))
  })

  test('that is a bomb takes its turn, twenty at once do not take the memory of twenty (R03)', async () => {
    const large = await listenGrpc(server, 32 * bodyBytesMax)
    const bomb = framed(gzipSync(Buffer.alloc(128 * bodyBytesMax)))
    const before = process.memoryUsage().rss
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => raw({ 'grpc-encoding': 'gzip' }, [bomb], large.port)),
    )
    const grown = process.memoryUsage().rss - before
    await large.stop()
    expect(new Set(answers.map((answer) => answer['grpc-status']))).toEqual(
      new Set([String(status.RESOURCE_EXHAUSTED)]),
    )
    // Without turns it is 640 MiB and more.
    expect(grown).toBeLessThan(350 * 1024 * 1024)
  })

  test('of an unknown service or method is UNIMPLEMENTED (R07)', async () => {
    for (const path of [
      '/opentelemetry.proto.collector.logs.v1.LogsService/Import',
      '/x.Y/Export',
      '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
    ]) {
      expect((await once(path, new Uint8Array())).error?.code).toBe(status.UNIMPLEMENTED)
    }
  })
})

test('a thousand calls at once on one channel are all answered, cancelled and late ones too (R08)', async () => {
  const client = clientOf(grpc.port)
  const records = Array.from({ length: 1000 }, () => oneRecord('traces'))
  const answers = records.map(({ protobuf }, i) =>
    call(client, methods.traces!, protobuf, new Metadata(), i % 100 === 99 ? { deadline: Date.now() - 1 } : {}),
  )
  const outcomes = await Promise.all(answers)
  client.close()
  const codes = outcomes.map(({ error }) => error?.code ?? 0)
  expect(codes.filter((code) => code === status.DEADLINE_EXCEEDED).length).toBe(10)
  expect(codes.filter((code) => code === 0).length).toBe(990)
  const names = new Set(records.filter((_, i) => codes[i] === 0).map(({ testId }) => testId))
  const rows = (await server.store.all('select name from spans')).map(({ name }) => String(name))
  const kept = rows.filter((name) => names.has(name))
  expect([kept.length, new Set(kept).size]).toEqual([990, 990])
})

test('when nothing can be stored, the sender is told UNAVAILABLE and when to come back (R05)', async () => {
  const trouble = await listenOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    ingest: { submit: () => Promise.reject(new Unavailable('the queue is full', 7)) },
    bodyBytesMax,
    log: createLog('ERROR'),
  })
  const { error } = await once(methods.logs!, oneRecord('logs').protobuf, {}, new Metadata(), trouble.port)
  await trouble.stop()
  expect(error?.code).toBe(status.UNAVAILABLE)
  const details = error!.metadata.get('grpc-status-details-bin')[0] as Buffer
  const statusType = schema.lookupType('google.rpc.Status')
  const decoded = statusType.toObject(statusType.decode(details)) as {
    code: number
    details: { typeUrl: string; value: Uint8Array }[]
  }
  expect([decoded.code, decoded.details[0]!.typeUrl]).toEqual([14, 'type.googleapis.com/google.rpc.RetryInfo'])
  const retry = schema.lookupType('google.rpc.RetryInfo')
  expect(retry.toObject(retry.decode(decoded.details[0]!.value), { longs: Number })).toEqual({
    retryDelay: { seconds: 7 },
  })
})

describe('a caller', () => {
  test('with a foreign authority or origin is PERMISSION_DENIED', async () => {
    const record = oneRecord('logs')
    const foreign = await once(methods.logs!, record.protobuf, { 'grpc.default_authority': 'evil.example' })
    expect(foreign.error?.code).toBe(status.PERMISSION_DENIED)
    const origin = new Metadata()
    origin.set('origin', 'http://evil.example')
    expect((await once(methods.logs!, record.protobuf, {}, origin)).error?.code).toBe(status.PERMISSION_DENIED)
    expect(await stored(server.store, record.testId)).toBe(0)
  })

  test('needs the token where one is set', async () => {
    const users: (string | undefined)[] = []
    const safe = await listenOtlpGrpc({
      host: '127.0.0.1',
      port: 0,
      ingest: {
        submit: async (_, meta) => {
          users.push(meta.user)
          return { status: 'stored', rejected: 0, message: '' }
        },
      },
      bodyBytesMax,
      authorize: (token) => (token === 'of-ann' ? { user: 'ann' } : undefined),
      log: createLog('ERROR'),
    })
    const codeOf = async (authorization?: string) => {
      const metadata = new Metadata()
      if (authorization) metadata.set('authorization', authorization)
      return (await once(methods.logs!, oneRecord('logs').protobuf, {}, metadata, safe.port)).error?.code ?? 0
    }
    expect([await codeOf(), await codeOf('Bearer wrong')]).toEqual([status.UNAUTHENTICATED, status.UNAUTHENTICATED])
    expect([await codeOf('Bearer of-ann'), users]).toEqual([0, ['ann']])
    await safe.stop()
  })
})

test('something else than gRPC on the port is closed and harms nobody (R09)', async () => {
  for (const greeting of ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', '\u0016\u0003\u0001\u0000', 'x'.repeat(1000)]) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const socket = connect(grpc.port, '127.0.0.1', () => socket.end(greeting))
    socket.on('close', () => resolve()).on('error', () => resolve())
    socket.resume()
    await promise
  }
  expect((await once(methods.logs!, oneRecord('logs').protobuf)).error).toBe(null)
})

test('stopping finishes the calls in flight, and then the port is closed (R10)', async () => {
  const stopping = await listenOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    ingest: server.ingest,
    bodyBytesMax,
    log: createLog('ERROR'),
  })
  const client = clientOf(stopping.port)
  expect((await call(client, methods.traces!, oneRecord('traces').protobuf)).error).toBe(null)
  const records = Array.from({ length: 50 }, () => oneRecord('traces'))
  const answers = records.map(({ protobuf }) => call(client, methods.traces!, protobuf))
  await answers[0]
  await stopping.stop()
  const outcomes = await Promise.all(answers)
  client.close()
  for (const [i, { error }] of outcomes.entries()) {
    if (error === null) expect(await stored(server.store, records[i]!.testId)).toBe(1)
    else expect([status.UNAVAILABLE, status.CANCELLED]).toContain(error.code)
  }
  expect(outcomes[0]!.error).toBe(null)
  expect(
    (await once(methods.traces!, oneRecord('traces').protobuf, {}, new Metadata(), stopping.port)).error?.code,
  ).toBe(status.UNAVAILABLE)
})

test('a port that is taken is an error, and what was opened before is closed again', async () => {
  const again = listenOtlpGrpc({
    host: '127.0.0.1',
    port: grpc.port,
    ingest: server.ingest,
    bodyBytesMax,
    log: createLog('ERROR'),
  })
  await expect(again).rejects.toThrow(/EADDRINUSE|in use/)
  const http = listenOtlpGrpc({
    host: '127.0.0.1',
    port: server.receiver.port,
    ingest: server.ingest,
    bodyBytesMax,
    log: createLog('ERROR'),
  })
  await expect(http).rejects.toThrow(/EADDRINUSE|in use/)
})

test('a call is weighed by the last message of its connection before its own is there', async () => {
  const real = requestsOnly(64 * 1024 * 1024)
  const announced: number[] = []
  const port = await listenOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    ingest: server.ingest,
    bodyBytesMax,
    admission: {
      ...real,
      enter(client, bytes) {
        announced.push(bytes)
        return real.enter(client, bytes)
      },
    },
    log: createLog('ERROR'),
  })
  const client = clientOf(port.port)
  // A field that nobody knows makes the message large: its number is 1000.
  const field = Buffer.concat([Buffer.from([0xc2, 0x3e, 0xa0, 0x8d, 0x06]), Buffer.alloc(100_000)])
  const large = Buffer.concat([oneRecord('logs').protobuf, field])
  for (const message of [large, oneRecord('logs').protobuf, oneRecord('logs').protobuf])
    expect((await call(client, methods.logs!, message)).error).toBe(null)
  client.close()
  const usual = announced[0]!
  expect(usual).toBeLessThan(large.length)
  expect(announced).toEqual([usual, large.length, usual])
  expect(real.stats()).toMatchObject({ requests: 0, bytes: 0, refused: 0 })
  await port.stop()
})

// gRPC calls at random on the real port: cut, compressed wrongly, with lengths that are not true, too large, mutated recordings.
// Each is answered with a status that says why, and a good call after it is stored.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import http2 from 'node:http2'
import { deflateSync, gzipSync } from 'node:zlib'
import { status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { exportMethods } from '#proto/otlp.gen.ts'
import type { Receiver } from './otlp-http-server.ts'
import { oneRecord, recordings, signals, startServer, stored, type TestServer } from './testing.ts'
import { listenGrpc } from './testing-grpc.ts'

const bodyBytesMax = 64 * 1024
/** After so many odd calls comes a good one; in `make fuzz` 20,000 odd ones a minute are worth more. */
const goodEvery = process.env.FUZZ_SECONDS ? 50 : 2
const paths = Object.keys(exportMethods)
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

const bodies = recordings()
  .filter(({ encoding, body }) => encoding === 'protobuf' && body.length < 20_000)
  .map(({ body }) => body)
  .slice(0, 200)

const message = fc.oneof(
  fc
    .tuple(fc.nat(bodies.length - 1), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
    .map(([which, changes, cut]) => {
      const bytes = Buffer.from(bodies[which]!)
      for (const [at, to] of changes) if (bytes.length > 0) bytes[at % bytes.length] = to
      return cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes
    }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(bodyBytesMax - 1, bodyBytesMax + 1, 4 * bodyBytesMax).map((length) => Buffer.alloc(length)),
)

type Frame = { content: Buffer; flag: number; pack: 'no' | 'gzip' | 'deflate'; off: number }
const frame: fc.Arbitrary<Frame> = fc.record({
  content: message,
  flag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.constant(1) }, fc.nat(255)),
  pack: fc.constantFrom('no', 'gzip', 'deflate'),
  off: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1, 5, 2 ** 31, 2 ** 32 - 1)),
})
const call = fc.record({
  path: fc.constantFrom(...paths, ...paths, '/opentelemetry.proto.collector.logs.v1.LogsService/Import', '/x', '/'),
  encoding: fc.constantFrom(undefined, 'identity', 'gzip', 'deflate', 'zstd', 'snappy', 'constructor', ''),
  type: fc.constantFrom('application/grpc', 'application/grpc', 'application/grpc+proto', 'application/grpc+json'),
  timeout: fc.constantFrom(undefined, undefined, '30S', '0n', 'x', '99999999H'),
  frames: fc.array(frame, { maxLength: 3 }),
  cut: fc.option(fc.nat(), { nil: undefined }),
  ending: fc.constantFrom('end', 'end', 'end', 'reset', 'gone'),
})
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never

function framed({ content, flag, pack, off }: Frame): Buffer {
  const packed = pack === 'gzip' ? gzipSync(content) : pack === 'deflate' ? deflateSync(content) : content
  const prefix = Buffer.alloc(5)
  prefix[0] = flag
  prefix.writeUInt32BE((packed.length + off + 2 ** 32) % 2 ** 32, 1)
  return Buffer.concat([prefix, packed])
}

/** Sends it; the status of the answer, or nothing where the sender did not wait for one, or left its message unfinished. */
function send({ path, encoding, type, timeout, frames, cut, ending }: Call): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  const session = http2.connect(`http://127.0.0.1:${grpc.port}`)
  session.on('error', () => {})
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': type,
    te: 'trailers',
    ...(encoding === undefined ? {} : { 'grpc-encoding': encoding }),
    ...(timeout === undefined ? {} : { 'grpc-timeout': timeout }),
  })
  let answer: number | undefined
  const told = (headers: Record<string, unknown>) => {
    if (headers['grpc-status'] !== undefined) answer = Number(headers['grpc-status'])
  }
  stream.on('response', told)
  stream.on('trailers', told)
  stream.on('error', () => {})
  stream.on('close', () => {
    session.close()
    resolve(answer)
  })
  stream.resume()
  const whole = Buffer.concat(frames.map(framed))
  stream.write(cut === undefined ? whole : whole.subarray(0, cut % (whole.length + 1)), () => {
    if (ending === 'reset') stream.close(http2.constants.NGHTTP2_CANCEL)
    if (ending === 'gone') session.destroy()
  })
  if (ending === 'end') stream.end()
  return promise
}

test('whatever comes is answered with a reason, and what is good after it is stored', async () => {
  await fc.assert(
    fc.asyncProperty(call, fc.constantFrom(...signals), fc.nat(), async (sent, signal, turn) => {
      const code = await send(sent)
      if (sent.ending === 'end') expect(code).toBeDefined()
      expect([status.UNKNOWN, status.DATA_LOSS]).not.toContain(code ?? status.OK)
      // To be stored and found takes most of the time.
      if (turn % goodEvery !== 0) return
      const { testId, protobuf } = oneRecord(signal)
      const path = paths.find((one) => exportMethods[one] === signal)!
      const content = Buffer.from(protobuf)
      const good = { content, flag: 0, pack: 'no', off: 0 } as const
      const headers = { encoding: undefined, type: 'application/grpc', timeout: undefined, cut: undefined } as const
      expect(await send({ path, ...headers, frames: [good], ending: 'end' })).toBe(status.OK)
      expect(await stored(server.store, testId)).toBe(1)
    }),
    { numRuns: 60, seed: 61 },
  )
}, 3_600_000)

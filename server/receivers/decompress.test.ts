import { describe, expect, test } from 'bun:test'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { CorruptError, createDecompressor, knowsEncoding, TooLargeError, UnknownEncodingError } from './decompress.ts'

const limit = 1024 * 1024
const decompress = createDecompressor(limit)
const text = Buffer.from(JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ i, name: `record ${i * 7919}` }))))
const encoders: [string, (bytes: Uint8Array) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['zstd', zstdCompressSync],
]

describe('every encoding', () => {
  test('gives back what was compressed, large or small or nothing', async () => {
    for (const [name, encode] of encoders) {
      for (const body of [text, Buffer.from('{}'), Buffer.alloc(0)]) {
        expect(Buffer.from(await decompress(name, encode(body))).equals(body), name).toBe(true)
      }
    }
    for (const name of [null, '', 'identity', ' IDENTITY ']) expect(await decompress(name, text)).toBe(text)
  })

  test('takes a body of exactly the limit, and not one byte more', async () => {
    for (const [name, encode] of [...encoders, ['identity', (bytes: Uint8Array) => Buffer.from(bytes)] as const]) {
      expect((await decompress(name, encode(Buffer.alloc(limit, 1)))).byteLength).toBe(limit)
      await expect(decompress(name, encode(Buffer.alloc(limit + 1, 1))), name).rejects.toThrow(TooLargeError)
    }
  })

  test('says that a body is corrupt when it is cut off anywhere', async () => {
    for (const [name, encode] of encoders) {
      for (const body of [text, Buffer.from('{"a":1}')]) {
        const whole = encode(body)
        for (const end of [0, 1, 5, 9, 12, whole.length >> 1, whole.length - 1]) {
          if (end >= whole.length) continue
          await expect(decompress(name, whole.subarray(0, end)), `${name} ${end}`).rejects.toThrow(CorruptError)
        }
      }
    }
  })

  test('says that a body is corrupt when it is something else', async () => {
    for (const [name] of encoders) {
      await expect(decompress(name, Buffer.from('{"resourceLogs":[]}')), name).rejects.toThrow(CorruptError)
    }
  })
})

test('a gzip body with a wrong checksum or length is corrupt', async () => {
  const whole = gzipSync(text)
  for (const at of [whole.length - 8, whole.length - 1]) {
    const wrong = Buffer.from(whole)
    wrong[at]! ^= 1
    await expect(decompress('gzip', wrong)).rejects.toThrow(CorruptError)
  }
})

test('a gzip or zstd body may have several parts', async () => {
  for (const [name, encode] of [
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    const body = Buffer.concat([encode(Buffer.from('one ')), encode(Buffer.from('two'))])
    expect(Buffer.from(await decompress(name, body)).toString()).toBe('one two')
  }
})

test('twenty bombs at once never take more than the memory of two', async () => {
  const bomb = gzipSync(Buffer.alloc(256 * limit))
  Bun.gc(true)
  const small = createDecompressor(8 * limit)
  const before = process.memoryUsage().rss
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => small('gzip', bomb)))
  expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof TooLargeError)).toBe(
    true,
  )
  // Unpacked they would be 5 GiB. The process has run other tests, so its memory moves by itself as well.
  expect(process.memoryUsage().rss - before).toBeLessThan(2 * 256 * limit)
})

test('an encoding that is not known is named before the body is read', async () => {
  for (const known of [null, '', 'identity', 'gzip', 'GZIP', 'x-gzip', 'deflate', 'zstd'])
    expect(knowsEncoding(known)).toBe(true)
  for (const unknown of ['br', 'foo', 'gzip, gzip', 'gzip,identity']) {
    expect(knowsEncoding(unknown)).toBe(false)
    await expect(decompress(unknown, text)).rejects.toThrow(UnknownEncodingError)
  }
})

test('a damaged body is read, or refused as damaged or too large, and nothing else', async () => {
  const bodies = [
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['zstd', zstdCompressSync(text)],
  ] as const
  const byte = fc.record({ at: fc.nat(), value: fc.nat(255) })
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.array(byte, { maxLength: 6 }), fc.option(fc.nat()), async (which, bytes, end) => {
      const [encoding, whole] = bodies[which]!
      const body = Buffer.from(whole)
      for (const { at, value } of bytes) body[at % body.length] = value
      const cut = end === null ? body : body.subarray(0, end % body.length)
      try {
        expect((await decompress(encoding, cut)).length).toBeLessThanOrEqual(limit)
      } catch (error) {
        expect(error instanceof CorruptError || error instanceof TooLargeError).toBe(true)
      }
    }),
    { numRuns: 300, seed: 41 },
  )
})

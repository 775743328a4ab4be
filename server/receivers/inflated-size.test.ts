import { expect, test } from 'bun:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { forecastBytes } from './inflated-size.ts'

const text = Buffer.from('telemetry '.repeat(1000))

test('a plain body is as large as it is, a gzip body as large as it says, and never larger than allowed', () => {
  expect(forecastBytes(null, text, 64_000)).toBe(10_000)
  expect(forecastBytes('gzip', gzipSync(text), 64_000)).toBe(10_000)
  expect(forecastBytes(' X-GZIP ', gzipSync(text), 5000)).toBe(5000)
})

test('a body that does not say is forecast from its own size', () => {
  const body = deflateSync(text)
  expect(forecastBytes('deflate', body, 64_000)).toBe(8 * body.byteLength)
  expect(forecastBytes('gzip', Buffer.from('short'), 64_000)).toBe(40)
})

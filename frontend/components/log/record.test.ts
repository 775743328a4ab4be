// record.test.ts: rows of the log list.
import { expect, test } from 'bun:test'
import type { LogRecord } from '../../lib/shapes.ts'
import { keyed, summaryOf } from './record.ts'

const record = (given: Partial<LogRecord>): LogRecord => ({
  timestamp: '2026-11-22T00:00:00Z',
  severityText: 'INFO',
  severityNumber: 9,
  serviceName: 's',
  body: '',
  resourceAttributes: {},
  logAttributes: {},
  ...given,
})

test('a body that only repeats the event gives way to the attributes', () => {
  const { message, pairs } = summaryOf(
    record({
      eventName: 'api_request',
      body: 'claude_code.api_request',
      logAttributes: { 'event.name': 'api_request', 'session.id': 'x', model: 'm', input_tokens: 12 },
    }),
  )
  expect(message).toBe('')
  expect(pairs).toEqual([
    { key: 'model', value: 'm' },
    { key: 'input_tokens', value: '12' },
  ])
})

test('any other body is the message, objects as their JSON', () => {
  expect(summaryOf(record({ eventName: 'x', body: 'disk full' })).message).toBe('disk full')
  expect(summaryOf(record({ body: { a: 1 } })).message).toBe('{"a":1}')
})

test('ten thousand attributes and a megabyte in one stay a line', () => {
  const logAttributes = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, at) => [`k${at}`, 'x'.repeat(at === 0 ? 1_000_000 : 1)]),
  )
  const { pairs } = summaryOf(record({ logAttributes }))
  expect(pairs.length).toBe(8)
  expect(pairs[0]?.value.length).toBe(80)
})

test('keys stay the same when newer records come, and equal records differ', () => {
  const old = record({ body: 'a' })
  const [alone] = keyed([old])
  const [, later] = keyed([record({ timestamp: '2026-11-22T00:00:01Z' }), old])
  expect(later?.key).toBe(alone!.key)
  const first = keyed([old])
  expect(keyed([record({ timestamp: '2026-11-22T00:00:01Z' }), old], first)[1]).toBe(first[0]!)
  const [one, two] = keyed([old, old])
  expect(one?.key).not.toBe(two!.key)
})

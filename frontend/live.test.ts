// live.test.ts: what the WebSocket says, and how long the page may wait before it asks.
import { expect, test } from 'bun:test'
import { restMs, tickMs } from '#server/api/live/live.ts'
import { leastSpacingMs } from './lib/answers.ts'
import { backOffMs, gatherMs, readFrame } from './live.ts'

test('a record is asked about within a second of its commit also when another came just before: a tenth is left for the answer', () => {
  expect(tickMs + gatherMs + leastSpacingMs).toBeLessThanOrEqual(900)
  // Sessions and usage are read before they are told.
  expect(restMs + gatherMs + leastSpacingMs).toBeLessThanOrEqual(700)
})

test('a frame says which records came, or how many frames were lost', () => {
  expect(readFrame('{"type":"logs","timestamp":"2026-11-22T04:00:00Z","payload":[{},{}]}')).toEqual({
    topic: 'logs',
    count: 2,
  })
  expect(readFrame('{"type":"dropped","count":3}')).toEqual({ dropped: 3 })
})

test('what is no frame of ours says nothing', () => {
  for (const text of ['', 'hello', '{"type":"weather","payload":[]}', '[]', '{"type":"__proto__"}'])
    expect([text, readFrame(text)]).toEqual([text, undefined])
})

test('a lost connection is tried again at once, and then less and less often, never later than nine seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 20].map((tries) => backOffMs(tries, 0.5))).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000])
  expect(backOffMs(20, 1)).toBeLessThanOrEqual(9_000)
})

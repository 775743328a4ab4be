import { expect, test } from 'bun:test'
import { noAttributes } from '#proto/attributes.ts'
import { cold, type LogRecord, noTelemetry, type Telemetry } from '#proto/telemetry.ts'
import type { Socket } from './client.ts'
import { createLive } from './live.ts'
import type { LiveQuestions } from './questions.ts'
import { liveRecord } from './records.ts'

const resource = { attributes: noAttributes(), serviceName: 'shop', droppedAttributesCount: 0, schemaUrl: '' }
const scope = { name: '', version: '', attributes: noAttributes(), droppedAttributesCount: 0, schemaUrl: '' }

function logs(count: number, body = 'x'): Telemetry {
  const record: LogRecord = {
    resource,
    scope,
    hot: cold(),
    timeUnixNano: 1795320000000000001n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: 'INFO',
    eventName: '',
    body,
    attributes: noAttributes(),
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
  }
  return { ...noTelemetry(), logs: Array.from({ length: count }, () => record) }
}

/** A source of commits, a socket with room for `room` bytes, and what it was sent. */
function setUp(room = Number.POSITIVE_INFINITY, questions?: LiveQuestions) {
  const listeners = new Set<(batch: Telemetry) => void>()
  const live = createLive(
    {
      onCommit(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    questions,
  )
  const frames: { type: string; payload?: unknown[]; count?: number }[] = []
  let buffered = 0
  const socket: Socket = {
    send(text) {
      frames.push(JSON.parse(text))
      buffered += text.length
      return text.length
    },
    // A client that reads at once leaves nothing waiting.
    getBufferedAmount: () => (buffered > room ? Number.POSITIVE_INFINITY : 0),
    close() {},
  }
  live.open(socket)
  live.hear(socket, '{"subscribe":["logs"]}')
  return {
    live,
    socket,
    frames,
    commit: (batch: Telemetry) => {
      for (const listener of listeners) listener(batch)
    },
    drain() {
      buffered = 0
      live.drained(socket)
    },
    rows: () => frames.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0),
    async until(done: () => boolean) {
      while (!done()) await Bun.sleep(10)
    },
  }
}

test('a burst comes whole, in frames of at most 500 records', async () => {
  const { live, frames, commit, rows, until } = setUp()
  for (let n = 0; n < 5; n++) commit(logs(1000))
  await until(() => rows() === 5000)
  expect(frames.map(({ payload }) => payload!.length)).toEqual(Array.from({ length: 10 }, () => 500))
  live.stop()
})

test('a flood beyond what can be told is given up from its old end, and said', async () => {
  const { live, frames, commit, rows, until } = setUp()
  commit(logs(60_000))
  await until(() => rows() === 50_000)
  // 10,000 records in frames of 500 were never made; the client hears of it before anything else.
  expect(frames[0]).toEqual({ type: 'dropped', count: 20 })
  expect(live.stats()).toMatchObject({ clients: 1, framesDropped: 20 })
  live.stop()
}, 20_000)

test('a record too large for a frame is told by what it is about', async () => {
  const { live, frames, commit, until } = setUp()
  commit(logs(1, 'y'.repeat(300_000)))
  await until(() => frames.length === 1)
  expect(frames[0]!.payload![0]).toMatchObject({ serviceName: 'shop', severityText: 'INFO' })
  expect(frames[0]!.payload![0]).not.toHaveProperty('body')
  live.stop()
})

test('what a slow client lost is counted, and told as soon as there is room', async () => {
  const { live, frames, commit, drain, until } = setUp(1000)
  commit(logs(1, 'z'.repeat(2000)))
  await until(() => frames.length === 1)
  for (let n = 1; n <= 3; n++) {
    commit(logs(1))
    await until(() => live.stats().framesDropped === n)
  }
  expect(frames.length).toBe(1)
  drain()
  expect(frames[1]).toEqual({ type: 'dropped', count: 3 })
  commit(logs(1, 'again'))
  await until(() => frames.length === 3)
  expect(frames[2]!.payload![0]).toMatchObject({ body: 'again' })
  live.stop()
})

test('a session that changed once is told although others change all the time', async () => {
  const told: string[] = []
  const { live, socket, commit, until } = setUp(undefined, {
    async session({ sessionId }) {
      told.push(sessionId)
      return [liveRecord('sessions', 'shop', sessionId, () => ({ sessionId }))]
    },
    usage: async () => [],
  })
  live.hear(socket, '{"subscribe":["sessions"]}')
  const changing = (sessionId: string): Telemetry => ({
    ...noTelemetry(),
    sessions: [{ tool: 'shop', source: 'otlp_logs', sessionId }],
  })
  commit(changing('once'))
  const busy = setInterval(() => {
    for (const name of ['busy', 'busier', 'busiest']) commit(changing(name))
  }, 5)
  await until(() => told.includes('once') && told.includes('busiest'))
  clearInterval(busy)
  live.stop()
  expect(told.filter((id) => id === 'once')).toHaveLength(1)
})

test('after stop nothing is sent', async () => {
  const { live, frames, commit } = setUp()
  live.stop()
  commit(logs(1))
  await Bun.sleep(80)
  expect([frames, live.stats().clients]).toEqual([[], 0])
})

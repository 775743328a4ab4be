import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atOnce } from '#proto/steps.ts'
import { requests } from '#server/ingest/ledger/testing.ts'
import { decode } from '#server/receivers/codec.ts'
import { readTree } from '../transcript-fixtures.ts'
import { example } from './index.ts'

const fixtures = join(import.meta.dir, 'fixtures')

const sent = () => atOnce(example.otlp(decode('logs', 'json', readFileSync(join(fixtures, 'logs.json')), 1n).telemetry))

test('the skeleton reads what it sends: a request with its cached part taken out of the input, a failure, a session', () => {
  const { calls, sessions, logs } = sent()
  expect(calls).toMatchObject([
    { keys: ['req:r1'], status: 'ok', inputTokens: 40, cacheReadTokens: 60, outputTokens: 20, durationMs: 812.5 },
    { keys: ['req:r2'], status: 'error', statusCode: 529 },
  ])
  expect(sessions).toMatchObject([{ sessionId: 's1', project: 'demo', startTimeUnixNano: 1795320001000000000n }])
  expect(logs.map(({ hot }) => [hot.tool, hot.sessionId, hot.eventName])).toEqual([
    ['example', 's1', 'request'],
    ['example', 's1', 'request'],
    ['example', 's1', 'heartbeat'],
  ])
})

test('the skeleton reads what it writes, and both doors together count each request once', () => {
  const { telemetry } = readTree(example.transcripts!, fixtures)
  const both = requests([...sent().calls, ...telemetry.calls]).filter(({ status }) => status === 'ok')
  expect(both.map(({ requestId, sources, outputTokens }) => [requestId, sources, outputTokens])).toEqual([
    ['r1', ['otlp_logs', 'transcript'], 20],
    ['r3', ['transcript'], 7],
  ])
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { AggregateObservation, CallObservation } from '#proto/telemetry.ts'
import { at, type Bench, openBench } from '../usage/testing.ts'
import { auditRoutes } from './routes.ts'

let bench: Bench
const start = at('2026-11-22T04:00:00Z')
const second = 1_000_000_000n
const seen = (source: CallObservation['source'], id: string, part: Partial<CallObservation> = {}): CallObservation => ({
  source,
  tool: 'claude-code',
  sessionId: 's1',
  observationId: `${source} ${id}`,
  keys: [`req:${id}`],
  timeUnixNano: start,
  status: 'ok',
  model: 'claude-sonnet-4-5',
  quality: 'exact',
  inputTokens: 100,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 10,
  ...part,
})
const counted = (field: AggregateObservation['field'], value: number, time: bigint): AggregateObservation => ({
  source: 'otlp_metrics',
  tool: 'claude-code',
  sessionId: 's1',
  seriesId: field,
  field,
  temporality: 2,
  startTimeUnixNano: start - second,
  timeUnixNano: time,
  value,
  model: 'claude-sonnet-4-5',
})

beforeAll(async () => {
  bench = await openBench(auditRoutes as never)
  await bench.keep({
    calls: [
      // The first request as three doors saw it: the file has a placeholder for its output.
      seen('otlp_logs', '1', { outputTokens: 445, reportedCostNanoUsd: 2_000_000 }),
      seen('otlp_traces', '1', { outputTokens: 445 }),
      seen('transcript', '1', { outputTokens: 5, webSearches: 1 }),
      // The second one only by logs; the third failed.
      seen('otlp_logs', '2', { reportedCostNanoUsd: 1_000_000 }),
      seen('otlp_logs', '3', { status: 'error', inputTokens: 0, outputTokens: 0 }),
      // The fourth twice by one door: a part and the whole.
      seen('otlp_traces', '4', { observationId: 'part', outputTokens: 3, partial: true }),
      seen('otlp_traces', '4', { observationId: 'whole', outputTokens: 30 }),
      seen('push', 'other', { sessionId: 's2', tool: 'codex', timeUnixNano: at('2026-01-01') }),
    ],
    aggregates: [
      counted('inputTokens', 100, start + second),
      counted('inputTokens', 200, start + 2n * second),
      counted('outputTokens', 455, start + 2n * second),
    ],
  })
})
afterAll(() => bench.close())

const audit = async (query: string) => {
  const { status, body } = await bench.get(`/api/audit?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body
}

describe('a session', () => {
  let session: any
  beforeAll(async () => {
    ;[session] = (await audit('session=s1')).sessions
  })

  test('has what each door saw, each request once, and what is used', () => {
    const source = (name: string) => session.sources.find((one: any) => one.source === name)
    expect(session.sources.map((one: any) => one.source)).toEqual([
      'otlp_logs',
      'otlp_metrics',
      'otlp_traces',
      'transcript',
    ])
    expect(source('otlp_logs')).toEqual({
      source: 'otlp_logs',
      requests: 2,
      inputTokens: 200,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      cacheWrite5mTokens: null,
      cacheWrite1hTokens: null,
      outputTokens: 455,
      reasoningTokens: null,
      totalTokens: 655,
      webSearches: null,
      errors: 1,
      costUsd: 0.003,
      reportedCostUsd: 0.003,
      computedCostUsd: null,
      unpricedTokens: 0,
      basis: 'reported',
    })
    expect(source('otlp_traces')).toMatchObject({ requests: 2, outputTokens: 475, costUsd: null, basis: 'unpriced' })
    expect(source('otlp_metrics')).toMatchObject({ requests: null, inputTokens: 200, outputTokens: 455, errors: null })
    expect(source('transcript')).toMatchObject({ requests: 1, outputTokens: 5, webSearches: 1 })
    expect(session.used).toMatchObject({ requests: 3, errors: 1, inputTokens: 300, outputTokens: 485, webSearches: 1 })
  })

  test('has each number that differs, with every door’s, the used one and why', () => {
    const difference = (field: string) => session.differences.find((one: any) => one.field === field && !one.calls)
    expect(difference('requests')).toEqual({
      field: 'requests',
      values: { otlp_logs: 2, otlp_traces: 2, transcript: 1 },
      used: 3,
      reason: 'otlp_logs saw 2 of 3 requests; otlp_traces saw 2 of 3 requests; transcript saw 1 of 3 requests',
    })
    expect(difference('outputTokens')).toMatchObject({
      values: { otlp_logs: 455, otlp_metrics: 455, otlp_traces: 475, transcript: 5 },
      used: 485,
    })
    expect(difference('outputTokens').reason).toContain('otlp_metrics only counts')
    expect(difference('webSearches')).toBeUndefined()
  })

  test('has what was decided about single requests', () => {
    expect(session.differences.find((one: any) => one.field === 'outputTokens' && one.calls)).toMatchObject({
      values: { otlp_logs: 445, otlp_traces: 445, transcript: 5 },
      used: 445,
      calls: 1,
    })
  })
})

test('doors that agree make no difference', async () => {
  expect(await audit('from=2026-01-01&to=2026-01-01')).toMatchObject({
    sessions: [{ sessionId: 's2', tool: 'codex', sources: [{ source: 'push', requests: 1 }], differences: [] }],
    total: 1,
    hasMore: false,
  })
})

test('is filtered by tool and time and paged', async () => {
  expect((await audit('from=2026-01-01&to=2026-11-23')).sessions.map((one: any) => one.sessionId)).toEqual(['s1', 's2'])
  expect(await audit('from=2026-01-01&to=2026-11-23&tool=codex')).toMatchObject({ total: 1 })
  expect(await audit('from=2026-01-01&to=2026-11-23&limit=1')).toMatchObject({ total: 2, hasMore: true })
  expect(await audit('session=nope')).toEqual({ sessions: [], total: 0, hasMore: false })
  expect((await bench.get('/api/audit?offset=x')).status).toBe(400)
})

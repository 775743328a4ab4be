import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createApi } from '../index.ts'
import { openTestApi, type TestApi } from '../testing.ts'

let t: TestApi
beforeEach(async () => {
  t = await openTestApi()
})
afterEach(() => t.close())

const push = async (body: unknown) => {
  const { status, body: answer, text } = await t.post('/api/ingest', body)
  expect([status, text]).toEqual([200, expect.any(String)])
  return answer
}
const call = (part: object = {}) => ({
  id: 'c1',
  sessionId: 's1',
  timestamp: '2026-11-22T04:00:00.123456789Z',
  model: 'claude-sonnet-4-5',
  inputTokens: 1000,
  outputTokens: 100,
  ...part,
})
const whole = {
  source: 'my-agent',
  host: 'laptop',
  sessions: [{ id: 's1', title: 'A poem', project: 'verse', startTime: '2026-11-22T03:59:00Z', futureField: 1 }],
  calls: [
    call(),
    call({ id: 'c2', costUsd: 0.5, cacheWrite5mTokens: 7, cacheWrite1hTokens: 3, timestamp: '2026-11-22T04:00:05Z' }),
    call({ id: 'c3', statusCode: 529, errorType: 'overloaded', inputTokens: null, outputTokens: null }),
  ],
  toolCalls: [
    {
      id: 't1',
      sessionId: 's1',
      toolName: 'Bash',
      timestamp: '2026-11-22T04:00:01Z',
      success: true,
      durationMs: 12,
      input: { command: 'ls' },
    },
  ],
  errors: [
    { id: 'e1', sessionId: 's1', timestamp: '2026-11-22T04:01:00Z', errorType: 'TypeError', message: 'x is undefined' },
  ],
  events: [
    {
      id: 'v1',
      sessionId: 's1',
      timestamp: '2026-11-22T04:02:00Z',
      name: 'plan_made',
      body: 'three steps',
      attributes: { steps: 3, share: 0.5, deep: { a: [1, 'b'] } },
    },
  ],
}

test('what is pushed is counted, priced and shown like what comes through any other door', async () => {
  expect(await push(whole)).toEqual({ accepted: 7, duplicates: 0, rejected: [] })
  const { body: usage } = await t.ask('/api/usage?groupBy=tool,session,project,host')
  expect(usage.rows).toMatchObject([
    {
      tool: 'my-agent',
      session: 's1',
      project: 'verse',
      host: 'laptop',
      requests: 2,
      errors: 1,
      inputTokens: 2000,
      outputTokens: 200,
      cacheWriteTokens: 10,
      cacheWrite5mTokens: 7,
      cacheWrite1hTokens: 3,
      reportedCostUsd: 0.5,
    },
  ])
  expect(usage.totals.computedCostUsd).toBeGreaterThan(0)
  const { body: session } = await t.ask('/api/sessions/s1')
  expect(session).toMatchObject({
    tool: 'my-agent',
    title: 'A poem',
    toolCallCount: 1,
    sources: ['push'],
    startTime: '2026-11-22T03:59:00.000Z',
  })
  const { body: tools } = await t.ask('/api/tools?tool=my-agent&from=2026-11-22&to=2026-11-22')
  expect(tools.tools).toMatchObject([{ toolName: 'Bash', calls: 1, successes: 1 }])
  const { body: errors } = await t.ask('/api/errors?tool=my-agent&from=2026-11-22&to=2026-11-22')
  expect(errors.errors.map((one: any) => `${one.kind} ${one.errorType} ${one.message}`)).toEqual([
    'event TypeError x is undefined',
    'model_call overloaded undefined',
  ])
  const { body: logs } = await t.ask('/api/logs?sessionId=s1&search=plan_made&from=2026-11-22&to=2026-11-22')
  expect(logs.logs).toMatchObject([
    {
      eventName: 'plan_made',
      body: 'three steps',
      severityText: 'INFO',
      logAttributes: { steps: 3, share: 0.5, deep: { a: [1, 'b'] } },
    },
  ])
})

test('the same records again, together or in part, are duplicates and change nothing', async () => {
  await push(whole)
  const before = await t.ask('/api/usage?groupBy=tool')
  expect(await push(whole)).toEqual({ accepted: 0, duplicates: 7, rejected: [] })
  expect(await push({ source: 'my-agent', calls: [call(), call({ id: 'c9' }), call({ id: 'c9' })] })).toEqual({
    accepted: 1,
    duplicates: 2,
    rejected: [],
  })
  const after = await t.ask('/api/usage?groupBy=tool')
  expect(after.body.rows[0].requests).toBe(before.body.rows[0].requests + 1)
  const { body: logs } = await t.ask('/api/logs?from=2026-11-22&to=2026-11-22')
  expect(logs.total).toBe(2)
})

test('what was accepted is known to a server that starts later', async () => {
  await push(whole)
  const later = createApi(t.deps)
  const response = await later.request('/api/ingest', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(whole),
  })
  later.stop()
  expect(await response.json()).toEqual({ accepted: 0, duplicates: 7, rejected: [] })
})

test('a record may name its id as the answers do', async () => {
  const body = {
    source: 'a',
    sessions: [{ sessionId: 's1' }],
    calls: [call({ id: undefined, callId: 'c1' })],
    toolCalls: [{ toolUseId: 't1', name: 'Bash' }],
    events: [{ eventId: 'v1', eventName: 'x' }],
  }
  expect(await push(body)).toEqual({ accepted: 4, duplicates: 0, rejected: [] })
  expect(await push(body)).toEqual({ accepted: 0, duplicates: 4, rejected: [] })
})

test('requests at the same time with the same ids count once, and ids of other senders and lists are their own', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => push({ source: 'a', calls: [call()] })))
  expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1)
  expect(await push({ source: 'b', calls: [call()] })).toMatchObject({ accepted: 1 })
  expect(await push({ source: 'a', events: [{ id: 'c1', name: 'x' }] })).toMatchObject({ accepted: 1 })
  const { body } = await t.ask('/api/usage?groupBy=tool')
  expect(body.rows.map((row: any) => `${row.tool} ${row.requests}`).sort()).toEqual(['a 1', 'b 1'])
})

test('a bad record is rejected alone, with its list, its place and the reason', async () => {
  const answer = await push({
    source: 'a',
    calls: [
      call({ id: undefined }),
      call(),
      call({ id: 'x', timestamp: 'yesterday' }),
      call({ id: 'y', inputTokens: -1 }),
      call({ id: 'z', reasoningTokens: 101 }),
      'text',
    ],
    toolCalls: [{ id: 't' }],
  })
  expect([answer.accepted, answer.duplicates]).toEqual([1, 0])
  expect(answer.rejected.map((one: any) => `${one.kind} ${one.index} ${one.reason}`)).toEqual([
    'calls 0 id: is missing',
    'calls 2 timestamp: "yesterday" is not a time; use RFC 3339 (2026-11-22T04:00:00Z)',
    'calls 3 inputTokens: is below 0',
    'calls 4 reasoningTokens: is larger than outputTokens, which includes it',
    expect.stringMatching(/^calls 5 the record: /),
    'toolCalls 0 toolName: is missing',
  ])
  // Mended, it is new.
  expect(await push({ source: 'a', calls: [call({ id: 'x' })] })).toMatchObject({ accepted: 1 })
})

test('a request that cannot be read is a 400 and stores nothing', async () => {
  for (const body of [
    {},
    { source: '' },
    { source: 7 },
    { source: 'a', calls: 'x' },
    [],
    {
      source: 'a',
      calls: Array.from({ length: 600 }, (_, at) => call({ id: `c${at}` })),
      events: Array.from({ length: 401 }, (_, at) => ({ id: `v${at}`, name: 'n' })),
    },
  ]) {
    const { status, body: answer } = await t.post('/api/ingest', body)
    expect([status, typeof answer.message]).toEqual([400, 'string'])
  }
  const broken = await t.ask('/api/ingest', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  expect(broken.status).toBe(400)
  expect((await t.ask('/api/stats')).body).toMatchObject({ callCount: 0, logCount: 0 })
})

test('a thousand records fit, and nothing at all is nothing', async () => {
  const calls = Array.from({ length: 1000 }, (_, at) => call({ id: `c${at}` }))
  expect(await push({ source: 'a', calls })).toEqual({ accepted: 1000, duplicates: 0, rejected: [] })
  expect(await push({ source: 'a' })).toEqual({ accepted: 0, duplicates: 0, rejected: [] })
  expect((await t.ask('/api/usage')).body.totals).toMatchObject({ requests: 1000, inputTokens: 1_000_000 })
})

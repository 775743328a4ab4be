import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { CallObservation, MessageRecord, SessionObservation, ToolCallObservation } from '#proto/telemetry.ts'
import { at, type Bench, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { sessionsRoutes } from './routes.ts'

const start = at('2026-11-22T04:00:00Z')
const second = 1_000_000_000n
const call = (part: Partial<CallObservation> & { messageId: string }): CallObservation => ({
  source: 'transcript',
  tool: 'claude-code',
  sessionId: 's1',
  observationId: part.messageId,
  keys: [`msg:${part.messageId}`],
  timeUnixNano: start + second,
  status: 'ok',
  model: 'claude-sonnet-4-5',
  quality: 'exact',
  inputTokens: 100,
  outputTokens: 10,
  ...part,
})
const message = (part: Partial<MessageRecord> & { messageKey: string }): MessageRecord => ({
  source: 'transcript',
  tool: 'claude-code',
  sessionId: 's1',
  sequence: 0,
  timeUnixNano: start,
  role: 'assistant',
  content: part.messageKey,
  ...part,
})
const toolCall = (part: Partial<ToolCallObservation> & { callId: string }): ToolCallObservation => ({
  source: 'otlp_logs',
  tool: 'claude-code',
  sessionId: 's1',
  toolName: 'Bash',
  timeUnixNano: start + 2n * second,
  success: true,
  durationMs: 40,
  ...part,
})
const session = (part: Partial<SessionObservation> & { sessionId: string }): SessionObservation => ({
  source: 'transcript',
  tool: 'claude-code',
  startTimeUnixNano: start,
  lastTimeUnixNano: start + 60n * second,
  ...part,
})

let bench: Bench
const open = async () => {
  bench = await openBench(sessionsRoutes as never)
}
const day = 'from=2026-11-22&to=2026-11-22'
const list = async (query: string) => {
  const { status, body } = await bench.get(`/api/sessions?${query}`)
  expect([status, body.message]).toEqual([200, undefined])
  return body
}
const ids = async (query: string) => (await list(query)).sessions.map((one: any) => one.sessionId)

describe('the list', () => {
  beforeAll(async () => {
    await open()
    await bench.keep({
      sessions: [
        session({ sessionId: 's1', title: 'Greet people', project: 'web', branch: 'main', serviceName: 'claude-code' }),
        session({
          sessionId: 's2',
          tool: 'codex',
          ended: true,
          lastTimeUnixNano: start + 10n * second,
          activeMs: 4000,
        }),
        session({ sessionId: 'old', startTimeUnixNano: at('2026-01-01'), lastTimeUnixNano: at('2026-01-01') }),
      ],
      calls: [
        call({ messageId: 'm1', promptId: 'p1', cacheReadTokens: 5 }),
        call({ messageId: 'm2', promptId: 'p2', model: 'claude-opus-4-8', inputTokens: 5000 }),
        call({ messageId: 'm3', status: 'error', inputTokens: 0, outputTokens: 0 }),
        call({ messageId: 'm4', tool: 'codex', sessionId: 's2', model: 'unknown-model' }),
      ],
      toolCalls: [toolCall({ callId: 't1' }), toolCall({ callId: 't2', success: false })],
      messages: [
        message({ messageKey: 'a', role: 'user', content: 'Add a 100% "Greeting"' }),
        message({ messageKey: 'b', content: 'done', source: 'otlp_logs' }),
        message({ messageKey: 'c', content: 'done' }),
      ],
    })
    // Requests whose session nobody described.
    await insertCalls(bench.store, [
      modelCall({ sessionId: 's3', tool: 'gemini', serviceName: 'gemini-cli', timeUnixNano: start + 90n * second }),
      modelCall({ sessionId: '', tool: 'gemini' }),
    ])
  })
  afterAll(() => bench.close())

  test('has what a session is, did and used', async () => {
    const { sessions, total, hasMore } = await list(day)
    expect([total, hasMore]).toEqual([3, false])
    expect(sessions.find((one: any) => one.sessionId === 's1')).toEqual({
      sessionId: 's1',
      tool: 'claude-code',
      serviceName: 'claude-code',
      title: 'Greet people',
      project: 'web',
      branch: 'main',
      startTime: '2026-11-22T04:00:00.000Z',
      lastTime: '2026-11-22T04:01:00.000Z',
      durationMs: 60_000,
      promptCount: 2,
      messageCount: 2,
      toolCallCount: 2,
      errorCount: 2,
      model: 'claude-opus-4-8',
      models: ['claude-opus-4-8', 'claude-sonnet-4-5'],
      status: 'ended',
      requests: 2,
      inputTokens: 5100,
      cacheReadTokens: 5,
      cacheWriteTokens: 0,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 20,
      reasoningTokens: 0,
      totalTokens: 5125,
      webSearches: 0,
      errors: 1,
      costUsd: 0.005205,
      reportedCostUsd: null,
      computedCostUsd: 0.005205,
      unpricedTokens: 0,
      basis: 'computed',
    })
  })

  test('has sessions that only their requests tell of, but none without an id', async () => {
    const { sessions } = await list(`${day}&tool=gemini`)
    expect(sessions).toMatchObject([
      {
        sessionId: 's3',
        serviceName: 'gemini-cli',
        requests: 1,
        startTime: '2026-11-22T04:01:30.000Z',
        status: 'ended',
      },
    ])
  })

  test('costs nobody knows are null', async () => {
    expect((await list(`${day}&tool=codex`)).sessions).toMatchObject([
      { sessionId: 's2', costUsd: null, basis: 'unpriced', unpricedTokens: 110, activeMs: 4000, serviceName: 'codex' },
    ])
  })

  test.each([
    ['tool=codex', ['s2']],
    ['service=gemini-cli', ['s3']],
    ['project=web', ['s1']],
    ['model=claude-opus-4-8', ['s1']],
    ['model=unknown-model', ['s2']],
    ['search=GREET', ['s1']],
    ['search=100%25%20%22greeting', ['s1']],
    ['search=S3', ['s3']],
    ['search=%25', ['s1']],
    ['search=nothing', []],
    [`project=${encodeURIComponent("web' or true --")}`, []],
    ['limit=1', ['s3']],
    ['limit=1&offset=2', ['s2']],
    ['offset=9', []],
  ])('%s lists %j', async (query, expected) => {
    expect(await ids(`${day}&${query}`)).toEqual(expected as string[])
  })

  test('says how many there are past the end of the page', async () => {
    expect(await list(`${day}&limit=1`)).toMatchObject({ total: 3, hasMore: true })
    expect(await list(`${day}&offset=9`)).toMatchObject({ total: 3, hasMore: false, sessions: [] })
  })

  test.each([
    ['lastTime', ['s3', 's1', 's2']],
    ['lastTime:asc', ['s2', 's1', 's3']],
    ['startTime', ['s3', 's1', 's2']],
    ['duration', ['s1', 's2', 's3']],
    ['cost', ['s3', 's1', 's2']],
    ['costUsd:desc', ['s3', 's1', 's2']],
    ['cost:asc', ['s2', 's1', 's3']],
    ['tokens', ['s1', 's3', 's2']],
    ['-totalTokens', ['s1', 's3', 's2']],
    ['errors', ['s1', 's3', 's2']],
  ])('sort=%s orders %j', async (sort, expected) => {
    expect(await ids(`${day}&sort=${sort}`)).toEqual(expected)
  })

  test('a range takes sessions that were active in it, also when they began before', async () => {
    expect(await ids('from=2026-11-22T04:00:30Z&to=2026-11-22T04:00:40Z')).toEqual(['s1'])
    expect(await ids('from=2026-01-01&to=2026-01-01')).toEqual(['old'])
  })

  test('a session is active for five minutes after its last record, unless it ended', async () => {
    const now = BigInt(Date.now()) * 1_000_000n
    const live = { startTimeUnixNano: now - 400n * second, lastTimeUnixNano: now - 200n * second }
    await bench.keep({
      sessions: [
        session({ sessionId: 'live', ...live }),
        session({ sessionId: 'gone', ...live, ended: true }),
        session({ sessionId: 'idle', ...live, lastTimeUnixNano: now - 301n * second }),
      ],
    })
    const found = await bench.get('/api/sessions')
    expect(Object.fromEntries(found.body.sessions.map((one: any) => [one.sessionId, one.status]))).toEqual({
      live: 'active',
      gone: 'ended',
      idle: 'ended',
    })
  })

  test.each(['sort=size', 'sort=cost:up', 'limit=0', 'limit=1001', 'offset=-1', 'from=x'])(
    '%s is a 400',
    async (query) => {
      expect((await bench.get(`/api/sessions?${query}`)).status).toBe(400)
    },
  )
})

describe('one session', () => {
  beforeAll(async () => {
    await open()
    await bench.keep({
      sessions: [
        session({ sessionId: 's1', title: 'Parent', cwd: '/home/dev/web', commitAtStart: 'abc' }),
        session({ sessionId: 's1-child', parentSessionId: 's1', title: 'Explore' }),
      ],
      calls: [
        call({ messageId: 'm1' }),
        call({ messageId: 'm2', agent: 'Explore', agentId: 'a1', model: 'claude-haiku-4-5', source: 'otlp_logs' }),
        call({ messageId: 'm3', sessionId: 's1-child', inputTokens: 7 }),
      ],
      toolCalls: [
        toolCall({ callId: 't1' }),
        toolCall({ callId: 't2', toolName: 'Read', durationMs: 10, filePath: '/home/dev/web/read.ts' }),
        toolCall({ callId: 't3', toolName: 'Edit', filePath: '/home/dev/web/a.ts', linesAdded: 5, linesRemoved: 2 }),
        toolCall({ callId: 't4', toolName: 'Edit', filePath: '/home/dev/web/a.ts', linesAdded: 1, linesRemoved: 0 }),
        toolCall({ callId: 't5', toolName: 'Edit', filePath: '/home/dev/web/a.ts', linesAdded: 9, success: false }),
        toolCall({ callId: 't7', toolName: 'write_file', filePath: '/home/dev/web/z.ts' }),
        toolCall({ callId: 't8', toolName: 'read_file', filePath: '/home/dev/web/missing.ts', success: false }),
        toolCall({ callId: 't6', toolName: 'Write', filePath: '/home/dev/web/no.ts', decision: 'reject' }),
      ],
      commits: [
        {
          source: 'transcript',
          tool: 'claude-code',
          sessionId: 's1',
          kind: 'commit',
          hash: 'abc1234',
          subject: 'Greet',
          timeUnixNano: start + 30n * second,
        },
      ],
    })
  })
  afterAll(() => bench.close())

  test('has models, agents, tools, commits, sources, and the sessions around it', async () => {
    const { body } = await bench.get('/api/sessions/s1')
    expect(body).toMatchObject({
      sessionId: 's1',
      title: 'Parent',
      cwd: '/home/dev/web',
      commitAtStart: 'abc',
      models: ['claude-haiku-4-5', 'claude-sonnet-4-5'],
      modelUsage: [
        { model: 'claude-haiku-4-5', requests: 1, totalTokens: 110 },
        { model: 'claude-sonnet-4-5', requests: 1, totalTokens: 110 },
      ],
      tools: expect.arrayContaining([
        expect.objectContaining({ toolName: 'Bash', calls: 1, successes: 1, successRate: 1 }),
        expect.objectContaining({ toolName: 'Read', calls: 1, durationMsAvg: 10 }),
      ]),
      files: [
        { path: '/home/dev/web/a.ts', calls: 3, changes: 2, linesAdded: 6, linesRemoved: 2 },
        { path: '/home/dev/web/z.ts', calls: 1, changes: 1, linesAdded: null, linesRemoved: null },
        { path: '/home/dev/web/read.ts', calls: 1, changes: 0, linesAdded: null, linesRemoved: null },
      ],
      commits: [{ kind: 'commit', hash: 'abc1234', subject: 'Greet', timestamp: '2026-11-22T04:00:30.000Z' }],
      sources: ['otlp_logs', 'transcript'],
      children: [{ sessionId: 's1-child', parentSessionId: 's1', title: 'Explore', inputTokens: 7 }],
    })
    expect(body.agents).toHaveLength(2)
    expect(body.agents).toContainEqual(expect.objectContaining({ agent: 'Explore', agentId: 'a1', requests: 1 }))
    expect(body.agents).toContainEqual(expect.objectContaining({ agent: null, agentId: null, requests: 1 }))
    expect(body.parent).toBeUndefined()
  })

  test('knows its parent', async () => {
    expect((await bench.get('/api/sessions/s1-child')).body).toMatchObject({
      parent: { sessionId: 's1', title: 'Parent' },
    })
  })

  test('that does not exist is a 404 that says where to look', async () => {
    for (const path of [
      '/api/sessions/nope',
      '/api/sessions/nope/transcript',
      `/api/sessions/${encodeURIComponent("' or 1=1")}`,
    ])
      expect(await bench.get(path)).toMatchObject({ status: 404, body: { error: 'Not Found' } })
  })
})

describe('the transcript', () => {
  beforeAll(open)
  afterAll(() => bench.close())
  const read = async (id: string, query = '') => (await bench.get(`/api/sessions/${id}/transcript?${query}`)).body

  test('is in order of time, then of sequence; tokens and cost stand once at each answer', async () => {
    await bench.keep({
      sessions: [session({ sessionId: 's1', serviceName: 'claude-code' })],
      calls: [call({ messageId: 'm1', cacheReadTokens: 3, cacheWriteTokens: 4 })],
      toolCalls: [toolCall({ callId: 't1', durationMs: 40 })],
      messages: [
        message({ messageKey: 'u', role: 'user', content: 'Hi', promptId: 'p1' }),
        message({
          messageKey: 'th',
          role: 'thinking',
          callMessageId: 'm1',
          timeUnixNano: start + second,
          sequence: 1,
          parentKey: 'u',
        }),
        message({ messageKey: 'as', callMessageId: 'm1', timeUnixNano: start + second, sequence: 2, parentKey: 'th' }),
        message({
          messageKey: 'tu',
          role: 'tool_use',
          callMessageId: 'm1',
          timeUnixNano: start + second,
          sequence: 3,
          toolName: 'Bash',
          toolUseId: 't1',
          toolInput: '{"command":"ls"}',
        }),
        message({
          messageKey: 'tr',
          role: 'tool_result',
          timeUnixNano: start + 2n * second,
          toolUseId: 't1',
          toolOutput: 'x',
        }),
      ],
    })
    const body = await read('s1')
    expect(body).toMatchObject({
      sessionId: 's1',
      tool: 'claude-code',
      serviceName: 'claude-code',
      total: 5,
      hasMore: false,
    })
    expect(body.messages.map((one: any) => `${one.index} ${one.role}`)).toEqual([
      '0 user',
      '1 thinking',
      '2 assistant',
      '3 tool_use',
      '4 tool_result',
    ])
    expect(body.messages[2]).toEqual({
      index: 2,
      timestamp: '2026-11-22T04:00:01.000Z',
      role: 'assistant',
      content: 'as',
      parentIndex: 1,
      inputTokens: 100,
      outputTokens: 10,
      cacheRead: 3,
      cacheWrite: 4,
      costUsd: 0.000157,
      source: 'transcript',
    })
    expect(body.messages.filter((one: any) => one.inputTokens !== undefined)).toHaveLength(1)
    expect(body.messages[3]).toMatchObject({
      toolName: 'Bash',
      toolInput: '{"command":"ls"}',
      success: true,
      durationMs: 40,
    })
    expect((await read('s1', 'limit=2&offset=3')).messages.map((one: any) => one.index)).toEqual([3, 4])
    expect(await read('s1', 'offset=50')).toMatchObject({ total: 5, messages: [] })
  })

  test('is answered whole when that is asked for, also from an offset', async () => {
    await bench.keep({
      sessions: [session({ sessionId: 'long' })],
      messages: Array.from({ length: 1_200 }, (_, index) =>
        message({
          sessionId: 'long',
          messageKey: `m${index}`,
          timeUnixNano: start + BigInt(index),
          content: `${index}`,
        }),
      ),
    })
    const [page, whole, rest] = [
      await read('long'),
      await read('long', 'whole=true'),
      await read('long', 'whole=true&offset=1190'),
    ]
    expect([page.messages.length, page.hasMore]).toEqual([50, true])
    expect([whole.messages.length, whole.total, whole.hasMore]).toEqual([1_200, 1_200, false])
    expect([rest.messages.length, rest.messages[0].index]).toEqual([10, 1_190])
  })

  test('told by two doors is told once, and by the other one where the best is silent', async () => {
    const own = { sessionId: 'two' }
    await bench.keep({
      sessions: [session(own)],
      messages: [
        message({ ...own, messageKey: 'u', role: 'user', content: 'Hi' }),
        message({ ...own, messageKey: 'a', content: 'Hello', timeUnixNano: start + 5n * second }),
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l1',
          role: 'user',
          content: '<REDACTED>',
          timeUnixNano: start + 1n,
        }),
        // A prompt that was sent without its text, before the file has it.
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l0',
          role: 'user',
          content: '',
          timeUnixNano: start - 2_000_000n,
        }),
        // The same, seen a moment later.
        message({ ...own, source: 'otlp_logs', messageKey: 'l2', content: 'Hello', timeUnixNano: start + 6n * second }),
        // What the file does not have yet.
        message({
          ...own,
          source: 'otlp_logs',
          messageKey: 'l3',
          role: 'user',
          content: 'More',
          timeUnixNano: start + 9n * second,
        }),
        message({
          ...own,
          source: 'hook',
          messageKey: 'h3',
          role: 'user',
          content: 'More',
          timeUnixNano: start + 9n * second,
        }),
      ],
    })
    expect((await read('two')).messages.map((one: any) => `${one.source} ${one.content}`)).toEqual([
      'transcript Hi',
      'transcript Hello',
      'otlp_logs More',
    ])
  })

  test('without any message is told by the requests and tool calls themselves', async () => {
    await bench.keep({
      calls: [
        call({ messageId: 'b1', sessionId: 'bare' }),
        call({ messageId: 'b2', sessionId: 'bare', status: 'error' }),
      ],
      toolCalls: [toolCall({ callId: 'bt', sessionId: 'bare', input: 'ls', output: 'x' })],
    })
    expect((await read('bare')).messages).toMatchObject([
      { index: 0, role: 'assistant', content: '', model: 'claude-sonnet-4-5', inputTokens: 100 },
      {
        index: 1,
        role: 'tool_use',
        toolName: 'Bash',
        toolUseId: 'bt',
        toolInput: 'ls',
        toolOutput: 'x',
        durationMs: 40,
      },
    ])
  })

  test('whose messages name no request has each request at the first thing said or asked for when it was answered', async () => {
    const own = { sessionId: 'sent', source: 'otlp_logs' as const }
    const answered = (seconds: bigint) => ({ ...own, timeUnixNano: start + seconds * second })
    await bench.keep({
      calls: [
        call({ ...answered(1n), messageId: 'x1' }),
        call({ ...answered(3n), messageId: 'x2', inputTokens: 200 }),
        call({ ...answered(3n), messageId: 'x3', inputTokens: 30_000, querySource: 'auxiliary' }),
        call({ ...answered(4n), messageId: 'x4', inputTokens: 4000 }),
      ],
      toolCalls: [toolCall({ ...own, callId: 'q1', timeUnixNano: start + 3n * second + 5n })],
      messages: [
        message({ ...answered(0n), messageKey: 'u', role: 'user' }),
        message({ ...answered(1n), messageKey: 'a' }),
        message({ ...answered(9n), messageKey: 'b' }),
      ],
    })
    expect((await read('sent')).messages.map((one: any) => [one.role, one.inputTokens])).toEqual([
      ['user', undefined],
      ['assistant', 100],
      ['tool_use', 200],
      ['assistant', 4000],
    ])
  })

  test('ends a page early where its texts are large, and goes on from there', async () => {
    const content = 'x'.repeat(9 * 1024 * 1024)
    await bench.keep({
      messages: [1, 2, 3].map((n) => message({ sessionId: 'large', messageKey: `${n}`, content, sequence: n })),
    })
    const first = await read('large')
    expect([first.total, first.messages.length, first.hasMore]).toEqual([3, 2, true])
    expect((await read('large', 'offset=2')).messages).toMatchObject([{ index: 2 }])
  })
})

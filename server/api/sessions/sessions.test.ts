import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { at, type Bench, insertCalls, modelCall, openBench } from '../usage/testing.ts'
import { sessionsRoutes } from './routes.ts'
import { call, message, second, session, start, toolCall } from './testing.ts'

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

describe('prompts', () => {
  beforeAll(open)
  afterAll(() => bench.close())

  test('are what a person said: not what a subagent was told, nor what the program said, as the door with the most tells', async () => {
    const prompt = (messageKey: string, part: object) => message({ messageKey, role: 'user', content: 'Go', ...part })
    await bench.keep({
      sessions: [session({ sessionId: 's1' })],
      calls: [
        call({ messageId: 'm1', promptId: 'p1' }),
        call({ messageId: 'm2', promptId: 'p2' }),
        // Copilot's subagents have turns of their own.
        call({ messageId: 'm3', promptId: 'p3', querySource: 'subagent' }),
      ],
      messages: [
        prompt('p1', { promptId: 'p1' }),
        prompt('sub', { promptId: 'p1', agentId: 'a1' }),
        prompt('p2', { promptId: 'p2', role: 'system', content: '<task-notification>' }),
        message({ messageKey: 'b', content: 'done' }),
        // The events of the same two, whose texts were withheld.
        prompt('p1', { promptId: 'p1', content: '', source: 'otlp_logs' }),
        prompt('p2', { promptId: 'p2', content: '', source: 'otlp_logs' }),
      ],
    })
    expect((await list(day)).sessions).toMatchObject([{ promptCount: 1 }])
  })
})

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

  test('counts as prompts what a person asked: not what subagents were told, nor side calls', async () => {
    const old = { sessionId: 'asked', timeUnixNano: at('2026-01-02') }
    await bench.keep({
      sessions: [
        session({ sessionId: 'asked', startTimeUnixNano: at('2026-01-02'), lastTimeUnixNano: at('2026-01-02') }),
      ],
      calls: [
        call({ ...old, messageId: 'o1', promptId: 'p1' }),
        call({ ...old, messageId: 'o2', promptId: 'p2', agentId: 'a1', querySource: 'subagent' }),
        call({ ...old, messageId: 'o3', promptId: 'p3', querySource: 'auxiliary' }),
      ],
      messages: [
        message({ ...old, messageKey: 'a', role: 'user', content: 'Find the version' }),
        message({ ...old, messageKey: 'c', role: 'user', content: 'And write it down' }),
        message({ ...old, messageKey: 'b', role: 'user', content: 'Look into package.json', agentId: 'a1' }),
      ],
    })
    const { sessions } = await list('from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z')
    expect(sessions).toMatchObject([{ sessionId: 'asked', promptCount: 2, messageCount: 3 }])
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
